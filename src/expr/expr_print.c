/* expr/expr_print.c: expressions as SQL text, with parentheses only where the meaning needs them. */
#include <string.h>

#include "expr/expr.h"
#include "expr/function.h"

/* How tightly a form binds, PostgreSQL's order. An operand is put in parentheses when it binds less than asked. */
typedef enum Binding {
    BINDING_NONE,
    BINDING_OR,
    BINDING_AND,
    BINDING_NOT,
    BINDING_IS,
    BINDING_COMPARISON,
    BINDING_IN, /* IN, LIKE */
    BINDING_OTHER,
    BINDING_ADD,
    BINDING_MULTIPLY,
    BINDING_POWER,
    BINDING_SIGN,
    BINDING_ATOM
} Binding;

typedef struct Printer {
    Text *text;
    const char *(*name)(void *user, ColumnId column);
    void *user;
} Printer;

static void print_expr(const Printer *printer, const Expr *expr, Binding wanted, size_t depth);

typedef enum OperatorForm { FORM_CALL, FORM_INFIX, FORM_PREFIX, FORM_POSTFIX } OperatorForm;

/* Signs that are written otherwise than function(a, b); what most conditions have comes first. */
static const struct OperatorPrint {
    const char *name;
    const char *text;
    OperatorForm form;
    Binding binding;
    uint8_t argument_count;
} operator_prints[] = {
    {"=", "=", FORM_INFIX, BINDING_COMPARISON, 2},
    {"<>", "<>", FORM_INFIX, BINDING_COMPARISON, 2},
    {"<", "<", FORM_INFIX, BINDING_COMPARISON, 2},
    {"<=", "<=", FORM_INFIX, BINDING_COMPARISON, 2},
    {">", ">", FORM_INFIX, BINDING_COMPARISON, 2},
    {">=", ">=", FORM_INFIX, BINDING_COMPARISON, 2},
    {"+", "+", FORM_INFIX, BINDING_ADD, 2},
    {"-", "-", FORM_INFIX, BINDING_ADD, 2},
    {"*", "*", FORM_INFIX, BINDING_MULTIPLY, 2},
    {"/", "/", FORM_INFIX, BINDING_MULTIPLY, 2},
    {"//", "//", FORM_INFIX, BINDING_MULTIPLY, 2},
    {"%", "%", FORM_INFIX, BINDING_MULTIPLY, 2},
    {"^", "^", FORM_INFIX, BINDING_POWER, 2},
    {"+", "+", FORM_PREFIX, BINDING_SIGN, 1},
    {"-", "-", FORM_PREFIX, BINDING_SIGN, 1},
    {"~", "~", FORM_PREFIX, BINDING_SIGN, 1},
    {"&", "&", FORM_INFIX, BINDING_OTHER, 2},
    {"|", "|", FORM_INFIX, BINDING_OTHER, 2},
    {"#", "#", FORM_INFIX, BINDING_OTHER, 2},
    {"<<", "<<", FORM_INFIX, BINDING_OTHER, 2},
    {">>", ">>", FORM_INFIX, BINDING_OTHER, 2},
    {"||", "||", FORM_INFIX, BINDING_OTHER, 2},
    {"~", "~", FORM_INFIX, BINDING_OTHER, 2},
    {"~*", "~*", FORM_INFIX, BINDING_OTHER, 2},
    {"!~", "!~", FORM_INFIX, BINDING_OTHER, 2},
    {"!~*", "!~*", FORM_INFIX, BINDING_OTHER, 2},
    {"~~", "LIKE", FORM_INFIX, BINDING_IN, 2},
    {"!~~", "NOT LIKE", FORM_INFIX, BINDING_IN, 2},
    {"~~*", "ILIKE", FORM_INFIX, BINDING_IN, 2},
    {"!~~*", "NOT ILIKE", FORM_INFIX, BINDING_IN, 2},
    {"similar to", "SIMILAR TO", FORM_INFIX, BINDING_IN, 2},
    {"not similar to", "NOT SIMILAR TO", FORM_INFIX, BINDING_IN, 2},
    {"~~~", "GLOB", FORM_INFIX, BINDING_IN, 2},
    {"!~~~", "NOT GLOB", FORM_INFIX, BINDING_IN, 2},
    {"is distinct from", "IS DISTINCT FROM", FORM_INFIX, BINDING_IS, 2},
    {"is not distinct from", "IS NOT DISTINCT FROM", FORM_INFIX, BINDING_IS, 2},
    {"is null", "IS NULL", FORM_POSTFIX, BINDING_IS, 1},
    {"is not null", "IS NOT NULL", FORM_POSTFIX, BINDING_IS, 1},
    {"is true", "IS TRUE", FORM_POSTFIX, BINDING_IS, 1},
    {"is not true", "IS NOT TRUE", FORM_POSTFIX, BINDING_IS, 1},
    {"is false", "IS FALSE", FORM_POSTFIX, BINDING_IS, 1},
    {"is not false", "IS NOT FALSE", FORM_POSTFIX, BINDING_IS, 1},
    {"is unknown", "IS UNKNOWN", FORM_POSTFIX, BINDING_IS, 1},
    {"is not unknown", "IS NOT UNKNOWN", FORM_POSTFIX, BINDING_IS, 1},
    {"not", "NOT", FORM_PREFIX, BINDING_NOT, 1},
};

