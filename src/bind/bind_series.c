/* bind/bind_series.c: generate_series and range in FROM. */
#include "bind/binder.h"
#include "provider/series.h"

enum { SERIES_MAX_ARGUMENTS = 3 };

typedef struct SeriesCall {
    Binder *binder;
    const AstTableRef *ref;
    const char *column_name;
    bool is_stop_included; /* generate_series; range stops before it */
    size_t count;
    Expr *exprs[SERIES_MAX_ARGUMENTS];
    bool is_untyped[SERIES_MAX_ARGUMENTS];
} SeriesCall;

static Value series_value(const SeriesCall *call, size_t index, Type type)
{
    Expr *expr = bind_convert(call->binder, call->exprs[index], call->is_untyped[index], type);
    return bind_evaluate(call->binder, expr);
}

static _Noreturn void raise_zero_step(const SeriesCall *call)
{
    bind_error(call->binder, ERROR_INVALID_PARAMETER, call->ref->position, NULL, "step size cannot be zero");
}

/* range(n) begins at 0. A NULL anywhere gives no row. */
static TableProvider *series_of_numbers(const SeriesCall *call)
{
    Type bigint = type_of(TYPE_BIGINT);
    Value values[SERIES_MAX_ARGUMENTS] = {value_integer(bigint, 0), value_integer(bigint, 0), value_integer(bigint, 1)};
    size_t first = call->count == 1 ? 1 : 0;
    bool is_null = false;
    for (size_t i = 0; i < call->count; i++) {
        values[first + i] = series_value(call, i, bigint);
        is_null |= values[first + i].is_null;
    }
    if (is_null)
        return series_table_new(call->column_name, 1, 0, 1, true);
    if (values[2].i64 == 0)
        raise_zero_step(call);
    return series_table_new(call->column_name, values[0].i64, values[1].i64, values[2].i64, call->is_stop_included);
}

static TableProvider *series_of_timestamps(const SeriesCall *call)
{
    Type type = type_of(call->exprs[0]->type.id == TYPE_TIMESTAMPTZ ? TYPE_TIMESTAMPTZ : TYPE_TIMESTAMP);
    if (call->count < 3)
        bind_error(call->binder, ERROR_UNDEFINED_FUNCTION, call->ref->position, NULL,
                   "a series of timestamps needs a start, a stop and a step");
    Value start = series_value(call, 0, type), stop = series_value(call, 1, type);
    Value step = series_value(call, 2, type_of(TYPE_INTERVAL));
    if (start.is_null || stop.is_null || step.is_null)
        return series_timestamp_table_new(call->column_name, type, 1, 0, (Interval){.days = 1}, true);
    Interval interval = step.interval;
    bool is_up = interval.months > 0 || interval.days > 0 || interval.microseconds > 0;
    bool is_down = interval.months < 0 || interval.days < 0 || interval.microseconds < 0;
    if (!is_up && !is_down)
        raise_zero_step(call);
    if (is_up && is_down)
        bind_error(call->binder, ERROR_INVALID_PARAMETER, call->ref->position, NULL,
                   "the step's fields must all have the same sign");
    return series_timestamp_table_new(call->column_name, type, start.i64, stop.i64, interval, call->is_stop_included);
}

static SeriesCall series_call(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    const AstFunction *function = ref->function->function;
    bool is_range = view_equal_ignoring_case(function->name.name, view_of("range"));
    if (!is_range && !view_equal_ignoring_case(function->name.name, view_of("generate_series")))
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, ref->position,
                   "there are generate_series, range, read_csv and rejects, and what libraries bring (LOAD)",
                   "table function %.*s does not exist", VIEW_ARGUMENTS(function->name.name));
    SeriesCall call = {.binder = binder, .ref = ref, .is_stop_included = !is_range, .count = function->arguments.count};
    if (call.count < 1 || call.count > SERIES_MAX_ARGUMENTS)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, ref->position, NULL,
                   "%.*s takes a start, a stop and a step, not %zu arguments", VIEW_ARGUMENTS(function->name.name),
                   call.count);
    Place place = {.binder = binder, .scope = before, .clause = "the arguments of a function in FROM"};
    for (size_t i = 0; i < call.count; i++) {
        call.exprs[i] = bind_expr(&place, function->arguments.items[i]);
        call.is_untyped[i] = ast_is_untyped(function->arguments.items[i]);
    }
    call.column_name = binder_string(binder, ast_name_is_given(&ref->alias) ? ref->alias.text : function->name.name);
    return call;
}

static void series_unref(void *table)
{
    provider_unref(table);
}

Relation bind_series(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    SeriesCall call = series_call(from, ref, before);
    TypeId first = (TypeId)call.exprs[0]->type.id;
    bool is_temporal = first == TYPE_TIMESTAMP || first == TYPE_TIMESTAMPTZ || first == TYPE_DATE;
    TableProvider *table = is_temporal ? series_of_timestamps(&call) : series_of_numbers(&call);
    arena_own(binder->arena, table, series_unref);
    const Schema *schema = table->ops->schema(table, binder->context);
    PlanScan *scan = plan_scan_new(binder->columns, table, schema, call.column_name);
    const char *names[] = {call.column_name, "ordinality"};
    bool is_untyped[] = {false, false};
    Rows rows = {.plan = &scan->base, .column_count = 1, .names = names, .is_untyped = is_untyped};
    if (ref->is_with_ordinality) {
        ColumnId number;
        rows.plan = bind_numbered(binder, rows.plan, "row_number", NULL, &number);
        rows.column_count = 2;
    }
    return relation_of_rows(binder, &rows, call.column_name, &ref->column_aliases);
}
