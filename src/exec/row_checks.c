/* exec/row_checks.c: the first row that breaks a rule of its table is an error. */
#include "exec/row_checks.h"

RowChecks row_checks_new(const Build *build, const Plan *input, const char *table_name, Expr *const *checks,
                         const char *const *names, size_t count)
{
    ColumnMap map = column_map_new(build, input, NULL);
    Expr **mapped = column_map_exprs(&map, checks, count);
    return (RowChecks){.table_name = table_name,
                       .count = count,
                       .names = names,
                       .evaluator = evaluator_new(build->arena, build->context, mapped, count)};
}

static void check_nulls(const RowChecks *checks, const Column *column, const Vector *values, const Batch *batch)
{
    for (size_t i = 0; i < batch->row_count; i++)
        if (vector_is_null(values, batch_row(batch, i)))
            error_raise(ERROR_NOT_NULL_VIOLATION, NO_POSITION, NOT_NULL_VIOLATION_TEXT, column->name,
                        checks->table_name);
}

/* A row passes a CHECK unless it is FALSE. Where there is not room for the values of all rows nothing is checked. */
static void check_condition(const RowChecks *checks, size_t index, const Batch *batch)
{
    const Vector *value = evaluator_value_flat(checks->evaluator, index, batch);
    const bool *values = VECTOR_DATA(value, bool);
    for (size_t i = 0; i < batch->row_count && !evaluator_lacks_room(checks->evaluator); i++) {
        size_t row = batch_row(batch, i);
        if (!values[row] && validity_get(value->validity, row))
            error_raise(ERROR_CHECK_VIOLATION, NO_POSITION, CHECK_VIOLATION_TEXT, checks->table_name,
                        checks->names[index]);
    }
}

void row_checks_run(const RowChecks *checks, const Schema *schema, const Batch *batch, size_t first_column)
{
    for (size_t c = 0; c < schema->column_count; c++) {
        const Vector *values = batch->columns[first_column + c];
        if (!schema->columns[c].is_nullable && vector_may_have_nulls(values))
            check_nulls(checks, &schema->columns[c], values, batch);
    }
    evaluator_begin(checks->evaluator, batch);
    for (const Batch *slice; (slice = evaluator_next_slice(checks->evaluator)) != NULL;)
        for (size_t i = 0; i < checks->count && !evaluator_lacks_room(checks->evaluator); i++)
            check_condition(checks, i, slice);
}
