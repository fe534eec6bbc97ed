/* sql/parser_name.c: names, types and options: the small parts that statements of all kinds share. */
#include "base/text.h"
#include "sql/parser_internal.h"

/* ---- names ---- */

static AstName name_of(Token token)
{
    return (AstName){token.text, token.position};
}

bool token_is_name(const Token *token)
{
    if (token->kind == TOKEN_QUOTED)
        return true;
    return token->kind == TOKEN_WORD &&
           (token->keyword == KEYWORD_NONE || keyword_class(token->keyword) <= KEYWORD_COLUMN_NAME);
}

bool token_is_bare_alias(const Token *token)
{
    if (token->kind == TOKEN_QUOTED)
        return true;
    return token->kind == TOKEN_WORD &&
           (token->keyword == KEYWORD_NONE || keyword_class(token->keyword) == KEYWORD_UNRESERVED);
}

AstName parser_name(Parser *parser, const char *what)
{
    if (!token_is_name(parser_peek(parser, 0)))
        parser_raise(parser, what);
    return name_of(parser_advance(parser));
}

AstName parser_label(Parser *parser, const char *what)
{
    TokenKind kind = parser_peek(parser, 0)->kind;
    if (kind != TOKEN_WORD && kind != TOKEN_QUOTED)
        parser_raise(parser, what);
    return name_of(parser_advance(parser));
}

AstName parser_name_or_string(Parser *parser, const char *what)
{
    if (parser_peek(parser, 0)->kind != TOKEN_STRING)
        return parser_label(parser, what);
    AstName name = name_of(parser_advance(parser));
    if (name.text.size == 0)
        error_raise(ERROR_SYNTAX, name.position, "zero-length quoted name");
    return name;
}

AstObjectName parser_object_name(Parser *parser, const char *what)
{
    AstName first = parser_name(parser, what);
    AstObjectName name = {.name = first.text, .position = first.position};
    while (parser_peek(parser, 0)->kind == TOKEN_DOT && name.catalog.data == NULL) {
        parser_advance(parser);
        name.catalog = name.schema;
        name.schema = name.name;
        name.name = parser_label(parser, what).text;
    }
    return name;
}

AstName parser_dotted_name(Parser *parser, const char *what)
{
    AstName name = parser_name_or_string(parser, what);
    if (parser_peek(parser, 0)->kind != TOKEN_DOT)
        return name;
    Text text = text_in(parser->arena);
    text_add_view(&text, name.text);
    while (parser_accept(parser, TOKEN_DOT)) {
        text_add_char(&text, '.');
        text_add_view(&text, parser_label(parser, what).text);
    }
    name.text = text_view(&text);
    return name;
}

AstNames parser_name_list(Parser *parser, const char *what)
{
    AstNames names = {0};
    parser_expect(parser, TOKEN_LEFT_PAREN);
    do {
        array_add(parser->arena, &names, parser_name(parser, what));
    } while (parser_accept_separator(parser));
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return names;
}

AstNames parser_accept_name_list(Parser *parser, const char *what)
{
    if (!parser_at(parser, TOKEN_LEFT_PAREN))
        return (AstNames){0};
    return parser_name_list(parser, what);
}

bool parser_accept_if_exists(Parser *parser)
{
    return parser_accept_keywords(parser, KEYWORD_IF, KEYWORD_EXISTS);
}

bool parser_accept_if_not_exists(Parser *parser)
{
    if (!parser_accept_keywords(parser, KEYWORD_IF, KEYWORD_NOT))
        return false;
    parser_expect_keyword(parser, KEYWORD_EXISTS);
    return true;
}

StringView parser_string(Parser *parser, const char *what)
{
    if (parser_peek(parser, 0)->kind != TOKEN_STRING)
        parser_raise(parser, what);
    return parser_advance(parser).text;
}

/* ---- types ---- */

/* Types of several words: the words behind the first; an optional modifier list may stand before those of time zones.
 * Longer ones first. */
static const struct {
    const char *first;
    const char *more[3];
} long_types[] = {
    {"double", {"precision"}},
    {"character", {"varying"}},
    {"char", {"varying"}},
    {"nchar", {"varying"}},
    {"varying", {"character"}},
    {"national", {"character", "varying"}},
    {"national", {"char", "varying"}},
    {"national", {"character"}},
    {"national", {"char"}},
    {"native", {"character"}},
    {"unsigned", {"big", "int"}},
    {"unsigned", {"bigint"}},
    {"unsigned", {"integer"}},
    {"unsigned", {"int"}},
    {"signed", {"integer"}},
    {"bit", {"varying"}},
    {"long", {"varchar"}},
};

