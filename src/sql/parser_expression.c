/* sql/parser_expression.c: expressions, by precedence climbing (Pratt 1973): a prefix, then operators as long as they
 * bind tightly enough. */
#include "sql/parser_internal.h"

/* ---- nodes ---- */

AstExpr *ast_expr_new(Parser *parser, AstExprKind kind, Position position)
{
    AstExpr *expr = arena_new(parser->arena, AstExpr);
    expr->kind = kind;
    expr->height = 1;
    expr->position = position;
    return expr;
}

AstExpr *ast_expr_new_string(Parser *parser, StringView text, Position position)
{
    AstExpr *expr = ast_expr_new(parser, AST_STRING, position);
    expr->text = text;
    return expr;
}

AstExpr *ast_expr_adopt(AstExpr *parent, AstExpr *child)
{
    parser_adopt(&parent->height, child->height, parent->position);
    return child;
}

AstQuery *ast_expr_adopt_query(AstExpr *parent, AstQuery *query)
{
    parser_adopt(&parent->height, query->height, parent->position);
    return query;
}

static AstExpr *expr_new_subquery(Parser *parser, AstExprKind kind, Position position, AstQuery *query)
{
    AstExpr *expr = ast_expr_new(parser, kind, position);
    expr->query = ast_expr_adopt_query(expr, query);
    return expr;
}

AstExpr *ast_expr_new_row(Parser *parser, Position position, AstExprs items)
{
    AstExpr *expr = ast_expr_new(parser, AST_ROW, position);
    expr->list = items;
    for (size_t i = 0; i < items.count; i++)
        ast_expr_adopt(expr, items.items[i]);
    return expr;
}

static AstExpr *expr_new_typed(Parser *parser, AstType type, StringView text)
{
    AstExpr *expr = ast_expr_new(parser, AST_TYPED_LITERAL, type.position);
    expr->typed.type = type;
    expr->typed.text = text;
    return expr;
}

/* ---- lists ---- */

AstExpr *parser_expr_part(Parser *parser, uint16_t *height)
{
    AstExpr *expr = parser_expr(parser);
    parser_adopt(height, expr->height, expr->position);
    return expr;
}

AstExprs parser_exprs(Parser *parser, uint16_t *height)
{
    AstExprs exprs = {0};
    do {
        array_add(parser->arena, &exprs, parser_expr_part(parser, height));
    } while (parser_accept_separator(parser));
    return exprs;
}

static AstNulls parser_nulls(Parser *parser)
{
    if (!parser_accept_keyword(parser, KEYWORD_NULLS))
        return AST_NULLS_DEFAULT;
    if (parser_accept_keyword(parser, KEYWORD_FIRST))
        return AST_NULLS_FIRST;
    parser_expect_keyword(parser, KEYWORD_LAST);
    return AST_NULLS_LAST;
}

/* ASC, DESC, USING > */
static bool parser_is_descending(Parser *parser)
{
    if (parser_accept_keyword(parser, KEYWORD_DESC))
        return true;
    if (parser_at_keyword(parser, KEYWORD_USING) && parser_keyword_at(parser, 1) != KEYWORD_SAMPLE) {
        parser_advance(parser);
        if (parser_accept(parser, TOKEN_GREATER))
            return true;
        parser_expect(parser, TOKEN_LESS);
        return false;
    }
    parser_accept_keyword(parser, KEYWORD_ASC);
    return false;
}

AstOrder parser_direction(Parser *parser, AstExpr *expr)
{
    AstOrder order = {.expr = expr};
    order.is_descending = parser_is_descending(parser);
    order.nulls = parser_nulls(parser);
    return order;
}

AstOrders parser_orders(Parser *parser, uint16_t *height)
{
    AstOrders orders = {0};
    do {
        AstExpr *expr = parser_expr_part(parser, height);
        array_add(parser->arena, &orders, parser_direction(parser, expr));
    } while (parser_accept_separator(parser));
    return orders;
}

/* ---- parentheses ---- */

/* A query and an expression may both begin with any number of parentheses; what is in the inner ones decides, and this
 * hands it outwards, so that nothing is parsed twice. */
