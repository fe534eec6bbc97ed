/* provider/provider.c: shares of a table, and what holds where a provider leaves a function out. */
#include "provider/provider.h"

TableProvider *provider_ref(TableProvider *table)
{
    atomic_fetch_add_explicit(&table->share_count, 1, memory_order_relaxed);
    return table;
}

void provider_unref(TableProvider *table)
{
    if (table && atomic_fetch_sub_explicit(&table->share_count, 1, memory_order_acq_rel) == 1)
        table->ops->release(table);
}

static void provider_release(void *table)
{
    provider_unref(table);
}

TableProvider *provider_own(Arena *arena, TableProvider *table)
{
    arena_own(arena, table, provider_release);
    return table;
}

TableType provider_table_type(TableProvider *table)
{
    return table->ops->table_type ? table->ops->table_type(table) : TABLE_BASE;
}

void provider_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                        FilterPushdown *ret_answers)
{
    for (size_t i = 0; i < filter_count; i++)
        ret_answers[i] = FILTER_UNSUPPORTED;
    if (table->ops->supports_filters_pushdown && filter_count > 0)
        table->ops->supports_filters_pushdown(table, filters, filter_count, ret_answers);
}

const Statistics *provider_statistics(TableProvider *table, const Context *context)
{
    return table->ops->statistics ? table->ops->statistics(table, context) : NULL;
}

const Constraints *provider_constraints(TableProvider *table)
{
    return table->ops->constraints ? table->ops->constraints(table) : NULL;
}

const char *constraint_name(Arena *arena, const char *table_name, const Schema *schema, const Constraint *constraint)
{
    static const char *const endings[] = {
        [CONSTRAINT_PRIMARY_KEY] = "pkey",  [CONSTRAINT_UNIQUE] = "key",        [CONSTRAINT_NOT_NULL] = "not_null",
        [CONSTRAINT_CHECK] = "check",       [CONSTRAINT_FOREIGN_KEY] = "fkey",  [CONSTRAINT_GENERATED] = "generated",
        [CONSTRAINT_IDENTITY] = "identity", [CONSTRAINT_PARTIAL_UNIQUE] = "idx"};
    if (constraint->name)
        return constraint->name;
    bool has_columns = constraint->kind == CONSTRAINT_CHECK ? constraint->column_count == 1
                                                            : constraint->kind != CONSTRAINT_PRIMARY_KEY;
    Text text = text_in(arena);
    text_add(&text, table_name);
    for (size_t i = 0; has_columns && i < constraint->column_count; i++)
        text_add_format(&text, "_%s", schema->columns[constraint->columns[i]].name);
    text_add_format(&text, "_%s", endings[constraint->kind]);
    return text_string(&text);
}

const Indexes *provider_indexes(TableProvider *table)
{
    return table->ops->indexes ? table->ops->indexes(table) : NULL;
}

const char *provider_column_default(TableProvider *table, size_t column)
{
    return table->ops->column_default ? table->ops->column_default(table, column) : NULL;
}

static const Constraint *column_constraint(TableProvider *table, size_t column, ConstraintKind kind)
{
    const Constraints *constraints = provider_constraints(table);
    for (size_t i = 0; constraints && i < constraints->count; i++)
        if (constraints->items[i].kind == kind && constraints->items[i].columns[0] == column)
            return &constraints->items[i];
    return NULL;
}

const char *provider_column_generated(TableProvider *table, size_t column)
{
    const Constraint *constraint = column_constraint(table, column, CONSTRAINT_GENERATED);
    return constraint ? constraint->check : NULL;
}

const Constraint *provider_column_identity(TableProvider *table, size_t column)
{
    return column_constraint(table, column, CONSTRAINT_IDENTITY);
}

const char *provider_logical_plan(TableProvider *table)
{
    return table->ops->logical_plan ? table->ops->logical_plan(table) : NULL;
}

/* ---- Scan ---- */

void scan_begin(Scan *scan, Arena *arena)
{
    if (scan == NULL)
        return;
    scan->progress = NULL;
    if (scan->begin)
        scan->begin(scan, arena);
}

void *scan_start(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    return scan->start ? scan->start(scan, arena, context, dynamics) : NULL;
}

BatchStream *scan_read(Scan *scan, Arena *arena, const Context *context)
{
    scan_begin(scan, arena);
    return scan->open(scan, scan_start(scan, arena, context, NULL), arena, context);
}

size_t scan_cursors_that_fit(const Context *context, size_t wanted, size_t size)
{
    size_t most = memory_budget_left(context->memory) / (size > 0 ? size : 1);
    most = most < wanted ? most : wanted;
    return most > 0 ? most : 1;
}
