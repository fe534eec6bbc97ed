/* column/row.h: rows in memory, for hash tables and sorts: fixed width, strings behind a pointer.
 *
 *   +------------+---------+---------+-- - --+-----------------+
 *   | NULL bits  | column0 | column1 |  ...  | extra_size bytes|   each column at its type's alignment, row 16-aligned
 *   +------------+---------+---------+-- - --+-----------------+
 *   bit c is set when column c is NULL; its slot is then zero, so equal rows have equal bytes but for long strings
 *
 * DECIMAL columns of up to 18 digits are stored as I64, others as I128. -0.0 is stored as 0.0 and every NaN as one NaN. */
#ifndef QUERN_COLUMN_ROW_H
#define QUERN_COLUMN_ROW_H

#include "base/context.h"
#include "column/batch.h"

typedef struct RowLayout {
    size_t column_count;
    Type *types;
    uint32_t *offsets;      /* of each column */
    uint32_t extra_offset;  /* what the user of the rows keeps in them: aggregate states, a hash, a next pointer */
    uint32_t row_size;      /* multiple of 16 */
    bool has_strings;
} RowLayout;

RowLayout *row_layout_new(Arena *arena, const Type *types, size_t column_count, size_t extra_size);

/* Rows that stay where they are, in pages taken from the memory budget; and the bytes of their long strings. */
typedef struct RowStore RowStore;
RowStore *row_store_new(Arena *arena, const Context *context, const RowLayout *layout);
size_t row_store_count(const RowStore *store);
/* Appends `count` rows, zeroed, and gives their addresses. */
void row_store_append(RowStore *store, size_t count, uint8_t **ret_rows);
/* The addresses of rows first .. first+count-1, in order of appending; returns how many there were. */
size_t row_store_rows(const RowStore *store, size_t first, size_t count, uint8_t **ret_rows);
/* Forget all rows; pages are kept for reuse. */
void row_store_clear(RowStore *store);

/* Writes a column: rows[i] gets row selection[i] (NULL: i) of `vector`, for i < count. Long strings are copied. */
void rows_write(RowStore *store, size_t column_index, const Vector *vector, const uint16_t *selection, size_t count,
                uint8_t *const *rows);
/* Reads a column: `target` becomes flat with `count` values, row i from rows[i]; a NULL pointer gives NULL (the
 * null-extended side of an outer join). Long strings stay where they are. */
void rows_read(const RowLayout *layout, size_t column_index, uint8_t *const *rows, size_t count, Vector *target);
/* Keeps of candidates[0..count-1] those i for which all columns vectors[c] at row selection[i] (NULL: i) equal
 * rows[i]'s column c; NULL equals NULL when nulls_equal, else never. Both lists hold indexes i; what does not match goes
 * to ret_others (may be NULL). `candidates` may be `ret_matches`. Returns how many match. */
size_t rows_match(const RowLayout *layout, Vector *const *vectors, size_t column_count, const uint16_t *selection,
                  uint8_t *const *rows, bool nulls_equal, const uint16_t *candidates, size_t count,
                  uint16_t *ret_matches, uint16_t *ret_others, size_t *ret_other_count);

/* hashes[i] of row selection[i] (NULL: i), over all vectors; rows with equal values hash equally whatever the form and
 * physical layout; NULL has a hash of its own. */
void vectors_hash(Vector *const *vectors, size_t column_count, const uint16_t *selection, size_t count,
                  uint64_t *ret_hashes);

#endif
