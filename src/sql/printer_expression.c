/* sql/printer_expression.c: expressions to SQL, with parentheses where precedence asks for them. */
#include "sql/printer_internal.h"

/* ---- how tightly a node binds ---- */

static Precedence expr_precedence(const AstExpr *expr)
{
    Precedence ignored;
    switch (expr->kind) {
    case AST_OR:
        return PRECEDENCE_OR;
    case AST_AND:
        return PRECEDENCE_AND;
    case AST_IS:
        return PRECEDENCE_IS;
    case AST_BETWEEN:
    case AST_IN_LIST:
    case AST_IN_QUERY:
    case AST_LIKE:
        return PRECEDENCE_PATTERN;
    case AST_BINARY:
        return operator_precedence(expr->binary.operator);
    case AST_QUANTIFIED:
        return operator_precedence(expr->quantified.operator);
    case AST_UNARY:
        return operator_prefix_precedence(expr->unary.operator, & ignored);
    case AST_COLLATE:
        return PRECEDENCE_COLLATE;
    case AST_SUBSCRIPT:
    case AST_FIELD:
        return PRECEDENCE_POSTFIX;
    default:
        return PRECEDENCE_ATOM;
    }
}

/* PRINTER_PARENTHESES puts them around all that is built with an operator. */
static void print_grouped(Printer *printer, const AstExpr *expr, bool is_grouped)
{
    if (is_grouped)
        print(printer, "(");
    print_expr(printer, expr);
    if (is_grouped)
        print(printer, ")");
}

void print_operand(Printer *printer, const AstExpr *expr, Precedence precedence)
{
    Precedence own = expr_precedence(expr);
    bool is_grouped = own < precedence || (printer->mode == PRINTER_PARENTHESES && own < PRECEDENCE_ATOM);
    print_grouped(printer, expr, is_grouped);
}

/* The left operand of an operator. Comparisons and tests of one level stand side by side only in parentheses:
 * PostgreSQL wants them, and people do. */
static void print_left(Printer *printer, const AstExpr *expr, Precedence precedence)
{
    bool is_alone =
        precedence == PRECEDENCE_IS || precedence == PRECEDENCE_COMPARISON || precedence == PRECEDENCE_PATTERN;
    print_operand(printer, expr, precedence + is_alone);
}

/* ---- lists ---- */

void print_exprs(Printer *printer, const AstExprs *exprs)
{
    for (size_t i = 0; i < exprs->count; i++) {
        print_comma(printer, i);
        print_expr(printer, exprs->items[i]);
    }
}

void print_orders(Printer *printer, const AstOrders *orders)
{
    static const char *const nulls[] = {
        [AST_NULLS_DEFAULT] = "", [AST_NULLS_FIRST] = " NULLS FIRST", [AST_NULLS_LAST] = " NULLS LAST"};
    for (size_t i = 0; i < orders->count; i++) {
        const AstOrder *order = &orders->items[i];
        print_comma(printer, i);
        if (order->expr)
            print_expr(printer, order->expr);
        else
            print(printer, "ALL");
        print(printer, order->is_descending ? " DESC" : "");
        print(printer, nulls[order->nulls]);
    }
}

void print_items(Printer *printer, const AstItems *items)
{
    for (size_t i = 0; i < items->count; i++) {
        print_comma(printer, i);
        print_expr(printer, items->items[i].expr);
        print_alias(printer, &items->items[i].alias);
    }
}

void print_arguments(Printer *printer, const AstExprs *arguments, const AstName *names)
{
    for (size_t i = 0; i < arguments->count; i++) {
        print_comma(printer, i);
        if (names && ast_name_is_given(&names[i])) {
            print_name(printer, names[i].text);
            print(printer, " => ");
        }
        print_expr(printer, arguments->items[i]);
    }
}

/* ---- windows ---- */

