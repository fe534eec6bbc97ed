/* sql/parser_function.c: function calls: arguments, what may follow them, windows, and the calls that the standard
 * writes with words inside. */
#include "sql/parser_internal.h"

/* ---- arguments ---- */

/* name => value, name := value; before the sign any word is a name, as in read_csv('file', null => 'NA') */
static AstName parser_accept_argument_name(Parser *parser)
{
    TokenKind word = parser_peek(parser, 0)->kind, next = parser_peek(parser, 1)->kind;
    AstName name = {0};
    if ((next == TOKEN_ARROW || next == TOKEN_ASSIGN) && (word == TOKEN_WORD || word == TOKEN_QUOTED)) {
        name = parser_label(parser, "an argument's name");
        parser_advance(parser);
    }
    return name;
}

void parser_arguments(Parser *parser, AstExprs *arguments, AstName **argument_names, uint16_t *height)
{
    AstNames names = {0}; /* few calls have any: from the first one on */
    do {
        AstName name = parser_accept_argument_name(parser), none = {0};
        bool has_names = names.count > 0 || ast_name_is_given(&name);
        while (has_names && names.count < arguments->count)
            array_add(parser->arena, &names, none);
        if (has_names)
            array_add(parser->arena, &names, name);
        array_add(parser->arena, arguments, parser_expr_or_star(parser, height));
    } while (parser_accept_separator(parser));
    *argument_names = names.items;
}

/* ---- windows ---- */

/* A distance: '5' DAY means INTERVAL '5' DAY here. */
static AstExpr *parser_bound_offset(Parser *parser, uint16_t *height)
{
    Position position = parser_position(parser);
    AstExpr *offset = parser_expr_part(parser, height);
    if (offset->kind != AST_STRING)
        return offset;
    StringView fields = parser_accept_interval_fields(parser), text = offset->text;
    if (fields.data) {
        offset->kind = AST_TYPED_LITERAL;
        offset->typed.type = (AstType){.name = view_of("interval"), .position = position, .fields = fields};
        offset->typed.text = text;
    }
    return offset;
}

static AstBound parser_bound(Parser *parser, uint16_t *height)
{
    AstBound bound = {0};
    if (parser_accept_keyword(parser, KEYWORD_UNBOUNDED)) {
        if (parser_accept_keyword(parser, KEYWORD_FOLLOWING)) {
            bound.kind = AST_BOUND_UNBOUNDED_FOLLOWING;
            return bound;
        }
        parser_expect_keyword(parser, KEYWORD_PRECEDING);
        bound.kind = AST_BOUND_UNBOUNDED_PRECEDING;
        return bound;
    }
    if (parser_accept_keywords(parser, KEYWORD_CURRENT, KEYWORD_ROW)) {
        bound.kind = AST_BOUND_CURRENT_ROW;
        return bound;
    }
    bound.offset = parser_bound_offset(parser, height);
    bound.kind = AST_BOUND_FOLLOWING;
    if (!parser_accept_keyword(parser, KEYWORD_FOLLOWING)) {
        parser_expect_keyword(parser, KEYWORD_PRECEDING);
        bound.kind = AST_BOUND_PRECEDING;
    }
    return bound;
}

static AstExclude parser_frame_exclude(Parser *parser)
{
    if (!parser_accept_keyword(parser, KEYWORD_EXCLUDE))
        return AST_EXCLUDE_NO_OTHERS;
    if (parser_accept_keyword(parser, KEYWORD_GROUP))
        return AST_EXCLUDE_GROUP;
    if (parser_accept_keyword(parser, KEYWORD_TIES))
        return AST_EXCLUDE_TIES;
    if (parser_accept_keywords(parser, KEYWORD_CURRENT, KEYWORD_ROW))
        return AST_EXCLUDE_CURRENT_ROW;
    parser_expect_keyword(parser, KEYWORD_NO);
    parser_expect_keyword(parser, KEYWORD_OTHERS);
    return AST_EXCLUDE_NO_OTHERS;
}

