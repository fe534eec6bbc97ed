/* expr/function/number_pattern.h: to_char of numbers: kernels for the table where to_char stands. */
#ifndef QUERN_EXPR_FUNCTION_NUMBER_PATTERN_H
#define QUERN_EXPR_FUNCTION_NUMBER_PATTERN_H

#include "expr/function.h"

void kernel_bigint_to_char(KernelCall *call);
void kernel_decimal_to_char(KernelCall *call);
void kernel_double_to_char(KernelCall *call);

#endif