static void print_bound(Printer *printer, const AstBound *bound)
{
    static const char *const words[] = {[AST_BOUND_UNBOUNDED_PRECEDING] = "UNBOUNDED PRECEDING",
                                        [AST_BOUND_PRECEDING] = " PRECEDING",
                                        [AST_BOUND_CURRENT_ROW] = "CURRENT ROW",
                                        [AST_BOUND_FOLLOWING] = " FOLLOWING",
                                        [AST_BOUND_UNBOUNDED_FOLLOWING] = "UNBOUNDED FOLLOWING"};
    if (bound->offset)
        print_operand(printer, bound->offset, PRECEDENCE_PATTERN + 1); /* AND separates the bounds */
    print(printer, words[bound->kind]);
}

static void print_frame(Printer *printer, const AstWindow *window)
{
    static const char *const modes[] = {
        [AST_FRAME_ROWS] = "ROWS", [AST_FRAME_RANGE] = "RANGE", [AST_FRAME_GROUPS] = "GROUPS"};
    static const char *const excludes[] = {[AST_EXCLUDE_NO_OTHERS] = "",
                                           [AST_EXCLUDE_CURRENT_ROW] = " EXCLUDE CURRENT ROW",
                                           [AST_EXCLUDE_GROUP] = " EXCLUDE GROUP",
                                           [AST_EXCLUDE_TIES] = " EXCLUDE TIES"};
    print(printer, modes[window->frame]);
    print(printer, " BETWEEN ");
    print_bound(printer, &window->start);
    print(printer, " AND ");
    print_bound(printer, &window->end);
    print(printer, excludes[window->exclude]);
}

void print_window(Printer *printer, const AstWindow *window)
{
    if (window->is_name_only) {
        print_name(printer, window->base.text);
        return;
    }
    const char *gap = "";
    print(printer, "(");
    if (ast_name_is_given(&window->base)) {
        print_name(printer, window->base.text);
        gap = " ";
    }
    if (window->partition_by.count) {
        print(printer, gap);
        print(printer, "PARTITION BY ");
        print_exprs(printer, &window->partition_by);
        gap = " ";
    }
    if (window->order_by.count) {
        print(printer, gap);
        print(printer, "ORDER BY ");
        print_orders(printer, &window->order_by);
        gap = " ";
    }
    if (window->frame != AST_FRAME_NONE) {
        print(printer, gap);
        print_frame(printer, window);
    }
    print(printer, ")");
}

/* ---- calls ---- */

/* Forms of the standard whose names stand bare, though they are no plain names. */
static bool call_name_is_form(const AstObjectName *name)
{
    static const char *const forms[] = {"extract", "position", "substring", "trim", "overlay", "normalize"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms && name->schema.data == NULL; i++)
        if (view_equal(name->name, view_of(forms[i])))
            return true;
    return false;
}

/* CURRENT_DATE and its kin: bare words when they have no argument. */
static bool call_is_bare(const AstFunction *function)
{
    static const char *const words[] = {"current_date",   "current_time",   "current_timestamp", "localtime",
                                        "localtimestamp", "current_user",   "session_user",      "current_role",
                                        "current_schema", "current_catalog"};
    bool is_bare = function->name.schema.data == NULL && function->arguments.count <= 1 &&
                   function->argument_names == NULL && function->over == NULL && function->filter == NULL &&
                   function->order_by.count == 0 && function->within_group.count == 0 && !function->is_distinct &&
                   function->nulls == AST_NULLS_UNSAID;
    for (size_t i = 0; i < sizeof words / sizeof *words && is_bare; i++)
        if (view_equal(function->name.name, view_of(words[i])))
            return true;
    return false;
}

static bool call_is_form(const AstFunction *function)
{
    return call_name_is_form(&function->name) && function->argument_names == NULL && function->over == NULL &&
           function->filter == NULL && function->order_by.count == 0 && function->within_group.count == 0 &&
           !function->is_distinct && function->nulls == AST_NULLS_UNSAID;
}

static void print_call_rest(Printer *printer, const AstFunction *function)
{
    if (function->within_group.count) {
        print(printer, " WITHIN GROUP (ORDER BY ");
        print_orders(printer, &function->within_group);
        print(printer, ")");
    }
    if (function->nulls != AST_NULLS_UNSAID)
        print(printer, function->nulls == AST_NULLS_IGNORE ? " IGNORE NULLS" : " RESPECT NULLS");
    if (function->filter) {
        print(printer, " FILTER (WHERE ");
        print_expr(printer, function->filter);
        print(printer, ")");
    }
    if (function->over) {
        print(printer, " OVER ");
        print_window(printer, function->over);
    }
}

