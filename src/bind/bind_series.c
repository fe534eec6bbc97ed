/* bind/bind_series.c: generate_series and range of constants in FROM: a table that knows how many rows it has. */
#include "bind/binder.h"
#include "provider/series.h"

typedef struct SeriesCall {
    Binder *binder;
    const AstTableRef *ref;
    const char *column_name;
    bool is_stop_included; /* generate_series; range stops before it */
    size_t count;
    Expr *const *exprs;
} SeriesCall;

static Value series_value(const SeriesCall *call, size_t index)
{
    return bind_evaluate(call->binder, call->exprs[index]);
}

static _Noreturn void raise_zero_step(const SeriesCall *call)
{
    bind_error(call->binder, ERROR_INVALID_PARAMETER, call->ref->position, NULL, "step size cannot be zero");
}

/* range(n) begins at 0. A NULL anywhere gives no row. */
static TableProvider *series_of_numbers(const SeriesCall *call)
{
    Type bigint = type_of(TYPE_BIGINT);
    Value values[] = {value_integer(bigint, 0), value_integer(bigint, 0), value_integer(bigint, 1)};
    size_t first = call->count == 1 ? 1 : 0;
    bool is_null = false;
    for (size_t i = 0; i < call->count; i++) {
        values[first + i] = series_value(call, i);
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
    Value start = series_value(call, 0), stop = series_value(call, 1);
    Value step = series_value(call, 2);
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

Plan *bind_series(Binder *binder, const AstTableRef *ref, const char *name, Expr *const *exprs, size_t count)
{
    bool is_range = view_equal_ignoring_case(ref->function->function->name.name, view_of("range"));
    SeriesCall call = {.binder = binder,
                       .ref = ref,
                       .column_name = name,
                       .is_stop_included = !is_range,
                       .count = count,
                       .exprs = exprs};
    TypeId first = (TypeId)call.exprs[0]->type.id;
    bool is_temporal = first == TYPE_TIMESTAMP || first == TYPE_TIMESTAMPTZ || first == TYPE_DATE;
    TableProvider *table = is_temporal ? series_of_timestamps(&call) : series_of_numbers(&call);
    provider_own(binder->arena, table);
    return &plan_scan_new(binder->columns, table, table->ops->schema(table, binder->context), name)->base;
}
