/* bind/bind_scope.c: names to columns: which table's, of this query or one around it, and what to say when there is
 * none. */
#include "bind/binder.h"

#include "base/hash.h"
#include "bind/select.h"
#include "sql/printer.h"

ScopeColumn scope_column_new(const char *name, const char *table, ColumnId column)
{
    return (ScopeColumn){
        .name = name, .table = table, .column = column, .name_hash = hash_view_ignoring_case(view_of(name))};
}

ptrdiff_t scope_find_column(const ScopeColumns *columns, StringView name)
{
    ptrdiff_t exact = COLUMN_NONE, alike = COLUMN_NONE;
    uint64_t hash = hash_view_ignoring_case(name);
    for (size_t i = 0; i < columns->count; i++) {
        if (columns->items[i].name_hash != hash)
            continue;
        StringView candidate = view_of(columns->items[i].name);
        if (!view_equal_ignoring_case(candidate, name))
            continue;
        ptrdiff_t *found = view_equal(candidate, name) ? &exact : &alike;
        if (*found == COLUMN_NONE)
            *found = (ptrdiff_t)i;
        else if (*found == COLUMN_AMBIGUOUS || columns->items[*found].column != columns->items[i].column)
            *found = COLUMN_AMBIGUOUS;
    }
    return exact != COLUMN_NONE ? exact : alike;
}

/* "t1.a or t2.a": the columns that an ambiguous name could mean. */
static const char *ambiguous_hint(Binder *binder, const ScopeColumns *columns, StringView name)
{
    Text text = text_in(binder->arena);
    size_t count = 0;
    const char *last = NULL;
    for (size_t i = 0; i < columns->count && count < 4; i++) {
        const ScopeColumn *column = &columns->items[i];
        if (column->table == NULL || !view_equal_ignoring_case(view_of(column->name), name) || column->table == last)
            continue;
        text_add_format(&text, "%s\"%s.%s\"", count++ == 0 ? "it could be " : " or ", column->table, column->name);
        last = column->table;
    }
    return count > 1 ? text_string(&text) : NULL;
}

static Expr *scope_use(const Place *place, Scope *scope, ColumnId column, Position position)
{
    if (scope != place->scope)
        scope->outer_use_count++;
    return plan_column_expr(place->binder->columns, column, binder_at(place->binder, position));
}

static const ScopeColumn *scope_pick(const Place *place, const ScopeColumns *columns, StringView name,
                                     Position position)
{
    ptrdiff_t index = scope_find_column(columns, name);
    if (index == COLUMN_AMBIGUOUS)
        bind_error(place->binder, ERROR_AMBIGUOUS_COLUMN, position, ambiguous_hint(place->binder, columns, name),
                   "column reference \"%.*s\" is ambiguous", VIEW_ARGUMENTS(name));
    return index == COLUMN_NONE ? NULL : &columns->items[index];
}

/* Whether it must have been written in double quotes. */
static bool name_wants_quotes(const Binder *binder, StringView name)
{
    Text text = text_in(binder->arena);
    printer_print_name(&text, name);
    return text.data[0] == '"';
}

static bool place_has_tables(const Place *place)
{
    for (const Scope *scope = place->scope; scope; scope = scope->parent)
        if (scope->relation.tables.count > 0)
            return true;
    return false;
}

static _Noreturn void raise_no_column(const Place *place, const AstName *name)
{
    Nearest nearest = nearest_to(name->text);
    bool has_tables = place_has_tables(place);
    for (const Scope *scope = place->scope; scope; scope = scope->parent)
        for (size_t i = 0; i < scope->relation.columns.count; i++)
            nearest_look(&nearest, view_of(scope->relation.columns.items[i].name));
    const char *hint = binder_did_you_mean(place->binder, nearest.found);
    if (place->scope == NULL)
        bind_error(place->binder, ERROR_UNDEFINED_COLUMN, name->position, "text stands in single quotes",
                   "column \"%.*s\" cannot stand in %s", VIEW_ARGUMENTS(name->text), place->clause);
    if (!hint && !has_tables)
        hint = "the query has no FROM; text stands in single quotes";
    else if (!hint && name_wants_quotes(place->binder, name->text))
        hint = "text stands in single quotes";
    bind_error(place->binder, ERROR_UNDEFINED_COLUMN, name->position, hint, "column \"%.*s\" does not exist",
               VIEW_ARGUMENTS(name->text));
}