static void print_call(Printer *printer, const AstFunction *function)
{
    bool is_clock = call_is_bare(function);
    if (is_clock || call_is_form(function))
        text_add_view(printer->text, function->name.name);
    else
        print_call_name(printer, &function->name);
    if (is_clock && function->arguments.count == 0)
        return;
    print(printer, "(");
    if (function->is_distinct)
        print(printer, "DISTINCT ");
    print_arguments(printer, &function->arguments, function->argument_names);
    if (function->order_by.count) {
        print(printer, function->arguments.count ? " ORDER BY " : "ORDER BY ");
        print_orders(printer, &function->order_by);
    }
    print(printer, ")");
    print_call_rest(printer, function);
}

/* ---- literals ---- */

static void print_blob(Printer *printer, StringView bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    print(printer, "X'");
    for (size_t i = 0; i < bytes.size; i++) {
        text_add_char(printer->text, digits[(unsigned char)bytes.data[i] >> 4]);
        text_add_char(printer->text, digits[bytes.data[i] & 15]);
    }
    print(printer, "'");
}

/* INTERVAL '3' DAY: the unit follows the text */
static void print_typed(Printer *printer, const AstExpr *expr)
{
    AstType type = expr->typed.type;
    StringView fields = type.fields;
    type.fields = (StringView){0};
    print_type(printer, &type);
    print(printer, " ");
    print_string(printer, expr->typed.text);
    if (fields.data) {
        print(printer, " ");
        text_add_view(printer->text, fields);
    }
}

/* The lexer reads numbers such as "$5" and "$name" back; a number is never quoted. */
static void print_parameter(Printer *printer, StringView name)
{
    text_add_char(printer->text, '$');
    text_add_view(printer->text, name);
}

/* ---- names ---- */

static void print_parts(Printer *printer, const AstName *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            print(printer, ".");
        print_name(printer, parts[i].text);
    }
}

static void print_star(Printer *printer, const AstExpr *expr)
{
    print_parts(printer, expr->star.parts, expr->star.part_count);
    print(printer, expr->star.part_count ? ".*" : "*");
    if (expr->star.exclude.count) {
        print(printer, " EXCLUDE");
        print_name_list(printer, &expr->star.exclude);
    }
    if (expr->star.replace.count) {
        print(printer, " REPLACE (");
        print_items(printer, &expr->star.replace);
        print(printer, ")");
    }
    for (size_t i = 0; i < expr->star.rename.count; i++) {
        print(printer, i ? ", " : " RENAME (");
        print_name(printer, expr->star.rename.items[i].from.text);
        print_alias(printer, &expr->star.rename.items[i].to);
    }
    if (expr->star.rename.count)
        print(printer, ")");
}

/* ---- operators ---- */

static void print_unary(Printer *printer, const AstExpr *expr)
{
    Precedence precedence;
    operator_prefix_precedence(expr->unary.operator, & precedence);
    const AstExpr *operand = expr->unary.operand;
    bool needs_gap = expr->unary.operator== AST_OPERATOR_NOT || operand->kind == AST_UNARY;
    print(printer, ast_operator_symbol(expr->unary.operator));
    print(printer, needs_gap ? " " : "");
    print_operand(printer, operand, precedence);
}

static void print_binary(Printer *printer, const AstExpr *expr)
{
    Precedence precedence = operator_precedence(expr->binary.operator);
    print_left(printer, expr->binary.left, precedence);
    text_add_format(printer->text, " %s ", ast_operator_symbol(expr->binary.operator));
    print_operand(printer, expr->binary.right, precedence + 1);
}

static void print_chain(Printer *printer, const AstExpr *expr)
{
    Precedence precedence = expr->kind == AST_AND ? PRECEDENCE_AND : PRECEDENCE_OR;
    for (size_t i = 0; i < expr->list.count; i++) {
        if (i)
            print(printer, expr->kind == AST_AND ? " AND " : " OR ");
        print_operand(printer, expr->list.items[i], precedence + 1);
    }
}

