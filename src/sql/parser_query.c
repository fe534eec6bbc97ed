/* sql/parser_query.c: queries: WITH, SELECT, VALUES, set operations, ORDER BY and LIMIT. */
#include "sql/parser_internal.h"

AstQuery *ast_query_new(Parser *parser, AstQueryKind kind, Position position)
{
    AstQuery *query = arena_new(parser->arena, AstQuery);
    query->kind = kind;
    query->height = 1;
    query->position = position;
    if (kind == AST_QUERY_SELECT)
        query->select = arena_new(parser->arena, AstSelect);
    return query;
}

bool parser_at_query(Parser *parser)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_SELECT:
    case KEYWORD_WITH:
    case KEYWORD_TABLE:
    case KEYWORD_FROM:
        return true;
    case KEYWORD_VALUES:
        return parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN;
    case KEYWORD_DESCRIBE:
    case KEYWORD_SUMMARIZE:
    case KEYWORD_SHOW: /* or a name, alone */
        return parser_peek(parser, 1)->kind == TOKEN_WORD || parser_peek(parser, 1)->kind == TOKEN_QUOTED ||
               parser_peek(parser, 1)->kind == TOKEN_STRING;
    case KEYWORD_PIVOT:
    case KEYWORD_UNPIVOT:
        return true;
    default:
        return false;
    }
}

/* Has it no clause of its own around its body? */
static bool query_is_plain(const AstQuery *query)
{
    return query->with.count == 0 && query->order_by.count == 0 && query->limit == NULL && query->offset == NULL;
}

/* ---- select lists ---- */

AstExpr *parser_expr_or_star(Parser *parser, uint16_t *height)
{
    AstExpr *expr;
    if (parser_peek(parser, 0)->kind == TOKEN_STAR)
        expr = parser_star(parser, NULL, 0, parser_position(parser));
    else
        expr = parser_expr(parser);
    parser_adopt(height, expr->height, expr->position);
    return expr;
}

AstItem parser_item(Parser *parser, uint16_t *height)
{
    AstItem item = {.expr = parser_expr_or_star(parser, height)};
    if (parser_accept_keyword(parser, KEYWORD_AS))
        item.alias = parser_name_or_string(parser, "an alias");
    else if (item.expr->kind != AST_STAR && token_is_bare_alias(parser_peek(parser, 0)))
        item.alias = parser_label(parser, "an alias");
    return item;
}

AstItems parser_items(Parser *parser, uint16_t *height)
{
    AstItems items = {0};
    do {
        array_add(parser->arena, &items, parser_item(parser, height));
    } while (parser_accept_separator(parser));
    return items;
}

/* ---- GROUP BY ---- */

static AstGroup parser_group(Parser *parser, uint16_t *height);

static void parser_group_items(Parser *parser, AstGroup *group)
{
    parser_expect(parser, TOKEN_LEFT_PAREN);
    do {
        array_add(parser->arena, &group->items, parser_group(parser, &group->height));
    } while (parser_accept_separator(parser));
    parser_expect(parser, TOKEN_RIGHT_PAREN);
}

/* () */
static AstExpr *parser_empty_row(Parser *parser)
{
    AstExpr *row = ast_expr_new(parser, AST_ROW, parser_position(parser));
    parser_expect(parser, TOKEN_LEFT_PAREN);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return row;
}

static AstGroup parser_group(Parser *parser, uint16_t *height)
{
    AstGroup group = {.position = parser_position(parser), .height = 1};
    TokenKind next = parser_peek(parser, 1)->kind;
    parser_enter(parser);
    if (parser_at_keyword(parser, KEYWORD_ROLLUP) && next == TOKEN_LEFT_PAREN)
        group.kind = AST_GROUP_ROLLUP;
    else if (parser_at_keyword(parser, KEYWORD_CUBE) && next == TOKEN_LEFT_PAREN)
        group.kind = AST_GROUP_CUBE;
    else if (parser_at_word(parser, "grouping") && parser_keyword_at(parser, 1) == KEYWORD_SETS)
        group.kind = AST_GROUP_SETS;
    if (group.kind != AST_GROUP_EXPR) {
        parser_advance(parser);
        if (group.kind == AST_GROUP_SETS)
            parser_advance(parser);
        parser_group_items(parser, &group);
    } else if (parser_at(parser, TOKEN_LEFT_PAREN) && next == TOKEN_RIGHT_PAREN) {
        group.expr = parser_empty_row(parser);
    } else {
        group.expr = parser_expr_part(parser, &group.height);
    }
    parser_leave(parser);
    parser_adopt(height, group.height, group.position);
    return group;
}

