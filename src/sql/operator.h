/* sql/operator.h: how tightly each operator binds, for the parser that groups and the printer that parenthesizes.
 *
 * PostgreSQL's table (its manual, 4.1.6). Binary operators group from the left. An operator's left operand binds at
 * least as tightly as itself, its right operand more tightly; a prefix operator's operand as stated at its level. */
#ifndef QUERN_SQL_OPERATOR_H
#define QUERN_SQL_OPERATOR_H

#include "sql/ast.h"

typedef enum Precedence {
    PRECEDENCE_NONE,
    PRECEDENCE_OR,
    PRECEDENCE_AND,
    PRECEDENCE_NOT, /* prefix; its operand: NOT or tighter */
    PRECEDENCE_IS,
    PRECEDENCE_COMPARISON,
    PRECEDENCE_PATTERN, /* BETWEEN, IN, LIKE */
    PRECEDENCE_OTHER,   /* all operators not named elsewhere; also prefix ~, whose operand binds tighter */
    PRECEDENCE_ADD,
    PRECEDENCE_MULTIPLY,
    PRECEDENCE_POWER,
    PRECEDENCE_AT_TIME_ZONE,
    PRECEDENCE_COLLATE,
    PRECEDENCE_SIGN,    /* prefix + and -; their operand: SIGN or tighter */
    PRECEDENCE_POSTFIX, /* ::type, [index], .field */
    PRECEDENCE_ATOM,    /* what needs no parentheses anywhere */
} Precedence;

/* Of a binary operator. */
Precedence operator_precedence(AstOperator operator);
/* Of a prefix operator, and of what it takes as operand. */
Precedence operator_prefix_precedence(AstOperator operator, Precedence * ret_operand);

#endif
