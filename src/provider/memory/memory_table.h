/* provider/memory/memory_table.h: a memory table's own struct, and the functions of the contract by their files. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_TABLE_H
#define QUERN_PROVIDER_MEMORY_MEMORY_TABLE_H

#include "provider/memory/memory.h"
#include "provider/memory/memory_version.h"
#include "provider/provider.h"

typedef struct MemoryTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    const Schema *schema;
    Constraints constraints;
    const char **defaults;
    TableType type;
    MemoryBudget *budget;
    size_t key_count;
    const Constraint **keys; /* the constraints that keep rows apart: version->keys in order */
    Indexes indexes;         /* version->indexes in order */
    const Index *key_orders; /* an index of each key would be this one: version->indexes behind those */
    uint64_t *wished_rows;   /* that were read so far where an order of a key would have spared them */
    MemoryVersion *version;  /* the newest; one share */
    size_t saved_count, saved_capacity;
    MemoryVersion **saved; /* as each open begin found it; a share each */
} MemoryTable;

/* memory_table.c: without rows; its arena is below the context's still. */
MemoryTable *memory_table_draft(const Context *context, const TableDefinition *definition, TableType type);
/* memory_scan.c */
Scan *memory_scan(TableProvider *table, const ScanArgs *args);
void memory_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                      FilterPushdown *ret_answers);
static inline const Index *memory_table_index(const MemoryTable *table, size_t number)
{
    return number < table->indexes.count ? &table->indexes.items[number]
                                         : &table->key_orders[number - table->indexes.count];
}

/* memory_index_scan.c: a read through an index; NULL: none is worth it. `full`: the same without it. */
Scan *memory_index_scan(MemoryTable *table, const ScanArgs *args, Scan *full);
/* memory_statistics.c: made in `arena`; added up once a version, from one thread. */
Statistics *memory_version_statistics(const MemoryTable *table, MemoryVersion *version, Arena *arena);
/* memory_write.c */
uint64_t memory_insert_into(TableProvider *table, const Context *context, InsertOp op, BatchStream *input);
uint64_t memory_delete_rows(TableProvider *table, const Context *context, BatchStream *rows);
uint64_t memory_update_rows(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                            BatchStream *rows);
uint64_t memory_merge_rows(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                           BatchStream *rows);
uint64_t memory_truncate(TableProvider *table, const Context *context);

#endif