static const struct OperatorPrint *operator_print_find(const Expr *expr)
{
    for (size_t i = 0; i < sizeof operator_prints / sizeof *operator_prints; i++)
        if (operator_prints[i].argument_count == expr->argument_count &&
            operator_prints[i].name[0] == expr->function->name[0] &&
            strcmp(operator_prints[i].name, expr->function->name) == 0)
            return &operator_prints[i];
    return NULL;
}

/* With an ESCAPE: (a LIKE b ESCAPE c). */
static const char *like_keyword(const Expr *expr)
{
    static const struct {
        const char *sign, *function, *keyword;
    } likes[] = {{"~~", "like_escape", "LIKE"},    {"!~~", "not_like_escape", "NOT LIKE"},
                 {"~~*", "ilike_escape", "ILIKE"}, {"!~~*", "not_ilike_escape", "NOT ILIKE"},
                 {"similar to", "", "SIMILAR TO"}, {"not similar to", "", "NOT SIMILAR TO"}};
    for (size_t i = 0; expr->argument_count == 3 && i < sizeof likes / sizeof *likes; i++)
        if (strcmp(expr->function->name, likes[i].sign) == 0 || strcmp(expr->function->name, likes[i].function) == 0)
            return likes[i].keyword;
    return NULL;
}

static Binding constant_binding(const Value *value)
{
    bool is_negative = false;
    if (value->is_null)
        return BINDING_ATOM;
    if (type_is_integer(value->type) && value->type.id != TYPE_UBIGINT)
        is_negative = value->i64 < 0;
    else if (value->type.id == TYPE_DECIMAL)
        is_negative = value->i128 < 0;
    else if (value->type.id == TYPE_DOUBLE)
        is_negative = value->f64 < 0;
    return is_negative ? BINDING_SIGN : BINDING_ATOM;
}

static Binding expr_binding(const Expr *expr)
{
    const struct OperatorPrint *print;
    switch (expr->kind) {
    case EXPR_CONSTANT:
        return constant_binding(&expr->constant);
    case EXPR_CALL:
        print = operator_print_find(expr);
        return print ? print->binding : like_keyword(expr) ? BINDING_IN : BINDING_ATOM;
    case EXPR_AND:
        return BINDING_AND;
    case EXPR_OR:
        return BINDING_OR;
    case EXPR_IN:
        return BINDING_IN;
    default:
        return BINDING_ATOM;
    }
}

static void print_list(const Printer *printer, Expr *const *exprs, size_t count, size_t depth)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add(printer->text, ", ");
        print_expr(printer, exprs[i], BINDING_NONE, depth);
    }
}

static void print_function(const Printer *printer, const char *name, const Expr *expr, size_t depth)
{
    text_add(printer->text, name);
    text_add_char(printer->text, '(');
    print_list(printer, expr->arguments, expr->argument_count, depth);
    text_add_char(printer->text, ')');
}

static void print_call(const Printer *printer, const Expr *expr, size_t depth)
{
    const struct OperatorPrint *print = operator_print_find(expr);
    Text *text = printer->text;
    const char *keyword = like_keyword(expr);
    if (keyword) {
        print_expr(printer, expr->arguments[0], BINDING_OTHER, depth);
        text_add_format(text, " %s ", keyword);
        print_expr(printer, expr->arguments[1], BINDING_OTHER, depth);
        text_add(text, " ESCAPE ");
        print_expr(printer, expr->arguments[2], BINDING_OTHER, depth);
    } else if (print == NULL) {
        print_function(printer, expr->function->name, expr, depth);
    } else if (print->form == FORM_INFIX) {
        /* left-associative, but for comparisons, which do not chain */
        bool chains = print->binding >= BINDING_OTHER;
        print_expr(printer, expr->arguments[0], print->binding + !chains, depth);
        text_add_char(text, ' ');
        text_add(text, print->text);
        text_add_char(text, ' ');
        print_expr(printer, expr->arguments[1], print->binding + 1, depth);
    } else if (print->form == FORM_PREFIX) {
        text_add(text, print->text);
        if (print->binding == BINDING_NOT)
            text_add_char(text, ' ');
        /* - -1 must not become the comment --1 */
        print_expr(printer, expr->arguments[0], print->binding == BINDING_SIGN ? BINDING_ATOM : print->binding, depth);
    } else {
        print_expr(printer, expr->arguments[0], print->binding + 1, depth);
        text_add_char(text, ' ');
        text_add(text, print->text);
    }
}

