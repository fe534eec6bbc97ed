/* bind/bind_from.c: what FROM names, as rows with named columns: tables, views, files, queries, functions. */
#include <limits.h>
#include <unistd.h>

#include "bind/binder.h"
#include "column/compression.h"
#include "sql/parser.h"

/* ---- names of a relation ---- */

static void require_alias_count(Binder *binder, const AstNames *aliases, size_t column_count, const char *name)
{
    if (aliases && aliases->count > column_count)
        bind_error(binder, ERROR_INVALID_COLUMN_REFERENCE, aliases->items[column_count].position, NULL,
                   "table \"%s\" has %zu columns, but %zu names were given", name, column_count, aliases->count);
}

static const char *column_alias(Binder *binder, const AstNames *aliases, size_t index, const char *name)
{
    return aliases && index < aliases->count ? binder_string(binder, aliases->items[index].text) : name;
}

Relation relation_of_rows(Binder *binder, const Rows *rows, const char *name, const AstNames *aliases)
{
    require_alias_count(binder, aliases, rows->column_count, name);
    ScopeTable *table = arena_new(binder->arena, ScopeTable);
    table->name = view_of(name);
    for (size_t i = 0; i < rows->column_count; i++) {
        ScopeColumn column = scope_column_new(column_alias(binder, aliases, i, rows->names[i]), name[0] ? name : NULL,
                                              rows->plan->outputs[i]);
        array_add(binder->arena, &table->columns, column);
    }
    Relation relation = {.plan = rows->plan};
    relation_add_table(binder, &relation, table);
    return relation;
}

void relation_add_hidden(Binder *binder, Relation *relation, const PlanScan *scan)
{
    ScopeTable *table = relation->tables.items[0];
    for (size_t i = table->columns.count; i < scan->base.output_count - scan->has_row_number; i++) {
        ColumnId column = scan->base.outputs[i];
        ScopeColumn hidden = scope_column_new(plan_column(binder->columns, column)->name, table->name.data, column);
        array_add(binder->arena, &table->hidden, hidden);
    }
}

/* (a JOIN b) AS x (names): one table x of all the columns that are visible. */
static Relation relation_rename(Binder *binder, const Relation *relation, const char *name, const AstNames *aliases)
{
    require_alias_count(binder, aliases, relation->columns.count, name);
    ScopeTable *table = arena_new(binder->arena, ScopeTable);
    table->name = view_of(name);
    for (size_t i = 0; i < relation->columns.count; i++) {
        const ScopeColumn *old = &relation->columns.items[i];
        ScopeColumn column = scope_column_new(column_alias(binder, aliases, i, old->name), name, old->column);
        array_add(binder->arena, &table->columns, column);
    }
    Relation renamed = {.plan = relation->plan};
    relation_add_table(binder, &renamed, table);
    return renamed;
}

/* ---- tables ---- */

TableProvider *bind_catalog_table(Binder *binder, const AstObjectName *name)
{
    StringView parts[3];
    size_t part_count = ast_object_name_parts(name, parts);
    SearchPath path = binder->path ? *binder->path : catalog_path(binder->environment->catalog);
    TableProvider *table = catalog_require_table_along(binder->environment->catalog, &path, parts, part_count,
                                                       binder->context, binder_at(binder, name->position));
    provider_own(binder->arena, table);
    return table;
}

Rows scan_rows(Binder *binder, TableProvider *table, const char *name)
{
    const Schema *schema = table->ops->schema(table, binder->context);
    PlanScan *scan = plan_scan_new(binder->columns, table, schema, name);
    Rows rows = {.plan = &scan->base,
                 .column_count = schema->column_count,
                 .names = arena_array(binder->arena, const char *, schema->column_count),
                 .is_untyped = arena_allocate_zero(binder->arena, schema->column_count * sizeof(bool))};
    for (size_t i = 0; i < schema->column_count; i++)
        rows.names[i] = plan_column(binder->columns, scan->base.outputs[i])->name;
    return rows;
}

Rows bind_statement_rows(Binder *binder, const AstStatement *ast)
{
    const BindEnvironment *environment = binder->environment;
    TableProvider *table = environment->statement_rows(environment->user, ast);
    provider_own(binder->arena, table);
    return scan_rows(binder, table, ast_statement_name(ast->kind));
}

/* ---- views: their query is bound in place, so that filters go through ---- */

enum { VIEW_DEPTH_LIMIT = 64 };

