/* sql/parser_from.c: what stands in FROM: tables, functions, queries, joins, samples, pivots. */
#include "sql/parser_internal.h"

static AstTableRef *parser_joins(Parser *parser, AstTableRef *left);

static AstTableRef *table_ref_new(Parser *parser, AstTableRefKind kind, Position position)
{
    AstTableRef *ref = arena_new(parser->arena, AstTableRef);
    ref->kind = kind;
    ref->height = 1;
    ref->position = position;
    return ref;
}

static AstTableRef *table_ref_of_query(Parser *parser, AstQuery *query, Position position)
{
    AstTableRef *ref = table_ref_new(parser, AST_FROM_QUERY, position);
    ref->query = query;
    parser_adopt(&ref->height, query->height, position);
    return ref;
}

/* ---- samples ---- */

/* 10 PERCENT, 10%, 10 ROWS, without a unit: as `is_rows` says */
static void parser_sample_amount(Parser *parser, AstSample *sample, uint16_t *height)
{
    sample->amount = parser_expr_above(parser, PRECEDENCE_SIGN);
    parser_adopt(height, sample->amount->height, sample->position);
    if (parser_accept_keyword(parser, KEYWORD_ROWS))
        sample->is_rows = true;
    else if (parser_accept(parser, TOKEN_PERCENT) || parser_accept_keyword(parser, KEYWORD_PERCENT))
        sample->is_rows = false;
}

/* Behind TABLESAMPLE or USING SAMPLE: method (amount) [REPEATABLE (seed)], or amount [(method [, seed])]. */
AstSample *parser_sample(Parser *parser, uint16_t *height)
{
    AstSample *sample = arena_new(parser->arena, AstSample);
    sample->position = parser_position(parser);
    if (token_is_name(parser_peek(parser, 0)) && parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN) {
        sample->method = parser_name(parser, "a sampling method's name");
        sample->is_rows = view_equal(sample->method.text, view_of("reservoir")); /* unless it says % */
        parser_expect(parser, TOKEN_LEFT_PAREN);
        parser_sample_amount(parser, sample, height);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    } else if (parser_accept(parser, TOKEN_LEFT_PAREN)) {
        parser_sample_amount(parser, sample, height);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    } else {
        sample->is_rows = true;
        parser_sample_amount(parser, sample, height);
        if (parser_accept(parser, TOKEN_LEFT_PAREN)) {
            sample->method = parser_name(parser, "a sampling method's name");
            if (parser_accept(parser, TOKEN_COMMA))
                sample->seed = parser_expr_part(parser, height);
            parser_expect(parser, TOKEN_RIGHT_PAREN);
        }
    }
    if (parser_accept_keyword(parser, KEYWORD_REPEATABLE)) {
        parser_expect(parser, TOKEN_LEFT_PAREN);
        sample->seed = parser_expr_part(parser, height);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    }
    return sample;
}

/* ---- what may follow a table ---- */

/* Elsewhere it joins the nearest row: it must not become a plain join of a table under that name. */
static void parser_refuse_asof(Parser *parser)
{
    if (parser_at_keywords(parser, KEYWORD_ASOF, KEYWORD_JOIN) ||
        parser_at_keywords(parser, KEYWORD_ASOF, KEYWORD_LEFT))
        error_raise_hint(ERROR_NOT_SUPPORTED, parser_position(parser),
                         "JOIN LATERAL (SELECT … WHERE … ORDER BY … DESC LIMIT 1) AS t ON true joins the nearest row",
                         "ASOF JOIN is not supported");
}

static void parser_alias(Parser *parser, AstTableRef *ref)
{
    const Token *token = parser_peek(parser, 0);
    parser_refuse_asof(parser);
    if (ast_name_is_given(&ref->alias))
        return; /* (t AS a): a second alias is an error */
    if (parser_accept_keyword(parser, KEYWORD_AS))
        ref->alias = parser_name_or_string(parser, "an alias");
    else if (token_is_bare_alias(token))
        ref->alias = parser_label(parser, "an alias");
    else
        return;
    parser_refuse_asof(parser);
    ref->column_aliases = parser_accept_name_list(parser, "a column name");
}

