/* provider/memory/memory_bounds.h: what a row group's bounds say of a filter. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_BOUNDS_H
#define QUERN_PROVIDER_MEMORY_MEMORY_BOUNDS_H

#include "expr/expr.h"
#include "provider/dynamic_filter.h"
#include "provider/memory/memory_group.h"

/* False: the filter is TRUE for no row of the group, for certain. Columns are indexes into the table's schema; a
 * parameter may be anything. */
bool memory_group_may_match(const MemoryGroup *group, const Expr *filter);

/* column = constant or parameter, both of one type: the form that a key lookup takes. */
bool memory_filter_is_equality(const Expr *filter, ColumnId *ret_column, const Expr **ret_fixed);

/* False: no row of the group is wanted, for certain. */
bool memory_group_may_be_wanted(const MemoryGroup *group, size_t column, const DynamicSnapshot *snapshot);

#endif
