/* expr/cast.h: CAST and TRY_CAST as kernels over vectors. */
#ifndef QUERN_EXPR_CAST_H
#define QUERN_EXPR_CAST_H

#include "expr/function.h"

/* Whether CAST takes one type to the other at all. */
bool cast_exists(Type from, Type to);
/* Whether it can raise on some value: INTEGER to BIGINT cannot, VARCHAR to INTEGER can. */
bool cast_can_fail(Type from, Type to);
/* The kernel: one argument of type `from`, a result of type `to`, prepared or a vector to be shared into. */
Kernel cast_kernel(Type from, Type to);

#endif
