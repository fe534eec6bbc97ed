/* optimizer/table_sample.h: some rows of a table, looked at while planning, and which of them pass conditions. */
#ifndef QUERN_OPTIMIZER_TABLE_SAMPLE_H
#define QUERN_OPTIMIZER_TABLE_SAMPLE_H

#include "column/batch.h"
#include "plan/plan.h"

typedef struct SampledRows {
    const Batch *batch;     /* its columns: the wanted ones in order, then others */
    const uint16_t *passed; /* those of its rows for which all conditions are TRUE */
    size_t passed_count;
} SampledRows;

/* Whether its provider gives samples, on which these conditions can be tried: they are about this table alone. */
bool scan_has_sample(const PlanScan *scan, Expr *const *conditions, size_t condition_count);
/* Calls visit with about so many rows from all over the table; SIZE_MAX: all. Returns whether these were all. */
bool scan_sample(PlanColumns *columns, PlanScan *scan, Expr *const *conditions, size_t condition_count,
                 const ColumnId *wanted, size_t wanted_count, size_t row_count,
                 void (*visit)(void *user, const SampledRows *rows), void *user);

#endif
