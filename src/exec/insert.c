/* exec/insert.c: hands the input's rows to a table's provider, checked; gives one row: how many went in. */
#include "exec/row_checks.h"

typedef struct InsertOperator InsertOperator;

/* What the provider pulls from. */
typedef struct InsertStream {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    InsertOperator *insert;
} InsertStream;

struct InsertOperator {
    Operator base;
    InsertStream stream;
    RowChecks checks;
    bool is_done;
    Batch *batch;
};

static Batch *insert_stream_next(BatchStream *stream)
{
    InsertOperator *self = ((InsertStream *)stream)->insert;
    Batch *batch = operator_next(self->base.inputs[0]);
    if (batch)
        row_checks_run(&self->checks, stream->schema, batch, /* first_column= */ 0);
    return batch;
}

static Batch *insert_next(Operator *op)
{
    InsertOperator *self = (InsertOperator *)op;
    const PlanInsert *plan = (const PlanInsert *)op->plan;
    if (self->is_done)
        return NULL;
    self->is_done = true;
    TableProvider *table = plan->table;
    self->stream.base.schema = table->ops->schema(table, op->context);
    uint64_t count = table->ops->insert_into(table, op->context, plan->op, &self->stream.base);
    Value value = value_ubigint(count);
    vector_prepare(self->batch->columns[0], 1);
    vector_set_value(self->batch->columns[0], 0, &value);
    self->batch->row_count = self->batch->vector_size = 1;
    return self->batch;
}

static const OperatorOps insert_ops = {"Insert", NULL, insert_next, NULL};

Operator *insert_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanInsert *insert = (const PlanInsert *)plan;
    if (insert->table->ops->insert_into == NULL)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "table \"%s\" (%s) takes no rows", insert->name,
                    insert->table->ops->format);
    InsertOperator *self = operator_new(build, InsertOperator, &insert_ops, plan, inputs);
    self->checks =
        row_checks_new(build, plan->inputs[0], insert->name, insert->checks, insert->check_names, insert->check_count);
    self->stream = (InsertStream){.base = {.next = insert_stream_next}, .insert = self};
    self->batch = batch_new_empty(build->arena, 1);
    self->batch->columns[0] = vector_new(build->arena, type_of(TYPE_UBIGINT));
    return &self->base;
}