Parenthesized parser_parenthesized(Parser *parser)
{
    Parenthesized result = {.position = parser_position(parser)};
    uint16_t height = 0;
    parser_enter(parser);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    AstExpr *first = NULL;
    if (parser_at_query(parser)) {
        result.query = parser_query(parser);
    } else if (parser_peek(parser, 0)->kind == TOKEN_LEFT_PAREN) {
        Parenthesized inner = parser_parenthesized(parser);
        bool is_query = inner.query && (parser_at_query_rest(parser) || parser_at(parser, TOKEN_RIGHT_PAREN));
        if (is_query)
            result.query = parser_query_rest(parser, inner.query);
        else if (inner.query)
            first = expr_new_subquery(parser, AST_SUBQUERY, inner.position, inner.query);
        else
            first =
                inner.exprs.count == 1 ? inner.exprs.items[0] : ast_expr_new_row(parser, inner.position, inner.exprs);
    }
    if (result.query == NULL) {
        first = first ? parser_expr_rest(parser, first, PRECEDENCE_OR) : parser_expr(parser);
        array_add(parser->arena, &result.exprs, first);
        while (parser_accept_separator(parser))
            array_add(parser->arena, &result.exprs, parser_expr_part(parser, &height));
    }
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    parser_leave(parser);
    return result;
}

static AstExpr *parser_parenthesized_expr(Parser *parser)
{
    Parenthesized inner = parser_parenthesized(parser);
    if (inner.query)
        return expr_new_subquery(parser, AST_SUBQUERY, inner.position, inner.query);
    return inner.exprs.count == 1 ? inner.exprs.items[0] : ast_expr_new_row(parser, inner.position, inner.exprs);
}

/* ---- prefixes ---- */

static AstExpr *parser_literal(Parser *parser)
{
    static const AstExprKind kinds[] = {[TOKEN_STRING] = AST_STRING,
                                        [TOKEN_BLOB] = AST_BLOB,
                                        [TOKEN_INTEGER] = AST_INTEGER,
                                        [TOKEN_DECIMAL] = AST_DECIMAL,
                                        [TOKEN_FLOAT] = AST_FLOAT};
    Token token = parser_advance(parser);
    AstExpr *expr = ast_expr_new(parser, kinds[token.kind], token.position);
    expr->text = token.text;
    return expr;
}

static AstExpr *parser_constant(Parser *parser, AstExprKind kind, bool value)
{
    AstExpr *expr = ast_expr_new(parser, kind, parser_advance(parser).position);
    expr->boolean = value;
    return expr;
}

static AstExpr *parser_parameter_expr(Parser *parser, StringView name, Position position)
{
    AstExpr *expr = ast_expr_new(parser, AST_PARAMETER, position);
    expr->text = name;
    array_add(parser->arena, &parser->parameters, expr);
    return expr;
}

/* A bare ? takes the next number; $5 and ?5 say theirs. */
static AstExpr *parser_parameter(Parser *parser)
{
    enum { PARAMETER_LIMIT = 65535 };
    Token token = parser_advance(parser);
    size_t number = 0;
    if (token.text.size == 0) {
        number = parser->parameter_count + 1;
        token.text = view_of(arena_format(parser->arena, "%zu", number));
    } else if (ascii_is_digit(token.text.data[0])) {
        for (size_t i = 0; i < token.text.size && number <= PARAMETER_LIMIT; i++) {
            if (!ascii_is_digit(token.text.data[i]))
                error_raise(ERROR_SYNTAX, token.position, "parameter \"%.*s\" is neither a number nor a name",
                            VIEW_ARGUMENTS(token.text));
            number = number * 10 + (size_t)(token.text.data[i] - '0');
        }
        if (number == 0)
            error_raise(ERROR_UNDEFINED_PARAMETER, token.position, "parameters are numbered from 1");
        token.text = view_of(arena_format(parser->arena, "%zu", number));
    }
    if (number > PARAMETER_LIMIT)
        error_raise(ERROR_TOO_COMPLEX, token.position, "parameter number is above %d", PARAMETER_LIMIT);
    if (number > parser->parameter_count)
        parser->parameter_count = number;
    return parser_parameter_expr(parser, token.text, token.position);
}

/* :name, the colon right before the name */
static AstExpr *parser_colon_parameter(Parser *parser)
{
    const Token *name = parser_peek(parser, 1);
    if (name->kind != TOKEN_WORD || name->position != parser_position(parser) + 1)
        parser_raise(parser, "an expression");
    if (memchr(name->text.data, '$', name->text.size))
        error_raise(ERROR_SYNTAX, name->position, "the name of a parameter has no $ in it");
    Position position = parser_advance(parser).position;
    return parser_parameter_expr(parser, parser_advance(parser).text, position);
}

