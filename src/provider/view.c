/* provider/view.c: a view: a provider whose rows are those of a query. It is never scanned: the binder puts the query
 * in its place, so that filters and projections pass through. */
#include "provider/catalog.h"

typedef struct View {
    TableProvider base;
    const Schema *schema;
    const char *sql;
    SearchPath path;
} View;

static const Schema *view_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((View *)table)->schema;
}

static TableType view_type(TableProvider *table)
{
    (void)table;
    return TABLE_VIEW;
}

static const char *view_logical_plan(TableProvider *table)
{
    return ((View *)table)->sql;
}

static void view_release(TableProvider *table)
{
    arena_free(table->arena);
}

static const TableProviderOps view_ops = {
    .format = "view",
    .schema = view_schema,
    .table_type = view_type,
    .logical_plan = view_logical_plan,
    .release = view_release,
};

const SearchPath *view_path(const TableProvider *table)
{
    return table->ops == &view_ops ? &((const View *)table)->path : NULL;
}

TableProvider *view_new(const Context *context, const char *sql, const Schema *columns, const SearchPath *path)
{
    Arena *arena = arena_new_child(context->arena);
    View *view = arena_new(arena, View);
    view->base = (TableProvider){.ops = &view_ops, .share_count = 1, .arena = arena};
    view->sql = arena_string(arena, sql);
    view->schema = schema_copy(arena, columns);
    const char **names = arena_array(arena, const char *, path->count);
    for (size_t i = 0; i < path->count; i++)
        names[i] = arena_string(arena, path->names[i]);
    view->path = (SearchPath){path->count, names};
    arena_set_parent(arena, NULL);
    return &view->base;
}
