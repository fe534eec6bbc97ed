/* sql/parser_internal.h: what the parser's files share: the token in view, what would have been legal there, and the
 * functions for each part of the grammar.
 *
 * Functions named parser_x parse an x that must be there, and raise otherwise; parser_accept_x returns false when it is
 * not there. `height` is that of the node being built: parts raise it as they are added. */
#ifndef QUERN_SQL_PARSER_INTERNAL_H
#define QUERN_SQL_PARSER_INTERNAL_H

#include "sql/lexer.h"
#include "sql/operator.h"
#include "sql/parser.h"

#define PARSER_LOOKAHEAD 8 /* a power of two */

typedef struct Parser {
    Arena *arena;
    Lexer lexer;
    Token tokens[PARSER_LOOKAHEAD];  /* a ring: read but not consumed */
    size_t token_count, first_token; /* the first is in view */
    Token last;                      /* the token consumed last; kind END: none yet */
    bool has_last;
    size_t depth; /* of the recursion */
    size_t parameter_count;
    AstExprs parameters;
    size_t into_depth;  /* the depth at which SELECT may say INTO; 0: nowhere */
    AstObjectName into; /* where it said so */
    bool is_into_temporary;
    /* What was asked for at the token in view, one bit a keyword and a kind: the material of error messages. */
    uint64_t wanted_keywords[KEYWORD_COUNT / 64 + 1];
    uint64_t wanted_kinds[TOKEN_KIND_COUNT / 64 + 1];
} Parser;

/* ---- tokens: parser.c ---- */

void parser_read(Parser *parser);
/* The token in view is index 0. */
static inline const Token *parser_peek(Parser *parser, size_t index)
{
    while (parser->token_count <= index)
        parser_read(parser);
    return &parser->tokens[(parser->first_token + index) % PARSER_LOOKAHEAD];
}
Token parser_advance(Parser *parser);
bool parser_at(Parser *parser, TokenKind kind);
bool parser_at_keyword(Parser *parser, Keyword keyword);
/* Two keywords in a row. */
bool parser_at_keywords(Parser *parser, Keyword first, Keyword second);
bool parser_accept(Parser *parser, TokenKind kind);
/* The comma before another element of a list; one that ends the list, as DuckDB has it, is passed over: false. */
bool parser_accept_separator(Parser *parser);
bool parser_accept_keyword(Parser *parser, Keyword keyword);
bool parser_accept_keywords(Parser *parser, Keyword first, Keyword second);
void parser_expect(Parser *parser, TokenKind kind);
void parser_expect_keyword(Parser *parser, Keyword keyword);
/* A word that is no keyword, in lower case: rare ones stay out of the keyword list. */
bool parser_peek_is_word(Parser *parser, size_t index, const char *word);
bool parser_at_word(Parser *parser, const char *word);
bool parser_accept_word(Parser *parser, const char *word);
void parser_expect_word(Parser *parser, const char *word);
static inline Keyword parser_keyword_at(Parser *parser, size_t index)
{
    return parser_peek(parser, index)->keyword;
}
static inline Position parser_position(Parser *parser)
{
    return parser_peek(parser, 0)->position;
}
/* The token in view is wrong: "syntax error at or near …"; `expected` is what should stand here, or NULL. */
_Noreturn void parser_raise(Parser *parser, const char *expected);

/* Around all that recurses. */
void parser_enter(Parser *parser);
static inline void parser_leave(Parser *parser)
{
    parser->depth--;
}
/* A node of height `child` becomes part of the node whose height is *height. */
void parser_adopt(uint16_t *height, uint16_t child, Position position);

/* ---- names, types, options: parser_name.c ---- */

/* Can the token name a column or table? */
bool token_is_name(const Token *token);
/* The same, for a word that nothing introduces: an alias without AS. */
bool token_is_bare_alias(const Token *token);
/* A name of a column or table; `what` for the message: "a table name". */
AstName parser_name(Parser *parser, const char *what);
/* Behind AS or a point any word will do. */
AstName parser_label(Parser *parser, const char *what);
/* A name or a 'string', which is not empty, as no name is. */
AstName parser_name_or_string(Parser *parser, const char *what);
AstObjectName parser_object_name(Parser *parser, const char *what);
/* a.b.c as one text */
AstName parser_dotted_name(Parser *parser, const char *what);
/* (a, b, c) */
AstNames parser_name_list(Parser *parser, const char *what);
AstNames parser_accept_name_list(Parser *parser, const char *what);
bool parser_accept_if_exists(Parser *parser);
bool parser_accept_if_not_exists(Parser *parser);
/* A string literal. */
StringView parser_string(Parser *parser, const char *what);
AstType parser_type(Parser *parser);
/* Of a type: the number that digits are. Raises OUT_OF_RANGE. */
int64_t modifier_value(StringView digits, Position position);
/* DAY, or DAY TO SECOND, after INTERVAL '…'; data NULL when there is none. */
StringView parser_accept_interval_fields(Parser *parser);
/* (name value, …) */
AstOptions parser_option_list(Parser *parser, uint16_t *height);
/* A constant, a word (as AST_STRING), a star, or a list of such in parentheses (as AST_ROW). */
AstExpr *parser_option_value(Parser *parser, uint16_t *height);

/* ---- expressions: parser_expression.c ---- */

