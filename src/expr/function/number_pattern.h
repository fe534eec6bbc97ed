/* expr/function/number_pattern.h: to_char and to_number: what the table needs where these stand. */
#ifndef QUERN_EXPR_FUNCTION_NUMBER_PATTERN_H
#define QUERN_EXPR_FUNCTION_NUMBER_PATTERN_H

#include "expr/function.h"

void kernel_bigint_to_char(KernelCall *call);
void kernel_decimal_to_char(KernelCall *call);
void kernel_double_to_char(KernelCall *call);
/* to_number: a DECIMAL with as many digits behind the point as a constant pattern has. */
void kernel_to_number(KernelCall *call);
bool to_number_resolve(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
void to_number_refine(Expr *call);

#endif