/* value [[AS] alias], … */
static AstItems parser_pivot_values(Parser *parser, uint16_t *height)
{
    AstItems items = {0};
    parser_expect(parser, TOKEN_LEFT_PAREN);
    do {
        array_add(parser->arena, &items, parser_item(parser, height));
    } while (parser_accept_separator(parser));
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return items;
}

static AstPivotColumn parser_pivot_column(Parser *parser, uint16_t *height)
{
    AstPivotColumn column = {.column = parser_expr_above(parser, PRECEDENCE_PATTERN + 1)};
    parser_adopt(height, column.column->height, column.column->position);
    if (parser_accept_keyword(parser, KEYWORD_IN))
        column.values = parser_pivot_values(parser, height);
    return column;
}

/* source PIVOT (aggregates FOR column IN (values) … GROUP BY …) */
static AstTableRef *parser_pivot(Parser *parser, AstTableRef *source)
{
    AstTableRef *ref = table_ref_new(parser, AST_FROM_PIVOT, parser_advance(parser).position);
    AstPivot *pivot = ref->pivot = arena_new(parser->arena, AstPivot);
    pivot->source = source;
    parser_adopt(&ref->height, source->height, ref->position);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    if (!parser_at_keyword(parser, KEYWORD_FOR))
        pivot->aggregates = parser_items(parser, &ref->height);
    parser_expect_keyword(parser, KEYWORD_FOR);
    do {
        array_add(parser->arena, &pivot->columns, parser_pivot_column(parser, &ref->height));
        parser_accept(parser, TOKEN_COMMA);
    } while (!parser_at(parser, TOKEN_RIGHT_PAREN) && !parser_at_keyword(parser, KEYWORD_GROUP));
    if (parser_accept_keyword(parser, KEYWORD_GROUP)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        pivot->group_by = parser_exprs(parser, &ref->height);
    }
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return ref;
}

static void parser_include_nulls(Parser *parser, AstUnpivot *unpivot)
{
    unpivot->is_including_nulls = parser_accept_keywords(parser, KEYWORD_INCLUDE, KEYWORD_NULLS);
    if (!unpivot->is_including_nulls)
        parser_accept_keywords(parser, KEYWORD_EXCLUDE, KEYWORD_NULLS);
}

/* source UNPIVOT [INCLUDE NULLS] (value FOR name IN (columns)) */
static AstTableRef *parser_unpivot(Parser *parser, AstTableRef *source)
{
    AstTableRef *ref = table_ref_new(parser, AST_FROM_UNPIVOT, parser_advance(parser).position);
    AstUnpivot *unpivot = ref->unpivot = arena_new(parser->arena, AstUnpivot);
    unpivot->source = source;
    parser_adopt(&ref->height, source->height, ref->position);
    parser_include_nulls(parser, unpivot);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    if (parser_at(parser, TOKEN_LEFT_PAREN))
        unpivot->values = parser_name_list(parser, "a column name");
    else
        array_add(parser->arena, &unpivot->values, parser_name(parser, "a column name"));
    parser_expect_keyword(parser, KEYWORD_FOR);
    unpivot->name = parser_name(parser, "a column name");
    parser_expect_keyword(parser, KEYWORD_IN);
    unpivot->columns = parser_pivot_values(parser, &ref->height);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return ref;
}

