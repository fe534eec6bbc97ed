/* exec/row_scatter.h: rows that are kept in memory for later, split by the hashes of their keys: 64 partitions are
 * filled side by side, and each is read from end to end. */
#ifndef QUERN_EXEC_ROW_SCATTER_H
#define QUERN_EXEC_ROW_SCATTER_H

#include "column/batch.h"
#include "column/row.h"

typedef struct RowScatter RowScatter;

/* Rows are split by so many bits of the hash, the highest first. */
enum { SCATTER_BITS = 6, SCATTER_PARTITIONS = 1 << SCATTER_BITS };

RowScatter *row_scatter_new(Arena *arena, const Context *context, const Type *types, size_t column_count);
/* Rows selection[i] (NULL: i) of `columns`; hashes[i] is of their keys. */
void row_scatter_add(RowScatter *scatter, Vector *const *columns, const uint16_t *selection, size_t count,
                     const uint64_t *hashes);
size_t row_scatter_count(const RowScatter *scatter);
/* Bytes that it holds; NULL holds none. */
size_t row_scatter_size(const RowScatter *scatter);
/* An empty batch with columns of these types. */
Batch *row_scatter_new_batch(const RowScatter *scatter, Arena *arena);
/* A batch of the rows of a partition from `first` on, in the order in which they were added. Long strings stay where
 * they are. False: there are no more. Any thread, each with a batch of its own. */
bool row_scatter_read(const RowScatter *scatter, size_t partition, size_t first, Batch *batch);
/* Forgets the rows of a partition, all but their long strings. Any thread, each with partitions of its own. */
void row_scatter_forget(RowScatter *scatter, size_t partition);
/* Forgets everything and gives the memory back; NULL is fine. */
void row_scatter_clear(RowScatter *scatter);

#endif
