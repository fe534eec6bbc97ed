/* tests/random/change.c: INSERT, UPDATE and DELETE; RETURNING tells what they did, and the contest looks at the table
 * behind them, and undoes them. */
#include "grammar.h"

/* What fits a column exactly: an expression over decimals may have more digits. */
static Node *value_new(Generator *g, Kind kind)
{
    return expression_new(g, kind, kind == KIND_DECIMAL ? 0 : 2);
}

/* No subqueries: SQLite's would see rows that are changed already. */
static Node *update_new(Generator *g, const Table *table, Node *where)
{
    Node *list = node_list(g->arena, ", ");
    bool is_flat = g->scope->is_flat;
    g->scope->is_flat = true;
    for (size_t c = 0; c < table->column_count; c++)
        if (c == 0 || random_is(g->random, 30))
            node_list_add(g->arena, list,
                          node_new(g->arena, KIND_PART, arena_format(g->arena, "%s = @", table->names[c]),
                                   value_new(g, table->kinds[c])));
    g->scope->is_flat = is_flat;
    return node_new(g->arena, KIND_PART, arena_format(g->arena, "UPDATE %s SET @@ RETURNING *", table->name), list,
                    where);
}

static Node *insert_new(Generator *g, const Table *table)
{
    Kind kinds[COLUMN_LIMIT];
    size_t count = 0;
    Text names = text_in(g->arena);
    for (size_t c = 0; c < table->column_count; c++)
        if (table->kinds[c] != KIND_DECIMAL && random_is(g->random, 70)) {
            text_add_format(&names, "%s%s", count > 0 ? ", " : "", table->names[c]);
            kinds[count++] = table->kinds[c];
        }
    if (count == 0)
        return NULL;
    const char *pattern = arena_format(g->arena, "INSERT INTO %s (%s) @ RETURNING *", table->name, text_string(&names));
    return node_new(g->arena, KIND_PART, pattern, query_new(g, kinds, count));
}

Node *change_statement(Generator *g)
{
    const Table *table = &g->tables->tables[random_below(g->random, g->tables->count)];
    if (table->storage == STORAGE_CSV)
        return NULL;
    Scope scope = {0};
    for (size_t c = 0; c < table->column_count; c++)
        scope_add_column(g, &scope, table->kinds[c], table->name, table->names[c]);
    size_t chosen = random_below(g->random, 3);
    Node *change;
    if (chosen == 0)
        change = insert_new(g, table);
    else {
        g->scope = &scope;
        Node *where = random_is(g->random, 90) ? where_new(g, "WHERE", 3) : empty_new(g);
        const char *pattern = arena_format(g->arena, "DELETE FROM %s@ RETURNING *", table->name);
        change = chosen == 1 ? update_new(g, table, where) : node_new(g->arena, KIND_PART, pattern, where);
        g->scope = NULL;
    }
    if (change != NULL)
        change->changed = table->name;
    return change;
}
