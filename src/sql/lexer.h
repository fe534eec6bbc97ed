/* sql/lexer.h: bytes to tokens, one at a time. Blanks and comments (-- to the end of the line, nested slash-star ones)
 * separate tokens and are no tokens themselves. */
#ifndef QUERN_SQL_LEXER_H
#define QUERN_SQL_LEXER_H

#include "base/arena.h"
#include "base/error.h"
#include "sql/keyword.h"

/* X(name, spelling). A longer spelling stands before its beginnings: the first that fits is taken. Those that stand in
 * every statement come first. */
#define SYMBOLS(X)                                                                                                     \
    X(LEFT_PAREN, "(")                                                                                                 \
    X(RIGHT_PAREN, ")")                                                                                                \
    X(COMMA, ",")                                                                                                      \
    X(DOT, ".")                                                                                                        \
    X(ARROW, "=>")                                                                                                     \
    X(DOUBLE_EQUAL, "==")                                                                                              \
    X(EQUAL, "=")                                                                                                      \
    X(NOT_LIKE_NO_CASE, "!~~*")                                                                                        \
    X(JSON_GET_TEXT, "->>")                                                                                            \
    X(REGEX_NOT_MATCH_NO_CASE, "!~*")                                                                                  \
    X(NOT_LIKE, "!~~")                                                                                                 \
    X(LIKE_NO_CASE, "~~*")                                                                                             \
    X(JSON_GET, "->")                                                                                                  \
    X(ASSIGN, ":=")                                                                                                    \
    X(CAST, "::")                                                                                                      \
    X(CONCAT, "||")                                                                                                    \
    X(OVERLAPS, "&&")                                                                                                  \
    X(DOUBLE_SLASH, "//")                                                                                              \
    X(DOUBLE_STAR, "**")                                                                                               \
    X(SHIFT_LEFT, "<<")                                                                                                \
    X(SHIFT_RIGHT, ">>")                                                                                               \
    X(LESS_EQUAL, "<=")                                                                                                \
    X(GREATER_EQUAL, ">=")                                                                                             \
    X(LESS_GREATER, "<>")                                                                                              \
    X(NOT_EQUAL, "!=")                                                                                                 \
    X(REGEX_MATCH_NO_CASE, "~*")                                                                                       \
    X(REGEX_NOT_MATCH, "!~")                                                                                           \
    X(LIKE, "~~")                                                                                                      \
    X(STARTS_WITH, "^@")                                                                                               \
    X(CONTAINS, "@>")                                                                                                  \
    X(CONTAINED, "<@")                                                                                                 \
    X(LEFT_BRACKET, "[")                                                                                               \
    X(RIGHT_BRACKET, "]")                                                                                              \
    X(LEFT_BRACE, "{")                                                                                                 \
    X(RIGHT_BRACE, "}")                                                                                                \
    X(SEMICOLON, ";")                                                                                                  \
    X(COLON, ":")                                                                                                      \
    X(PLUS, "+")                                                                                                       \
    X(MINUS, "-")                                                                                                      \
    X(STAR, "*")                                                                                                       \
    X(SLASH, "/")                                                                                                      \
    X(PERCENT, "%")                                                                                                    \
    X(CARET, "^")                                                                                                      \
    X(LESS, "<")                                                                                                       \
    X(GREATER, ">")                                                                                                    \
    X(AMPERSAND, "&")                                                                                                  \
    X(PIPE, "|")                                                                                                       \
    X(HASH, "#")                                                                                                       \
    X(TILDE, "~")

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_WORD,      /* .text: folded to lower case; .keyword */
    TOKEN_QUOTED,    /* "quoted" or `quoted` name: .text, quotes undone */
    TOKEN_STRING,    /* .text: quotes and escapes undone; also E'…', U&'…', $$…$$ */
    TOKEN_BLOB,      /* X'…': .text: the bytes */
    TOKEN_INTEGER,   /* .text: decimal digits */
    TOKEN_DECIMAL,   /* .text: digits with a point */
    TOKEN_FLOAT,     /* .text: with an exponent */
    TOKEN_PARAMETER, /* .text: "1", "name"; empty for a bare ? */
#define TOKEN_ENUM(name, spelling) TOKEN_##name,
    SYMBOLS(TOKEN_ENUM)
#undef TOKEN_ENUM
        TOKEN_KIND_COUNT,
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Keyword keyword; /* KEYWORD_NONE for all but words of the grammar */
    Position position;
    uint32_t size;   /* bytes of the text that it took */
    StringView text; /* in the lexer's arena or its text */
} Token;

typedef struct Lexer {
    Arena *arena;
    StringView text; /* lives as long as the tokens: they may point into it */
    size_t offset;   /* of the byte behind the last token */
} Lexer;

/* The next token; TOKEN_END at the end, again and again. Raises SYNTAX on what cannot be a token. */
Token lexer_next(Lexer *lexer);

/* Bytes of the first statement of a text, its semicolon included; blanks and comments before it count as part of it. 0
 * when the text ends before a semicolon does: none there, or only within an open quote or comment. Any bytes will do;
 * nothing is raised. */
size_t lexer_statement_size(StringView text);

/* Whether the text begins with COPY … FROM STDIN, be it right or not. Nothing is raised. */
bool lexer_is_copy_from_stdin(StringView text);

/* Where the first token that is no semicolon begins; text.size when there is none. An open comment counts as one. */
size_t lexer_empty_size(StringView text);

/* The symbol's spelling; for the other kinds what to call them: "end of text", "number". */
const char *token_kind_name(TokenKind kind);

#endif
