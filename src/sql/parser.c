/* sql/parser.c: the entries of the parser, its view of the tokens, and what it says when a token is wrong. */
#include "sql/parser.h"

#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"
#include "sql/parser_internal.h"

/* ---- what would have been legal at the token in view ---- */

static void wanted_add(uint64_t *bits, unsigned index)
{
    bits[index / 64] |= (uint64_t)1 << index % 64;
}

static bool wanted_has(const uint64_t *bits, unsigned index)
{
    return bits[index / 64] >> index % 64 & 1;
}

/* The wanted keyword that `word` is a misspelling of; KEYWORD_NONE when none is near. */
static Keyword parser_nearest_keyword(const Parser *parser, const Token *word)
{
    if (word->kind != TOKEN_WORD || word->text.size < 2)
        return KEYWORD_NONE;
    Keyword nearest = KEYWORD_NONE;
    size_t limit = name_distance_limit(word->text.size);
    for (Keyword keyword = KEYWORD_NONE + 1; keyword < KEYWORD_COUNT; keyword++) {
        if (!wanted_has(parser->wanted_keywords, keyword) || keyword == word->keyword)
            continue;
        size_t distance = name_distance(word->text, view_of(keyword_spelling(keyword)), limit);
        if (distance <= limit) {
            nearest = keyword;
            limit = distance - (distance > 0);
        }
    }
    return nearest;
}

static void text_add_upper(Text *text, const char *word)
{
    for (; *word; word++)
        text_add_char(text, *word >= 'a' && *word <= 'z' ? (char)(*word - 'a' + 'A') : *word);
}

/* "FROM, WHERE or ")"" when that is few words; otherwise empty. */
static void wanted_list(const Parser *parser, Text *out)
{
    enum { COUNT_LIMIT = 5 };
    size_t count = 0, done = 0;
    for (unsigned i = 0; i < KEYWORD_COUNT; i++)
        count += wanted_has(parser->wanted_keywords, i);
    for (unsigned i = 0; i < TOKEN_KIND_COUNT; i++)
        count += wanted_has(parser->wanted_kinds, i);
    if (count > COUNT_LIMIT)
        return;
    for (unsigned i = 0; i < KEYWORD_COUNT + TOKEN_KIND_COUNT; i++) {
        bool is_keyword = i < KEYWORD_COUNT;
        unsigned kind = is_keyword ? 0 : i - KEYWORD_COUNT;
        if (!(is_keyword ? wanted_has(parser->wanted_keywords, i) : wanted_has(parser->wanted_kinds, kind)))
            continue;
        text_add(out, done == 0 ? "" : done + 1 == count ? " or " : ", ");
        done++;
        if (is_keyword)
            text_add_upper(out, keyword_spelling((Keyword)i));
        else
            text_add_format(out, kind > TOKEN_PARAMETER ? "\"%s\"" : "%s", token_kind_name((TokenKind)kind));
    }
}

/* "did you mean …?" for the word that is wrong, or for the one before it, which may have passed for an alias. */
static void hint_add(const Parser *parser, const Token *token, Text *out)
{
    Keyword keyword = parser_nearest_keyword(parser, token);
    if (keyword == KEYWORD_NONE && parser->has_last && parser->last.keyword == KEYWORD_NONE)
        keyword = parser_nearest_keyword(parser, &parser->last);
    if (keyword != KEYWORD_NONE) {
        text_add(out, "did you mean ");
        text_add_upper(out, keyword_spelling(keyword));
        text_add(out, "?");
    }
}

/* Whether it seems to go on, or begin, as a file's name without quotes: FROM data/x.csv, FROM ./x.csv. */
static bool parser_is_at_path(const Parser *parser, const Token *token)
{
    Keyword last = parser->has_last ? parser->last.keyword : KEYWORD_NONE;
    bool is_after_name = parser->has_last && parser->last.kind == TOKEN_WORD &&
                         (last == KEYWORD_NONE || keyword_class(last) == KEYWORD_UNRESERVED);
    bool is_after_from = last == KEYWORD_FROM || last == KEYWORD_JOIN || last == KEYWORD_INTO;
    return token->kind == TOKEN_SLASH ? is_after_name || is_after_from : token->kind == TOKEN_DOT && is_after_from;
}

