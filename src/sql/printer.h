/* sql/printer.h: AST to SQL text that parses to the same AST.
 *
 * One line, keywords in capitals, names quoted only where they must be. Parentheses stand only where the tree needs
 * them; with PRINTER_PARENTHESES around every operator, which shows how a text was understood. */
#ifndef QUERN_SQL_PRINTER_H
#define QUERN_SQL_PRINTER_H

#include "base/text.h"
#include "sql/ast.h"

typedef enum PrinterMode { PRINTER_PLAIN, PRINTER_PARENTHESES } PrinterMode;

void printer_print_statement(Text *text, const AstStatement *statement, PrinterMode mode);
void printer_print_query(Text *text, const AstQuery *query, PrinterMode mode);
void printer_print_expr(Text *text, const AstExpr *expr, PrinterMode mode);
void printer_print_type(Text *text, const AstType *type);

/* A name as SQL: quoted where it is a keyword or would not survive case folding. */
void printer_print_name(Text *text, StringView name);
/* A string literal: quotes doubled. */
void printer_print_string(Text *text, StringView string);
void printer_print_object_name(Text *text, const AstObjectName *name);

#endif
