/* exec/row_output.h: rows in memory to batches that may leave the operator. */
#ifndef QUERN_EXEC_ROW_OUTPUT_H
#define QUERN_EXEC_ROW_OUTPUT_H

#include "column/batch.h"
#include "column/row.h"

/* rows_read, and long strings become the vector's own: who shares the vector may outlive the rows. */
void row_output(const RowLayout *layout, size_t column_index, uint8_t *const *rows, size_t count, Vector *target);
/* How many of the rows (NULL: of NULLs) may be copied at once: fewer than `count` where some have large strings
 * (row_store_largest_string) and they come to a megabyte. */
size_t rows_output_count(const RowLayout *layout, size_t largest_string, uint8_t *const *rows, size_t count);
/* All columns of the batch, which has no others and no selection. */
void rows_output(const RowLayout *layout, uint8_t *const *rows, size_t count, Batch *batch);
/* Long strings of a flat vector that stand in memory of somebody else become its own. */
void vector_own_strings(Vector *vector, size_t count);

#endif
