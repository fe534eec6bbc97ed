/* provider/memory/memory_dictionary.h: a text column of few different values, or any column of one, becomes codes and
 * their dictionary. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_DICTIONARY_H
#define QUERN_PROVIDER_MEMORY_MEMORY_DICTIONARY_H

#include "provider/memory/memory_group.h"

/* Codes the flat VARCHAR or BLOB column, if it has many rows of few values; else leaves it as it is. Its bounds stay
 * right: they are row numbers. May raise, and then the column is as it was. */
void memory_column_encode(MemoryColumn *column, const Context *context, MemoryBudget *budget, size_t row_count);
/* The flat column of one row gets `row_count` rows with that one's value; its bounds and counts stay that one's. */
void memory_column_repeat(MemoryColumn *column, MemoryBudget *budget, size_t row_count);

#endif