static void parser_group_by(Parser *parser, AstSelect *select, uint16_t *height)
{
    parser_expect_keyword(parser, KEYWORD_BY);
    if (parser_accept_keyword(parser, KEYWORD_ALL)) {
        select->is_group_by_all = true;
        return;
    }
    select->is_group_by_distinct = parser_accept_keyword(parser, KEYWORD_DISTINCT);
    do {
        array_add(parser->arena, &select->group_by, parser_group(parser, height));
    } while (parser_accept_separator(parser));
}

/* ---- SELECT ---- */

static void parser_window_clause(Parser *parser, AstSelect *select, uint16_t *height)
{
    do {
        AstNamedWindow entry = {.name = parser_name(parser, "a window's name")};
        parser_expect_keyword(parser, KEYWORD_AS);
        entry.window = parser_window(parser);
        parser_adopt(height, entry.window->height, entry.window->position);
        array_add(parser->arena, &select->windows, entry);
    } while (parser_accept_separator(parser));
}

static void parser_distinct(Parser *parser, AstSelect *select, uint16_t *height)
{
    if (parser_accept_keyword(parser, KEYWORD_ALL) || !parser_accept_keyword(parser, KEYWORD_DISTINCT))
        return;
    select->is_distinct = true;
    if (parser_accept_keyword(parser, KEYWORD_ON)) {
        parser_expect(parser, TOKEN_LEFT_PAREN);
        select->distinct_on = parser_exprs(parser, height);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    }
}

/* * alone, where FROM stands without SELECT */
static AstItems items_of_star(Parser *parser, Position position)
{
    AstItems items = {0};
    AstItem item = {.expr = ast_expr_new(parser, AST_STAR, position)};
    array_add(parser->arena, &items, item);
    return items;
}

/* SELECT … INTO t, of a statement's outermost query: parser_query_statement makes it CREATE TABLE t AS. */
static void parser_into(Parser *parser)
{
    parser_advance(parser);
    parser->into_depth = 0;
    parser->is_into_temporary =
        parser_accept_keyword(parser, KEYWORD_TEMPORARY) || parser_accept_keyword(parser, KEYWORD_TEMP);
    parser_accept_keyword(parser, KEYWORD_TABLE);
    parser->into = parser_object_name(parser, "a table name");
}

/* SELECT … FROM …, or FROM … [SELECT …], and what follows both */
static AstQuery *parser_select(Parser *parser)
{
    AstQuery *query = ast_query_new(parser, AST_QUERY_SELECT, parser_position(parser));
    AstSelect *select = query->select;
    uint16_t *height = &query->height;
    if (parser_accept_keyword(parser, KEYWORD_FROM))
        select->from = parser_table_refs(parser, height);
    if (parser_accept_keyword(parser, KEYWORD_SELECT)) {
        parser_distinct(parser, select, height);
        select->items = parser_items(parser, height);
    } else {
        select->items = items_of_star(parser, query->position);
        parser_adopt(height, 1, query->position);
    }
    if (parser->depth == parser->into_depth && parser_keyword_at(parser, 0) == KEYWORD_INTO)
        parser_into(parser);
    if (select->from.count == 0 && parser_accept_keyword(parser, KEYWORD_FROM))
        select->from = parser_table_refs(parser, height);
    if (parser_accept_keyword(parser, KEYWORD_WHERE))
        select->where = parser_expr_part(parser, height);
    if (parser_accept_keyword(parser, KEYWORD_GROUP))
        parser_group_by(parser, select, height);
    if (parser_accept_keyword(parser, KEYWORD_HAVING))
        select->having = parser_expr_part(parser, height);
    if (parser_accept_keyword(parser, KEYWORD_WINDOW))
        parser_window_clause(parser, select, height);
    if (parser_accept_keyword(parser, KEYWORD_QUALIFY))
        select->qualify = parser_expr_part(parser, height);
    if (parser_accept_keywords(parser, KEYWORD_USING, KEYWORD_SAMPLE))
        select->sample = parser_sample(parser, height);
    return query;
}

/* TABLE t */
static AstQuery *parser_table_query(Parser *parser)
{
    AstQuery *query = ast_query_new(parser, AST_QUERY_SELECT, parser_advance(parser).position);
    AstTableRef *table = arena_new(parser->arena, AstTableRef);
    table->kind = AST_FROM_TABLE;
    table->height = 1;
    table->position = parser_position(parser);
    table->table = parser_object_name(parser, "a table name");
    query->select->items = items_of_star(parser, query->position);
    array_add(parser->arena, &query->select->from, table);
    parser_adopt(&query->height, 1, query->position);
    return query;
}