static AstExpr *parser_unary(Parser *parser, AstOperator operator)
{
    Precedence operand;
    operator_prefix_precedence(operator, & operand);
    AstExpr *expr = ast_expr_new(parser, AST_UNARY, parser_advance(parser).position);
    expr->unary.operator= operator;
    expr->unary.operand = ast_expr_adopt(expr, parser_expr_above(parser, operand));
    return expr;
}

static AstExpr *parser_case(Parser *parser)
{
    AstExpr *expr = ast_expr_new(parser, AST_CASE, parser_advance(parser).position);
    if (!parser_at_keyword(parser, KEYWORD_WHEN))
        expr->cases.operand = parser_expr_part(parser, &expr->height);
    parser_expect_keyword(parser, KEYWORD_WHEN);
    do {
        AstWhen when;
        when.condition = parser_expr_part(parser, &expr->height);
        parser_expect_keyword(parser, KEYWORD_THEN);
        when.result = parser_expr_part(parser, &expr->height);
        array_add(parser->arena, &expr->cases.whens, when);
    } while (parser_accept_keyword(parser, KEYWORD_WHEN));
    if (parser_accept_keyword(parser, KEYWORD_ELSE))
        expr->cases.otherwise = parser_expr_part(parser, &expr->height);
    parser_expect_keyword(parser, KEYWORD_END);
    return expr;
}

static AstExpr *parser_cast(Parser *parser, bool is_try)
{
    AstExpr *expr = ast_expr_new(parser, AST_CAST, parser_advance(parser).position);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    expr->cast.operand = parser_expr_part(parser, &expr->height);
    parser_expect_keyword(parser, KEYWORD_AS);
    expr->cast.type = parser_type(parser);
    expr->cast.is_try = is_try;
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return expr;
}

static AstExpr *parser_exists(Parser *parser)
{
    Position position = parser_advance(parser).position;
    return expr_new_subquery(parser, AST_EXISTS, position, parser_query_in_parentheses(parser));
}

/* INTERVAL '1 day', INTERVAL '3' DAY, INTERVAL 3 DAY, INTERVAL (x) DAY; the last is a column when no unit follows. */
static AstExpr *parser_interval(Parser *parser)
{
    Token word = parser_advance(parser);
    const Token *amount = parser_peek(parser, 0);
    if (amount->kind == TOKEN_STRING || amount->kind == TOKEN_INTEGER || amount->kind == TOKEN_DECIMAL) {
        AstType type = {.name = view_of("interval"), .position = word.position};
        bool is_number = amount->kind != TOKEN_STRING;
        StringView text = parser_advance(parser).text;
        type.fields = parser_accept_interval_fields(parser);
        if (is_number && type.fields.data == NULL)
            parser_raise(parser, "a unit such as DAY");
        return expr_new_typed(parser, type, text);
    }
    AstExpr *expr = ast_expr_new(parser, AST_INTERVAL, word.position);
    expr->interval.amount = ast_expr_adopt(expr, parser_expr_above(parser, PRECEDENCE_SIGN));
    expr->interval.unit = parser_accept_interval_fields(parser);
    if (expr->interval.unit.data == NULL)
        parser_raise(parser, "a unit such as DAY");
    return expr;
}

/* Does INTERVAL begin a value here, rather than name a column? */
static bool parser_at_interval(Parser *parser)
{
    const Token *next = parser_peek(parser, 1);
    switch (next->kind) {
    case TOKEN_STRING:
    case TOKEN_INTEGER:
    case TOKEN_DECIMAL:
    case TOKEN_LEFT_PAREN:
    case TOKEN_PARAMETER:
        return true;
    case TOKEN_WORD:
        return next->keyword == KEYWORD_NONE && parser_peek(parser, 2)->kind == TOKEN_WORD &&
               parser_peek(parser, 2)->keyword == KEYWORD_NONE;
    default:
        return false;
    }
}

