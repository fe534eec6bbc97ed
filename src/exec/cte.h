/* exec/cte.h: rows that a query of WITH keeps, and whoever may read them: the operators below its own. */
#ifndef QUERN_EXEC_CTE_H
#define QUERN_EXEC_CTE_H

#include "column/row.h"
#include "exec/operator.h"

/* Made with the operator that keeps the rows; Build.ctes leads from the innermost outwards. */
typedef struct CteRows {
    size_t cte;
    RowStore *store;
    size_t first, end; /* the rows of the store that may be read now */
    Operator *source;  /* gives those behind them; NULL: they are all there */
    struct CteRows *outer;
} CteRows;

/* Rows like the outputs of the node's first input. */
CteRows *cte_rows_new(const Build *build, const Plan *plan);
/* A store for such rows. */
RowStore *cte_store_new(const Build *build, const Plan *plan);
/* Appends the batch's rows; their addresses go to ret_rows. */
void cte_store_add(RowStore *store, const Batch *batch, uint8_t **ret_rows);

#endif
