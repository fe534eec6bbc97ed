/* exec/written_rows.h: what a node that writes gives when it has written: the count row, or the rows it was given. */
#ifndef QUERN_EXEC_WRITTEN_ROWS_H
#define QUERN_EXEC_WRITTEN_ROWS_H

#include "base/array.h"
#include "exec/operator.h"

typedef struct WrittenRows {
    Arena *arena;
    bool returns_rows;
    ARRAY(Batch *) batches;
    size_t next; /* of the batches */
    Batch *count;
} WrittenRows;

WrittenRows written_rows_new(const Build *build, bool returns_rows);
/* Notes a batch on its way into the table. */
void written_rows_add(WrittenRows *rows, const Batch *batch);
/* They are written, so many: from now on nothing of this can fail. */
void written_rows_set_count(WrittenRows *rows, uint64_t count);
/* One batch after the other; NULL at the end. */
Batch *written_rows_next(WrittenRows *rows);

#endif
