/* sql/parser_operator.c: what may follow an operand: binary operators, tests and patterns, casts, subscripts. */
#include "sql/parser_internal.h"

/* ---- operators that are symbols ---- */

/* Tokens that are binary operators; the others hold 0. */
#define BINARY(operator) (1 + AST_OPERATOR_##operator)
static const unsigned char binary_operators[TOKEN_KIND_COUNT] = {
    [TOKEN_PLUS] = BINARY(PLUS),
    [TOKEN_MINUS] = BINARY(MINUS),
    [TOKEN_STAR] = BINARY(MULTIPLY),
    [TOKEN_SLASH] = BINARY(DIVIDE),
    [TOKEN_DOUBLE_SLASH] = BINARY(INTEGER_DIVIDE),
    [TOKEN_PERCENT] = BINARY(MODULO),
    [TOKEN_CARET] = BINARY(POWER),
    [TOKEN_DOUBLE_STAR] = BINARY(POWER),
    [TOKEN_CONCAT] = BINARY(CONCAT),
    [TOKEN_AMPERSAND] = BINARY(BIT_AND),
    [TOKEN_PIPE] = BINARY(BIT_OR),
    [TOKEN_HASH] = BINARY(BIT_XOR),
    [TOKEN_SHIFT_LEFT] = BINARY(SHIFT_LEFT),
    [TOKEN_SHIFT_RIGHT] = BINARY(SHIFT_RIGHT),
    [TOKEN_EQUAL] = BINARY(EQUAL),
    [TOKEN_DOUBLE_EQUAL] = BINARY(EQUAL),
    [TOKEN_LESS_GREATER] = BINARY(NOT_EQUAL),
    [TOKEN_NOT_EQUAL] = BINARY(NOT_EQUAL),
    [TOKEN_LESS] = BINARY(LESS),
    [TOKEN_LESS_EQUAL] = BINARY(LESS_EQUAL),
    [TOKEN_GREATER] = BINARY(GREATER),
    [TOKEN_GREATER_EQUAL] = BINARY(GREATER_EQUAL),
    [TOKEN_TILDE] = BINARY(REGEX_MATCH),
    [TOKEN_REGEX_MATCH_NO_CASE] = BINARY(REGEX_MATCH_NO_CASE),
    [TOKEN_REGEX_NOT_MATCH] = BINARY(REGEX_NOT_MATCH),
    [TOKEN_REGEX_NOT_MATCH_NO_CASE] = BINARY(REGEX_NOT_MATCH_NO_CASE),
    [TOKEN_STARTS_WITH] = BINARY(STARTS_WITH),
    [TOKEN_JSON_GET] = BINARY(JSON_GET),
    [TOKEN_JSON_GET_TEXT] = BINARY(JSON_GET_TEXT),
    [TOKEN_CONTAINS] = BINARY(CONTAINS),
    [TOKEN_CONTAINED] = BINARY(CONTAINED),
    [TOKEN_OVERLAPS] = BINARY(OVERLAPS),
};
#undef BINARY

/* ANY (…), ALL (…), SOME (…) behind an operator */
static AstExpr *parser_quantified(Parser *parser, AstExpr *left, AstOperator operator, Position position)
{
    AstExpr *expr = ast_expr_new(parser, AST_QUANTIFIED, position);
    expr->quantified.operand = ast_expr_adopt(expr, left);
    expr->quantified.operator= operator;
    expr->quantified.is_all = parser_advance(parser).keyword == KEYWORD_ALL;
    Parenthesized inner = parser_parenthesized(parser);
    if (inner.query)
        expr->quantified.query = ast_expr_adopt_query(expr, inner.query);
    else
        expr->quantified.list =
            ast_expr_adopt(expr, inner.exprs.count == 1 ? inner.exprs.items[0]
                                                        : ast_expr_new_row(parser, inner.position, inner.exprs));
    return expr;
}

static AstExpr *parser_binary(Parser *parser, AstExpr *left, AstOperator operator)
{
    Position position = parser_advance(parser).position;
    Keyword keyword = parser_keyword_at(parser, 0);
    bool is_quantifier = keyword == KEYWORD_ANY || keyword == KEYWORD_ALL || keyword == KEYWORD_SOME;
    if (is_quantifier && parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN)
        return parser_quantified(parser, left, operator, position);
    AstExpr *expr = ast_expr_new(parser, AST_BINARY, position);
    expr->binary.operator= operator;
    expr->binary.left = ast_expr_adopt(expr, left);
    expr->binary.right = ast_expr_adopt(expr, parser_expr_above(parser, operator_precedence(operator) + 1));
    return expr;
}