static AstFrameMode frame_mode_of(Keyword keyword)
{
    switch (keyword) {
    case KEYWORD_ROWS:
        return AST_FRAME_ROWS;
    case KEYWORD_RANGE:
        return AST_FRAME_RANGE;
    case KEYWORD_GROUPS:
        return AST_FRAME_GROUPS;
    default:
        return AST_FRAME_NONE;
    }
}

static void parser_frame(Parser *parser, AstWindow *window)
{
    window->frame = frame_mode_of(parser_advance(parser).keyword);
    bool has_between = parser_accept_keyword(parser, KEYWORD_BETWEEN);
    Position position = parser_position(parser);
    window->start = parser_bound(parser, &window->height);
    window->end.kind = AST_BOUND_CURRENT_ROW;
    if (has_between) {
        parser_expect_keyword(parser, KEYWORD_AND);
        window->end = parser_bound(parser, &window->height);
    }
    if (window->start.kind == AST_BOUND_UNBOUNDED_FOLLOWING || window->end.kind == AST_BOUND_UNBOUNDED_PRECEDING ||
        window->start.kind > window->end.kind)
        error_raise(ERROR_WINDOWING, position, "a window frame cannot end before it starts");
    window->exclude = parser_frame_exclude(parser);
}

/* Behind OVER, or behind AS in WINDOW: a name, or (…). */
AstWindow *parser_window(Parser *parser)
{
    AstWindow *window = arena_new(parser->arena, AstWindow);
    window->height = 1;
    window->position = parser_position(parser);
    if (!parser_at(parser, TOKEN_LEFT_PAREN)) {
        window->base = parser_name(parser, "a window's name or \"(\"");
        window->is_name_only = true;
        return window;
    }
    parser_advance(parser);
    const Token *first = parser_peek(parser, 0);
    if (token_is_name(first) && first->keyword != KEYWORD_PARTITION && !frame_mode_of(first->keyword))
        window->base = parser_name(parser, "a window's name");
    if (parser_accept_keyword(parser, KEYWORD_PARTITION)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        window->partition_by = parser_exprs(parser, &window->height);
    }
    if (parser_accept_keyword(parser, KEYWORD_ORDER)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        window->order_by = parser_orders(parser, &window->height);
    }
    if (parser_at_keyword(parser, KEYWORD_ROWS) || parser_at_keyword(parser, KEYWORD_RANGE) ||
        parser_at_keyword(parser, KEYWORD_GROUPS))
        parser_frame(parser, window);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return window;
}

/* ---- calls ---- */

static AstExpr *call_new(Parser *parser, AstObjectName name)
{
    AstExpr *expr = ast_expr_new(parser, AST_FUNCTION, name.position);
    expr->function = arena_new(parser->arena, AstFunction);
    expr->function->name = name;
    return expr;
}

/* IGNORE NULLS or RESPECT NULLS */
static AstNullTreatment parser_null_treatment(Parser *parser)
{
    if (parser_accept_keywords(parser, KEYWORD_IGNORE, KEYWORD_NULLS))
        return AST_NULLS_IGNORE;
    if (parser_accept_keywords(parser, KEYWORD_RESPECT, KEYWORD_NULLS))
        return AST_NULLS_RESPECT;
    return AST_NULLS_UNSAID;
}

/* Behind a call. In `lag(length(s) IGNORE NULLS) OVER w` they stand behind length's, and are lag's. */
static AstNullTreatment parser_null_treatment_behind(Parser *parser)
{
    bool is_said = parser_at_keywords(parser, KEYWORD_IGNORE, KEYWORD_NULLS) ||
                   parser_at_keywords(parser, KEYWORD_RESPECT, KEYWORD_NULLS);
    if (is_said && parser_peek(parser, 2)->kind == TOKEN_RIGHT_PAREN) {
        Keyword behind = parser_keyword_at(parser, 3);
        if (behind == KEYWORD_OVER || behind == KEYWORD_FILTER)
            return AST_NULLS_UNSAID;
    }
    return parser_null_treatment(parser);
}