bool parser_peek_is_word(Parser *parser, size_t index, const char *word)
{
    const Token *token = parser_peek(parser, index);
    return token->kind == TOKEN_WORD && view_equal(token->text, view_of(word));
}

/* How many words behind the one in view belong to the type's name. */
static size_t parser_long_type(Parser *parser)
{
    for (size_t i = 0; i < sizeof long_types / sizeof *long_types; i++) {
        if (!parser_peek_is_word(parser, 0, long_types[i].first))
            continue;
        size_t count = 0;
        while (count < 3 && long_types[i].more[count] &&
               parser_peek_is_word(parser, count + 1, long_types[i].more[count]))
            count++;
        if (count == 3 || long_types[i].more[count] == NULL)
            return count;
    }
    return 0;
}

int64_t modifier_value(StringView digits, Position position)
{
    int64_t value = 0;
    for (size_t i = 0; i < digits.size; i++)
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digits.data[i] - '0', &value))
            error_raise(ERROR_OUT_OF_RANGE, position, "type modifier is out of range");
    return value;
}

static void parser_modifiers(Parser *parser, AstType *type)
{
    if (!parser_accept(parser, TOKEN_LEFT_PAREN))
        return;
    do {
        bool is_negative = parser_accept(parser, TOKEN_MINUS);
        Token token = *parser_peek(parser, 0);
        if (token.kind != TOKEN_INTEGER || type->modifier_count == 2)
            parser_raise(parser, type->modifier_count == 2 ? "\")\"" : "a number");
        int64_t value = modifier_value(token.text, token.position);
        type->modifiers[type->modifier_count++] = is_negative ? -value : value;
        parser_advance(parser);
    } while (parser_accept(parser, TOKEN_COMMA));
    parser_expect(parser, TOKEN_RIGHT_PAREN);
}

/* WITH TIME ZONE, WITHOUT TIME ZONE */
static const char *parser_accept_time_zone(Parser *parser)
{
    bool is_with = parser_at_keywords(parser, KEYWORD_WITH, KEYWORD_TIME);
    if (!is_with && !parser_at_keywords(parser, KEYWORD_WITHOUT, KEYWORD_TIME))
        return NULL;
    parser_advance(parser);
    parser_advance(parser);
    parser_expect_keyword(parser, KEYWORD_ZONE);
    return is_with ? " with time zone" : " without time zone";
}

StringView parser_accept_interval_fields(Parser *parser)
{
    static const char *const units[] = {
        "year",      "years",       "quarter",      "quarters",    "month",        "months",     "week",
        "weeks",     "day",         "days",         "hour",        "hours",        "minute",     "minutes",
        "second",    "seconds",     "decade",       "decades",     "century",      "centuries",  "millennium",
        "millennia", "millisecond", "milliseconds", "microsecond", "microseconds", "nanosecond", "nanoseconds"};
    StringView fields = {0};
    for (size_t i = 0; i < sizeof units / sizeof *units && fields.data == NULL; i++)
        if (parser_peek_is_word(parser, 0, units[i]))
            fields = view_of(units[i]);
    if (fields.data == NULL)
        return fields;
    parser_advance(parser);
    if (!parser_accept_keyword(parser, KEYWORD_TO))
        return fields;
    StringView last = parser_label(parser, "a unit of time").text;
    Text text = text_in(parser->arena);
    text_add_format(&text, "%.*s to %.*s", VIEW_ARGUMENTS(fields), VIEW_ARGUMENTS(last));
    return text_view(&text);
}

/* integer[], integer[3], integer array */
static void parser_dimensions(Parser *parser, Text *name)
{
    while (parser_accept(parser, TOKEN_LEFT_BRACKET)) {
        text_add_char(name, '[');
        if (parser_peek(parser, 0)->kind == TOKEN_INTEGER)
            text_add_view(name, parser_advance(parser).text);
        parser_expect(parser, TOKEN_RIGHT_BRACKET);
        text_add_char(name, ']');
    }
}