/* Alias, sample and pivots, of a table or of a join in parentheses. */
static AstTableRef *parser_table_suffix(Parser *parser, AstTableRef *ref)
{
    if (ref->sample == NULL && parser_accept_keyword(parser, KEYWORD_TABLESAMPLE))
        ref->sample = parser_sample(parser, &ref->height);
    parser_alias(parser, ref);
    if (ref->sample == NULL && parser_accept_keyword(parser, KEYWORD_TABLESAMPLE))
        ref->sample = parser_sample(parser, &ref->height);
    for (;;) {
        if (parser_keyword_at(parser, 0) == KEYWORD_PIVOT)
            ref = parser_pivot(parser, ref);
        else if (parser_keyword_at(parser, 0) == KEYWORD_UNPIVOT)
            ref = parser_unpivot(parser, ref);
        else
            return ref;
        parser_alias(parser, ref);
    }
}

/* ---- one table ---- */

/* As parser_parenthesized: a query or a table reference may both begin with any number of parentheses. */
static AstTableRef *parser_table_parenthesized(Parser *parser, bool *ret_is_query)
{
    Position position = parser_position(parser);
    AstTableRef *ref = NULL;
    AstQuery *query = NULL;
    parser_enter(parser);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    if (parser_at_query(parser)) {
        query = parser_query(parser);
    } else if (parser_peek(parser, 0)->kind == TOKEN_LEFT_PAREN) {
        bool is_query;
        ref = parser_table_parenthesized(parser, &is_query);
        if (is_query && (parser_at_query_rest(parser) || parser_at(parser, TOKEN_RIGHT_PAREN)))
            query = parser_query_rest(parser, ref->query);
        else
            ref = parser_joins(parser, parser_table_suffix(parser, ref));
    } else {
        ref = parser_table_ref(parser);
    }
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    parser_leave(parser);
    *ret_is_query = query != NULL;
    return query ? table_ref_of_query(parser, query, position) : ref;
}

/* name, name(arguments) */
static AstTableRef *parser_named_table(Parser *parser)
{
    const Token *first = parser_peek(parser, 0);
    Position position = first->position;
    TokenKind next = parser_peek(parser, 1)->kind;
    bool is_call = next == TOKEN_LEFT_PAREN && first->kind == TOKEN_WORD && first->keyword &&
                   keyword_class(first->keyword) == KEYWORD_TYPE_FUNCTION;
    AstObjectName name;
    if (is_call) {
        name = (AstObjectName){.name = first->text, .position = position};
        parser_advance(parser);
    } else {
        name = parser_object_name(parser, "a table name");
    }
    if (parser_peek(parser, 0)->kind != TOKEN_LEFT_PAREN) {
        AstTableRef *ref = table_ref_new(parser, AST_FROM_TABLE, position);
        ref->table = name;
        return ref;
    }
    AstTableRef *ref = table_ref_new(parser, AST_FROM_FUNCTION, position);
    ref->function = parser_call(parser, name);
    parser_adopt(&ref->height, ref->function->height, position);
    ref->is_with_ordinality = parser_accept_keywords(parser, KEYWORD_WITH, KEYWORD_ORDINALITY);
    return ref;
}

static AstTableRef *parser_table_operand(Parser *parser)
{
    Position position = parser_position(parser);
    bool is_lateral = parser_accept_keyword(parser, KEYWORD_LATERAL), is_query;
    AstTableRef *ref;
    if (parser_at(parser, TOKEN_LEFT_PAREN)) {
        ref = parser_table_parenthesized(parser, &is_query);
    } else if (parser_peek(parser, 0)->kind == TOKEN_STRING) {
        ref = table_ref_new(parser, AST_FROM_FILE, position);
        ref->file = parser_advance(parser).text;
    } else if (parser_at_keyword(parser, KEYWORD_VALUES) && parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN) {
        ref = table_ref_of_query(parser, parser_values(parser), position);
    } else {
        ref = parser_named_table(parser);
    }
    if (is_lateral && ref->kind != AST_FROM_QUERY && ref->kind != AST_FROM_FUNCTION)
        error_raise(ERROR_SYNTAX, position, "LATERAL wants a query in parentheses or a function");
    ref->is_lateral |= is_lateral;
    return parser_table_suffix(parser, ref);
}