/* One more operand for a chain of AND or OR: the chain is one node, not a tree. */
static AstExpr *parser_chain(Parser *parser, AstExpr *left, AstExprKind kind, Precedence precedence)
{
    Position position = parser_advance(parser).position;
    AstExpr *right = parser_expr_above(parser, precedence + 1);
    AstExpr *chain = left;
    if (left->kind != kind) {
        chain = ast_expr_new(parser, kind, position);
        array_add(parser->arena, &chain->list, ast_expr_adopt(chain, left));
    }
    array_add(parser->arena, &chain->list, ast_expr_adopt(chain, right));
    return chain;
}

static AstExpr *parser_is_test(Parser *parser, AstExpr *left, Position position, AstTruth truth, bool is_negated)
{
    AstExpr *expr = ast_expr_new(parser, AST_IS, position);
    expr->is.operand = ast_expr_adopt(expr, left);
    expr->is.truth = truth;
    expr->is.is_negated = is_negated;
    return expr;
}

/* IS [NOT] NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM x | NORMALIZED, and SQLite's IS [NOT] x */
static AstExpr *parser_is(Parser *parser, AstExpr *left)
{
    static const struct {
        Keyword keyword;
        AstTruth truth;
    } tests[] = {{KEYWORD_NULL, AST_TRUTH_NULL},
                 {KEYWORD_TRUE, AST_TRUTH_TRUE},
                 {KEYWORD_FALSE, AST_TRUTH_FALSE},
                 {KEYWORD_UNKNOWN, AST_TRUTH_UNKNOWN}};
    Position position = parser_advance(parser).position;
    bool is_negated = parser_accept_keyword(parser, KEYWORD_NOT);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (parser_accept_keyword(parser, tests[i].keyword))
            return parser_is_test(parser, left, position, tests[i].truth, is_negated);
    AstExpr *normalized = parser_accept_normalized(parser, left, position, is_negated);
    if (normalized)
        return normalized;
    if (parser_accept_keyword(parser, KEYWORD_DISTINCT)) {
        parser_expect_keyword(parser, KEYWORD_FROM);
        is_negated = !is_negated;
    }
    AstExpr *expr = ast_expr_new(parser, AST_BINARY, position);
    expr->binary.operator= is_negated ? AST_OPERATOR_IS_DISTINCT_FROM : AST_OPERATOR_IS_NOT_DISTINCT_FROM;
    expr->binary.left = ast_expr_adopt(expr, left);
    expr->binary.right = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_IS + 1));
    return expr;
}

static AstExpr *parser_between(Parser *parser, AstExpr *left, bool is_negated)
{
    AstExpr *expr = ast_expr_new(parser, AST_BETWEEN, parser_advance(parser).position);
    expr->between.operand = ast_expr_adopt(expr, left);
    expr->between.is_negated = is_negated;
    expr->between.is_symmetric = parser_accept_keyword(parser, KEYWORD_SYMMETRIC);
    if (!expr->between.is_symmetric)
        parser_accept_keyword(parser, KEYWORD_ASYMMETRIC);
    expr->between.low = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_PATTERN + 1));
    parser_expect_keyword(parser, KEYWORD_AND);
    expr->between.high = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_PATTERN + 1));
    return expr;
}

static AstExpr *parser_in(Parser *parser, AstExpr *left, bool is_negated)
{
    AstExpr *expr = ast_expr_new(parser, AST_IN_LIST, parser_advance(parser).position);
    expr->in.operand = ast_expr_adopt(expr, left);
    expr->in.is_negated = is_negated;
    if (parser_at(parser, TOKEN_LEFT_PAREN) && parser_peek(parser, 1)->kind == TOKEN_RIGHT_PAREN) {
        parser_advance(parser);
        parser_advance(parser);
        return expr;
    }
    if (!parser_at(parser, TOKEN_LEFT_PAREN))
        parser_raise(parser, NULL);
    Parenthesized inner = parser_parenthesized(parser);
    expr->in.list = inner.exprs;
    for (size_t i = 0; i < inner.exprs.count; i++)
        ast_expr_adopt(expr, inner.exprs.items[i]);
    if (inner.query) {
        expr->kind = AST_IN_QUERY;
        expr->in.query = ast_expr_adopt_query(expr, inner.query);
    }
    return expr;
}