AstQuery *parser_values(Parser *parser)
{
    AstQuery *query = ast_query_new(parser, AST_QUERY_VALUES, parser_advance(parser).position);
    do {
        AstExprs row = {0};
        parser_expect(parser, TOKEN_LEFT_PAREN);
        do {
            array_add(parser->arena, &row, parser_expr_part(parser, &query->height));
        } while (parser_accept_separator(parser));
        parser_expect(parser, TOKEN_RIGHT_PAREN);
        array_add(parser->arena, &query->rows, row);
    } while (parser_accept_separator(parser));
    return query;
}

static AstQuery *parser_statement_query(Parser *parser)
{
    AstQuery *query = ast_query_new(parser, AST_QUERY_STATEMENT, parser_position(parser));
    query->statement = parser_statement(parser);
    parser_adopt(&query->height, query->statement->height, query->position);
    return query;
}

AstQuery *parser_query_in_parentheses(Parser *parser)
{
    Position position = parser_position(parser);
    Parenthesized inner = parser_parenthesized(parser);
    if (inner.query == NULL)
        error_raise(ERROR_SYNTAX, position, "syntax error at or near \"(\", expected a query in parentheses");
    return inner.query;
}

static AstQuery *parser_query_operand(Parser *parser)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_SELECT:
    case KEYWORD_FROM:
        return parser_select(parser);
    case KEYWORD_VALUES:
        return parser_values(parser);
    case KEYWORD_TABLE:
        return parser_table_query(parser);
    case KEYWORD_DESCRIBE:
    case KEYWORD_SUMMARIZE:
    case KEYWORD_SHOW:
        return parser_statement_query(parser);
    case KEYWORD_PIVOT:
    case KEYWORD_UNPIVOT:
        return parser_pivot_statement(parser);
    default:
        break;
    }
    if (parser_at(parser, TOKEN_LEFT_PAREN))
        return parser_query_in_parentheses(parser);
    parser_at_keyword(parser, KEYWORD_SELECT); /* for the hint */
    parser_raise(parser, "a query");
}

/* ---- set operations ---- */

enum { SET_LEVEL_UNION, SET_LEVEL_INTERSECT };

static AstQuery *parser_set_rest(Parser *parser, AstQuery *left, int level);

static bool parser_at_set_operator(Parser *parser, int level, AstSetOperator *ret_operator)
{
    if (parser_at_keyword(parser, KEYWORD_INTERSECT)) {
        *ret_operator = AST_SET_INTERSECT;
        return true;
    }
    if (level > SET_LEVEL_UNION)
        return false;
    *ret_operator = parser_keyword_at(parser, 0) == KEYWORD_UNION ? AST_SET_UNION : AST_SET_EXCEPT;
    return parser_at_keyword(parser, KEYWORD_UNION) || parser_at_keyword(parser, KEYWORD_EXCEPT);
}

/* One node holds a chain of the same operation, however long. */
static AstQuery *query_add_operand(Parser *parser, AstQuery *left, const AstQuery *operation, AstQuery *right)
{
    bool is_same = left->kind == AST_QUERY_SET && query_is_plain(left) &&
                   left->set.operator== operation->set.operator&& left->set.is_all == operation->set.is_all &&
                   left->set.is_by_name == operation->set.is_by_name;
    if (!is_same) {
        AstQuery *query = ast_query_new(parser, AST_QUERY_SET, operation->position);
        query->set = operation->set;
        array_add(parser->arena, &query->set.operands, left);
        parser_adopt(&query->height, left->height, query->position);
        left = query;
    }
    array_add(parser->arena, &left->set.operands, right);
    parser_adopt(&left->height, right->height, right->position);
    return left;
}

/* The set operations that follow `left`. INTERSECT binds tighter than the others. */
static AstQuery *parser_set_rest(Parser *parser, AstQuery *left, int level)
{
    AstSetOperator operator;
    while (parser_at_set_operator(parser, level, &operator)) {
        AstQuery operation = {.position = parser_advance(parser).position};
        operation.set.operator= operator;
        operation.set.is_all = parser_accept_keyword(parser, KEYWORD_ALL);
        if (!operation.set.is_all)
            parser_accept_keyword(parser, KEYWORD_DISTINCT);
        operation.set.is_by_name = parser_accept_keywords(parser, KEYWORD_BY, KEYWORD_NAME);
        AstQuery *right = parser_query_operand(parser);
        if (operator!= AST_SET_INTERSECT)
            right = parser_set_rest(parser, right, SET_LEVEL_INTERSECT);
        left = query_add_operand(parser, left, &operation, right);
    }
    return left;
}

