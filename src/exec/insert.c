/* exec/insert.c: hands the input's rows to a table's provider, checked; gives one row, how many went in, or the rows.
 */
#include "exec/key_filter.h"
#include "exec/row_checks.h"
#include "exec/written_rows.h"

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
    KeyFilter *keys; /* or NULL */
    bool is_done;
    WrittenRows written;
};

static Batch *insert_stream_next(BatchStream *stream)
{
    InsertOperator *self = ((InsertStream *)stream)->insert;
    Batch *batch = operator_next(self->base.inputs[0]);
    if (batch == NULL)
        return NULL;
    row_checks_run(&self->checks, stream->schema, batch, /* first_column= */ 0);
    if (self->keys)
        batch = key_filter_run(self->keys, batch);
    written_rows_add(&self->written, batch);
    return batch;
}

static Batch *insert_next(Operator *op)
{
    InsertOperator *self = (InsertOperator *)op;
    const PlanInsert *plan = (const PlanInsert *)op->plan;
    if (!self->is_done) {
        self->is_done = true;
        TableProvider *table = plan->table;
        self->stream.base.schema = table->ops->schema(table, op->context);
        uint64_t count = table->ops->insert_into(table, op->context, plan->op, &self->stream.base);
        written_rows_set_count(&self->written, count);
    }
    return written_rows_next(&self->written);
}

static void insert_close(Operator *op)
{
    key_filter_close(((InsertOperator *)op)->keys);
}

static const OperatorOps insert_ops = {"Insert", NULL, insert_next, insert_close};

Operator *insert_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanInsert *insert = (const PlanInsert *)plan;
    if (insert->table->ops->insert_into == NULL)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "table \"%s\" (%s) takes no rows", insert->name,
                    insert->table->ops->format);
    InsertOperator *self = operator_new(build, InsertOperator, &insert_ops, plan, inputs);
    self->checks =
        row_checks_new(build, plan->inputs[0], insert->name, insert->checks, insert->check_names, insert->check_count);
    if (insert->key_count > 0)
        self->keys = key_filter_new(build, insert->table->ops->schema(insert->table, build->context), insert->keys,
                                    insert->key_count, /* first_column= */ 0);
    self->stream = (InsertStream){.base = {.next = insert_stream_next}, .insert = self};
    self->written = written_rows_new(build, insert->returns_rows);
    return &self->base;
}