/* DATE '…', TIMESTAMP WITH TIME ZONE '…', TIME(3) '…': is it a literal's type that the word in view begins? */
static bool parser_at_typed_literal(Parser *parser)
{
    const Token *word = parser_peek(parser, 0), *next = parser_peek(parser, 1);
    if (next->kind == TOKEN_STRING)
        return word->keyword == KEYWORD_NONE || keyword_class(word->keyword) <= KEYWORD_COLUMN_NAME;
    if (word->keyword == KEYWORD_TIME || word->keyword == KEYWORD_TIMESTAMP) {
        if (next->keyword == KEYWORD_WITH || next->keyword == KEYWORD_WITHOUT)
            return parser_keyword_at(parser, 2) == KEYWORD_TIME;
        const Token *behind = parser_peek(parser, 4);
        return next->kind == TOKEN_LEFT_PAREN && parser_peek(parser, 2)->kind == TOKEN_INTEGER &&
               parser_peek(parser, 3)->kind == TOKEN_RIGHT_PAREN &&
               (behind->kind == TOKEN_STRING || behind->keyword == KEYWORD_WITH || behind->keyword == KEYWORD_WITHOUT);
    }
    return word->keyword == KEYWORD_DOUBLE && parser_keyword_at(parser, 1) == KEYWORD_PRECISION &&
           parser_peek(parser, 2)->kind == TOKEN_STRING;
}

static AstExpr *parser_typed_literal(Parser *parser)
{
    AstType type = parser_type(parser);
    return expr_new_typed(parser, type, parser_string(parser, "a string"));
}

/* Is it name(n) or name(n, m), as a type may be written? */
static bool call_is_type(const AstExpr *expr)
{
    if (expr->kind != AST_FUNCTION)
        return false;
    const AstFunction *call = expr->function;
    const AstExprs *arguments = &call->arguments;
    bool is_type = call->name.schema.data == NULL && arguments->count >= 1 && arguments->count <= 2 &&
                   call->argument_names == NULL && !call->is_distinct && call->over == NULL && call->filter == NULL &&
                   call->order_by.count == 0 && call->within_group.count == 0;
    for (size_t i = 0; is_type && i < arguments->count; i++)
        is_type = arguments->items[i]->kind == AST_INTEGER;
    return is_type;
}

/* DECIMAL(5, 2) '…' has been read as a call so far. */
static AstExpr *parser_call_as_literal(Parser *parser, const AstFunction *call)
{
    const AstExprs *arguments = &call->arguments;
    AstType type = {.name = call->name.name, .position = call->name.position, .modifier_count = arguments->count};
    for (size_t i = 0; i < arguments->count; i++)
        type.modifiers[i] = modifier_value(arguments->items[i]->text, arguments->items[i]->position);
    return expr_new_typed(parser, type, parser_string(parser, "a string"));
}

static AstExpr *parser_row(Parser *parser)
{
    AstExpr *expr = ast_expr_new(parser, AST_ROW, parser_advance(parser).position);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    if (!parser_at(parser, TOKEN_RIGHT_PAREN))
        expr->list = parser_exprs(parser, &expr->height);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return expr;
}

/* [a, b], the bracket in view */
static AstExpr *parser_array(Parser *parser)
{
    AstExpr *expr = ast_expr_new(parser, AST_ARRAY, parser_position(parser));
    parser_expect(parser, TOKEN_LEFT_BRACKET);
    while (!parser_at(parser, TOKEN_RIGHT_BRACKET)) {
        array_add(parser->arena, &expr->list, parser_expr_part(parser, &expr->height));
        if (!parser_accept(parser, TOKEN_COMMA))
            break;
    }
    parser_expect(parser, TOKEN_RIGHT_BRACKET);
    return expr;
}

/* {'name': value, …} */
static AstExpr *parser_struct(Parser *parser)
{
    AstExpr *expr = ast_expr_new(parser, AST_STRUCT, parser_advance(parser).position);
    while (!parser_at(parser, TOKEN_RIGHT_BRACE)) {
        AstItem pair = {.alias = parser_name_or_string(parser, "a field's name")};
        parser_expect(parser, TOKEN_COLON);
        pair.expr = parser_expr_part(parser, &expr->height);
        array_add(parser->arena, &expr->pairs, pair);
        if (!parser_accept(parser, TOKEN_COMMA))
            break;
    }
    parser_expect(parser, TOKEN_RIGHT_BRACE);
    return expr;
}

/* name -> condition: reaches as far as an expression can, and is kept as the operator that it looks like. */
static AstExpr *parser_lambda(Parser *parser)
{
    AstExpr *name = ast_expr_new(parser, AST_COLUMN, parser_position(parser));
    name->column.parts = arena_new(parser->arena, AstName);
    name->column.parts[0] = parser_name(parser, "a name");
    name->column.part_count = 1;
    AstExpr *expr = ast_expr_new(parser, AST_BINARY, parser_advance(parser).position);
    expr->binary.operator= AST_OPERATOR_JSON_GET;
    expr->binary.left = ast_expr_adopt(expr, name);
    expr->binary.right = parser_expr_part(parser, &expr->height);
    return expr;
}

