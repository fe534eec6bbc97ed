/* sql/ast_map.c: expressions of the AST as trees: the operands of each kind, and copies with parts replaced. */
#include "sql/ast_map.h"

#include <string.h>

#include "base/context.h"

/* ---- operands ---- */

typedef struct Visit {
    void (*visit)(void *user, AstExpr **slot);
    void *user;
} Visit;

static void visit_slot(const Visit *visit, AstExpr **slot)
{
    if (*slot)
        visit->visit(visit->user, slot);
}

static void visit_list(const Visit *visit, AstExprs *list)
{
    for (size_t i = 0; i < list->count; i++) {
        context_pace_item(i);
        visit_slot(visit, &list->items[i]);
    }
}

static void visit_orders(const Visit *visit, AstOrders *orders)
{
    for (size_t i = 0; i < orders->count; i++)
        visit_slot(visit, &orders->items[i].expr);
}

static void visit_function(const Visit *visit, AstFunction *function)
{
    visit_list(visit, &function->arguments);
    visit_orders(visit, &function->order_by);
    visit_orders(visit, &function->within_group);
    visit_slot(visit, &function->filter);
    if (function->over == NULL)
        return;
    visit_list(visit, &function->over->partition_by);
    visit_orders(visit, &function->over->order_by);
    visit_slot(visit, &function->over->start.offset);
    visit_slot(visit, &function->over->end.offset);
}

static void visit_case(const Visit *visit, AstExpr *expr)
{
    visit_slot(visit, &expr->cases.operand);
    for (size_t i = 0; i < expr->cases.whens.count; i++) {
        visit_slot(visit, &expr->cases.whens.items[i].condition);
        visit_slot(visit, &expr->cases.whens.items[i].result);
    }
    visit_slot(visit, &expr->cases.otherwise);
}

void ast_expr_each(AstExpr *expr, void (*visit_one)(void *user, AstExpr **slot), void *user)
{
    const Visit visit = {visit_one, user};
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
    case AST_BOUND:
    case AST_DEFAULT:
    case AST_SUBQUERY:
    case AST_EXISTS:
        return;
    case AST_STAR:
        for (size_t i = 0; i < expr->star.replace.count; i++)
            visit_slot(&visit, &expr->star.replace.items[i].expr);
        return;
    case AST_COLUMNS:
        visit_slot(&visit, &expr->operand);
        return;
    case AST_INTERVAL:
        visit_slot(&visit, &expr->interval.amount);
        return;
    case AST_UNARY:
        visit_slot(&visit, &expr->unary.operand);
        return;
    case AST_BINARY:
        visit_slot(&visit, &expr->binary.left);
        visit_slot(&visit, &expr->binary.right);
        return;
    case AST_AND:
    case AST_OR:
    case AST_ROW:
    case AST_ARRAY:
        visit_list(&visit, &expr->list);
        return;
    case AST_IS:
        visit_slot(&visit, &expr->is.operand);
        return;
    case AST_BETWEEN:
        visit_slot(&visit, &expr->between.operand);
        visit_slot(&visit, &expr->between.low);
        visit_slot(&visit, &expr->between.high);
        return;
    case AST_IN_LIST:
    case AST_IN_QUERY:
        visit_slot(&visit, &expr->in.operand);
        visit_list(&visit, &expr->in.list);
        return;
    case AST_LIKE:
        visit_slot(&visit, &expr->like.operand);
        visit_slot(&visit, &expr->like.text);
        visit_slot(&visit, &expr->like.escape);
        return;
    case AST_CASE:
        visit_case(&visit, expr);
        return;
    case AST_CAST:
        visit_slot(&visit, &expr->cast.operand);
        return;
    case AST_COLLATE:
        visit_slot(&visit, &expr->collate.operand);
        return;
    case AST_FUNCTION:
        visit_function(&visit, expr->function);
        return;
    case AST_QUANTIFIED:
        visit_slot(&visit, &expr->quantified.operand);
        visit_slot(&visit, &expr->quantified.list);
        return;
    case AST_SUBSCRIPT:
        visit_slot(&visit, &expr->subscript.operand);
        visit_slot(&visit, &expr->subscript.low);
        visit_slot(&visit, &expr->subscript.high);
        return;
    case AST_FIELD:
        visit_slot(&visit, &expr->field.operand);
        return;
    case AST_STRUCT:
        for (size_t i = 0; i < expr->pairs.count; i++)
            visit_slot(&visit, &expr->pairs.items[i].expr);
        return;
    }
}

