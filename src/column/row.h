/* column/row.h: rows in memory, for hash tables and sorts: fixed width, strings behind a pointer.
 *
 *   +-----------+---------------------------------+------------------+
 *   | NULL bits | columns, least aligned first    | extra_size bytes |   row and extra are aligned to 16 bytes
 *   +-----------+---------------------------------+------------------+
 *   bit c is set when column c is NULL; its slot is then zero
 *
 * DECIMAL columns of up to 18 digits are stored as I64, others as I128.
 * In the functions below `count` is at most BATCH_SIZE where vectors are given. */
#ifndef QUERN_COLUMN_ROW_H
#define QUERN_COLUMN_ROW_H

#include "base/context.h"
#include "base/temp_file.h"
#include "column/batch.h"

typedef struct RowLayout {
    size_t column_count;
    Type *types;
    uint32_t *offsets;     /* of each column */
    uint32_t extra_offset; /* what the user of the rows keeps in them: aggregate states, a hash, a next pointer */
    uint32_t row_size;     /* multiple of 16 */
    bool has_strings;
} RowLayout;

RowLayout *row_layout_new(Arena *arena, const Type *types, size_t column_count, size_t extra_size);
static inline bool row_is_null(const uint8_t *row, size_t column_index)
{
    return row[column_index / 8] >> (column_index % 8) & 1;
}

/* The column's value in the row, when it is text that stands behind a pointer; else NULL. */
static inline String *row_long_string(const RowLayout *layout, uint8_t *row, size_t column_index)
{
    String *string = (String *)(void *)(row + layout->offsets[column_index]);
    bool is_text = type_physical(layout->types[column_index]) == PHYSICAL_STRING;
    return is_text && !row_is_null(row, column_index) && string->size > STRING_INLINE_SIZE ? string : NULL;
}
/* Bytes of all that the row has. */
size_t row_long_strings_size(const RowLayout *layout, uint8_t *row);

/* Rows that stay where they are, in pages taken from the memory budget; and the bytes of their long strings. */
typedef struct RowStore RowStore;
RowStore *row_store_new(Arena *arena, const Context *context, const RowLayout *layout);
/* Rows beyond `memory_size` bytes stand in the file: their addresses hold like any others, and the system writes them
 * out as it sees fit. The store is empty. */
void row_store_overflow_to(RowStore *store, TempFile *file, size_t memory_size);
/* Before some hundred KB of them are looked at: lets go of what is mapped where much of it is in memory. */
void row_store_look(const RowStore *store);
/* Whether there are any. */
bool row_store_is_mapped(const RowStore *store);
size_t row_store_count(const RowStore *store);
/* Bytes taken from the budget. */
size_t row_store_size(const RowStore *store);
const RowLayout *row_store_layout(const RowStore *store);
/* Appends `count` rows, zeroed, and gives their addresses. Raises MEMORY_LIMIT, and then nothing was appended. */
void row_store_append(RowStore *store, size_t count, uint8_t **ret_rows);
/* The addresses of rows first .. first+count-1, in order of appending; returns how many there were. */
size_t row_store_rows(const RowStore *store, size_t first, size_t count, uint8_t **ret_rows);
/* A copy of row `index`, without bringing others to memory: for who looks at one here and one there. Its long strings
 * stay where they are. Raises IO. */
void row_store_read(const RowStore *store, size_t index, uint8_t *target);
/* Forget all rows; pages are kept for reuse. */
void row_store_clear(RowStore *store);
/* Forget all rows and give their memory back, before the arena does; the store is good for more. */
void row_store_release(RowStore *store);
/* Bytes of the largest of them where that is 2 KiB or more, else 0: a copy of all that a batch's rows have may be too
 * much then. */
size_t row_store_largest_string(const RowStore *store);
/* How many rows are copied or looked at at once, whichever they are: fewer than `most` where some have large strings.
 */
static inline size_t large_rows_at_once(const Context *context, size_t largest_string, size_t most)
{
    size_t fitting = largest_string > 0 ? context_batch_memory(context) / largest_string + 1 : most;
    return fitting < most ? fitting : most;
}
/* Bytes that live as long as the store's rows. */
char *row_store_string_memory(RowStore *store, size_t size);
/* A share of what the long strings of all these stores stand in, for vectors whose strings point there and that may
 * outlive the rows (vector_keep_buffer). The stores are not cleared while anyone else holds it: they are released. The
 * caller owns it. */
Buffer *row_stores_share_strings(RowStore *const *stores, size_t count);
/* Appends copies of rows of the same layout, with their long strings; the copies' addresses go to ret_rows. */
void row_store_copy(RowStore *store, uint8_t *const *rows, size_t count, uint8_t **ret_rows);

/* Writes a column of fresh rows: rows[i] gets row selection[i] (NULL: i) of `vector`, for i < count. Long strings are
 * copied. */
void rows_write(RowStore *store, size_t column_index, const Vector *vector, const uint16_t *selection, size_t count,
                uint8_t *const *rows);
/* The same for a column whose equal values become one, where which of them came first is chance: -0.0 is stored as 0.0
 * and every NaN as one NaN. */
void rows_write_key(RowStore *store, size_t column_index, const Vector *vector, const uint16_t *selection, size_t count,
                    uint8_t *const *rows);
/* Reads a column: `target` becomes flat with `count` values, row i from rows[i]; a NULL pointer gives NULL (the
 * null-extended side of an outer join). Long strings stay where they are. */
void rows_read(const RowLayout *layout, size_t column_index, uint8_t *const *rows, size_t count, Vector *target);
/* Keeps of candidates[0..count-1] those i for which all columns vectors[c] at row selection[i] (NULL: i) equal
 * rows[i]'s column c; NULL equals NULL when nulls_equal, else never. Both lists hold indexes i; what does not match
 * goes to ret_others (may be NULL, and so may ret_other_count). `candidates` may be `ret_matches`. Returns how many
 * match. Matches stay in the candidates' order; others come in any order. The first `column_count` columns are
 * compared. */
size_t rows_match(const RowLayout *layout, Vector *const *vectors, size_t column_count, const uint16_t *selection,
                  uint8_t *const *rows, bool nulls_equal, const uint16_t *candidates, size_t count,
                  uint16_t *ret_matches, uint16_t *ret_others, size_t *ret_other_count);

/* Whether the first `column_count` columns of two rows are equal; NULL equals NULL. */
bool row_equals(const RowLayout *layout, size_t column_count, const uint8_t *a, const uint8_t *b);

/* hashes[i] of row selection[i] (NULL: i), over all vectors; rows with equal values hash equally whatever the form and
 * physical layout; NULL has a hash of its own. */
void vectors_hash(Vector *const *vectors, size_t column_count, const uint16_t *selection, size_t count,
                  uint64_t *ret_hashes);

#endif
