/* exec/change.c: DELETE, UPDATE, MERGE and ON CONFLICT DO UPDATE: hands row numbers, and the new rows, checked, to a
 * table's provider, or filters and assignments; gives one row, how many were changed, or the rows. */
#include "exec/key_filter.h"
#include "exec/row_checks.h"
#include "exec/written_rows.h"

typedef struct ChangeOperator ChangeOperator;

/* What the provider pulls from. */
typedef struct ChangeStream {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    ChangeOperator *change;
} ChangeStream;

struct ChangeOperator {
    Operator base;
    ChangeStream stream;
    RowChecks checks;
    KeyFilter *keys;      /* UPSERT: of the table; MERGE: the row number */
    const Schema *schema; /* of the table */
    bool is_done;
    WrittenRows written;
    Batch shown;
};

static void change_require_once(const ChangeOperator *self, const Batch *batch)
{
    if (key_filter_run(self->keys, batch)->row_count == batch->row_count)
        return;
    bool is_merge = ((const PlanChange *)self->base.plan)->kind == PLAN_CHANGE_MERGE;
    error_raise_hint(ERROR_CARDINALITY, NO_POSITION,
                     is_merge ? "at most one row of the source may match a row" : "insert one row alone for each key",
                     "%s cannot change a row of table \"%s\" a second time",
                     is_merge ? "MERGE" : "ON CONFLICT DO UPDATE", self->checks.table_name);
}

static Batch *change_stream_next(BatchStream *stream)
{
    ChangeOperator *self = ((ChangeStream *)stream)->change;
    Batch *batch = operator_next(self->base.inputs[0]);
    if (batch == NULL)
        return NULL;
    PlanChangeKind kind = ((const PlanChange *)self->base.plan)->kind;
    if (kind != PLAN_CHANGE_DELETE)
        row_checks_run(&self->checks, self->schema, batch, /* first_column= */ 1);
    if (self->keys)
        change_require_once(self, batch);
    written_rows_add(&self->written, batch);
    self->shown = *batch; /* behind the provider's columns are those that only RETURNING asks for */
    self->shown.column_count = stream->schema->column_count;
    return &self->shown;
}

/* The provider finds the rows itself. */
static uint64_t change_hand_over(const ChangeOperator *self, const PlanChange *plan)
{
    TableProvider *table = plan->table;
    const Context *context = self->base.context;
    Arena *arena = self->base.arena;
    size_t filter_count = plan->scan->filters.count;
    Expr **filters = arena_array(arena, Expr *, filter_count);
    for (size_t i = 0; i < filter_count; i++)
        filters[i] = plan_scan_expr(arena, plan->scan, plan->scan->filters.items[i].filter);
    if (plan->kind == PLAN_CHANGE_DELETE)
        return table->ops->delete_from(table, context, filters, filter_count);
    Expr **values = arena_array(arena, Expr *, plan->column_count);
    for (size_t i = 0; i < plan->column_count; i++)
        values[i] = plan_scan_expr(arena, plan->scan, plan->values[i]);
    return table->ops->update(table, context, plan->columns, values, plan->column_count, filters, filter_count);
}

static uint64_t change_run(ChangeOperator *self)
{
    const PlanChange *plan = (const PlanChange *)self->base.plan;
    TableProvider *table = plan->table;
    BatchStream *rows = &self->stream.base;
    if (plan->scan)
        return change_hand_over(self, plan);
    bool takes_rows =
        plan->kind == PLAN_CHANGE_DELETE ? table->ops->delete_rows != NULL : table->ops->update_rows != NULL;
    if (!takes_rows) /* the optimizer has seen that there are none */
        return 0;
    if (plan->kind == PLAN_CHANGE_DELETE)
        return table->ops->delete_rows(table, self->base.context, rows);
    if (plan->deletes_too)
        return table->ops->merge_rows(table, self->base.context, plan->columns, plan->column_count, rows);
    return table->ops->update_rows(table, self->base.context, plan->columns, plan->column_count, rows);
}

static Batch *change_next(Operator *op)
{
    ChangeOperator *self = (ChangeOperator *)op;
    if (!self->is_done) {
        self->is_done = true;
        written_rows_set_count(&self->written, change_run(self));
    }
    return written_rows_next(&self->written);
}

static void change_close(Operator *op)
{
    key_filter_close(((ChangeOperator *)op)->keys);
}

static const OperatorOps change_ops = {"Change", NULL, change_next, change_close};

/* The row number, the table's columns unless rows are deleted alone, and what MERGE has behind them. */
static const Schema *change_schema(const Build *build, const PlanChange *change, const Schema *table)
{
    size_t count = change->kind == PLAN_CHANGE_DELETE ? 0 : table->column_count;
    Schema *schema = schema_new(build->arena, 1 + count + change->deletes_too);
    schema->columns[0] = (Column){.name = "row number", .type = type_of(TYPE_BIGINT)};
    for (size_t i = 0; i < count; i++)
        schema->columns[1 + i] = table->columns[i];
    if (change->deletes_too)
        schema->columns[1 + count] = (Column){.name = "is gone", .type = type_of(TYPE_BOOLEAN)};
    return schema;
}

static KeyFilter *change_keys(const Build *build, const PlanChange *change, const Schema *table, const Schema *rows)
{
    static const size_t first = 0;
    static const Constraint row_number = {.kind = CONSTRAINT_UNIQUE, .column_count = 1, .columns = &first};
    static const Constraint *const numbers = &row_number;
    if (change->kind == PLAN_CHANGE_UPSERT)
        return key_filter_new(build, table, &change->key, 1, rows->column_count);
    return change->kind == PLAN_CHANGE_MERGE ? key_filter_new(build, rows, &numbers, 1, 0) : NULL;
}

Operator *change_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanChange *change = (const PlanChange *)plan;
    ChangeOperator *self = operator_new(build, ChangeOperator, &change_ops, plan, inputs);
    self->schema = change->table->ops->schema(change->table, build->context);
    self->written = written_rows_new(build, change->returns_rows);
    if (change->scan)
        return &self->base;
    self->checks =
        row_checks_new(build, plan->inputs[0], change->name, change->checks, change->check_names, change->check_count);
    const Schema *rows = change_schema(build, change, self->schema);
    self->keys = change_keys(build, change, self->schema, rows);
    self->stream = (ChangeStream){.base = {.schema = rows, .next = change_stream_next}, .change = self};
    return &self->base;
}