/* FILTER (WHERE condition), also without WHERE */
static AstExpr *parser_filter(Parser *parser, uint16_t *height)
{
    parser_expect(parser, TOKEN_LEFT_PAREN);
    parser_accept_keyword(parser, KEYWORD_WHERE);
    AstExpr *filter = parser_expr_part(parser, height);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return filter;
}

/* What may follow the arguments: WITHIN GROUP, FILTER, IGNORE NULLS, OVER. */
static void parser_call_rest(Parser *parser, AstExpr *expr)
{
    AstFunction *function = expr->function;
    if (parser_accept_keywords(parser, KEYWORD_WITHIN, KEYWORD_GROUP)) {
        parser_expect(parser, TOKEN_LEFT_PAREN);
        parser_expect_keyword(parser, KEYWORD_ORDER);
        parser_expect_keyword(parser, KEYWORD_BY);
        function->within_group = parser_orders(parser, &expr->height);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    }
    if (function->nulls == AST_NULLS_UNSAID)
        function->nulls = parser_null_treatment_behind(parser);
    if (parser_keyword_at(parser, 0) == KEYWORD_FILTER && parser_peek(parser, 1)->kind == TOKEN_LEFT_PAREN) {
        parser_advance(parser);
        function->filter = parser_filter(parser, &expr->height);
    }
    if (function->nulls == AST_NULLS_UNSAID)
        function->nulls = parser_null_treatment_behind(parser);
    const Token *behind = parser_peek(parser, 1);
    if (parser_keyword_at(parser, 0) == KEYWORD_OVER && (behind->kind == TOKEN_LEFT_PAREN || token_is_name(behind))) {
        parser_advance(parser);
        function->over = parser_window(parser);
        parser_adopt(&expr->height, function->over->height, expr->position);
    }
}

AstExpr *parser_call(Parser *parser, AstObjectName name)
{
    AstExpr *expr = call_new(parser, name);
    AstFunction *function = expr->function;
    parser_expect(parser, TOKEN_LEFT_PAREN);
    function->is_distinct = parser_accept_keyword(parser, KEYWORD_DISTINCT);
    if (!function->is_distinct)
        parser_accept_keyword(parser, KEYWORD_ALL);
    if (!parser_at(parser, TOKEN_RIGHT_PAREN) && !parser_at_keyword(parser, KEYWORD_ORDER))
        parser_arguments(parser, &function->arguments, &function->argument_names, &expr->height);
    if (parser_accept_keyword(parser, KEYWORD_ORDER)) {
        parser_expect_keyword(parser, KEYWORD_BY);
        function->order_by = parser_orders(parser, &expr->height);
    }
    function->nulls = parser_null_treatment(parser);
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    parser_call_rest(parser, expr);
    return expr;
}

/* ---- calls with words inside ---- */

static void call_add(Parser *parser, AstExpr *call, AstExpr *argument)
{
    parser_adopt(&call->height, argument->height, call->position);
    array_add(parser->arena, &call->function->arguments, argument);
}

static void parser_rest_of_arguments(Parser *parser, AstExpr *call)
{
    while (parser_accept_separator(parser))
        call_add(parser, call, parser_expr(parser));
}

/* EXTRACT(field FROM x) */
static void parser_extract(Parser *parser, AstExpr *call)
{
    const Token *field = parser_peek(parser, 0);
    bool is_field = field->kind == TOKEN_WORD || field->kind == TOKEN_STRING || field->kind == TOKEN_QUOTED;
    if (!is_field || parser_keyword_at(parser, 1) != KEYWORD_FROM) {
        call_add(parser, call, parser_expr(parser));
        parser_rest_of_arguments(parser, call);
        return;
    }
    call_add(parser, call, ast_expr_new_string(parser, field->text, field->position));
    parser_advance(parser);
    parser_expect_keyword(parser, KEYWORD_FROM);
    call_add(parser, call, parser_expr(parser));
}

/* POSITION(a IN b): the IN is not the operator */
static void parser_position_call(Parser *parser, AstExpr *call)
{
    AstExpr *first = parser_expr_above(parser, PRECEDENCE_PATTERN + 1);
    if (parser_accept_keyword(parser, KEYWORD_IN)) {
        call_add(parser, call, first);
        call_add(parser, call, parser_expr(parser));
        return;
    }
    call_add(parser, call, parser_expr_rest(parser, first, PRECEDENCE_OR));
    parser_rest_of_arguments(parser, call);
}

