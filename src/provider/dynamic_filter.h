/* provider/dynamic_filter.h: a condition on a column that becomes known only while a query runs: the keys that a hash
 * join was built from, the bound of a top-N.
 *
 *   who knows (a join, a top-N)  ─▶ publishes snapshots, each at least as strict as the one before
 *   who reads (a scan's cursor)  ─▶ looks at the newest one whenever it likes, at each batch or never
 *
 * A row that a snapshot does not let through is wanted by nobody: the scan may leave it out, or give it. A snapshot
 * never changes and lives as long as the execution, so any thread may look. */
#ifndef QUERN_PROVIDER_DYNAMIC_FILTER_H
#define QUERN_PROVIDER_DYNAMIC_FILTER_H

#include <stdatomic.h>

#include "column/vector.h"

enum {
    DYNAMIC_KEY_LIMIT = 8192,        /* a set of more keys is told as a range alone */
    DYNAMIC_LONGEST_TEXT = 4 * 1024, /* bytes of a key or bound that is told: copies are not counted */
};

typedef struct DynamicSnapshot {
    Type type;              /* of the column, but that a DECIMAL's precision may differ */
    bool keeps_nulls;       /* NULL is wanted too */
    Value minimum, maximum; /* both inclusive; NULL: no bound on that side */
    bool has_keys;          /* nothing but these values is wanted: */
    size_t key_count;       /* 0: nothing at all */
    const Value *keys;      /* ascending, each once */
    const uint64_t *bits;   /* of integers: bit k is set when minimum + k is wanted, up to the maximum; or NULL */
} DynamicSnapshot;

typedef struct DynamicFilter {
    _Atomic(const DynamicSnapshot *) newest; /* NULL: nothing is known yet */
} DynamicFilter;

static inline void dynamic_filter_publish(DynamicFilter *filter, const DynamicSnapshot *snapshot)
{
    atomic_store_explicit(&filter->newest, snapshot, memory_order_release);
}

/* NULL when nothing is known yet; NULL is fine. */
static inline const DynamicSnapshot *dynamic_filter_newest(const DynamicFilter *filter)
{
    return filter ? atomic_load_explicit(&filter->newest, memory_order_acquire) : NULL;
}

/* Whether some value from `minimum` to `maximum`, of the column's type, may be wanted: for sources that know bounds of
 * parts. NULL bounds: all values of the part are NULL. `has_nulls`: some may be. */
bool dynamic_snapshot_may_match(const DynamicSnapshot *snapshot, const Value *minimum, const Value *maximum,
                                bool has_nulls);

/* Those of the rows selection[0 .. count-1] (NULL: 0 .. count-1) of the column that are wanted, as far as that is
 * quickly seen; `ret_selection` has room for `count` and may be `selection`. Returns how many. */
size_t dynamic_snapshot_select(const DynamicSnapshot *snapshot, const Vector *column, const uint16_t *selection,
                               size_t count, uint16_t *ret_selection);

#endif