/* ---- WITH, ORDER BY, LIMIT ---- */

static bool parser_at_change(Parser *parser, size_t index)
{
    Keyword keyword = parser_keyword_at(parser, index);
    return keyword == KEYWORD_INSERT || keyword == KEYWORD_UPDATE || keyword == KEYWORD_DELETE ||
           keyword == KEYWORD_MERGE;
}

/* (INSERT …), or another statement that changes a table */
static AstStatement *parser_with_change(Parser *parser, bool is_possible)
{
    AstStatement *statement = arena_new(parser->arena, AstStatement);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    statement->position = parser_position(parser);
    statement->height = 1;
    if (!is_possible)
        error_raise(ERROR_NOT_SUPPORTED, statement->position,
                    "a WITH clause that changes tables must stand at the beginning of the statement");
    parser_enter(parser);
    (void)parser_accept_change(parser, statement);
    parser_leave(parser);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return statement;
}

AstCtes parser_with(Parser *parser, bool begins_statement, bool *ret_is_recursive, uint16_t *height)
{
    AstCtes with = {0};
    parser_expect_keyword(parser, KEYWORD_WITH);
    *ret_is_recursive =
        parser_peek(parser, 1)->keyword != KEYWORD_AS && parser_accept_keyword(parser, KEYWORD_RECURSIVE);
    do {
        AstCte cte = {.name = parser_name(parser, "a name")};
        cte.columns = parser_accept_name_list(parser, "a column name");
        parser_expect_keyword(parser, KEYWORD_AS);
        if (parser_accept_keyword(parser, KEYWORD_MATERIALIZED)) {
            cte.materialized = AST_MATERIALIZED;
        } else if (parser_accept_keyword(parser, KEYWORD_NOT)) {
            parser_expect_keyword(parser, KEYWORD_MATERIALIZED);
            cte.materialized = AST_NOT_MATERIALIZED;
        }
        if (parser_at_change(parser, 1)) {
            cte.statement = parser_with_change(parser, begins_statement);
            parser_adopt(height, cte.statement->height, cte.statement->position);
        } else {
            cte.query = parser_query_in_parentheses(parser);
            parser_adopt(height, cte.query->height, cte.query->position);
        }
        array_add(parser->arena, &with, cte);
    } while (parser_accept_separator(parser));
    return with;
}

/* PERCENT, or % with nothing behind it that it could divide by */
static bool parser_accept_percent(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_PERCENT))
        return true;
    if (parser_peek(parser, 0)->kind != TOKEN_PERCENT)
        return false;
    const Token *behind = parser_peek(parser, 1);
    bool is_end = behind->kind == TOKEN_END || behind->kind == TOKEN_SEMICOLON || behind->kind == TOKEN_RIGHT_PAREN ||
                  behind->keyword == KEYWORD_OFFSET;
    if (is_end)
        parser_advance(parser);
    return is_end;
}

static void parser_limit(Parser *parser, AstQuery *query)
{
    if (parser_accept_keyword(parser, KEYWORD_ALL))
        return;
    query->limit = parser_expr_above(parser, PRECEDENCE_SIGN);
    query->is_limit_percent = parser_accept_percent(parser);
    if (!query->is_limit_percent)
        query->limit = parser_expr_rest(parser, query->limit, PRECEDENCE_OR);
    parser_adopt(&query->height, query->limit->height, query->limit->position);
    if (query->offset == NULL && parser_accept(parser, TOKEN_COMMA)) { /* LIMIT offset, count */
        query->offset = query->limit;
        query->limit = parser_expr_part(parser, &query->height);
    }
}

static void parser_offset(Parser *parser, AstQuery *query)
{
    query->offset = parser_expr_part(parser, &query->height);
    if (!parser_accept_keyword(parser, KEYWORD_ROWS))
        parser_accept_keyword(parser, KEYWORD_ROW);
}

/* FETCH FIRST n ROWS ONLY | WITH TIES */
static void parser_fetch(Parser *parser, AstQuery *query)
{
    if (!parser_accept_keyword(parser, KEYWORD_FIRST) && !parser_accept_word(parser, "next"))
        parser_raise(parser, "FIRST or NEXT");
    Position position = parser_position(parser);
    if (parser_keyword_at(parser, 0) == KEYWORD_ROW || parser_keyword_at(parser, 0) == KEYWORD_ROWS) {
        query->limit = ast_expr_new(parser, AST_INTEGER, position);
        query->limit->text = view_of("1");
    } else {
        query->limit = parser_expr_above(parser, PRECEDENCE_SIGN);
        query->is_limit_percent = parser_accept_keyword(parser, KEYWORD_PERCENT);
    }
    parser_adopt(&query->height, query->limit->height, position);
    if (!parser_accept_keyword(parser, KEYWORD_ROWS))
        parser_expect_keyword(parser, KEYWORD_ROW);
    if (parser_accept_keyword(parser, KEYWORD_WITH)) {
        parser_expect_keyword(parser, KEYWORD_TIES);
        query->is_limit_with_ties = true;
    } else {
        parser_expect_keyword(parser, KEYWORD_ONLY);
    }
}