/* SUBSTRING(x FROM a FOR b), SUBSTRING(x FOR b), SUBSTRING(x SIMILAR p ESCAPE e) */
static void parser_substring(Parser *parser, AstExpr *call)
{
    call_add(parser, call, parser_expr(parser));
    if (parser_accept_keyword(parser, KEYWORD_SIMILAR)) {
        call_add(parser, call, parser_expr(parser));
        parser_expect_keyword(parser, KEYWORD_ESCAPE);
        call_add(parser, call, parser_expr(parser));
        return;
    }
    bool has_from = parser_accept_keyword(parser, KEYWORD_FROM);
    if (has_from)
        call_add(parser, call, parser_expr(parser));
    Position position = parser_position(parser);
    if (parser_accept_keyword(parser, KEYWORD_FOR)) {
        AstExpr *size = parser_expr(parser);
        if (!has_from) {
            AstExpr *one = ast_expr_new(parser, AST_INTEGER, position);
            one->text = view_of("1");
            call_add(parser, call, one);
        }
        call_add(parser, call, size);
        if (!has_from && parser_accept_keyword(parser, KEYWORD_FROM)) /* FOR b FROM a */
            call->function->arguments.items[1] = parser_expr_part(parser, &call->height);
        return;
    }
    parser_rest_of_arguments(parser, call);
}

/* TRIM([BOTH | LEADING | TRAILING] [c FROM] x) */
static void parser_trim(Parser *parser, AstExpr *call)
{
    if (parser_accept_keyword(parser, KEYWORD_LEADING))
        call->function->name.name = view_of("ltrim");
    else if (parser_accept_keyword(parser, KEYWORD_TRAILING))
        call->function->name.name = view_of("rtrim");
    else
        parser_accept_keyword(parser, KEYWORD_BOTH);
    if (parser_accept_keyword(parser, KEYWORD_FROM)) {
        call_add(parser, call, parser_expr(parser));
        parser_rest_of_arguments(parser, call);
        return;
    }
    AstExpr *first = parser_expr(parser);
    if (parser_accept_keyword(parser, KEYWORD_FROM)) {
        call_add(parser, call, parser_expr(parser));
        call_add(parser, call, first);
        return;
    }
    call_add(parser, call, first);
    parser_rest_of_arguments(parser, call);
}

/* OVERLAY(x PLACING y FROM a FOR b) */
static void parser_overlay(Parser *parser, AstExpr *call)
{
    call_add(parser, call, parser_expr(parser));
    if (!parser_accept_keyword(parser, KEYWORD_PLACING)) {
        parser_rest_of_arguments(parser, call);
        return;
    }
    call_add(parser, call, parser_expr(parser));
    parser_expect_keyword(parser, KEYWORD_FROM);
    call_add(parser, call, parser_expr(parser));
    if (parser_accept_keyword(parser, KEYWORD_FOR))
        call_add(parser, call, parser_expr(parser));
}

/* A normal form of Unicode as a bare word; false when none is in view. */
static bool parser_accept_normal_form(Parser *parser, AstExpr *call)
{
    static const char *const forms[] = {"nfc", "nfd", "nfkc", "nfkd"};
    Position position = parser_position(parser);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (parser_accept_word(parser, forms[i])) {
            call_add(parser, call, ast_expr_new_string(parser, view_of(forms[i]), position));
            return true;
        }
    return false;
}

/* NORMALIZE(x, NFC) */
static void parser_normalize(Parser *parser, AstExpr *call)
{
    call_add(parser, call, parser_expr(parser));
    if (parser_accept(parser, TOKEN_COMMA) && !parser_accept_normal_form(parser, call))
        call_add(parser, call, parser_expr(parser));
}

