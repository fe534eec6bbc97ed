/* provider/scan_filter.h: the conditions of a scan, those that were pushed and those that become known while it runs,
 * over its batches, in the order in which they decide soonest. */
#ifndef QUERN_PROVIDER_SCAN_FILTER_H
#define QUERN_PROVIDER_SCAN_FILTER_H

#include "base/context.h"
#include "column/batch.h"
#include "expr/expr.h"
#include "provider/dynamic_filter.h"

typedef struct ScanFilter ScanFilter;

/* For one cursor. Columns of the filters, which cannot fail, are indexes into its batches; so are the places, of the
 * column that each dynamic filter is about. `dynamics` may be NULL: nothing will be known of them. */
ScanFilter *scan_filter_new(Arena *arena, const Context *context, Expr *const *filters, size_t filter_count,
                            const DynamicFilter *const *dynamics, const size_t *dynamic_places, size_t dynamic_count);
/* Narrows the batch to rows that pass the filters and may still be wanted, by a selection of its own that is lent
 * until the next call. */
void scan_filter_narrow(ScanFilter *filter, Batch *batch);

#endif