AstExpr *parser_expr(Parser *parser);
AstExpr *parser_expr_above(Parser *parser, Precedence precedence);
/* The operators that follow `left`, down to `precedence`. */
AstExpr *parser_expr_rest(Parser *parser, AstExpr *left, Precedence precedence);
/* An operand with its prefixes, before any binary operator. */
AstExpr *parser_prefix(Parser *parser);
AstExpr *parser_expr_part(Parser *parser, uint16_t *height);
/* One or more, separated by commas. */
AstExprs parser_exprs(Parser *parser, uint16_t *height);
AstExpr *ast_expr_new(Parser *parser, AstExprKind kind, Position position);
/* The child becomes part of the parent, and is returned. */
AstExpr *ast_expr_adopt(AstExpr *parent, AstExpr *child);
AstQuery *ast_expr_adopt_query(AstExpr *parent, AstQuery *query);
AstExpr *ast_expr_new_row(Parser *parser, Position position, AstExprs items);
AstExpr *ast_expr_new_string(Parser *parser, StringView text, Position position);
AstOrders parser_orders(Parser *parser, uint16_t *height);
/* [ASC | DESC] [NULLS FIRST | LAST] behind what is ordered by */
AstOrder parser_direction(Parser *parser, AstExpr *expr);
/* The column that a name alone means, and t.* and *. */
AstExpr *parser_column(Parser *parser);
AstExpr *parser_star(Parser *parser, AstName *parts, size_t part_count, Position position);

/* What stands in parentheses: a query, or one or more expressions. */
typedef struct Parenthesized {
    Position position;
    AstQuery *query;
    AstExprs exprs;
} Parenthesized;
Parenthesized parser_parenthesized(Parser *parser);

/* ---- operators: parser_operator.c ---- */

/* One operator applied to `left`; NULL when none is in view that binds at least as tightly as `precedence`. */
AstExpr *parser_operator(Parser *parser, AstExpr *left, Precedence precedence);

/* ---- calls: parser_function.c ---- */

/* The token in view is a word that begins a form with words inside (EXTRACT, TRIM, …): the call; otherwise NULL. */
AstExpr *parser_accept_special_call(Parser *parser);
/* The token in view is the opening parenthesis. */
AstExpr *parser_call(Parser *parser, AstObjectName name);
AstExpr *parser_accept_normalized(Parser *parser, AstExpr *operand, Position position, bool is_negated);
AstExpr *parser_overlaps(Parser *parser, AstExpr *left);
void parser_arguments(Parser *parser, AstExprs *arguments, AstName **argument_names, uint16_t *height);
AstWindow *parser_window(Parser *parser);

/* ---- queries: parser_query.c, parser_from.c ---- */

bool parser_at_query(Parser *parser);
AstQuery *parser_query(Parser *parser);
/* The same, as a part of the statement. */
AstQuery *parser_query_child(Parser *parser, AstStatement *statement);
/* VALUES (…), … */
AstQuery *parser_values(Parser *parser);
/* (query) */
AstQuery *parser_query_in_parentheses(Parser *parser);
/* Can what follows a parenthesized query make it a part of a longer one? */
bool parser_at_query_rest(Parser *parser);
AstQuery *parser_query_rest(Parser *parser, AstQuery *first);
/* A query behind its WITH. */
AstQuery *parser_query_with(Parser *parser, AstCtes with, bool is_recursive, uint16_t height);
AstQuery *ast_query_new(Parser *parser, AstQueryKind kind, Position position);
/* Only the WITH that a statement begins with may hold statements that change tables. */
AstCtes parser_with(Parser *parser, bool begins_statement, bool *ret_is_recursive, uint16_t *height);
AstItems parser_items(Parser *parser, uint16_t *height);
AstItem parser_item(Parser *parser, uint16_t *height);
/* *, or an expression */
AstExpr *parser_expr_or_star(Parser *parser, uint16_t *height);
/* One item of FROM, with all that is joined to it. */
AstTableRef *parser_table_ref(Parser *parser);
/* After FROM or USING. */
AstTableRefs parser_table_refs(Parser *parser, uint16_t *height);
AstSample *parser_sample(Parser *parser, uint16_t *height);
AstQuery *parser_pivot_statement(Parser *parser);

/* ---- statements: parser_statement.c, parser_create.c, parser_sequence.c, parser_alter.c, parser_change.c ---- */

/* What stands between CREATE and the word for what is made. */
typedef struct CreateHead {
    bool is_or_replace, is_temporary;
} CreateHead;

AstStatement *parser_statement(Parser *parser);
void parser_create(Parser *parser, AstStatement *statement);
void parser_drop(Parser *parser, AstStatement *statement);
void parser_comment(Parser *parser, AstStatement *statement);
void parser_create_sequence(Parser *parser, AstStatement *statement, CreateHead head);
void parser_alter_sequence(Parser *parser, AstStatement *statement);
/* Behind AS IDENTITY: [(options)] */
void parser_identity(Parser *parser, AstConstraint *constraint);
/* ALWAYS or BY DEFAULT; is it the first? */
bool parser_is_always(Parser *parser);
void parser_alter(Parser *parser, AstStatement *statement);
AstColumnDefinition parser_column_definition(Parser *parser, uint16_t *height);
bool parser_at_table_constraint(Parser *parser);
AstConstraint parser_table_constraint(Parser *parser, uint16_t *height);
void parser_insert(Parser *parser, AstStatement *statement);
void parser_replace(Parser *parser, AstStatement *statement);
void parser_update(Parser *parser, AstStatement *statement);
void parser_delete(Parser *parser, AstStatement *statement);
void parser_merge(Parser *parser, AstStatement *statement);
/* [CASCADE | RESTRICT] */
bool parser_cascade(Parser *parser);
void parser_truncate(Parser *parser, AstStatement *statement);
void parser_copy(Parser *parser, AstStatement *statement);
/* INSERT, UPDATE, DELETE or MERGE, if that is in view. */
bool parser_accept_change(Parser *parser, AstStatement *statement);
/* WITH …: a query, or one of these. */
void parser_with_statement(Parser *parser, AstStatement *statement);

#endif
