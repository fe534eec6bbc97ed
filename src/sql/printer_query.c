/* sql/printer_query.c: queries and what stands in their FROM to SQL. */
#include "sql/printer_internal.h"

/* ---- FROM ---- */

static void print_amount(Printer *printer, const AstSample *sample)
{
    print_operand(printer, sample->amount, PRECEDENCE_SIGN);
    print(printer, sample->is_rows ? " ROWS" : " PERCENT");
}

/* Behind TABLESAMPLE or USING SAMPLE. */
static void print_sample(Printer *printer, const AstSample *sample)
{
    if (ast_name_is_given(&sample->method))
        print_name(printer, sample->method.text);
    print(printer, "(");
    print_amount(printer, sample);
    print(printer, ")");
    if (sample->seed) {
        print(printer, " REPEATABLE (");
        print_expr(printer, sample->seed);
        print(printer, ")");
    }
}

static void print_join(Printer *printer, const AstTableRef *ref)
{
    static const char *const kinds[] = {
        [AST_JOIN_INNER] = "JOIN ",
        [AST_JOIN_LEFT] = "LEFT JOIN ",
        [AST_JOIN_RIGHT] = "RIGHT JOIN ",
        [AST_JOIN_FULL] = "FULL JOIN ",
        [AST_JOIN_CROSS] = "CROSS JOIN ",
        [AST_JOIN_SEMI] = "SEMI JOIN ",
        [AST_JOIN_ANTI] = "ANTI JOIN ",
        [AST_JOIN_RIGHT_SEMI] = "RIGHT SEMI JOIN ",
        [AST_JOIN_RIGHT_ANTI] = "RIGHT ANTI JOIN ",
    };
    print_table_ref(printer, ref->join.left);
    print(printer, ref->join.is_natural ? " NATURAL " : " ");
    print(printer, kinds[ref->join.kind]);
    bool is_grouped = ref->join.right->kind == AST_FROM_JOIN && !ast_name_is_given(&ref->join.right->alias) &&
                      ref->join.right->sample == NULL;
    print(printer, is_grouped ? "(" : "");
    print_table_ref(printer, ref->join.right);
    print(printer, is_grouped ? ")" : "");
    if (ref->join.on) {
        print(printer, " ON ");
        print_expr(printer, ref->join.on);
    }
    if (ref->join.using.count) {
        print(printer, " USING");
        print_name_list(printer, &ref->join.using);
        print_alias(printer, &ref->join.using_alias);
    }
}

/* The table that is pivoted; a join needs parentheses. */
static void print_pivot_source(Printer *printer, const AstTableRef *source)
{
    bool is_grouped = source->kind == AST_FROM_JOIN && !ast_name_is_given(&source->alias) && source->sample == NULL;
    print(printer, is_grouped ? "(" : "");
    print_table_ref(printer, source);
    print(printer, is_grouped ? ")" : "");
}

static void print_pivot(Printer *printer, const AstPivot *pivot)
{
    print_pivot_source(printer, pivot->source);
    print(printer, " PIVOT (");
    print_items(printer, &pivot->aggregates);
    print(printer, pivot->aggregates.count ? " FOR " : "FOR ");
    for (size_t i = 0; i < pivot->columns.count; i++) {
        const AstPivotColumn *column = &pivot->columns.items[i];
        print_comma(printer, i);
        print_operand(printer, column->column, PRECEDENCE_PATTERN + 1);
        if (column->values.count) {
            print(printer, " IN (");
            print_items(printer, &column->values);
            print(printer, ")");
        }
    }
    if (pivot->group_by.count) {
        print(printer, " GROUP BY ");
        print_exprs(printer, &pivot->group_by);
    }
    print(printer, ")");
}

static void print_unpivot(Printer *printer, const AstUnpivot *unpivot)
{
    print_pivot_source(printer, unpivot->source);
    print(printer, unpivot->is_including_nulls ? " UNPIVOT INCLUDE NULLS (" : " UNPIVOT (");
    if (unpivot->values.count == 1)
        print_name(printer, unpivot->values.items[0].text);
    else
        print_name_list(printer, &unpivot->values);
    print(printer, " FOR ");
    print_name(printer, unpivot->name.text);
    print(printer, " IN (");
    print_items(printer, &unpivot->columns);
    print(printer, "))");
}