/* ORDER BY, LIMIT, OFFSET and FETCH into `clauses`; the last three in any order. */
static void parser_order_and_limit(Parser *parser, AstQuery *clauses)
{
    if (parser_accept_keyword(parser, KEYWORD_ORDER)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        clauses->is_order_by_all = parser_accept_keyword(parser, KEYWORD_ALL);
        if (clauses->is_order_by_all)
            array_add(parser->arena, &clauses->order_by, parser_direction(parser, NULL));
        else
            clauses->order_by = parser_orders(parser, &clauses->height);
    }
    bool has_limit = false, has_offset = false;
    for (;;) {
        if (!has_limit && parser_accept_keyword(parser, KEYWORD_LIMIT)) {
            parser_limit(parser, clauses);
            has_limit = true;
            has_offset |= clauses->offset != NULL;
        } else if (!has_limit && parser_accept_keyword(parser, KEYWORD_FETCH)) {
            parser_fetch(parser, clauses);
            has_limit = true;
        } else if (!has_offset && parser_accept_keyword(parser, KEYWORD_OFFSET)) {
            parser_offset(parser, clauses);
            has_offset = true;
        } else {
            return;
        }
    }
}

/* `query` with these clauses around it: its own, or those of a new query when it has clauses already. */
static AstQuery *query_with_clauses(Parser *parser, AstQuery *query, const AstQuery *clauses)
{
    if (query_is_plain(clauses))
        return query;
    if (!query_is_plain(query)) {
        AstQuery *outer = ast_query_new(parser, AST_QUERY_NESTED, query->position);
        outer->nested = query;
        parser_adopt(&outer->height, query->height, query->position);
        query = outer;
    }
    query->with = clauses->with;
    query->is_recursive = clauses->is_recursive;
    query->order_by = clauses->order_by;
    query->is_order_by_all = clauses->is_order_by_all;
    query->limit = clauses->limit;
    query->offset = clauses->offset;
    query->is_limit_percent = clauses->is_limit_percent;
    query->is_limit_with_ties = clauses->is_limit_with_ties;
    if (query->height < clauses->height)
        query->height = clauses->height;
    return query;
}

bool parser_at_query_rest(Parser *parser)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_UNION:
    case KEYWORD_INTERSECT:
    case KEYWORD_EXCEPT:
    case KEYWORD_ORDER:
    case KEYWORD_LIMIT:
    case KEYWORD_OFFSET:
    case KEYWORD_FETCH:
        return true;
    default:
        return false;
    }
}

/* What follows the first operand; `clauses` may hold a WITH already. */
static AstQuery *parser_query_tail(Parser *parser, AstQuery *first, AstQuery *clauses)
{
    AstQuery *query = parser_set_rest(parser, first, SET_LEVEL_INTERSECT);
    query = parser_set_rest(parser, query, SET_LEVEL_UNION);
    parser_order_and_limit(parser, clauses);
    return query_with_clauses(parser, query, clauses);
}

AstQuery *parser_query_rest(Parser *parser, AstQuery *first)
{
    AstQuery clauses = {.height = 1};
    return parser_query_tail(parser, first, &clauses);
}

AstQuery *parser_query_with(Parser *parser, AstCtes with, bool is_recursive, uint16_t height)
{
    AstQuery clauses = {.height = height, .with = with, .is_recursive = is_recursive};
    return parser_query_tail(parser, parser_query_operand(parser), &clauses);
}

AstQuery *parser_query(Parser *parser)
{
    AstCtes with = {0};
    bool is_recursive = false;
    uint16_t height = 1;
    parser_enter(parser);
    if (parser_at_keyword(parser, KEYWORD_WITH))
        with = parser_with(parser, /* begins_statement= */ false, &is_recursive, &height);
    AstQuery *query = parser_query_with(parser, with, is_recursive, height);
    parser_leave(parser);
    return query;
}

AstQuery *parser_query_child(Parser *parser, AstStatement *statement)
{
    AstQuery *query = parser_query(parser);
    parser_adopt(&statement->height, query->height, query->position);
    return query;
}
