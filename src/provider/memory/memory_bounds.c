/* provider/memory/memory_bounds.c: skipping row groups by their smallest and largest values. */
#include "provider/memory/memory_bounds.h"

#include <string.h>

#include "base/context.h"
#include "expr/function.h"

enum { MOST_DEPTH = 32 }; /* filters that nest deeper are not looked into */

/* A call of a sign with a column on the left and a constant on the right. */
static bool filter_is_comparison(const Expr *filter, ColumnId *ret_column, const Value **ret_value)
{
    if (filter->kind != EXPR_CALL || filter->argument_count != 2 || filter->arguments[0]->kind != EXPR_COLUMN ||
        filter->arguments[1]->kind != EXPR_CONSTANT)
        return false;
    *ret_column = filter->arguments[0]->column;
    *ret_value = &filter->arguments[1]->constant;
    return true;
}

bool memory_filter_is_equality(const Expr *filter, ColumnId *ret_column, const Expr **ret_fixed)
{
    if (filter->kind != EXPR_CALL || strcmp(filter->function->name, "=") != 0 ||
        filter->arguments[0]->kind != EXPR_COLUMN || !expr_is_fixed(filter->arguments[1]) ||
        !type_equal(filter->arguments[0]->type, expr_fixed_value(filter->arguments[1])->type))
        return false;
    *ret_column = filter->arguments[0]->column;
    *ret_fixed = filter->arguments[1];
    return true;
}

typedef struct Bounds {
    bool has_values; /* some row is not NULL */
    Value minimum, maximum;
} Bounds;

static Bounds column_bounds(const MemoryColumn *column)
{
    Bounds bounds = {.has_values = column->has_bounds};
    if (bounds.has_values) {
        bounds.minimum = vector_value(column->values, column->minimum_row);
        bounds.maximum = vector_value(column->values, column->maximum_row);
    }
    return bounds;
}

static bool types_compare(const Value *a, const Value *b)
{
    return a->type.id == b->type.id && a->type.scale == b->type.scale;
}

static bool comparison_may_hold(const Bounds *bounds, const char *sign, const Value *value)
{
    int low = value_compare(&bounds->minimum, value), high = value_compare(&bounds->maximum, value);
    if (strcmp(sign, "=") == 0)
        return low <= 0 && high >= 0;
    if (strcmp(sign, "<>") == 0)
        return low != 0 || high != 0;
    if (strcmp(sign, "<") == 0)
        return low < 0;
    if (strcmp(sign, "<=") == 0)
        return low <= 0;
    if (strcmp(sign, ">") == 0)
        return high > 0;
    if (strcmp(sign, ">=") == 0)
        return high >= 0;
    return true;
}

/* LIKE 'abc%': values begin with the text before the first sign that is not itself. */
static bool prefix_may_match(const Bounds *bounds, StringView pattern)
{
    size_t size = 0;
    while (size < pattern.size && !strchr("%_\\", pattern.data[size]))
        size++;
    StringView prefix = {pattern.data, size}, low = bounds->minimum.text;
    if (low.size > size)
        low.size = size;
    return view_compare(low, prefix) <= 0 && view_compare(bounds->maximum.text, prefix) >= 0;
}

static bool call_may_match(const MemoryGroup *group, const Expr *filter)
{
    ColumnId column;
    const Value *value;
    if (!filter_is_comparison(filter, &column, &value)) {
        if (filter->argument_count != 1 || filter->arguments[0]->kind != EXPR_COLUMN)
            return true;
        const MemoryColumn *tested = &group->columns[filter->arguments[0]->column];
        if (strcmp(filter->function->name, "is null") == 0)
            return tested->null_count > 0;
        return strcmp(filter->function->name, "is not null") != 0 || tested->has_bounds;
    }
    if (filter->function->flags & FUNCTION_NOT_STRICT)
        return true;
    Bounds bounds = column_bounds(&group->columns[column]);
    if (!bounds.has_values || value->is_null)
        return false;
    if (!types_compare(&bounds.minimum, value))
        return true;
    if (strcmp(filter->function->name, "~~") == 0)
        return prefix_may_match(&bounds, value->text);
    return comparison_may_hold(&bounds, filter->function->name, value);
}

static bool in_may_match(const MemoryGroup *group, const Expr *filter)
{
    if (filter->is_negated || filter->arguments[0]->kind != EXPR_COLUMN)
        return true;
    Bounds bounds = column_bounds(&group->columns[filter->arguments[0]->column]);
    if (!bounds.has_values)
        return false;
    for (size_t i = 1; i < filter->argument_count; i++) {
        context_pace_item(i);
        const Expr *item = filter->arguments[i];
        if (item->kind != EXPR_CONSTANT ||
            (!item->constant.is_null && !types_compare(&bounds.minimum, &item->constant)))
            return true;
        if (!item->constant.is_null && comparison_may_hold(&bounds, "=", &item->constant))
            return true;
    }
    return false;
}

static bool filter_may_match(const MemoryGroup *group, const Expr *filter, size_t depth)
{
    if (depth >= MOST_DEPTH)
        return true;
    bool is_and = filter->kind == EXPR_AND;
    switch (filter->kind) {
    case EXPR_CONSTANT:
        return !expr_is_false_or_null(filter);
    case EXPR_AND:
    case EXPR_OR:
        for (size_t i = 0; i < filter->argument_count; i++) {
            context_pace_item(i);
            if (filter_may_match(group, filter->arguments[i], depth + 1) != is_and)
                return !is_and;
        }
        return is_and;
    case EXPR_CALL:
        return call_may_match(group, filter);
    case EXPR_IN:
        return in_may_match(group, filter);
    default:
        return true;
    }
}

bool memory_group_may_match(const MemoryGroup *group, const Expr *filter)
{
    return group->row_count == 0 || filter_may_match(group, filter, 0);
}

bool memory_group_may_be_wanted(const MemoryGroup *group, size_t column, const DynamicSnapshot *snapshot)
{
    if (column >= group->column_count)
        return true; /* the row's number */
    const MemoryColumn *values = &group->columns[column];
    Bounds bounds = column_bounds(values);
    Value none = value_null(values->values->type);
    return dynamic_snapshot_may_match(snapshot, bounds.has_values ? &bounds.minimum : &none,
                                      bounds.has_values ? &bounds.maximum : &none, values->null_count > 0);
}