void print_table_ref(Printer *printer, const AstTableRef *ref)
{
    bool has_suffix = ast_name_is_given(&ref->alias) || ref->sample;
    bool is_grouped = ref->kind == AST_FROM_JOIN && has_suffix;
    print(printer, ref->is_lateral ? "LATERAL " : "");
    print(printer, is_grouped ? "(" : "");
    switch (ref->kind) {
    case AST_FROM_TABLE:
        print_object_name(printer, &ref->table);
        break;
    case AST_FROM_FILE:
        print_string(printer, ref->file);
        break;
    case AST_FROM_FUNCTION:
        print_expr(printer, ref->function);
        print(printer, ref->is_with_ordinality ? " WITH ORDINALITY" : "");
        break;
    case AST_FROM_QUERY:
        print(printer, "(");
        print_query(printer, ref->query);
        print(printer, ")");
        break;
    case AST_FROM_JOIN:
        print_join(printer, ref);
        break;
    case AST_FROM_PIVOT:
        print_pivot(printer, ref->pivot);
        break;
    case AST_FROM_UNPIVOT:
        print_unpivot(printer, ref->unpivot);
        break;
    }
    print(printer, is_grouped ? ")" : "");
    print_alias(printer, &ref->alias);
    print_name_list(printer, &ref->column_aliases);
    if (ref->sample) {
        print(printer, " TABLESAMPLE ");
        print_sample(printer, ref->sample);
    }
}

void print_table_refs(Printer *printer, const AstTableRefs *refs)
{
    for (size_t i = 0; i < refs->count; i++) {
        print_comma(printer, i);
        print_table_ref(printer, refs->items[i]);
    }
}

/* ---- SELECT ---- */

static void print_groups(Printer *printer, const AstGroups *groups)
{
    static const char *const words[] = {
        [AST_GROUP_ROLLUP] = "ROLLUP (", [AST_GROUP_CUBE] = "CUBE (", [AST_GROUP_SETS] = "GROUPING SETS ("};
    for (size_t i = 0; i < groups->count; i++) {
        const AstGroup *group = &groups->items[i];
        print_comma(printer, i);
        if (group->kind != AST_GROUP_EXPR) {
            print(printer, words[group->kind]);
            print_groups(printer, &group->items);
            print(printer, ")");
        } else if (group->expr->kind == AST_ROW && group->expr->list.count == 0) {
            print(printer, "()");
        } else {
            print_expr(printer, group->expr);
        }
    }
}

static void print_group_by(Printer *printer, const AstSelect *select)
{
    print(printer, " GROUP BY ");
    print(printer, select->is_group_by_all ? "ALL" : select->is_group_by_distinct ? "DISTINCT " : "");
    print_groups(printer, &select->group_by);
}

static void print_clause(Printer *printer, const char *word, const AstExpr *expr)
{
    if (expr) {
        print(printer, word);
        print_expr(printer, expr);
    }
}

static void print_select(Printer *printer, const AstSelect *select)
{
    print(printer, select->is_distinct ? "SELECT DISTINCT " : "SELECT ");
    if (select->distinct_on.count) {
        print(printer, "ON (");
        print_exprs(printer, &select->distinct_on);
        print(printer, ") ");
    }
    print_items(printer, &select->items);
    if (select->from.count) {
        print(printer, " FROM ");
        print_table_refs(printer, &select->from);
    }
    print_clause(printer, " WHERE ", select->where);
    if (select->group_by.count || select->is_group_by_all)
        print_group_by(printer, select);
    print_clause(printer, " HAVING ", select->having);
    for (size_t i = 0; i < select->windows.count; i++) {
        print(printer, i ? ", " : " WINDOW ");
        print_name(printer, select->windows.items[i].name.text);
        print(printer, " AS ");
        print_window(printer, select->windows.items[i].window);
    }
    print_clause(printer, " QUALIFY ", select->qualify);
    if (select->sample) {
        print(printer, " USING SAMPLE ");
        print_sample(printer, select->sample);
    }
}