AstType parser_type(Parser *parser)
{
    const Token *first = parser_peek(parser, 0);
    bool is_type = first->kind == TOKEN_QUOTED ||
                   (first->kind == TOKEN_WORD &&
                    (first->keyword == KEYWORD_NONE || keyword_class(first->keyword) != KEYWORD_RESERVED));
    if (!is_type)
        parser_raise(parser, "a type name");
    AstType type = {.position = first->position};
    Keyword keyword = first->keyword;
    size_t more = parser_long_type(parser);
    Text name = text_in(parser->arena);
    text_add_view(&name, parser_advance(parser).text);
    while (more-- > 0) {
        text_add_char(&name, ' ');
        text_add_view(&name, parser_advance(parser).text);
    }
    if (keyword == KEYWORD_INTERVAL)
        type.fields = parser_accept_interval_fields(parser);
    parser_modifiers(parser, &type);
    if (keyword == KEYWORD_TIME || keyword == KEYWORD_TIMESTAMP) {
        const char *zone = parser_accept_time_zone(parser);
        text_add(&name, zone ? zone : "");
    } else if (parser_accept_keyword(parser, KEYWORD_UNSIGNED)) {
        text_add(&name, " unsigned");
    }
    parser_dimensions(parser, &name);
    type.name = text_view(&name);
    return type;
}

/* ---- options ---- */

static AstExpr *parser_word_value(Parser *parser)
{
    AstName word = parser_dotted_name(parser, "a value");
    return ast_expr_new_string(parser, word.text, word.position);
}

/* -5, 1.5, 'text', $1, TRUE, NULL: no general expression, since parentheses mean a list here. */
static AstExpr *parser_constant_value(Parser *parser)
{
    const Token *token = parser_peek(parser, 0);
    bool is_signed = token->kind == TOKEN_MINUS || token->kind == TOKEN_PLUS;
    const Token *value = parser_peek(parser, is_signed);
    bool is_number = value->kind == TOKEN_INTEGER || value->kind == TOKEN_DECIMAL || value->kind == TOKEN_FLOAT;
    bool is_constant = is_number || (!is_signed && (value->kind == TOKEN_STRING || value->kind == TOKEN_BLOB ||
                                                    value->kind == TOKEN_PARAMETER || value->kind == TOKEN_COLON ||
                                                    value->kind == TOKEN_WORD));
    if (!is_constant)
        parser_raise(parser, "a value");
    return parser_prefix(parser);
}

AstExpr *parser_option_value(Parser *parser, uint16_t *height)
{
    const Token *token = parser_peek(parser, 0);
    AstExpr *value;
    bool is_constant =
        token->keyword == KEYWORD_TRUE || token->keyword == KEYWORD_FALSE || token->keyword == KEYWORD_NULL;
    parser_enter(parser);
    if (token->kind == TOKEN_STAR) {
        value = parser_star(parser, NULL, 0, token->position);
    } else if (token->kind == TOKEN_LEFT_PAREN) {
        value = ast_expr_new(parser, AST_ROW, token->position);
        parser_advance(parser);
        do {
            array_add(parser->arena, &value->list, parser_option_value(parser, &value->height));
        } while (parser_accept_separator(parser));
        parser_expect(parser, TOKEN_RIGHT_PAREN);
    } else if ((token->kind == TOKEN_WORD && !is_constant) || token->kind == TOKEN_QUOTED) {
        value = parser_word_value(parser);
    } else {
        value = parser_constant_value(parser);
    }
    parser_leave(parser);
    parser_adopt(height, value->height, value->position);
    return value;
}

AstOptions parser_option_list(Parser *parser, uint16_t *height)
{
    AstOptions options = {0};
    parser_expect(parser, TOKEN_LEFT_PAREN);
    while (parser_peek(parser, 0)->kind != TOKEN_RIGHT_PAREN) {
        AstOption option = {.name = parser_dotted_name(parser, "an option's name")};
        bool has_equal = parser_accept(parser, TOKEN_EQUAL) || parser_accept_keyword(parser, KEYWORD_AS);
        TokenKind kind = parser_peek(parser, 0)->kind;
        if (has_equal || (kind != TOKEN_COMMA && kind != TOKEN_RIGHT_PAREN))
            option.value = parser_option_value(parser, height);
        array_add(parser->arena, &options, option);
        if (!parser_accept(parser, TOKEN_COMMA))
            break;
    }
    parser_expect(parser, TOKEN_RIGHT_PAREN);
    return options;
}
