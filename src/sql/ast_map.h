/* sql/ast_map.h: expressions of the AST as trees to look through and to change in copies. */
#ifndef QUERN_SQL_AST_MAP_H
#define QUERN_SQL_AST_MAP_H

#include "base/arena.h"
#include "sql/ast.h"

/* Calls visit for each operand of a node: the slot that holds it. Queries within are not entered. */
void ast_expr_each(AstExpr *expr, void (*visit)(void *user, AstExpr **slot), void *user);
/* A copy of the whole tree, in which nodes for which `replace` does not give NULL are what it gives. */
AstExpr *ast_expr_map(Arena *arena, const AstExpr *expr, AstExpr *(*replace)(void *user, const AstExpr *expr),
                      void *user);
/* The first node of that kind in it, or NULL. */
const AstExpr *ast_expr_find(const AstExpr *expr, AstExprKind kind);

#endif
