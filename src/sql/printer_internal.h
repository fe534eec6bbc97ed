/* sql/printer_internal.h: what the printer's files share. */
#ifndef QUERN_SQL_PRINTER_INTERNAL_H
#define QUERN_SQL_PRINTER_INTERNAL_H

#include "sql/operator.h"
#include "sql/printer.h"

typedef struct Printer {
    Text *text;
    PrinterMode mode;
} Printer;

static inline void print(Printer *printer, const char *text)
{
    text_add(printer->text, text);
}

/* ", " before all but the first */
static inline void print_comma(Printer *printer, size_t index)
{
    if (index)
        print(printer, ", ");
}

/* ---- printer.c ---- */

void print_name(Printer *printer, StringView name);
void print_object_name(Printer *printer, const AstObjectName *name);
/* Before an opening parenthesis. */
void print_call_name(Printer *printer, const AstObjectName *name);
void print_string(Printer *printer, StringView string);
void print_type(Printer *printer, const AstType *type);
/* (a, b) after a blank; nothing when there are none */
void print_name_list(Printer *printer, const AstNames *names);
/* AS alias after a blank; nothing when it is absent */
void print_alias(Printer *printer, const AstName *alias);
void print_option_value(Printer *printer, const AstExpr *value);
void print_option_values(Printer *printer, const AstExprs *values);
void print_option_items(Printer *printer, const AstOptions *options);
/* The same in parentheses. */
void print_options(Printer *printer, const AstOptions *options);

/* ---- printer_expression.c ---- */

void print_expr(Printer *printer, const AstExpr *expr);
/* In parentheses unless it binds at least this tightly. */
void print_operand(Printer *printer, const AstExpr *expr, Precedence precedence);
void print_exprs(Printer *printer, const AstExprs *exprs);
void print_orders(Printer *printer, const AstOrders *orders);
void print_items(Printer *printer, const AstItems *items);
void print_arguments(Printer *printer, const AstExprs *arguments, const AstName *names);
void print_window(Printer *printer, const AstWindow *window);

/* ---- printer_query.c ---- */

void print_query(Printer *printer, const AstQuery *query);
void print_with(Printer *printer, const AstCtes *with, bool is_recursive);
void print_table_refs(Printer *printer, const AstTableRefs *refs);
void print_table_ref(Printer *printer, const AstTableRef *ref);

/* ---- printer_statement.c, printer_create.c ---- */

void print_object_kind(Printer *printer, AstObjectKind kind);
void print_statement(Printer *printer, const AstStatement *statement);
void print_create_table(Printer *printer, const AstCreateTable *create);
void print_create_view(Printer *printer, const AstCreateView *create);
void print_create_external_table(Printer *printer, const AstCreateExternalTable *create);
void print_create_index(Printer *printer, const AstCreateIndex *create);
void print_create_sequence(Printer *printer, const AstSequence *create);
void print_alter_sequence(Printer *printer, const AstSequence *alter);
void print_create_schema(Printer *printer, const AstCreateSchema *create);
void print_alter(Printer *printer, const AstAlter *alter);

#endif
