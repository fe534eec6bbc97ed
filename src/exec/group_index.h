/* exec/group_index.h: the groups of keys that have few values, by arithmetic on them instead of a hash: codes of a
 * dictionary, booleans, integers and dates that lie close together. A combination of values is a number; a table says
 * its group, or a hash table where there may be many. */
#ifndef QUERN_EXEC_GROUP_INDEX_H
#define QUERN_EXEC_GROUP_INDEX_H

#include "exec/group_runs.h"
#include "exec/hash_table.h"

enum { GROUP_INDEX_MOST_CODES = 1 << 18 }; /* of a dictionary that serves */

typedef struct GroupIndex GroupIndex;

/* In front of a hash table with these keys; NULL when it cannot serve for such. It takes up to `memory_size` bytes. */
GroupIndex *group_index_new(Arena *arena, const Context *context, const Type *types, size_t key_count,
                            size_t memory_size);
/* As hash_table_add, for rows whose keys are few. `runs`: where the groups are few too it has the rows of each, and
 * ret_rows nothing; NULL: it is not asked for. False: nothing was done, the keys are not few. */
bool group_index_add(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                     const uint16_t *selection, size_t count, uint8_t **ret_rows, GroupRuns *runs);
/* The table has forgotten its rows. */
void group_index_forget(GroupIndex *index);
/* Bytes that it holds. */
size_t group_index_size(const GroupIndex *index);

#endif
