/* sql/parser.h: SQL text to AST.
 *
 * The text may go away when these return: the AST lives in `arena` alone. Text that is not SQL raises SYNTAX with the
 * place, what stood there, what was expected, and a hint where a word looks misspelt; text that is nested deeper than
 * AST_HEIGHT_LIMIT raises TOO_COMPLEX. Bytes that are not UTF-8 raise INVALID_ENCODING. */
#ifndef QUERN_SQL_PARSER_H
#define QUERN_SQL_PARSER_H

#include "sql/ast.h"

/* Parses the first statement of a text; what follows its semicolon is not looked at. NULL when there is none, but only
 * blanks, comments and semicolons. *ret_taken (may be NULL) is how many bytes it took, semicolon included; it is set
 * before anything is raised, so that the caller can go on behind a statement that is wrong. A last semicolon may be
 * left out. Positions count from text.data. */
AstStatement *parser_parse(Arena *arena, StringView text, size_t *ret_taken);

/* The whole text is one expression: a DEFAULT, a CHECK. */
AstExpr *parser_parse_expression(Arena *arena, StringView text);
/* The whole text is one query (a semicolon may follow): a view's. */
AstQuery *parser_parse_query(Arena *arena, StringView text);
/* The whole text is one type: "decimal(15, 2)". */
AstType parser_parse_type(Arena *arena, StringView text);

#endif
