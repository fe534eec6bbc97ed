/* expr/function/zone.h: time zones from the system's data (TZif files, RFC 8536), fixed offsets, and POSIX TZ rules. */
#ifndef QUERN_EXPR_FUNCTION_ZONE_H
#define QUERN_EXPR_FUNCTION_ZONE_H

#include "base/map.h"
#include "expr/function.h"

typedef struct Zone Zone;

/* The zones that one evaluator has met, by name. */
typedef struct ZoneCache {
    Arena *arena;
    Map zones;
} ZoneCache;

/* For `prepare`. */
void *zone_cache_prepare(Arena *arena, const Expr *call);
/* "Europe/Berlin", "UTC", "PST", "-03", "EST5EDT,M3.2.0,M11.1.0" (hours west of Greenwich, as POSIX has it). NULL when
 * there is no such zone. */
const Zone *zone_find(ZoneCache *cache, StringView name);

/* Seconds east of Greenwich at a moment of UTC, in seconds since 1970. */
int32_t zone_offset(const Zone *zone, int64_t utc);
/* Microseconds; false on overflow. A local time that comes twice is the later one; one that is left out is taken with
 * the offset before the gap (PostgreSQL's reading). */
bool zone_to_local(const Zone *zone, int64_t utc, int64_t *ret_local);
bool zone_to_utc(const Zone *zone, int64_t local, int64_t *ret_utc);

#endif