/* The token in view is the word or symbol. */
static AstExpr *parser_like(Parser *parser, AstExpr *left, AstPattern pattern, bool is_negated)
{
    AstExpr *expr = ast_expr_new(parser, AST_LIKE, parser_advance(parser).position);
    if (pattern == AST_PATTERN_SIMILAR)
        parser_expect_keyword(parser, KEYWORD_TO);
    expr->like.operand = ast_expr_adopt(expr, left);
    expr->like.pattern = pattern;
    expr->like.is_negated = is_negated;
    expr->like.text = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_PATTERN + 1));
    if (parser_accept_keyword(parser, KEYWORD_ESCAPE))
        expr->like.escape = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_PATTERN + 1));
    return expr;
}

static AstExpr *parser_subscript(Parser *parser, AstExpr *left)
{
    AstExpr *expr = ast_expr_new(parser, AST_SUBSCRIPT, parser_advance(parser).position);
    expr->subscript.operand = ast_expr_adopt(expr, left);
    if (!parser_at(parser, TOKEN_COLON))
        expr->subscript.low = parser_expr_part(parser, &expr->height);
    if (parser_accept(parser, TOKEN_COLON)) {
        expr->subscript.is_slice = true;
        if (!parser_at(parser, TOKEN_RIGHT_BRACKET))
            expr->subscript.high = parser_expr_part(parser, &expr->height);
    }
    parser_expect(parser, TOKEN_RIGHT_BRACKET);
    return expr;
}

static AstExpr *parser_postfix_cast(Parser *parser, AstExpr *left)
{
    AstExpr *expr = ast_expr_new(parser, AST_CAST, parser_advance(parser).position);
    expr->cast.operand = ast_expr_adopt(expr, left);
    expr->cast.type = parser_type(parser);
    return expr;
}

static AstExpr *parser_field(Parser *parser, AstExpr *left)
{
    AstExpr *expr = ast_expr_new(parser, AST_FIELD, parser_advance(parser).position);
    expr->field.operand = ast_expr_adopt(expr, left);
    expr->field.name = parser_label(parser, "a field's name");
    return expr;
}

static AstExpr *parser_collate(Parser *parser, AstExpr *left)
{
    AstExpr *expr = ast_expr_new(parser, AST_COLLATE, parser_advance(parser).position);
    expr->collate.operand = ast_expr_adopt(expr, left);
    expr->collate.collation = parser_object_name(parser, "a collation name");
    return expr;
}

static AstExpr *parser_at_time_zone(Parser *parser, AstExpr *left)
{
    AstExpr *expr = ast_expr_new(parser, AST_BINARY, parser_advance(parser).position);
    parser_expect_keyword(parser, KEYWORD_TIME);
    parser_expect_keyword(parser, KEYWORD_ZONE);
    expr->binary.operator= AST_OPERATOR_AT_TIME_ZONE;
    expr->binary.left = ast_expr_adopt(expr, left);
    expr->binary.right = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_AT_TIME_ZONE + 1));
    return expr;
}

/* BETWEEN, IN, LIKE and its kin, with NOT before or not; NULL when it is none. */
static AstExpr *parser_pattern(Parser *parser, AstExpr *left)
{
    bool is_negated = parser_keyword_at(parser, 0) == KEYWORD_NOT;
    Keyword keyword = parser_keyword_at(parser, is_negated);
    bool is_similar = keyword == KEYWORD_SIMILAR && parser_keyword_at(parser, is_negated + 1u) == KEYWORD_TO;
    bool is_pattern = keyword == KEYWORD_BETWEEN || keyword == KEYWORD_IN || keyword == KEYWORD_LIKE ||
                      keyword == KEYWORD_ILIKE || keyword == KEYWORD_GLOB || is_similar;
    if (!is_pattern)
        return NULL;
    if (is_negated)
        parser_advance(parser);
    switch (keyword) {
    case KEYWORD_BETWEEN:
        return parser_between(parser, left, is_negated);
    case KEYWORD_IN:
        return parser_in(parser, left, is_negated);
    case KEYWORD_LIKE:
        return parser_like(parser, left, AST_PATTERN_LIKE, is_negated);
    case KEYWORD_ILIKE:
        return parser_like(parser, left, AST_PATTERN_ILIKE, is_negated);
    case KEYWORD_GLOB:
        return parser_like(parser, left, AST_PATTERN_GLOB, is_negated);
    default:
        return parser_like(parser, left, AST_PATTERN_SIMILAR, is_negated);
    }
}