static void print_is(Printer *printer, const AstExpr *expr)
{
    static const char *const truths[] = {[AST_TRUTH_NULL] = "NULL",
                                         [AST_TRUTH_TRUE] = "TRUE",
                                         [AST_TRUTH_FALSE] = "FALSE",
                                         [AST_TRUTH_UNKNOWN] = "UNKNOWN"};
    print_left(printer, expr->is.operand, PRECEDENCE_IS);
    print(printer, expr->is.is_negated ? " IS NOT " : " IS ");
    print(printer, truths[expr->is.truth]);
}

static void print_between(Printer *printer, const AstExpr *expr)
{
    print_left(printer, expr->between.operand, PRECEDENCE_PATTERN);
    print(printer, expr->between.is_negated ? " NOT BETWEEN " : " BETWEEN ");
    print(printer, expr->between.is_symmetric ? "SYMMETRIC " : "");
    print_operand(printer, expr->between.low, PRECEDENCE_PATTERN + 1);
    print(printer, " AND ");
    print_operand(printer, expr->between.high, PRECEDENCE_PATTERN + 1);
}

static void print_in(Printer *printer, const AstExpr *expr)
{
    print_left(printer, expr->in.operand, PRECEDENCE_PATTERN);
    print(printer, expr->in.is_negated ? " NOT IN (" : " IN (");
    if (expr->kind == AST_IN_QUERY)
        print_query(printer, expr->in.query);
    else
        print_exprs(printer, &expr->in.list);
    print(printer, ")");
}

static void print_like(Printer *printer, const AstExpr *expr)
{
    static const char *const words[] = {[AST_PATTERN_LIKE] = "LIKE ",
                                        [AST_PATTERN_ILIKE] = "ILIKE ",
                                        [AST_PATTERN_SIMILAR] = "SIMILAR TO ",
                                        [AST_PATTERN_GLOB] = "GLOB "};
    print_left(printer, expr->like.operand, PRECEDENCE_PATTERN);
    print(printer, expr->like.is_negated ? " NOT " : " ");
    print(printer, words[expr->like.pattern]);
    print_operand(printer, expr->like.text, PRECEDENCE_PATTERN + 1);
    if (expr->like.escape) {
        print(printer, " ESCAPE ");
        print_operand(printer, expr->like.escape, PRECEDENCE_PATTERN + 1);
    }
}

static void print_quantified(Printer *printer, const AstExpr *expr)
{
    print_left(printer, expr->quantified.operand, operator_precedence(expr->quantified.operator));
    text_add_format(printer->text, " %s %s (", ast_operator_symbol(expr->quantified.operator),
                    expr->quantified.is_all ? "ALL" : "ANY");
    if (expr->quantified.query)
        print_query(printer, expr->quantified.query);
    else
        print_expr(printer, expr->quantified.list);
    print(printer, ")");
}

static void print_case(Printer *printer, const AstExpr *expr)
{
    print(printer, "CASE");
    if (expr->cases.operand) {
        print(printer, " ");
        print_expr(printer, expr->cases.operand);
    }
    for (size_t i = 0; i < expr->cases.whens.count; i++) {
        print(printer, " WHEN ");
        print_expr(printer, expr->cases.whens.items[i].condition);
        print(printer, " THEN ");
        print_expr(printer, expr->cases.whens.items[i].result);
    }
    if (expr->cases.otherwise) {
        print(printer, " ELSE ");
        print_expr(printer, expr->cases.otherwise);
    }
    print(printer, " END");
}

static void print_cast(Printer *printer, const AstExpr *expr)
{
    print(printer, expr->cast.is_try ? "TRY_CAST(" : "CAST(");
    print_expr(printer, expr->cast.operand);
    print(printer, " AS ");
    print_type(printer, &expr->cast.type);
    print(printer, ")");
}

static void print_subscript(Printer *printer, const AstExpr *expr)
{
    print_operand(printer, expr->subscript.operand, PRECEDENCE_POSTFIX);
    print(printer, "[");
    if (expr->subscript.low)
        print_expr(printer, expr->subscript.low);
    if (expr->subscript.is_slice)
        print(printer, " : ");
    if (expr->subscript.high)
        print_expr(printer, expr->subscript.high);
    print(printer, "]");
}

