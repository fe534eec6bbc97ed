/* exec/hash_table.h: rows of a RowStore found by their first columns, the key; NULL equals NULL.
 *
 *   slots   +-------------+       +-------------+   open addressing, linear, at most two thirds full
 *           | word | row ---->    | row of a key|   word: the hash of the key; or the key itself, where that is one
 *           +-------------+       +-------------+   integer: then equal words are equal keys
 *           |  -   | NULL |
 *           +-------------+
 *
 * A batch of keys is looked up at once, step by step for all its rows: each loop is short and waits for many cache
 * lines at a time. The table is what copies of an operator may share; a HashProbe is the scratch memory of one of them.
 */
#ifndef QUERN_EXEC_HASH_TABLE_H
#define QUERN_EXEC_HASH_TABLE_H

#include "base/temp_file.h"
#include "column/row.h"

typedef struct HashTable HashTable;
typedef struct HashProbe HashProbe;

/* `what` it is for, in messages: "a join's hash table". */
HashTable *hash_table_new(Arena *arena, const Context *context, RowStore *store, size_t key_count, const char *what);
/* Slots of more than `memory_size` bytes stand in the file: whoever adds keys then does so TEMP_LOOKS at a time, and
 * looks at the file before. There are no keys yet. */
void hash_table_overflow_to(HashTable *table, TempFile *file, size_t memory_size);
HashProbe *hash_probe_new(Arena *arena);
/* Room for `count` keys in all. */
void hash_table_reserve(HashTable *table, size_t count);
/* Bytes of its slots; the store's are not among them. */
size_t hash_table_size(const HashTable *table);
/* The same while `count` more keys are added: where it has to grow both the old and the new slots count. */
size_t hash_table_size_to_add(const HashTable *table, size_t count);
/* Forgets all keys and gives the slots back; the store is not touched. */
void hash_table_clear(HashTable *table);
/* Forgets all keys, and keeps the slots for others. */
void hash_table_restart(HashTable *table);

/* ret_rows[i] is the row whose key equals row selection[i] (NULL: i) of `keys`, or NULL, for i < count. */
void hash_table_find(const HashTable *table, HashProbe *probe, Vector *const *keys, const uint16_t *selection,
                     size_t count, uint8_t **ret_rows);
/* The same, and a key that was not there gets a new row, with the key written and all else zero. ret_is_new[i]: it was
 * the first of its key. Returns how many are new. */
size_t hash_table_add(HashTable *table, HashProbe *probe, Vector *const *keys, const uint16_t *selection, size_t count,
                      uint8_t **ret_rows, bool *ret_is_new);
/* The same for rows with keys that stand somewhere already: rows[i], whose key is row i of `keys`, becomes that of its
 * key where there was none. */
void hash_table_adopt(HashTable *table, HashProbe *probe, Vector *const *keys, size_t count, uint8_t *const *rows,
                      uint8_t **ret_rows, bool *ret_is_new);

#endif