static AstExpr *parser_columns(Parser *parser)
{
    AstExpr *expr = ast_expr_new(parser, AST_COLUMNS, parser_advance(parser).position);
    parser_expect(parser, TOKEN_LEFT_PAREN);
    bool is_lambda = token_is_name(parser_peek(parser, 0)) && parser_peek(parser, 1)->kind == TOKEN_JSON_GET;
    expr->operand = is_lambda ? parser_lambda(parser) : parser_expr_or_star(parser, &expr->height);
    if (is_lambda)
        ast_expr_adopt(expr, expr->operand);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return expr;
}

/* ---- names: columns, calls, t.* ---- */

/* EXCLUDE a, EXCLUDE (a, b) and what may stand around a name there: t.a */
static AstNames parser_exclude(Parser *parser)
{
    AstNames names = {0};
    bool has_parentheses = parser_accept(parser, TOKEN_LEFT_PAREN);
    do {
        array_add(parser->arena, &names, parser_name(parser, "a column name"));
    } while (has_parentheses && parser_accept_separator(parser));
    if (has_parentheses)
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    return names;
}

static AstItems parser_star_replace(Parser *parser, uint16_t *height)
{
    AstItems items = {0};
    bool has_parentheses = parser_accept(parser, TOKEN_LEFT_PAREN);
    do {
        AstItem item = {.expr = parser_expr_part(parser, height)};
        parser_expect_keyword(parser, KEYWORD_AS);
        item.alias = parser_label(parser, "a column name");
        array_add(parser->arena, &items, item);
    } while (has_parentheses && parser_accept_separator(parser));
    if (has_parentheses)
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    return items;
}

static AstRenames parser_star_rename(Parser *parser)
{
    AstRenames renames = {0};
    bool has_parentheses = parser_accept(parser, TOKEN_LEFT_PAREN);
    do {
        AstRename rename = {.from = parser_name(parser, "a column name")};
        parser_expect_keyword(parser, KEYWORD_AS);
        rename.to = parser_label(parser, "a column name");
        array_add(parser->arena, &renames, rename);
    } while (has_parentheses && parser_accept_separator(parser));
    if (has_parentheses)
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    return renames;
}

/* * EXCEPT (a, b): not the set operation */
static bool parser_at_except_list(Parser *parser)
{
    if (parser_keyword_at(parser, 0) != KEYWORD_EXCEPT || parser_peek(parser, 1)->kind != TOKEN_LEFT_PAREN)
        return false;
    TokenKind behind = parser_peek(parser, 3)->kind;
    return token_is_name(parser_peek(parser, 2)) && (behind == TOKEN_COMMA || behind == TOKEN_RIGHT_PAREN);
}

AstExpr *parser_star(Parser *parser, AstName *parts, size_t part_count, Position position)
{
    AstExpr *expr = ast_expr_new(parser, AST_STAR, position);
    parser_expect(parser, TOKEN_STAR);
    expr->star.parts = parts;
    expr->star.part_count = part_count;
    /* EXCLUDE x is also how an alias could begin, but a star has none. */
    if (parser_at_except_list(parser) || parser_at_keyword(parser, KEYWORD_EXCLUDE)) {
        parser_advance(parser);
        expr->star.exclude = parser_exclude(parser);
    }
    if (parser_accept_keyword(parser, KEYWORD_REPLACE))
        expr->star.replace = parser_star_replace(parser, &expr->height);
    if (parser_accept_keyword(parser, KEYWORD_RENAME))
        expr->star.rename = parser_star_rename(parser);
    return expr;
}

static AstObjectName object_name_of(const AstName *parts, size_t count)
{
    AstObjectName name = {.name = parts[count - 1].text, .position = parts[0].position};
    if (count > 1)
        name.schema = parts[count - 2].text;
    if (count > 2)
        name.catalog = parts[count - 3].text;
    return name;
}