/* A hidden column of one of the scope's tables; NULL: none is called so. */
static const ScopeColumn *scope_hidden_column(const Place *place, const Scope *scope, const AstName *name)
{
    const ScopeColumn *found = NULL;
    for (size_t i = 0; i < scope->relation.tables.count; i++) {
        const ScopeTable *table = scope->relation.tables.items[i];
        const ScopeColumn *column = scope_pick(place, &table->hidden, name->text, name->position);
        if (column && found)
            bind_error(place->binder, ERROR_AMBIGUOUS_COLUMN, name->position,
                       arena_format(place->binder->arena, "it could be \"%s.%s\" or \"%s.%s\"", found->table,
                                    found->name, column->table, column->name),
                       "column reference \"%.*s\" is ambiguous", VIEW_ARGUMENTS(name->text));
        found = column ? column : found;
    }
    return found;
}

/* The scope to look into behind that one, NULL: the first; those that come last do. NULL: there are no more. */
static Scope *scope_next(const Place *place, const Scope *scope)
{
    bool is_last = scope && scope->comes_last;
    for (Scope *next = scope ? scope->parent : place->scope; next; next = next->parent)
        if (next->comes_last == is_last)
            return next;
    if (is_last)
        return NULL;
    Scope *last = place->scope;
    while (last && !last->comes_last)
        last = last->parent;
    return last;
}

/* This query's columns, then its aliases, then hidden columns, then the columns of the queries around it. */
static Expr *scope_plain_column(const Place *place, const AstName *name)
{
    for (Scope *scope = NULL; (scope = scope_next(place, scope));) {
        const ScopeColumn *column = scope_pick(place, &scope->relation.columns, name->text, name->position);
        if (column)
            return scope_use(place, scope, column->column, name->position);
        Expr *alias = scope == place->scope && place->select ? select_alias(place, name) : NULL;
        if (alias)
            return alias;
        const ScopeColumn *hidden = scope_hidden_column(place, scope, name);
        if (hidden)
            return scope_use(place, scope, hidden->column, name->position);
    }
    /* Reserved in PostgreSQL, and a column of many a file: where there are tables it is never anything else. */
    if (view_equal(name->text, view_of("user")) && !place_has_tables(place))
        return bind_call(place->binder, "user", NULL, NULL, 0, name->position, NULL);
    raise_no_column(place, name);
}

/* ---- with a table's name ---- */

static bool table_is_called(const ScopeTable *table, const AstName *parts, size_t part_count)
{
    if (!view_equal_ignoring_case(table->name, parts[part_count - 1].text))
        return false;
    return part_count < 2 ||
           (table->schema.size > 0 && view_equal_ignoring_case(table->schema, parts[part_count - 2].text));
}

/* NULL when the scope has none. Exact spelling wins; two of them are ambiguous. */
static const ScopeTable *scope_own_table(const Place *place, const Scope *scope, const AstName *parts,
                                         size_t part_count)
{
    const ScopeTable *exact = NULL, *alike = NULL;
    bool is_ambiguous = false;
    for (size_t i = 0; i < scope->relation.tables.count; i++) {
        const ScopeTable *table = scope->relation.tables.items[i];
        if (!table_is_called(table, parts, part_count))
            continue;
        bool is_exact = view_equal(table->name, parts[part_count - 1].text);
        is_ambiguous |= is_exact ? exact != NULL : alike != NULL && exact == NULL;
        *(is_exact ? &exact : &alike) = table;
    }
    if (is_ambiguous)
        bind_error(place->binder, ERROR_DUPLICATE_ALIAS, parts[0].position, "give each its own alias",
                   "table reference \"%.*s\" is ambiguous", VIEW_ARGUMENTS(parts[part_count - 1].text));
    return exact ? exact : alike;
}