/* ISNULL, NOTNULL, NOT NULL */
static AstExpr *parser_null_test(Parser *parser, AstExpr *left)
{
    Token word = parser_advance(parser);
    if (word.keyword == KEYWORD_NOT)
        parser_advance(parser);
    return parser_is_test(parser, left, word.position, AST_TRUTH_NULL, word.keyword != KEYWORD_ISNULL);
}

/* Operators that are words; NULL when none is in view that binds tightly enough. */
static AstExpr *parser_word_operator(Parser *parser, AstExpr *left, Precedence precedence)
{
    Keyword keyword = parser_keyword_at(parser, 0);
    switch (keyword) {
    case KEYWORD_OR:
        return precedence <= PRECEDENCE_OR ? parser_chain(parser, left, AST_OR, PRECEDENCE_OR) : NULL;
    case KEYWORD_AND:
        return precedence <= PRECEDENCE_AND ? parser_chain(parser, left, AST_AND, PRECEDENCE_AND) : NULL;
    case KEYWORD_IS:
        return precedence <= PRECEDENCE_IS ? parser_is(parser, left) : NULL;
    case KEYWORD_ISNULL:
    case KEYWORD_NOTNULL:
        return precedence <= PRECEDENCE_IS ? parser_null_test(parser, left) : NULL;
    case KEYWORD_NOT:
        if (parser_keyword_at(parser, 1) == KEYWORD_NULL)
            return precedence <= PRECEDENCE_IS ? parser_null_test(parser, left) : NULL;
        return precedence <= PRECEDENCE_PATTERN ? parser_pattern(parser, left) : NULL;
    case KEYWORD_BETWEEN:
    case KEYWORD_IN:
    case KEYWORD_LIKE:
    case KEYWORD_ILIKE:
    case KEYWORD_GLOB:
    case KEYWORD_SIMILAR:
        return precedence <= PRECEDENCE_PATTERN ? parser_pattern(parser, left) : NULL;
    case KEYWORD_OVERLAPS:
        return precedence <= PRECEDENCE_PATTERN ? parser_overlaps(parser, left) : NULL;
    case KEYWORD_COLLATE:
        return precedence <= PRECEDENCE_COLLATE ? parser_collate(parser, left) : NULL;
    case KEYWORD_AT:
        if (precedence > PRECEDENCE_AT_TIME_ZONE || parser_keyword_at(parser, 1) != KEYWORD_TIME)
            return NULL;
        return parser_at_time_zone(parser, left);
    default:
        return NULL;
    }
}

/* PostgreSQL's operators behind LIKE. */
static AstExpr *parser_like_symbol(Parser *parser, AstExpr *left, TokenKind kind)
{
    bool is_negated = kind == TOKEN_NOT_LIKE || kind == TOKEN_NOT_LIKE_NO_CASE;
    bool is_any_case = kind == TOKEN_LIKE_NO_CASE || kind == TOKEN_NOT_LIKE_NO_CASE;
    return parser_like(parser, left, is_any_case ? AST_PATTERN_ILIKE : AST_PATTERN_LIKE, is_negated);
}

/* One operator applied to `left`; NULL when none is in view that binds tightly enough. */
AstExpr *parser_operator(Parser *parser, AstExpr *left, Precedence precedence)
{
    TokenKind kind = parser_peek(parser, 0)->kind;
    if (binary_operators[kind]) {
        AstOperator operator= binary_operators[kind] - 1;
        return operator_precedence(operator) >= precedence ? parser_binary(parser, left, operator) : NULL;
    }
    switch (kind) {
    case TOKEN_WORD:
        return parser_word_operator(parser, left, precedence);
    case TOKEN_CAST:
        return parser_postfix_cast(parser, left);
    case TOKEN_LEFT_BRACKET:
        return parser_subscript(parser, left);
    case TOKEN_DOT:
        return parser_field(parser, left);
    case TOKEN_LIKE:
    case TOKEN_LIKE_NO_CASE:
    case TOKEN_NOT_LIKE:
    case TOKEN_NOT_LIKE_NO_CASE:
        return precedence <= PRECEDENCE_PATTERN ? parser_like_symbol(parser, left, kind) : NULL;
    default:
        return NULL;
    }
}
