/* column/number.h: integers and doubles from and to text, without libc's locale. */
#ifndef QUERN_COLUMN_NUMBER_H
#define QUERN_COLUMN_NUMBER_H

#include "column/types.h"

enum { INTEGER_TEXT_SIZE = 24, DOUBLE_TEXT_SIZE = 32 };

/* Lengths are returned; no NUL is written. */
size_t int64_format(int64_t value, char *ret_text);
size_t uint64_format(uint64_t value, char *ret_text);
/* The shortest text that reads back as the same double: 0.1, 1e+300, 100, -0, NaN, Infinity, -Infinity (PostgreSQL's
 * way: exponents below -4 and from 15 on). */
size_t double_format(double value, char *ret_text);
/* The same for a number of 32 bits: the shortest text that reads back as it, and plain up to six digits. */
size_t real_format(double value, char *ret_text);
/* The digits of that text: |value| is nearest to digits * 10^exponent; the last digit is no 0, unless all is 0. The
 * value is finite. */
uint64_t double_digits(double value, int *ret_exponent);

/* The whole text, blanks around allowed, [+-] and digits (underscores between digits too). False when it is no integer
 * (*ret_overflow false) or does not fit (true). */
bool int64_parse(StringView text, int64_t *ret_value, bool *ret_overflow);
bool uint64_parse(StringView text, uint64_t *ret_value, bool *ret_overflow);
/* The whole text, correctly rounded; also NaN, inf, infinity in any case. False when it is no number; *ret_overflow
 * when it is beyond the largest double. */
bool double_parse(StringView text, double *ret_value, bool *ret_overflow);
/* A number taken apart: [+-]digits[.digits][e[+-]digits], at least one digit before the exponent, nothing around it. */
typedef struct NumberText {
    bool is_negative;
    StringView whole, fraction; /* the digits before and behind the point */
    int64_t exponent;           /* at most about 2^43 either way: text cannot outweigh that */
} NumberText;
bool number_text_scan(StringView text, NumberText *ret_number);

/* true, t, yes, y, on, 1 and their opposites, in any case, blanks around allowed. */
bool boolean_parse(StringView text, bool *ret_value);

#endif
