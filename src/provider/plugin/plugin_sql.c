/* provider/plugin/plugin_sql.c: an expression as SQL of a dialect, its constants as parameters. */
#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "expr/function.h"
#include "provider/plugin/plugin.h"

enum { MAX_DEPTH = 200 };

typedef struct Printer {
    Arena *arena;
    Text text;
    QuernDialect dialect;
    const char *const *names;
    size_t name_count;
    ARRAY(const QuernValue *) parameters;
} Printer;

/* Functions that all dialects have, in the same words. */
static const struct {
    const char *name, *before, *between, *behind;
} forms[] = {
    {"=", "", " = ", ""},
    {"<>", "", " <> ", ""},
    {"<", "", " < ", ""},
    {"<=", "", " <= ", ""},
    {">", "", " > ", ""},
    {">=", "", " >= ", ""},
    {"+", "", " + ", ""},
    {"*", "", " * ", ""},
    {"||", "", " || ", ""},
    {"~~", "", " LIKE ", ""},
    {"!~~", "", " NOT LIKE ", ""},
    {"not", "NOT ", "", ""},
    {"is null", "", "", " IS NULL"},
    {"is not null", "", "", " IS NOT NULL"},
    {"is true", "", "", " IS TRUE"},
    {"is false", "", "", " IS FALSE"},
};

static void print(Printer *printer, const Expr *expr, int depth);

static _Noreturn void refuse(const char *what)
{
    error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "the dialect has no words for %s", what);
}

static void print_list(Printer *printer, Expr *const *items, size_t count, const char *between, int depth)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            text_add(&printer->text, between);
        print(printer, items[i], depth);
    }
}

static void print_column(Printer *printer, const Expr *expr)
{
    if (expr->column >= printer->name_count || printer->names[expr->column] == NULL)
        refuse("a column without a name");
    text_add_char(&printer->text, '"');
    for (const char *c = printer->names[expr->column]; *c; c++) {
        if (*c == '"')
            text_add_char(&printer->text, '"');
        text_add_char(&printer->text, *c);
    }
    text_add_char(&printer->text, '"');
}

static void print_constant(Printer *printer, const Expr *expr)
{
    QuernValue *value = arena_new(printer->arena, QuernValue);
    Value copy = value_copy(printer->arena, &expr->constant);
    *value = plugin_value_export(&copy);
    array_add(printer->arena, &printer->parameters, (const QuernValue *)value);
    size_t number = printer->parameters.count;
    switch (printer->dialect) {
    case QUERN_DIALECT_SQLITE:
        text_add_format(&printer->text, "?%zu", number);
        return;
    case QUERN_DIALECT_POSTGRES:
        text_add_format(&printer->text, "$%zu", number);
        return;
    default:
        text_add_char(&printer->text, '?');
        return;
    }
}

static void print_call(Printer *printer, const Expr *expr, int depth)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t argument_count = forms[i].between[0] ? 2 : 1;
        if (strcmp(forms[i].name, expr->function->name) != 0 || expr->argument_count != argument_count)
            continue;
        text_add_format(&printer->text, "(%s", forms[i].before);
        print_list(printer, expr->arguments, expr->argument_count, forms[i].between, depth);
        text_add_format(&printer->text, "%s)", forms[i].behind);
        return;
    }
    refuse(expr->function->name);
}

static void print(Printer *printer, const Expr *expr, int depth)
{
    if (depth > MAX_DEPTH)
        refuse("an expression this deep");
    switch (expr->kind) {
    case EXPR_COLUMN:
        print_column(printer, expr);
        return;
    case EXPR_CONSTANT:
        print_constant(printer, expr);
        return;
    case EXPR_CALL:
        print_call(printer, expr, depth + 1);
        return;
    case EXPR_AND:
    case EXPR_OR:
        text_add_char(&printer->text, '(');
        print_list(printer, expr->arguments, expr->argument_count, expr->kind == EXPR_AND ? " AND " : " OR ",
                   depth + 1);
        text_add_char(&printer->text, ')');
        return;
    case EXPR_COALESCE:
        text_add(&printer->text, "COALESCE(");
        print_list(printer, expr->arguments, expr->argument_count, ", ", depth + 1);
        text_add_char(&printer->text, ')');
        return;
    case EXPR_IN:
        text_add_char(&printer->text, '(');
        print(printer, expr->arguments[0], depth + 1);
        text_add(&printer->text, expr->is_negated ? " NOT IN (" : " IN (");
        print_list(printer, expr->arguments + 1, expr->argument_count - 1, ", ", depth + 1);
        text_add(&printer->text, "))");
        return;
    case EXPR_CAST:
    case EXPR_TRY_CAST:
        refuse("CAST");
    case EXPR_CASE:
        refuse("CASE");
    case EXPR_PARAMETER:
        refuse("a parameter");
    }
}

typedef struct SqlRequest {
    Printer printer;
    const Expr *expr;
    Arena *arena;
    QuernSql *sql;
} SqlRequest;

static void sql_make(void *argument)
{
    SqlRequest *request = argument;
    Printer *printer = &request->printer;
    request->arena = printer->arena = arena_new_child(NULL);
    printer->text = text_in(request->arena);
    print(printer, request->expr, 0);
    QuernSql *sql = arena_new(request->arena, QuernSql);
    QUERN_INIT(sql);
    sql->text = text_string(&printer->text);
    sql->parameter_count = printer->parameters.count;
    sql->parameters = printer->parameters.items;
    sql->private_data = request->arena;
    request->sql = sql;
}

int32_t plugin_expr_sql(const QuernExpr *expr, QuernDialect dialect, const char *const *column_names,
                        size_t column_count, QuernSql **ret_sql, QuernProviderError *error)
{
    SqlRequest request = {.printer = {.dialect = dialect, .names = column_names, .name_count = column_count},
                          .expr = (const Expr *)expr};
    Error failure;
    if (error_protect(sql_make, &request, &failure)) {
        *ret_sql = request.sql;
        return QUERN_PROVIDER_OK;
    }
    arena_free(request.arena);
    return quern_provider_fail(error,
                               failure.code == ERROR_NOT_SUPPORTED ? QUERN_PROVIDER_UNSUPPORTED : QUERN_PROVIDER_MEMORY,
                               "%s", failure.message);
}

void plugin_sql_release(QuernSql *sql)
{
    if (sql)
        arena_free(sql->private_data);
}
