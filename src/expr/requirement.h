/* expr/requirement.h: a condition that must not be FALSE. */
#ifndef QUERN_EXPR_REQUIREMENT_H
#define QUERN_EXPR_REQUIREMENT_H

#include "base/error.h"
#include "expr/expr.h"

/* TRUE; raises `code` with the message, which lives as long as the arena, for a row where the condition is FALSE. */
Expr *expr_requirement(Arena *arena, Expr *condition, ErrorCode code, const char *message, Position position);

#endif
