/* sql/ast_walk.c: every expression within an expression. */
#include "sql/ast.h"

typedef struct Walk {
    void (*visit)(void *user, AstExpr *expr);
    void *user;
} Walk;

static void walk(const Walk *self, AstExpr *expr);

static void walk_all(const Walk *self, const AstExprs *list)
{
    for (size_t i = 0; i < list->count; i++)
        walk(self, list->items[i]);
}

static void walk_orders(const Walk *self, const AstOrders *orders)
{
    for (size_t i = 0; i < orders->count; i++)
        walk(self, orders->items[i].expr);
}

static void walk_items(const Walk *self, const AstItems *items)
{
    for (size_t i = 0; i < items->count; i++)
        walk(self, items->items[i].expr);
}

static void walk_function(const Walk *self, const AstFunction *function)
{
    walk_all(self, &function->arguments);
    walk_orders(self, &function->order_by);
    walk_orders(self, &function->within_group);
    walk(self, function->filter);
    if (function->over) {
        walk_all(self, &function->over->partition_by);
        walk_orders(self, &function->over->order_by);
        walk(self, function->over->start.offset);
        walk(self, function->over->end.offset);
    }
}

static void walk_case(const Walk *self, const AstExpr *expr)
{
    walk(self, expr->cases.operand);
    for (size_t i = 0; i < expr->cases.whens.count; i++) {
        walk(self, expr->cases.whens.items[i].condition);
        walk(self, expr->cases.whens.items[i].result);
    }
    walk(self, expr->cases.otherwise);
}

static void walk_below(const Walk *self, AstExpr *expr)
{
    switch (expr->kind) {
    case AST_NULL:
    case AST_BOOLEAN:
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BLOB:
    case AST_TYPED_LITERAL:
    case AST_COLUMN:
    case AST_PARAMETER:
    case AST_VALUE:
    case AST_DEFAULT:
    case AST_SUBQUERY:
    case AST_EXISTS:
        break;
    case AST_INTERVAL:
        walk(self, expr->interval.amount);
        break;
    case AST_STAR:
        walk_items(self, &expr->star.replace);
        break;
    case AST_COLUMNS:
        walk(self, expr->operand);
        break;
    case AST_UNARY:
        walk(self, expr->unary.operand);
        break;
    case AST_BINARY:
        walk(self, expr->binary.left);
        walk(self, expr->binary.right);
        break;
    case AST_AND:
    case AST_OR:
    case AST_ROW:
    case AST_ARRAY:
        walk_all(self, &expr->list);
        break;
    case AST_IS:
        walk(self, expr->is.operand);
        break;
    case AST_BETWEEN:
        walk(self, expr->between.operand);
        walk(self, expr->between.low);
        walk(self, expr->between.high);
        break;
    case AST_IN_LIST:
    case AST_IN_QUERY:
        walk(self, expr->in.operand);
        walk_all(self, &expr->in.list);
        break;
    case AST_LIKE:
        walk(self, expr->like.operand);
        walk(self, expr->like.text);
        walk(self, expr->like.escape);
        break;
    case AST_CASE:
        walk_case(self, expr);
        break;
    case AST_CAST:
        walk(self, expr->cast.operand);
        break;
    case AST_COLLATE:
        walk(self, expr->collate.operand);
        break;
    case AST_FUNCTION:
        walk_function(self, expr->function);
        break;
    case AST_QUANTIFIED:
        walk(self, expr->quantified.operand);
        walk(self, expr->quantified.list);
        break;
    case AST_SUBSCRIPT:
        walk(self, expr->subscript.operand);
        walk(self, expr->subscript.low);
        walk(self, expr->subscript.high);
        break;
    case AST_FIELD:
        walk(self, expr->field.operand);
        break;
    case AST_STRUCT:
        walk_items(self, &expr->pairs);
        break;
    }
}

static void walk(const Walk *self, AstExpr *expr)
{
    if (expr == NULL)
        return;
    self->visit(self->user, expr);
    walk_below(self, expr);
}

void ast_expr_walk(AstExpr *expr, void (*visit)(void *user, AstExpr *expr), void *user)
{
    walk(&(Walk){visit, user}, expr);
}