_Noreturn void parser_raise(Parser *parser, const char *expected)
{
    enum { SHOWN_LIMIT = 60 };
    const Token *token = parser_peek(parser, 0);
    Text message = text_in(parser->arena), hint = text_in(parser->arena), list = text_in(parser->arena);
    StringView shown = {parser->lexer.text.data + token->position, token->size};
    bool is_long = shown.size > SHOWN_LIMIT;
    if (is_long)
        shown.size = utf8_valid_size((StringView){shown.data, SHOWN_LIMIT});
    if (token->kind == TOKEN_END)
        text_add(&message, "syntax error at end of text");
    else
        text_add_format(&message, "syntax error at or near \"%.*s%s\"", VIEW_ARGUMENTS(shown), is_long ? "..." : "");
    wanted_list(parser, &list);
    if (expected || list.size)
        text_add_format(&message, ", expected %s", expected ? expected : text_string(&list));
    hint_add(parser, token, &hint);
    bool wants_name = expected && strstr(expected, "name");
    if (hint.size == 0 && parser_is_at_path(parser, token))
        text_add(&hint, "a file's name stands in single quotes");
    if (hint.size == 0 && wants_name && token->kind == TOKEN_STRING)
        text_add(&hint, "a name stands without quotes, or in double quotes");
    if (hint.size == 0 && wants_name && token->keyword && keyword_class(token->keyword) != KEYWORD_UNRESERVED)
        text_add_format(&hint, "%.*s is a word of SQL; as a name it is written \"%.*s\"", VIEW_ARGUMENTS(shown),
                        VIEW_ARGUMENTS(token->text));
    if (hint.size)
        error_raise_hint(ERROR_SYNTAX, token->position, text_string(&hint), "%s", text_string(&message));
    error_raise(ERROR_SYNTAX, token->position, "%s", text_string(&message));
}

/* ---- tokens ---- */

void parser_read(Parser *parser)
{
    parser->tokens[(parser->first_token + parser->token_count) % PARSER_LOOKAHEAD] = lexer_next(&parser->lexer);
    parser->token_count++;
}

Token parser_advance(Parser *parser)
{
    parser->last = *parser_peek(parser, 0);
    parser->has_last = true;
    parser->first_token++;
    parser->token_count--;
    memset(parser->wanted_keywords, 0, sizeof parser->wanted_keywords);
    memset(parser->wanted_kinds, 0, sizeof parser->wanted_kinds);
    return parser->last;
}

bool parser_at(Parser *parser, TokenKind kind)
{
    wanted_add(parser->wanted_kinds, kind);
    return parser_peek(parser, 0)->kind == kind;
}

bool parser_at_keyword(Parser *parser, Keyword keyword)
{
    wanted_add(parser->wanted_keywords, keyword);
    return parser_peek(parser, 0)->keyword == keyword;
}

bool parser_at_keywords(Parser *parser, Keyword first, Keyword second)
{
    return parser_at_keyword(parser, first) && parser_peek(parser, 1)->keyword == second;
}

bool parser_accept(Parser *parser, TokenKind kind)
{
    if (!parser_at(parser, kind))
        return false;
    parser_advance(parser);
    return true;
}

/* Behind a comma: does the list end here after all? What may begin an element is not among these. */
static bool parser_at_list_end(Parser *parser)
{
    switch (parser_peek(parser, 0)->kind) {
    case TOKEN_END:
    case TOKEN_SEMICOLON:
    case TOKEN_RIGHT_PAREN:
    case TOKEN_RIGHT_BRACKET:
    case TOKEN_RIGHT_BRACE:
        return true;
    default:
        break;
    }
    switch (parser_keyword_at(parser, 0)) {
    case KEYWORD_SELECT:
    case KEYWORD_FROM:
    case KEYWORD_FOR:
    case KEYWORD_WHERE:
    case KEYWORD_GROUP:
    case KEYWORD_HAVING:
    case KEYWORD_WINDOW:
    case KEYWORD_QUALIFY:
    case KEYWORD_ORDER:
    case KEYWORD_LIMIT:
    case KEYWORD_OFFSET:
    case KEYWORD_FETCH:
    case KEYWORD_UNION:
    case KEYWORD_INTERSECT:
    case KEYWORD_EXCEPT:
    case KEYWORD_RETURNING:
        return true;
    default:
        return false;
    }
}

bool parser_accept_separator(Parser *parser)
{
    return parser_accept(parser, TOKEN_COMMA) && !parser_at_list_end(parser);
}

bool parser_accept_keyword(Parser *parser, Keyword keyword)
{
    if (!parser_at_keyword(parser, keyword))
        return false;
    parser_advance(parser);
    return true;
}

bool parser_accept_keywords(Parser *parser, Keyword first, Keyword second)
{
    if (!parser_at_keywords(parser, first, second))
        return false;
    parser_advance(parser);
    parser_advance(parser);
    return true;
}

