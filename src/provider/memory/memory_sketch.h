/* provider/memory/memory_sketch.h: how many different values a column has. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_SKETCH_H
#define QUERN_PROVIDER_MEMORY_MEMORY_SKETCH_H

#include "provider/memory/memory_version.h"

/* Takes rows first .. end-1 into the column's sketch; of a dictionary, its values. Never raises. */
void memory_column_sketch(MemoryColumn *column, size_t first, size_t end);
/* Of all rows that the version's groups have, those that are gone too; 0: unknown. */
double memory_version_distinct(const MemoryVersion *version, size_t column);

#endif