static void require_new_view(const Binder *binder, const TableProvider *view, const char *name, Position position)
{
    size_t depth = 0;
    for (const ViewFrame *frame = binder->views; frame; frame = frame->outer) {
        if (frame->view == view)
            bind_error(binder, ERROR_TOO_COMPLEX, position, NULL, "view \"%s\" refers to itself", name);
        if (++depth >= VIEW_DEPTH_LIMIT)
            bind_error(binder, ERROR_TOO_COMPLEX, position, NULL, "views refer to views more than %d levels deep",
                       VIEW_DEPTH_LIMIT);
    }
}

static Rows view_rows(Binder *binder, TableProvider *view, const char *sql, const char *name, Position position)
{
    require_new_view(binder, view, name, position);
    const AstQuery *query = parser_parse_query(binder->arena, view_of(sql));
    ViewFrame frame = {.view = view, .name = name, .outer = binder->views};
    Position outer_position = binder->outer_position;
    binder->outer_position = binder_at(binder, position);
    const SearchPath *outer_path = binder->path;
    binder->views = &frame;
    binder->path = view_path(view);
    Rows rows = bind_rows(binder, query, NULL, NULL);
    binder->views = frame.outer;
    binder->path = outer_path;
    binder->outer_position = outer_position;
    const Schema *schema = view->ops->schema(view, binder->context);
    if (schema->column_count > rows.column_count) /* it may give more: * means columns that came later, too */
        bind_error(binder, ERROR_UNDEFINED_COLUMN, position, "make the view anew",
                   "view \"%s\" has %zu columns, but its query now gives %zu", name, schema->column_count,
                   rows.column_count);
    rows.column_count = schema->column_count;
    for (size_t i = 0; i < schema->column_count; i++)
        rows.names[i] = arena_string(binder->arena, schema->columns[i].name);
    return rows;
}

/* ---- the kinds of FROM items ---- */

static Cte *cte_find(const From *from, const AstObjectName *name)
{
    if (name->schema.data || name->catalog.data)
        return NULL;
    for (Cte *cte = from->ctes; cte; cte = cte->outer)
        if (view_equal(cte->ast->name.text, name->name))
            return cte;
    return NULL;
}

static const char *ref_name(Binder *binder, const AstTableRef *ref, StringView otherwise)
{
    return binder_string(binder, ast_name_is_given(&ref->alias) ? ref->alias.text : otherwise);
}

static Relation bind_cte_ref(const From *from, const AstTableRef *ref, Cte *cte)
{
    Binder *binder = from->binder;
    Rows rows = bind_cte(binder, cte, ref->position);
    return relation_of_rows(binder, &rows, ref_name(binder, ref, cte->ast->name.text), &ref->column_aliases);
}

static Relation bind_table(const From *from, const AstTableRef *ref)
{
    Binder *binder = from->binder;
    Cte *cte = cte_find(from, &ref->table);
    if (cte)
        return bind_cte_ref(from, ref, cte);
    TableProvider *table = bind_catalog_table(binder, &ref->table);
    const char *name = ref_name(binder, ref, ref->table.name);
    const char *sql = provider_logical_plan(table);
    Rows rows = sql ? view_rows(binder, table, sql, name, ref->position) : scan_rows(binder, table, name);
    Relation relation = relation_of_rows(binder, &rows, name, &ref->column_aliases);
    if (sql == NULL)
        relation_add_hidden(binder, &relation, (const PlanScan *)rows.plan);
    relation.tables.items[0]->real_name = ref->table.name;
    if (!ast_name_is_given(&ref->alias))
        relation.tables.items[0]->schema =
            ref->table.schema.data ? ref->table.schema : view_of(catalog_current_schema(binder->environment->catalog));
    return relation;
}

/* "data/Orders.2024.csv" is called Orders.2024, and orders where no quotes are wanted: names match in any case.
 * "data/Orders.csv.gz" is called Orders. */
static StringView file_table_name(StringView path)
{
    compression_of_path(path, &path);
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--; /* a folder */
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    StringView name = {path.data + start, path.size - start};
    for (size_t i = name.size; i > 1; i--)
        if (name.data[i - 1] == '.')
            return (StringView){name.data, i - 1};
    return name;
}

void bind_require_files(const BindEnvironment *environment, Position position)
{
    const Settings *settings = environment->columns->context->settings;
    if (settings && settings->safe)
        error_raise_hint(ERROR_READ_ONLY, position, "name it on the command line, and it is a table",
                         "safe mode forbids to read files that are named in SQL");
}