/* ---- joins ---- */

static bool parser_at_join(Parser *parser)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_JOIN:
    case KEYWORD_INNER:
    case KEYWORD_LEFT:
    case KEYWORD_RIGHT:
    case KEYWORD_FULL:
    case KEYWORD_CROSS:
    case KEYWORD_NATURAL:
    case KEYWORD_SEMI:
    case KEYWORD_ANTI:
        return true;
    default:
        parser_at_keyword(parser, KEYWORD_JOIN); /* for the hint */
        return false;
    }
}

/* The words before JOIN, and JOIN. */
static AstJoinKind parser_join_kind(Parser *parser)
{
    AstJoinKind kind = AST_JOIN_INNER;
    if (parser_accept_keyword(parser, KEYWORD_CROSS)) {
        kind = AST_JOIN_CROSS;
    } else if (parser_accept_keyword(parser, KEYWORD_SEMI)) {
        kind = AST_JOIN_SEMI;
    } else if (parser_accept_keyword(parser, KEYWORD_ANTI)) {
        kind = AST_JOIN_ANTI;
    } else if (parser_accept_keyword(parser, KEYWORD_FULL)) {
        kind = AST_JOIN_FULL;
        parser_accept_keyword(parser, KEYWORD_OUTER);
    } else if (!parser_accept_keyword(parser, KEYWORD_INNER) &&
               (parser_at_keyword(parser, KEYWORD_LEFT) || parser_at_keyword(parser, KEYWORD_RIGHT))) {
        bool is_left = parser_advance(parser).keyword == KEYWORD_LEFT;
        if (parser_accept_keyword(parser, KEYWORD_SEMI)) {
            kind = is_left ? AST_JOIN_SEMI : AST_JOIN_RIGHT_SEMI;
        } else if (parser_accept_keyword(parser, KEYWORD_ANTI)) {
            kind = is_left ? AST_JOIN_ANTI : AST_JOIN_RIGHT_ANTI;
        } else {
            kind = is_left ? AST_JOIN_LEFT : AST_JOIN_RIGHT;
            parser_accept_keyword(parser, KEYWORD_OUTER);
        }
    }
    parser_expect_keyword(parser, KEYWORD_JOIN);
    return kind;
}

static bool parser_at_join_condition(Parser *parser)
{
    return parser_at_keyword(parser, KEYWORD_ON) ||
           (parser_at_keyword(parser, KEYWORD_USING) && parser_keyword_at(parser, 1) != KEYWORD_SAMPLE);
}

static void parser_join_condition(Parser *parser, AstTableRef *join)
{
    if (!parser_at_join_condition(parser))
        parser_raise(parser, "ON or USING");
    if (parser_accept_keyword(parser, KEYWORD_ON)) {
        join->join.on = parser_expr_part(parser, &join->height);
    } else {
        parser_advance(parser);
        join->join.using = parser_name_list(parser, "a column name");
        if (parser_accept_keyword(parser, KEYWORD_AS))
            join->join.using_alias = parser_name(parser, "an alias");
    }
}

/* One join with all that it takes. a JOIN b JOIN c ON … ON …: conditions close joins from the inside. */
static AstTableRef *parser_join(Parser *parser, AstTableRef *left)
{
    AstTableRef *join = table_ref_new(parser, AST_FROM_JOIN, parser_position(parser));
    join->join.is_natural = parser_accept_keyword(parser, KEYWORD_NATURAL);
    join->join.kind = parser_join_kind(parser);
    join->join.left = left;
    join->join.right = parser_table_operand(parser);
    bool needs_condition = !join->join.is_natural && join->join.kind != AST_JOIN_CROSS;
    if (needs_condition && parser_at_join(parser)) {
        parser_enter(parser);
        while (!parser_at_join_condition(parser) && parser_at_join(parser))
            join->join.right = parser_join(parser, join->join.right);
        parser_leave(parser);
    }
    parser_adopt(&join->height, left->height, join->position);
    parser_adopt(&join->height, join->join.right->height, join->position);
    if (needs_condition)
        parser_join_condition(parser, join);
    return join;
}