AstExpr *parser_column(Parser *parser)
{
    enum { PART_LIMIT = 4 };
    AstName parts[PART_LIMIT];
    size_t count = 0;
    const Token *first = parser_peek(parser, 0);
    bool is_call = parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN && first->kind == TOKEN_WORD &&
                   first->keyword != KEYWORD_NONE && keyword_class(first->keyword) == KEYWORD_TYPE_FUNCTION;
    if (!is_call && !token_is_name(first))
        parser_raise(parser, "an expression");
    Position position = first->position;
    parts[count++] = parser_label(parser, "an expression");
    while (parser_peek(parser, 0)->kind == TOKEN_DOT && count < PART_LIMIT) {
        parser_advance(parser);
        if (parser_peek(parser, 0)->kind == TOKEN_STAR)
            return parser_star(parser, arena_copy(parser->arena, parts, count * sizeof *parts), count, position);
        parts[count++] = parser_label(parser, "a column name");
    }
    if (count <= 3 && parser_peek(parser, 0)->kind == TOKEN_LEFT_PAREN)
        return parser_call(parser, object_name_of(parts, count));
    AstExpr *expr = ast_expr_new(parser, AST_COLUMN, position);
    expr->column.parts = arena_copy(parser->arena, parts, count * sizeof *parts);
    expr->column.part_count = count;
    return expr;
}

static AstExpr *parser_word(Parser *parser)
{
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_NULL:
        return parser_constant(parser, AST_NULL, false);
    case KEYWORD_TRUE:
        return parser_constant(parser, AST_BOOLEAN, true);
    case KEYWORD_FALSE:
        return parser_constant(parser, AST_BOOLEAN, false);
    case KEYWORD_DEFAULT:
        return parser_constant(parser, AST_DEFAULT, false);
    case KEYWORD_NOT:
        return parser_unary(parser, AST_OPERATOR_NOT);
    case KEYWORD_CASE:
        return parser_case(parser);
    case KEYWORD_CAST:
        return parser_cast(parser, false);
    case KEYWORD_ARRAY:
        parser_advance(parser);
        return parser_array(parser);
    default:
        break;
    }
    if (parser_keyword_at(parser, 0) == KEYWORD_INTERVAL && parser_at_interval(parser))
        return parser_interval(parser);
    if (parser_at_typed_literal(parser))
        return parser_typed_literal(parser);
    if (parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN) {
        switch (parser_keyword_at(parser, 0)) {
        case KEYWORD_TRY_CAST:
            return parser_cast(parser, true);
        case KEYWORD_EXISTS:
            return parser_exists(parser);
        case KEYWORD_ROW:
            return parser_row(parser);
        case KEYWORD_COLUMNS:
            return parser_columns(parser);
        default:
            break;
        }
    }
    AstExpr *call = parser_accept_special_call(parser);
    if (call == NULL)
        call = parser_column(parser);
    return parser_peek(parser, 0)->kind == TOKEN_STRING && call_is_type(call)
               ? parser_call_as_literal(parser, call->function)
               : call;
}

AstExpr *parser_prefix(Parser *parser)
{
    switch (parser_peek(parser, 0)->kind) {
    case TOKEN_STRING:
    case TOKEN_BLOB:
    case TOKEN_INTEGER:
    case TOKEN_DECIMAL:
    case TOKEN_FLOAT:
        return parser_literal(parser);
    case TOKEN_PARAMETER:
        return parser_parameter(parser);
    case TOKEN_COLON:
        return parser_colon_parameter(parser);
    case TOKEN_LEFT_PAREN:
        return parser_parenthesized_expr(parser);
    case TOKEN_LEFT_BRACKET:
        return parser_array(parser);
    case TOKEN_LEFT_BRACE:
        return parser_struct(parser);
    case TOKEN_PLUS:
        return parser_unary(parser, AST_OPERATOR_PLUS);
    case TOKEN_MINUS:
        return parser_unary(parser, AST_OPERATOR_MINUS);
    case TOKEN_TILDE:
        return parser_unary(parser, AST_OPERATOR_BIT_NOT);
    case TOKEN_WORD:
        return parser_word(parser);
    case TOKEN_QUOTED:
        return parser_peek(parser, 1)->kind == TOKEN_STRING ? parser_typed_literal(parser) : parser_column(parser);
    default:
        parser_raise(parser, "an expression");
    }
}

/* ---- the climb ---- */

AstExpr *parser_expr_rest(Parser *parser, AstExpr *left, Precedence precedence)
{
    for (;;) {
        AstExpr *more = left->kind == AST_STAR ? NULL : parser_operator(parser, left, precedence);
        if (more == NULL)
            return left;
        left = more;
    }
}

AstExpr *parser_expr_above(Parser *parser, Precedence precedence)
{
    parser_enter(parser);
    AstExpr *expr = parser_expr_rest(parser, parser_prefix(parser), precedence);
    parser_leave(parser);
    return expr;
}

AstExpr *parser_expr(Parser *parser)
{
    return parser_expr_above(parser, PRECEDENCE_OR);
}