/* For FROM orders o: the name orders is not known there. */
static const char *alias_hint(const Place *place, StringView name)
{
    for (const Scope *scope = place->scope; scope; scope = scope->parent)
        for (size_t i = 0; i < scope->relation.tables.count; i++) {
            const ScopeTable *table = scope->relation.tables.items[i];
            if (view_equal_ignoring_case(table->real_name, name))
                return arena_format(place->binder->arena, "the table is called \"%s\" here", table->name.data);
        }
    return NULL;
}

static const ScopeTable *scope_find_table(const Place *place, const AstName *parts, size_t part_count,
                                          Scope **ret_scope)
{
    Nearest nearest = nearest_to(parts[part_count - 1].text);
    for (Scope *scope = NULL; (scope = scope_next(place, scope));) {
        const ScopeTable *table = scope_own_table(place, scope, parts, part_count);
        *ret_scope = scope;
        if (table)
            return table;
        for (size_t i = 0; i < scope->relation.tables.count; i++)
            nearest_look(&nearest, scope->relation.tables.items[i]->name);
    }
    const char *hint = alias_hint(place, parts[part_count - 1].text);
    bind_error(place->binder, ERROR_UNDEFINED_TABLE, parts[0].position,
               hint ? hint : binder_did_you_mean(place->binder, nearest.found),
               "missing FROM-clause entry for table \"%.*s\"", VIEW_ARGUMENTS(parts[part_count - 1].text));
}

const ScopeTable *scope_table(const Place *place, const AstName *parts, size_t part_count)
{
    Scope *scope;
    const ScopeTable *table = scope_find_table(place, parts, part_count, &scope);
    if (scope != place->scope)
        scope->outer_use_count++;
    return table;
}

Expr *scope_column(const Place *place, const AstExpr *ast)
{
    const AstName *parts = ast->column.parts;
    size_t table_part_count = ast->column.part_count - 1;
    const AstName *name = &parts[table_part_count];
    if (table_part_count == 0)
        return scope_plain_column(place, name);
    Scope *scope;
    const ScopeTable *table = scope_find_table(place, parts, table_part_count, &scope);
    const ScopeColumn *column = scope_pick(place, &table->columns, name->text, name->position);
    if (column == NULL)
        column = scope_pick(place, &table->hidden, name->text, name->position);
    if (column)
        return scope_use(place, scope, column->column, parts[0].position);
    Nearest nearest = nearest_to(name->text);
    for (size_t i = 0; i < table->columns.count; i++)
        nearest_look(&nearest, view_of(table->columns.items[i].name));
    bind_error(place->binder, ERROR_UNDEFINED_COLUMN, name->position, binder_did_you_mean(place->binder, nearest.found),
               "column \"%s.%.*s\" does not exist", table->name.data, VIEW_ARGUMENTS(name->text));
}

/* ---- relations ---- */

void relation_add_table(Binder *binder, Relation *relation, ScopeTable *table)
{
    array_add(binder->arena, &relation->tables, table);
    for (size_t i = 0; i < table->columns.count; i++)
        array_add(binder->arena, &relation->columns, table->columns.items[i]);
}

static bool tables_collide(const ScopeTable *a, const ScopeTable *b)
{
    if (a->name.size == 0 || !view_equal(a->name, b->name))
        return false;
    return a->schema.size == 0 || b->schema.size == 0 || view_equal(a->schema, b->schema);
}

void relation_add_relation(Binder *binder, Relation *relation, const Relation *other, Position position)
{
    size_t table_count = relation->tables.count;
    for (size_t i = 0; i < other->tables.count; i++) {
        for (size_t j = 0; j < table_count; j++)
            if (tables_collide(relation->tables.items[j], other->tables.items[i]))
                bind_error(binder, ERROR_DUPLICATE_ALIAS, position, "give one of them an alias",
                           "table name \"%s\" is specified more than once", other->tables.items[i]->name.data);
        array_add(binder->arena, &relation->tables, other->tables.items[i]);
    }
    for (size_t i = 0; i < other->columns.count; i++)
        array_add(binder->arena, &relation->columns, other->columns.items[i]);
}