/* ---- queries ---- */

static bool query_has_clauses(const AstQuery *query)
{
    return query->with.count || query->order_by.count || query->limit || query->offset;
}

/* An operand keeps its clauses to itself, and its own set operation together, in parentheses. */
static void print_set_operand(Printer *printer, const AstQuery *operand)
{
    bool is_grouped = query_has_clauses(operand) || operand->kind == AST_QUERY_SET || operand->kind == AST_QUERY_NESTED;
    print(printer, is_grouped ? "(" : "");
    print_query(printer, operand);
    print(printer, is_grouped ? ")" : "");
}

static void print_set(Printer *printer, const AstQuery *query)
{
    static const char *const words[] = {
        [AST_SET_UNION] = " UNION ", [AST_SET_INTERSECT] = " INTERSECT ", [AST_SET_EXCEPT] = " EXCEPT "};
    for (size_t i = 0; i < query->set.operands.count; i++) {
        if (i) {
            print(printer, words[query->set.operator]);
            print(printer, query->set.is_all ? "ALL " : "");
            print(printer, query->set.is_by_name ? "BY NAME " : "");
        }
        print_set_operand(printer, query->set.operands.items[i]);
    }
}

static void print_values(Printer *printer, const AstQuery *query)
{
    print(printer, "VALUES ");
    for (size_t i = 0; i < query->rows.count; i++) {
        print_comma(printer, i);
        print(printer, "(");
        print_exprs(printer, &query->rows.items[i]);
        print(printer, ")");
    }
}

void print_with(Printer *printer, const AstCtes *with, bool is_recursive)
{
    static const char *const hints[] = {[AST_MATERIALIZED_UNSAID] = " AS (",
                                        [AST_MATERIALIZED] = " AS MATERIALIZED (",
                                        [AST_NOT_MATERIALIZED] = " AS NOT MATERIALIZED ("};
    for (size_t i = 0; i < with->count; i++) {
        const AstCte *cte = &with->items[i];
        print(printer, i ? ", " : is_recursive ? "WITH RECURSIVE " : "WITH ");
        print_name(printer, cte->name.text);
        print_name_list(printer, &cte->columns);
        print(printer, hints[cte->materialized]);
        if (cte->statement)
            print_statement(printer, cte->statement);
        else
            print_query(printer, cte->query);
        print(printer, ")");
    }
    print(printer, with->count ? " " : "");
}

static void print_limit(Printer *printer, const AstQuery *query)
{
    if (query->limit && query->is_limit_with_ties) {
        if (query->offset) {
            print(printer, " OFFSET ");
            print_expr(printer, query->offset);
        }
        print(printer, " FETCH FIRST ");
        print_operand(printer, query->limit, PRECEDENCE_SIGN);
        print(printer, query->is_limit_percent ? " PERCENT ROWS WITH TIES" : " ROWS WITH TIES");
        return;
    }
    if (query->limit) {
        print(printer, " LIMIT ");
        print_operand(printer, query->limit, query->is_limit_percent ? PRECEDENCE_SIGN : PRECEDENCE_OR);
        print(printer, query->is_limit_percent ? " PERCENT" : "");
    }
    if (query->offset) {
        print(printer, " OFFSET ");
        print_expr(printer, query->offset);
    }
}

void print_query(Printer *printer, const AstQuery *query)
{
    print_with(printer, &query->with, query->is_recursive);
    switch (query->kind) {
    case AST_QUERY_SELECT:
        print_select(printer, query->select);
        break;
    case AST_QUERY_SET:
        print_set(printer, query);
        break;
    case AST_QUERY_VALUES:
        print_values(printer, query);
        break;
    case AST_QUERY_NESTED:
        print(printer, "(");
        print_query(printer, query->nested);
        print(printer, ")");
        break;
    case AST_QUERY_STATEMENT:
        print_statement(printer, query->statement);
        break;
    }
    if (query->order_by.count) {
        print(printer, " ORDER BY ");
        print_orders(printer, &query->order_by);
    }
    print_limit(printer, query);
}