/* ---- going through ---- */

typedef struct Walk {
    void (*visit)(void *user, AstExpr *expr);
    void *user;
} Walk;

static void walk_slot(void *user, AstExpr **slot)
{
    const Walk *walk = user;
    ast_expr_walk(*slot, walk->visit, walk->user);
}

void ast_expr_walk(AstExpr *expr, void (*visit)(void *user, AstExpr *expr), void *user)
{
    Walk walk = {visit, user};
    if (expr == NULL)
        return;
    visit(user, expr);
    ast_expr_each(expr, walk_slot, &walk);
}

/* ---- finding ---- */

typedef struct Search {
    AstExprKind kind;
    const AstExpr *found;
} Search;

static void search_slot(void *user, AstExpr **slot)
{
    Search *search = user;
    if (search->found == NULL)
        search->found = ast_expr_find(*slot, search->kind);
}

const AstExpr *ast_expr_find(const AstExpr *expr, AstExprKind kind)
{
    Search search = {kind, expr->kind == kind ? expr : NULL};
    if (search.found == NULL)
        ast_expr_each((AstExpr *)expr, search_slot, &search); /* which writes nothing */
    return search.found;
}

/* ---- copies ---- */

static void *copy_bytes(Arena *arena, const void *items, size_t size)
{
    return size ? memcpy(arena_allocate(arena, size), items, size) : NULL;
}

#define COPY_LIST(arena, list)                                                                                         \
    ((list).items = copy_bytes((arena), (list).items, (list).count * sizeof *(list).items),                            \
     (list).capacity = (list).count)

static AstFunction *copy_function(Arena *arena, const AstFunction *function)
{
    AstFunction *copy = copy_bytes(arena, function, sizeof *function);
    COPY_LIST(arena, copy->arguments);
    COPY_LIST(arena, copy->order_by);
    COPY_LIST(arena, copy->within_group);
    if (copy->over) {
        copy->over = copy_bytes(arena, copy->over, sizeof *copy->over);
        COPY_LIST(arena, copy->over->partition_by);
        COPY_LIST(arena, copy->over->order_by);
    }
    return copy;
}

/* The node alone, with lists of its own. */
static AstExpr *copy_node(Arena *arena, const AstExpr *expr)
{
    AstExpr *copy = copy_bytes(arena, expr, sizeof *expr);
    switch (expr->kind) {
    case AST_AND:
    case AST_OR:
    case AST_ROW:
    case AST_ARRAY:
        COPY_LIST(arena, copy->list);
        break;
    case AST_IN_LIST:
        COPY_LIST(arena, copy->in.list);
        break;
    case AST_STAR:
        COPY_LIST(arena, copy->star.replace);
        break;
    case AST_CASE:
        COPY_LIST(arena, copy->cases.whens);
        break;
    case AST_FUNCTION:
        copy->function = copy_function(arena, expr->function);
        break;
    case AST_STRUCT:
        COPY_LIST(arena, copy->pairs);
        break;
    default:
        break;
    }
    return copy;
}

typedef struct Mapping {
    Arena *arena;
    AstExpr *(*replace)(void *user, const AstExpr *expr);
    void *user;
} Mapping;

static void map_slot(void *user, AstExpr **slot)
{
    const Mapping *mapping = user;
    *slot = ast_expr_map(mapping->arena, *slot, mapping->replace, mapping->user);
}

AstExpr *ast_expr_map(Arena *arena, const AstExpr *expr, AstExpr *(*replace)(void *user, const AstExpr *expr),
                      void *user)
{
    Mapping mapping = {arena, replace, user};
    AstExpr *other = replace(user, expr);
    if (other)
        return other;
    AstExpr *copy = copy_node(arena, expr);
    ast_expr_each(copy, map_slot, &mapping);
    return copy;
}
