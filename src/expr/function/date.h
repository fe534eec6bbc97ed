/* expr/function/date.h: kernels of dates whose names stand in another family's table, and what families share. */
#ifndef QUERN_EXPR_FUNCTION_DATE_H
#define QUERN_EXPR_FUNCTION_DATE_H

#include "expr/function.h"

/* What a call says of a day is kept for when the day comes again: day d at d modulo KEPT_DAYS, so of eleven years. */
enum { KEPT_DAYS = 1 << 12 };

/* date_step.c: date_trunc(unit, x, zone); prepared by zone_cache_prepare. */
void kernel_truncate_in_zone(KernelCall *call);
/* date_step.c: isfinite of dates and times: there are no infinite ones. */
void kernel_is_finite_time(KernelCall *call);
/* date_pattern.c: to_timestamp(text, pattern); prepared by the other. */
void kernel_timestamp_by_pattern(KernelCall *call);
void *kernel_pattern_prepare(Arena *arena, const Expr *call);

#endif