/* One thing must stand here, although others might have stood before it: all of them are told when they are few. */
static _Noreturn void parser_raise_missing(Parser *parser, const Text *missing)
{
    Text list = text_in(parser->arena);
    wanted_list(parser, &list);
    parser_raise(parser, list.size ? NULL : text_string(missing));
}

void parser_expect(Parser *parser, TokenKind kind)
{
    if (parser_accept(parser, kind))
        return;
    Text missing = text_in(parser->arena);
    text_add_format(&missing, kind > TOKEN_PARAMETER ? "\"%s\"" : "%s", token_kind_name(kind));
    parser_raise_missing(parser, &missing);
}

void parser_expect_keyword(Parser *parser, Keyword keyword)
{
    if (parser_accept_keyword(parser, keyword))
        return;
    Text missing = text_in(parser->arena);
    text_add_upper(&missing, keyword_spelling(keyword));
    parser_raise_missing(parser, &missing);
}

bool parser_at_word(Parser *parser, const char *word)
{
    const Token *token = parser_peek(parser, 0);
    return token->kind == TOKEN_WORD && view_equal(token->text, view_of(word));
}

bool parser_accept_word(Parser *parser, const char *word)
{
    if (!parser_at_word(parser, word))
        return false;
    parser_advance(parser);
    return true;
}

void parser_expect_word(Parser *parser, const char *word)
{
    if (!parser_accept_word(parser, word)) {
        Text expected = text_in(parser->arena);
        text_add_upper(&expected, word);
        parser_raise(parser, text_string(&expected));
    }
}

/* ---- limits ---- */

void parser_enter(Parser *parser)
{
    if (++parser->depth > AST_HEIGHT_LIMIT)
        error_raise(ERROR_TOO_COMPLEX, parser_position(parser), "statement is nested too deeply, more than %d levels",
                    AST_HEIGHT_LIMIT);
}

void parser_adopt(uint16_t *height, uint16_t child, Position position)
{
    if (child >= AST_HEIGHT_LIMIT)
        error_raise_hint(ERROR_TOO_COMPLEX, position, "long chains of one operator can be grouped with parentheses",
                         "expression is nested too deeply, more than %d levels", AST_HEIGHT_LIMIT);
    if (*height <= child)
        *height = (uint16_t)(child + 1);
}

/* ---- entries ---- */

/* Over a copy of the text, so that the tree may outlive it. */
static Parser parser_over(Arena *arena, StringView text)
{
    if (text.size >= NO_POSITION)
        error_raise(ERROR_TOO_COMPLEX, NO_POSITION, "statement is longer than 4 GiB");
    size_t valid_size = utf8_valid_size(text);
    if (valid_size < text.size)
        error_raise(ERROR_INVALID_ENCODING, (Position)valid_size, "byte 0x%02X is not valid UTF-8",
                    (unsigned char)text.data[valid_size]);
    return (Parser){.arena = arena, .lexer = {.arena = arena, .text = arena_view(arena, text)}};
}

static void parser_expect_end(Parser *parser)
{
    while (parser_peek(parser, 0)->kind == TOKEN_SEMICOLON)
        parser_advance(parser);
    if (!parser_at(parser, TOKEN_END))
        parser_raise(parser, NULL);
}

AstStatement *parser_parse(Arena *arena, StringView text, size_t *ret_taken)
{
    size_t start = lexer_empty_size(text);
    size_t size = lexer_statement_size((StringView){text.data + start, text.size - start});
    size_t taken = size ? start + size : text.size;
    if (ret_taken)
        *ret_taken = taken;
    if (start == text.size)
        return NULL;
    Parser parser = parser_over(arena, (StringView){text.data, taken});
    parser.lexer.offset = start;
    AstStatement *statement = parser_statement(&parser);
    parser_expect_end(&parser);
    statement->parameter_count = parser.parameter_count;
    statement->parameters = parser.parameters;
    return statement;
}

AstExpr *parser_parse_expression(Arena *arena, StringView text)
{
    Parser parser = parser_over(arena, text);
    AstExpr *expr = parser_expr(&parser);
    if (!parser_at(&parser, TOKEN_END))
        parser_raise(&parser, NULL);
    return expr;
}

AstQuery *parser_parse_query(Arena *arena, StringView text)
{
    Parser parser = parser_over(arena, text);
    AstQuery *query = parser_query(&parser);
    parser_expect_end(&parser);
    return query;
}

AstType parser_parse_type(Arena *arena, StringView text)
{
    Parser parser = parser_over(arena, text);
    AstType type = parser_type(&parser);
    if (!parser_at(&parser, TOKEN_END))
        parser_raise(&parser, NULL);
    return type;
}