static void print_case(const Printer *printer, const Expr *expr, size_t depth)
{
    text_add(printer->text, "CASE");
    size_t branches = expr->argument_count / 2;
    for (size_t i = 0; i < branches; i++) {
        text_add(printer->text, " WHEN ");
        print_expr(printer, expr->arguments[i * 2], BINDING_NONE, depth);
        text_add(printer->text, " THEN ");
        print_expr(printer, expr->arguments[i * 2 + 1], BINDING_NONE, depth);
    }
    const Expr *otherwise = expr->arguments[branches * 2];
    if (!expr_is_constant(otherwise) || !otherwise->constant.is_null) {
        text_add(printer->text, " ELSE ");
        print_expr(printer, otherwise, BINDING_NONE, depth);
    }
    text_add(printer->text, " END");
}

static void print_cast(const Printer *printer, const Expr *expr, size_t depth)
{
    char name[TYPE_NAME_SIZE];
    text_add(printer->text, expr->kind == EXPR_CAST ? "CAST(" : "TRY_CAST(");
    print_expr(printer, expr->arguments[0], BINDING_NONE, depth);
    text_add_format(printer->text, " AS %s)", type_name(expr->type, name));
}

static void print_junction(const Printer *printer, const Expr *expr, Binding binding, size_t depth)
{
    for (size_t i = 0; i < expr->argument_count; i++) {
        if (i)
            text_add(printer->text, expr->kind == EXPR_AND ? " AND " : " OR ");
        print_expr(printer, expr->arguments[i], binding + 1, depth);
    }
}

static void print_in(const Printer *printer, const Expr *expr, size_t depth)
{
    print_expr(printer, expr->arguments[0], BINDING_OTHER, depth);
    text_add(printer->text, expr->is_negated ? " NOT IN (" : " IN (");
    print_list(printer, expr->arguments + 1, expr->argument_count - 1, depth);
    text_add_char(printer->text, ')');
}

static void print_column(const Printer *printer, const Expr *expr)
{
    if (printer->name)
        text_add(printer->text, printer->name(printer->user, expr->column));
    else
        text_add_format(printer->text, "#%u", expr->column);
}

static void print_expr(const Printer *printer, const Expr *expr, Binding wanted, size_t depth)
{
    Binding binding = expr_binding(expr);
    bool in_parentheses = binding < wanted;
    if (depth >= EXPR_MAX_DEPTH)
        error_raise(ERROR_TOO_COMPLEX, expr->position, "expression is nested more than %d levels deep", EXPR_MAX_DEPTH);
    if (in_parentheses)
        text_add_char(printer->text, '(');
    switch (expr->kind) {
    case EXPR_COLUMN:
        print_column(printer, expr);
        break;
    case EXPR_CONSTANT:
        text_add(printer->text, value_sql(printer->text->arena, &expr->constant));
        break;
    case EXPR_PARAMETER:
        text_add_char(printer->text, '$');
        text_add_view(printer->text, expr->parameter->name);
        break;
    case EXPR_CALL:
        print_call(printer, expr, depth + 1);
        break;
    case EXPR_CAST:
    case EXPR_TRY_CAST:
        print_cast(printer, expr, depth + 1);
        break;
    case EXPR_AND:
    case EXPR_OR:
        print_junction(printer, expr, binding, depth + 1);
        break;
    case EXPR_CASE:
        print_case(printer, expr, depth + 1);
        break;
    case EXPR_COALESCE:
        print_function(printer, "coalesce", expr, depth + 1);
        break;
    case EXPR_IN:
        print_in(printer, expr, depth + 1);
        break;
    }
    if (in_parentheses)
        text_add_char(printer->text, ')');
}

void expr_print(const Expr *expr, Text *text, const char *(*name)(void *user, ColumnId column), void *user)
{
    Printer printer = {text, name, user};
    print_expr(&printer, expr, BINDING_NONE, 0);
}
