/* exec/cte.c: a query of WITH that is run once and read by several: its rows stay in memory while they are read. It is
 * run only so far as the foremost reader asks, and not at all when none does. */
#include "exec/cte.h"

#include "exec/row_output.h"

/* ---- the rows ---- */

static size_t plan_cte_number(const Plan *plan)
{
    return plan->kind == PLAN_CTE ? ((const PlanCte *)plan)->cte : ((const PlanRecursive *)plan)->cte;
}

RowStore *cte_store_new(const Build *build, const Plan *plan)
{
    const Plan *query = plan->inputs[0];
    Type *types = arena_array(build->arena, Type, query->output_count);
    for (size_t c = 0; c < query->output_count; c++)
        types[c] = plan_column(build->columns, query->outputs[c])->type;
    /* rows without columns are rows too, and have addresses */
    size_t extra_size = query->output_count == 0 ? sizeof(uint64_t) : 0;
    RowStore *store = row_store_new(build->arena, build->context,
                                    row_layout_new(build->arena, types, query->output_count, extra_size));
    row_store_overflow_to(store, temp_file_new(build->arena, build->context),
                          memory_share_kept(memory_share_part(build->memory_share, 2)));
    return store;
}

CteRows *cte_rows_new(const Build *build, const Plan *plan)
{
    CteRows *rows = arena_new(build->arena, CteRows);
    *rows = (CteRows){.cte = plan_cte_number(plan), .store = cte_store_new(build, plan), .outer = build->ctes};
    return rows;
}

void cte_store_add(RowStore *store, const Batch *batch, uint8_t **ret_rows)
{
    row_store_append(store, batch->row_count, ret_rows);
    for (size_t c = 0; c < batch->column_count; c++)
        rows_write(store, c, batch->columns[c], batch->selection, batch->row_count, ret_rows);
}

/* ---- the operator that keeps them ---- */

typedef struct CteOperator {
    Operator base;
    CteRows *rows;
    bool has_written;
    Batch *batch;
    uint8_t *written[BATCH_SIZE]; /* places of what is written */
} CteOperator;

/* One more batch of the query's rows, which get their places in `places`; false: there is none. */
static bool cte_rows_fetch(CteRows *rows, uint8_t **places)
{
    const Batch *batch = rows->source ? operator_next(rows->source) : NULL;
    if (batch == NULL)
        return false;
    cte_store_add(rows->store, batch, places);
    rows->end = row_store_count(rows->store);
    return true;
}

static void cte_write(CteOperator *self)
{
    while (cte_rows_fetch(self->rows, self->written))
        ;
    self->has_written = true;
}

static Batch *cte_next(Operator *op)
{
    CteOperator *self = (CteOperator *)op;
    if (((const PlanCte *)op->plan)->writes && !self->has_written)
        cte_write(self);
    const Batch *batch = operator_next(op->inputs[1]);
    operator_note_memory(op, row_store_size(self->rows->store));
    return batch ? batch_view(self->batch, batch) : NULL;
}

static void cte_close(Operator *op)
{
    row_store_release(((CteOperator *)op)->rows->store);
}

static const OperatorOps cte_ops = {"With", NULL, cte_next, cte_close};

Operator *cte_new(const Build *build, const Plan *plan, Operator **inputs)
{
    CteOperator *self = operator_new(build, CteOperator, &cte_ops, plan, inputs);
    self->rows = build->ctes;
    self->rows->source = inputs[0];
    self->batch = batch_new_empty(build->arena, plan->output_count);
    return &self->base;
}

/* ---- readers ---- */

typedef struct CteScanOperator {
    Operator base;
    CteRows *rows;
    bool has_begun;
    size_t position;
    Batch *batch;
    uint8_t *found[BATCH_SIZE];
} CteScanOperator;

static Batch *cte_scan_next(Operator *op)
{
    CteScanOperator *self = (CteScanOperator *)op;
    const PlanCteScan *plan = (const PlanCteScan *)op->plan;
    CteRows *rows = self->rows;
    if (!self->has_begun)
        self->position = rows->first;
    self->has_begun = true;
    if (self->position == rows->end && !cte_rows_fetch(rows, self->found))
        return NULL;
    const RowLayout *layout = row_store_layout(rows->store);
    row_store_look(rows->store);
    size_t left = rows->end - self->position;
    size_t count =
        row_store_rows(rows->store, self->position, left < op->batch_size ? left : op->batch_size, self->found);
    count = rows_output_count(layout, row_store_largest_string(rows->store), self->found, count);
    for (size_t c = 0; c < plan->base.output_count; c++)
        row_output(layout, plan->column_indexes[c], self->found, count, self->batch->columns[c]);
    self->position += count;
    self->batch->row_count = self->batch->vector_size = count;
    self->batch->selection = NULL;
    return self->batch;
}

static const OperatorOps cte_scan_ops = {"With Scan", NULL, cte_scan_next, NULL};

Operator *cte_scan_new(const Build *build, const Plan *plan, Operator **inputs)
{
    CteScanOperator *self = operator_new(build, CteScanOperator, &cte_scan_ops, plan, inputs);
    self->rows = build->ctes;
    while (self->rows && self->rows->cte != ((const PlanCteScan *)plan)->cte)
        self->rows = self->rows->outer;
    if (self->rows == NULL)
        error_raise(ERROR_INTERNAL, NO_POSITION, "\"%s\" is read outside of its query",
                    ((const PlanCteScan *)plan)->name);
    self->batch = batch_new_empty(build->arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(build->arena, plan_column(build->columns, plan->outputs[c])->type);
    return &self->base;
}
