/* exec/join_hash.h: the rows of a join's right side, found by their keys. Rows of equal keys are a list, each leading
 * to the next; or laid out: the first one leads to the addresses of all others, which stand side by side.
 *
 *   open     salt|row ──▶ row ─next─▶ row     open addressing, linear, at most half full; the salt is a part of the
 *            empty                            key's hash, so that most rows that are not meant are not looked at
 *   direct   row ──▶ row ─next─▶ row          for integer keys that lie close together: a slot for each number from
 *            empty                            the least key to the greatest
 *   NULL     row ──▶ row ─next─▶ row          where NULL equals NULL and keys are integers
 *   laid out row ─rest─▶ | row | row | NULL |  of any of these, a list of more rows than one
 *
 * It is made when all rows are there, in steps that copies of the join take together: one makes room, each clears its
 * part of the slots, each adds its rows; where lists are long, each lays out those of its part. From then on it is
 * read-only. Batches are looked up step by step, so that many cache lines are waited for at a time. */
#ifndef QUERN_EXEC_JOIN_HASH_H
#define QUERN_EXEC_JOIN_HASH_H

#include "column/row.h"

/* No row takes more bytes of slots, and of what is laid out. */
enum { JOIN_HASH_SLOTS_SIZE = 32, JOIN_HASH_ROW_SIZE = JOIN_HASH_SLOTS_SIZE + sizeof(uint8_t *) };

/* What stands behind the columns of a row. */
typedef struct JoinRow {
    union {
        uint8_t *next;        /* of the same key */
        uint8_t *const *rest; /* of a list's first row, laid out: the others, then NULL; NULL: there are none */
    };
    bool is_matched; /* some left row has met it; copies set it side by side */
    bool is_keyless; /* NULL in a key that equals nothing: in no list */
    uint32_t number; /* where dictionaries (join_texts.h) have its texts */
} JoinRow;

typedef struct JoinHash JoinHash;
typedef struct JoinHashProbe JoinHashProbe; /* scratch memory of one copy */

/* Of some rows' keys, where they are integers; zeroed: of none. */
typedef struct KeyRange {
    bool has_any;
    int64_t least, greatest;
} KeyRange;

void key_range_add(KeyRange *range, const KeyRange *other);

/* Rows of these key types, with a JoinRow behind their columns; nulls_equal[k]: NULL equals NULL in key k. */
JoinHash *join_hash_new(Arena *arena, const Context *context, const Type *types, size_t key_count,
                        const bool *nulls_equal);
/* Of the same kind, without rows. */
JoinHash *join_hash_new_like(Arena *arena, const JoinHash *hash);
/* Slots of more than `memory_size` bytes stand in the file. */
void join_hash_overflow_to(JoinHash *hash, TempFile *file, size_t memory_size);
/* Bytes that it wants behind the columns of each row: a JoinRow, and what it remembers of the key. */
size_t join_hash_extra_size(const JoinHash *hash);
void join_hash_set_layout(JoinHash *hash, const RowLayout *layout);
JoinHashProbe *join_hash_probe_new(Arena *arena);

/* Rows that will be added have their keys from these vectors: rows selection[0 .. count-1]. Notes in the rows what it
 * needs, and widens the range. */
void join_hash_note(const JoinHash *hash, JoinHashProbe *probe, Vector *const *keys, const uint16_t *selection,
                    size_t count, uint8_t *const *rows, KeyRange *range);
/* Room for `count` rows with keys in the range: of all copies together. */
void join_hash_reserve(JoinHash *hash, size_t count, const KeyRange *range);
/* Clears one of `part_count` parts of the slots. */
void join_hash_clear_part(JoinHash *hash, size_t part, size_t part_count);
/* Each row goes before those of its list that are there already. `is_shared`: copies add at the same time. Returns how
 * many lists begin with these. */
size_t join_hash_add(JoinHash *hash, uint8_t *const *rows, size_t count, bool is_shared);
/* All `row_count` rows are there, in so many lists: room for them to be laid out. False: it is not worth it, as they
 * are short. */
bool join_hash_reserve_lists(JoinHash *hash, size_t row_count, size_t list_count);
/* Lays out the lists of one of `part_count` parts of the slots. */
void join_hash_lay_out_part(JoinHash *hash, size_t part, size_t part_count);
/* ret_rows[i] is the first row whose key equals row selection[i] (NULL: i) of `keys`, or NULL, for i < count. */
void join_hash_find(const JoinHash *hash, JoinHashProbe *probe, Vector *const *keys, const uint16_t *selection,
                    size_t count, uint8_t **ret_rows);
/* Bytes of its slots and lists. */
size_t join_hash_size(const JoinHash *hash);
/* Gives them back. */
void join_hash_release(JoinHash *hash);

#endif