/* x IS [NOT] [NFC | …] NORMALIZED is [NOT] is_normalized(x [, 'nfc']); NULL: another IS. */
AstExpr *parser_accept_normalized(Parser *parser, AstExpr *operand, Position position, bool is_negated)
{
    bool has_form = parser_peek_is_word(parser, 1, "normalized");
    if (!has_form && !parser_at_word(parser, "normalized"))
        return NULL;
    AstExpr *call = call_new(parser, (AstObjectName){.name = view_of("is_normalized"), .position = position});
    call_add(parser, call, operand);
    if (has_form && !parser_accept_normal_form(parser, call))
        return NULL;
    parser_expect_word(parser, "normalized");
    if (!is_negated)
        return call;
    AstExpr *expr = ast_expr_new(parser, AST_UNARY, position);
    expr->unary.operator= AST_OPERATOR_NOT;
    expr->unary.operand = ast_expr_adopt(expr, call);
    return expr;
}

/* (a, b) OVERLAPS (c, d) is overlaps(a, b, c, d). */
AstExpr *parser_overlaps(Parser *parser, AstExpr *left)
{
    Position position = parser_advance(parser).position;
    AstExpr *right = parser_expr_above(parser, PRECEDENCE_PATTERN + 1);
    const AstExpr *periods[] = {left, right};
    AstExpr *call = call_new(parser, (AstObjectName){.name = view_of("overlaps"), .position = position});
    for (size_t i = 0; i < 2; i++) {
        if (periods[i]->kind != AST_ROW || periods[i]->list.count != 2)
            error_raise_hint(ERROR_SYNTAX, periods[i]->position, "a period is (start, end) or (start, interval)",
                             "OVERLAPS compares two periods");
        call_add(parser, call, periods[i]->list.items[0]);
        call_add(parser, call, periods[i]->list.items[1]);
    }
    return call;
}

/* CURRENT_DATE, CURRENT_TIME(3), CURRENT_USER */
static AstExpr *parser_bare_call(Parser *parser)
{
    Token word = parser_advance(parser);
    AstExpr *call = call_new(parser, (AstObjectName){.name = word.text, .position = word.position});
    if (parser_accept(parser, TOKEN_LEFT_PAREN)) {
        if (!parser_at(parser, TOKEN_RIGHT_PAREN))
            call_add(parser, call, parser_expr(parser));
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    }
    return call;
}

AstExpr *parser_accept_special_call(Parser *parser)
{
    static const struct {
        Keyword keyword;
        void (*arguments)(Parser *parser, AstExpr *call);
    } forms[] = {
        {KEYWORD_EXTRACT, parser_extract},     {KEYWORD_POSITION, parser_position_call},
        {KEYWORD_SUBSTRING, parser_substring}, {KEYWORD_TRIM, parser_trim},
        {KEYWORD_OVERLAY, parser_overlay},     {KEYWORD_NORMALIZE, parser_normalize},
    };
    Keyword keyword = parser_keyword_at(parser, 0);
    switch (keyword) {
    case KEYWORD_CURRENT_DATE:
    case KEYWORD_CURRENT_TIME:
    case KEYWORD_CURRENT_TIMESTAMP:
    case KEYWORD_LOCALTIME:
    case KEYWORD_LOCALTIMESTAMP:
    case KEYWORD_CURRENT_CATALOG:
    case KEYWORD_CURRENT_ROLE:
    case KEYWORD_CURRENT_SCHEMA:
    case KEYWORD_CURRENT_USER:
    case KEYWORD_SESSION_USER:
        return parser_bare_call(parser);
    default:
        break;
    }
    if (parser_peek(parser, 1)->kind != TOKEN_LEFT_PAREN)
        return NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (forms[i].keyword != keyword)
            continue;
        Token word = parser_advance(parser);
        AstExpr *call = call_new(parser, (AstObjectName){.name = word.text, .position = word.position});
        parser_expect(parser, TOKEN_LEFT_PAREN);
        if (!parser_at(parser, TOKEN_RIGHT_PAREN))
            forms[i].arguments(parser, call);
        parser_expect(parser, TOKEN_RIGHT_PAREN);
        return call;
    }
    return NULL;
}
