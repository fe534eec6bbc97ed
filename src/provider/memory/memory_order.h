/* provider/memory/memory_order.h: what is known of a version's rows being in the order of a column. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_ORDER_H
#define QUERN_PROVIDER_MEMORY_MEMORY_ORDER_H

#include "provider/memory/memory_table.h"

/* No value is NULL, and none less than one before it, as far as row groups know. */
bool memory_version_is_ascending(const MemoryVersion *version, size_t column);
/* The least (is_last: the greatest) value of a column without NULLs, where the rows' order or an index tells it soon;
 * in the version's memory. */
bool memory_version_end(const MemoryTable *table, const MemoryVersion *version, size_t column, bool is_last,
                        Value *ret_value);

#endif
