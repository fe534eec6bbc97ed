/* exec/insert.c: hands the input's rows to a table's provider, checked; gives one row: how many went in. */
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct InsertOperator InsertOperator;

/* What the provider pulls from. */
typedef struct InsertStream {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    InsertOperator *insert;
} InsertStream;

struct InsertOperator {
    Operator base;
    InsertStream stream;
    Evaluator *checks;
    bool is_done;
    Batch *batch;
};

/* ---- checks ---- */

static void insert_check_nulls(const PlanInsert *plan, const Schema *schema, const Batch *batch)
{
    for (size_t c = 0; c < schema->column_count; c++) {
        if (schema->columns[c].is_nullable || !vector_may_have_nulls(batch->columns[c]))
            continue;
        for (size_t i = 0; i < batch->row_count; i++)
            if (vector_is_null(batch->columns[c], batch_row(batch, i)))
                error_raise(ERROR_NOT_NULL_VIOLATION, NO_POSITION,
                            "null value in column \"%s\" of table \"%s\" violates not-null constraint",
                            schema->columns[c].name, plan->name);
    }
}

/* A row passes a CHECK unless it is FALSE. */
static void insert_check_conditions(InsertOperator *self, const PlanInsert *plan, const Batch *batch)
{
    for (size_t c = 0; c < plan->check_count; c++) {
        const Vector *value = evaluator_value_flat(self->checks, c, batch);
        const bool *values = VECTOR_DATA(value, bool);
        for (size_t i = 0; i < batch->row_count; i++) {
            size_t row = batch_row(batch, i);
            if (!values[row] && validity_get(value->validity, row))
                error_raise(ERROR_CHECK_VIOLATION, NO_POSITION,
                            "new row for table \"%s\" violates check constraint \"%s\"", plan->name,
                            plan->check_names[c]);
        }
    }
}

static Batch *insert_stream_next(BatchStream *stream)
{
    InsertOperator *self = ((InsertStream *)stream)->insert;
    const PlanInsert *plan = (const PlanInsert *)self->base.plan;
    Batch *batch = operator_next(self->base.inputs[0]);
    if (batch == NULL)
        return NULL;
    insert_check_nulls(plan, stream->schema, batch);
    if (plan->check_count)
        insert_check_conditions(self, plan, batch);
    return batch;
}

/* ---- the operator ---- */

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
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **checks = column_map_exprs(&map, insert->checks, insert->check_count);
    self->checks = evaluator_new(build->arena, build->context, checks, insert->check_count);
    self->stream = (InsertStream){.base = {.next = insert_stream_next}, .insert = self};
    self->batch = batch_new_empty(build->arena, 1);
    self->batch->columns[0] = vector_new(build->arena, type_of(TYPE_UBIGINT));
    return &self->base;
}
