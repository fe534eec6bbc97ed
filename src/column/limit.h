/* column/limit.h: what limited types (TypeLimit, column/types.h) let through. */
#ifndef QUERN_COLUMN_LIMIT_H
#define QUERN_COLUMN_LIMIT_H

#include "base/error.h"
#include "column/value.h"

/* The whole numbers of a limited integer type. False: the type is not limited so. */
bool limit_range(Type type, int64_t *ret_least, int64_t *ret_most);
/* The part of a text that `type`, of LIMIT_LENGTH or LIMIT_STORED, keeps. False when LIMIT_STORED refuses it. */
bool limit_text(Type type, StringView text, StringView *ret_kept);
/* Microseconds to so many digits of a second, ties away from zero. */
int64_t limit_fraction(Type type, int64_t microseconds);
/* The nearest number of 32 bits. False when it is beyond them. */
bool limit_real(double value, double *ret_real);

/* A value of type->id, not NULL, made one of the limited type. */
bool limit_value(Value *value, Type type, Error *ret_error);

#endif