static AstTableRef *parser_joins(Parser *parser, AstTableRef *left)
{
    while (parser_at_join(parser))
        left = parser_join(parser, left);
    return left;
}

AstTableRef *parser_table_ref(Parser *parser)
{
    return parser_joins(parser, parser_table_operand(parser));
}

AstTableRefs parser_table_refs(Parser *parser, uint16_t *height)
{
    AstTableRefs refs = {0};
    do {
        AstTableRef *ref = parser_table_ref(parser);
        parser_adopt(height, ref->height, ref->position);
        array_add(parser->arena, &refs, ref);
    } while (parser_accept_separator(parser));
    return refs;
}

/* ---- PIVOT and UNPIVOT as statements ---- */

/* PIVOT t ON column [IN (…)], … USING aggregates [GROUP BY …] */
static void parser_pivot_clauses(Parser *parser, AstTableRef *ref)
{
    AstPivot *pivot = ref->pivot;
    parser_expect_keyword(parser, KEYWORD_ON);
    do {
        array_add(parser->arena, &pivot->columns, parser_pivot_column(parser, &ref->height));
    } while (parser_accept_separator(parser));
    if (parser_accept_keyword(parser, KEYWORD_USING))
        pivot->aggregates = parser_items(parser, &ref->height);
    if (parser_accept_keyword(parser, KEYWORD_GROUP)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        pivot->group_by = parser_exprs(parser, &ref->height);
    }
}

/* UNPIVOT t ON columns INTO NAME name VALUE value, … */
static void parser_unpivot_clauses(Parser *parser, AstTableRef *ref)
{
    AstUnpivot *unpivot = ref->unpivot;
    parser_include_nulls(parser, unpivot);
    parser_expect_keyword(parser, KEYWORD_ON);
    unpivot->columns = parser_items(parser, &ref->height);
    unpivot->name = (AstName){view_of("name"), ref->position};
    AstName value = {view_of("value"), ref->position};
    if (!parser_accept_keyword(parser, KEYWORD_INTO)) {
        array_add(parser->arena, &unpivot->values, value);
        return;
    }
    parser_expect_keyword(parser, KEYWORD_NAME);
    unpivot->name = parser_name(parser, "a column name");
    parser_expect_word(parser, "value");
    do {
        array_add(parser->arena, &unpivot->values, parser_name(parser, "a column name"));
    } while (parser_accept_separator(parser));
}

AstQuery *parser_pivot_statement(Parser *parser)
{
    Token word = parser_advance(parser);
    bool is_pivot = word.keyword == KEYWORD_PIVOT;
    AstTableRef *source = parser_table_operand(parser);
    AstTableRef *ref = table_ref_new(parser, is_pivot ? AST_FROM_PIVOT : AST_FROM_UNPIVOT, word.position);
    parser_adopt(&ref->height, source->height, word.position);
    if (is_pivot) {
        ref->pivot = arena_new(parser->arena, AstPivot);
        ref->pivot->source = source;
        parser_pivot_clauses(parser, ref);
    } else {
        ref->unpivot = arena_new(parser->arena, AstUnpivot);
        ref->unpivot->source = source;
        parser_unpivot_clauses(parser, ref);
    }
    AstQuery *query = ast_query_new(parser, AST_QUERY_SELECT, word.position);
    AstItem star = {.expr = ast_expr_new(parser, AST_STAR, word.position)};
    array_add(parser->arena, &query->select->items, star);
    array_add(parser->arena, &query->select->from, ref);
    parser_adopt(&query->height, ref->height, word.position);
    return query;
}