TableProvider *bind_file_table(BindEnvironment *environment, StringView path, Position position)
{
    Arena *arena = environment->columns->arena;
    bind_require_files(environment, position);
    TableProvider *known = catalog_file(environment->catalog, path);
    if (known)
        return known;
    const Format *format = catalog_format_of_file(environment->catalog, path);
    const char *location = arena_string_n(arena, path.data, path.size);
    if (format == NULL || format->table == NULL) {
        if (access(location, F_OK) != 0 && strpbrk(location, "*?[") == NULL)
            error_raise_hint(ERROR_UNDEFINED_FILE, position,
                             strpbrk(location, "./") ? "" : "a table's name stands without single quotes",
                             "%s: there is no such file", location);
        if (format)
            error_raise_hint(ERROR_WRONG_OBJECT_TYPE, position, "ATTACH it, then name a table of it",
                             "%s is a database, not a table", location);
        format = catalog_format(environment->catalog, view_of("csv"));
        if (format == NULL)
            error_raise(ERROR_NOT_SUPPORTED, position, "%s: no format is known for such a file", location);
    }
    FormatArgs args = {
        .format = format, .location = location, .position = position, .context = environment->columns->context};
    TableProvider *table = format->table(&args);
    provider_own(arena, table);
    catalog_keep_file(environment->catalog, path, table);
    arena_disown(arena, table);
    return table;
}

static Relation bind_file(const From *from, const AstTableRef *ref)
{
    Binder *binder = from->binder;
    TableProvider *table = bind_file_table(binder->environment, ref->file, binder_at(binder, ref->position));
    provider_own(binder->arena, table);
    const char *name = ref_name(binder, ref, file_table_name(ref->file));
    Rows rows = scan_rows(binder, table, name);
    Relation relation = relation_of_rows(binder, &rows, name, &ref->column_aliases);
    relation_add_hidden(binder, &relation, (const PlanScan *)rows.plan);
    return relation;
}

/* The scopes of the tables to the left, up to that of the query around. */
static void scopes_come_last(Scope *before, const Scope *end, bool come_last)
{
    for (; before != end; before = before->parent)
        before->comes_last = come_last;
}

/* It need not be said that a query is LATERAL; without, it uses the tables to the left only for what it finds nowhere
 * else. */
static Relation bind_derived_table(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    scopes_come_last(before, from->parent, !ref->is_lateral);
    Rows rows = bind_rows(binder, ref->query, before, from->ctes);
    scopes_come_last(before, from->parent, false);
    return relation_of_rows(binder, &rows, ref_name(binder, ref, view_of("")), &ref->column_aliases);
}

static Relation bind_aliased_join(const From *from, const AstTableRef *ref, Scope *before)
{
    Relation joined = bind_join(from, ref, before);
    if (!ast_name_is_given(&ref->alias))
        return joined;
    return relation_rename(from->binder, &joined, binder_string(from->binder, ref->alias.text), &ref->column_aliases);
}

static Relation bind_table_ref_by_kind(const From *from, const AstTableRef *ref, Scope *before)
{
    switch (ref->kind) {
    case AST_FROM_TABLE:
        return bind_table(from, ref);
    case AST_FROM_FILE:
        return bind_file(from, ref);
    case AST_FROM_FUNCTION:
        return bind_table_function(from, ref, before);
    case AST_FROM_QUERY:
        return bind_derived_table(from, ref, before);
    case AST_FROM_JOIN:
        return bind_aliased_join(from, ref, before);
    case AST_FROM_PIVOT:
        return bind_pivot(from, ref, before);
    case AST_FROM_UNPIVOT:
        return bind_unpivot(from, ref, before);
    }
    bind_error(from->binder, ERROR_NOT_SUPPORTED, ref->position, NULL, "this kind of table is not supported");
}

Relation bind_table_ref(const From *from, const AstTableRef *ref, Scope *before)
{
    binder_enter(from->binder, ref->position);
    binder_count_table(from->binder, ref->position);
    Relation relation = bind_table_ref_by_kind(from, ref, before);
    if (ref->sample)
        relation.plan = bind_sample(from->binder, relation.plan, ref->sample);
    binder_leave(from->binder);
    return relation;
}

Relation bind_from(Binder *binder, const AstTableRefs *refs, Scope *parent, Cte *ctes)
{
    From from = {.binder = binder, .parent = parent, .ctes = ctes};
    Relation all = {0};
    for (size_t i = 0; i < refs->count; i++) {
        Scope before = {.parent = parent, .ctes = ctes, .relation = all};
        Relation next = bind_table_ref(&from, refs->items[i], &before);
        all = i == 0 ? next : relation_cross(binder, &all, &next, before.outer_use_count > 0, refs->items[i]->position);
    }
    if (refs->count == 0)
        all.plan = &plan_values_new(binder->columns, /* row_count= */ 1, /* column_count= */ 0, NULL)->base;
    return all;
}