/* A row of one or none needs its word, to be told from parentheses. */
static void print_row(Printer *printer, const AstExpr *expr)
{
    print(printer, expr->list.count < 2 ? "ROW(" : "(");
    print_exprs(printer, &expr->list);
    print(printer, ")");
}

static void print_struct(Printer *printer, const AstExpr *expr)
{
    print(printer, "{");
    for (size_t i = 0; i < expr->pairs.count; i++) {
        print_comma(printer, i);
        print_string(printer, expr->pairs.items[i].alias.text);
        print(printer, ": ");
        print_expr(printer, expr->pairs.items[i].expr);
    }
    print(printer, "}");
}

static void print_query_in(Printer *printer, const char *before, const AstQuery *query)
{
    print(printer, before);
    print_query(printer, query);
    print(printer, ")");
}

void print_expr(Printer *printer, const AstExpr *expr)
{
    switch (expr->kind) {
    case AST_NULL:
        print(printer, "NULL");
        break;
    case AST_BOOLEAN:
        print(printer, expr->boolean ? "TRUE" : "FALSE");
        break;
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_FLOAT:
        text_add_view(printer->text, expr->text);
        break;
    case AST_STRING:
        print_string(printer, expr->text);
        break;
    case AST_BLOB:
        print_blob(printer, expr->text);
        break;
    case AST_TYPED_LITERAL:
        print_typed(printer, expr);
        break;
    case AST_INTERVAL:
        print(printer, "INTERVAL (");
        print_expr(printer, expr->interval.amount);
        print(printer, ") ");
        text_add_view(printer->text, expr->interval.unit);
        break;
    case AST_COLUMN:
        print_parts(printer, expr->column.parts, expr->column.part_count);
        break;
    case AST_STAR:
        print_star(printer, expr);
        break;
    case AST_COLUMNS:
        print(printer, "COLUMNS(");
        print_expr(printer, expr->operand);
        print(printer, ")");
        break;
    case AST_PARAMETER:
        print_parameter(printer, expr->text);
        break;
    case AST_VALUE:
        print_parameter(printer, expr->value.name);
        break;
    case AST_BOUND:
        print_name(printer, expr->bound.name);
        break;
    case AST_DEFAULT:
        print(printer, "DEFAULT");
        break;
    case AST_UNARY:
        print_unary(printer, expr);
        break;
    case AST_BINARY:
        print_binary(printer, expr);
        break;
    case AST_AND:
    case AST_OR:
        print_chain(printer, expr);
        break;
    case AST_IS:
        print_is(printer, expr);
        break;
    case AST_BETWEEN:
        print_between(printer, expr);
        break;
    case AST_IN_LIST:
    case AST_IN_QUERY:
        print_in(printer, expr);
        break;
    case AST_LIKE:
        print_like(printer, expr);
        break;
    case AST_CASE:
        print_case(printer, expr);
        break;
    case AST_CAST:
        print_cast(printer, expr);
        break;
    case AST_COLLATE:
        print_operand(printer, expr->collate.operand, PRECEDENCE_COLLATE);
        print(printer, " COLLATE ");
        print_object_name(printer, &expr->collate.collation);
        break;
    case AST_FUNCTION:
        print_call(printer, expr->function);
        break;
    case AST_SUBQUERY:
        print_query_in(printer, "(", expr->query);
        break;
    case AST_EXISTS:
        print_query_in(printer, "EXISTS (", expr->query);
        break;
    case AST_QUANTIFIED:
        print_quantified(printer, expr);
        break;
    case AST_ROW:
        print_row(printer, expr);
        break;
    case AST_ARRAY:
        print(printer, "ARRAY[");
        print_exprs(printer, &expr->list);
        print(printer, "]");
        break;
    case AST_SUBSCRIPT:
        print_subscript(printer, expr);
        break;
    case AST_FIELD:
        print_grouped(printer, expr->field.operand, true);
        print(printer, ".");
        print_name(printer, expr->field.name.text);
        break;
    case AST_STRUCT:
        print_struct(printer, expr);
        break;
    }
}
