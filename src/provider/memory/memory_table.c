/* provider/memory/memory_table.c: a table in memory as the contract sees it. */
#include "provider/memory/memory_table.h"

#include "base/memory.h"
#include "provider/memory/memory_reader.h"

static const Schema *memory_schema(TableProvider *base, const Context *context)
{
    (void)context;
    return ((MemoryTable *)base)->schema;
}

static TableType memory_table_type(TableProvider *base)
{
    return ((MemoryTable *)base)->type;
}

static const Statistics *memory_statistics(TableProvider *base, const Context *context)
{
    MemoryTable *table = (MemoryTable *)base;
    return memory_version_statistics(table, table->version, context->arena);
}

static const Constraints *memory_constraints(TableProvider *base)
{
    return &((MemoryTable *)base)->constraints;
}

static const Indexes *memory_indexes(TableProvider *base)
{
    return &((MemoryTable *)base)->indexes;
}

static unsigned digit_count(uint64_t number)
{
    return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

/* Plans are made anew when there are about twice as many rows, or half as many. */
static uint64_t memory_plan_epoch(TableProvider *base)
{
    const MemoryVersion *version = ((MemoryTable *)base)->version;
    size_t first_count = version->slice_count ? version->slices[0].row_count : 0;
    return digit_count(version->slice_count) << 8 | digit_count(first_count);
}

static const char *memory_column_default(TableProvider *base, size_t column)
{
    MemoryTable *table = (MemoryTable *)base;
    return table->defaults ? table->defaults[column] : NULL;
}

/* ---- transactions: versions are kept, that is all ---- */

static void memory_begin(TableProvider *base)
{
    MemoryTable *table = (MemoryTable *)base;
    if (table->saved_count == table->saved_capacity) {
        size_t capacity = table->saved_capacity * 2 + 4;
        table->saved = memory_resize(table->saved, memory_size_multiply(capacity, sizeof *table->saved));
        table->saved_capacity = capacity;
    }
    table->saved[table->saved_count++] = memory_version_ref(table->version);
}

static void memory_commit(TableProvider *base)
{
    MemoryTable *table = (MemoryTable *)base;
    memory_version_unref(table->saved[--table->saved_count]);
}

static void memory_rollback(TableProvider *base)
{
    MemoryTable *table = (MemoryTable *)base;
    memory_version_unref(table->version);
    table->version = table->saved[--table->saved_count];
}

static void memory_release(TableProvider *base)
{
    arena_free(base->arena); /* and with it the newest version's share */
}

static bool memory_sample(TableProvider *table, const Context *context, Arena *arena, const size_t *columns,
                          size_t column_count, size_t row_count, void (*visit)(void *user, Batch *batch), void *user)
{
    (void)context;
    const MemoryTable *self = (const MemoryTable *)table;
    memory_reader_sample(memory_reader_new(arena, self->schema, self->version, columns, column_count), row_count, visit,
                         user);
    return row_count == SIZE_MAX;
}

static const TableProviderOps memory_ops = {
    .format = "memory",
    .schema = memory_schema,
    .table_type = memory_table_type,
    .supports_filters_pushdown = memory_supports_filters_pushdown,
    .scan = memory_scan,
    .statistics = memory_statistics,
    .sample = memory_sample,
    .constraints = memory_constraints,
    .plan_epoch = memory_plan_epoch,
    .indexes = memory_indexes,
    .column_default = memory_column_default,
    .insert_into = memory_insert_into,
    .delete_rows = memory_delete_rows,
    .update_rows = memory_update_rows,
    .merge_rows = memory_merge_rows,
    .truncate = memory_truncate,
    .begin = memory_begin,
    .commit = memory_commit,
    .rollback = memory_rollback,
    .release = memory_release,
};

static const char *text_copy(Arena *arena, const char *text)
{
    return text ? arena_string(arena, text) : NULL;
}

static const Reference *reference_copy(Arena *arena, const Reference *reference)
{
    if (reference == NULL)
        return NULL;
    Reference *copy = arena_copy(arena, reference, sizeof *reference);
    const char **columns = arena_array(arena, const char *, copy->column_count);
    for (size_t i = 0; i < copy->column_count; i++)
        columns[i] = arena_string(arena, reference->columns[i]);
    copy->schema = text_copy(arena, copy->schema);
    copy->table = text_copy(arena, copy->table);
    copy->columns = columns;
    return copy;
}

static Expr *predicate_copy(Arena *arena, const Expr *predicate)
{
    return predicate ? expr_copy(arena, predicate) : NULL;
}

static void table_take_constraints(MemoryTable *table, const Constraints *constraints)
{
    Arena *arena = table->base.arena;
    size_t count = constraints ? constraints->count : 0;
    Constraint *items = arena_array(arena, Constraint, count);
    table->keys = arena_array(arena, const Constraint *, count);
    for (size_t i = 0; i < count; i++) {
        items[i] = constraints->items[i];
        items[i].name = text_copy(arena, items[i].name);
        items[i].check = text_copy(arena, items[i].check);
        items[i].reference = reference_copy(arena, items[i].reference);
        items[i].columns = arena_copy(arena, items[i].columns, items[i].column_count * sizeof *items[i].columns);
        items[i].predicate = predicate_copy(arena, items[i].predicate);
        ConstraintKind kind = items[i].kind;
        if (kind == CONSTRAINT_PRIMARY_KEY || kind == CONSTRAINT_UNIQUE || kind == CONSTRAINT_PARTIAL_UNIQUE)
            table->keys[table->key_count++] = &items[i];
    }
    table->constraints = (Constraints){count, items};
}

static void table_release_version(void *object)
{
    MemoryTable *table = object;
    memory_version_unref(table->version);
    for (size_t i = 0; i < table->saved_count; i++)
        memory_version_unref(table->saved[i]);
    memory_free(table->saved);
}

static void table_take_indexes(MemoryTable *table, const Indexes *indexes)
{
    Arena *arena = table->base.arena;
    Index *items = arena_array(arena, Index, indexes->count);
    for (size_t i = 0; i < indexes->count; i++) {
        items[i] = indexes->items[i];
        items[i].name = text_copy(arena, items[i].name);
        IndexKey *keys = arena_copy(arena, items[i].keys, items[i].key_count * sizeof *keys);
        for (size_t k = 0; k < items[i].key_count; k++) {
            keys[k].sql = text_copy(arena, keys[k].sql);
            keys[k].expr = expr_copy(arena, keys[k].expr);
        }
        items[i].keys = keys;
        items[i].predicate_sql = text_copy(arena, items[i].predicate_sql);
        items[i].predicate = predicate_copy(arena, items[i].predicate);
    }
    table->indexes = (Indexes){indexes->count, items};
}

static void table_make_key_orders(MemoryTable *table)
{
    Arena *arena = table->base.arena;
    Index *orders = arena_array(arena, Index, table->key_count);
    for (size_t k = 0; k < table->key_count; k++) {
        const Constraint *key = table->keys[k];
        IndexKey *keys = arena_array(arena, IndexKey, key->column_count);
        for (size_t i = 0; i < key->column_count; i++) {
            const Column *column = &table->schema->columns[key->columns[i]];
            keys[i].sql = column->name;
            keys[i].expr = expr_column(arena, (ColumnId)key->columns[i], column->type, NO_POSITION);
        }
        const char *name = key->kind == CONSTRAINT_PRIMARY_KEY ? "primary key" : "unique";
        orders[k] = (Index){.name = key->name ? key->name : name,
                            .is_unique = true,
                            .key_count = key->column_count,
                            .keys = keys,
                            .predicate = key->predicate};
    }
    table->key_orders = orders;
    table->wished_rows = arena_array(arena, uint64_t, table->key_count);
}

MemoryTable *memory_table_draft(const Context *context, const TableDefinition *definition, TableType type)
{
    Arena *arena = arena_new_child(context->arena);
    MemoryTable *table = arena_new(arena, MemoryTable);
    table->base = (TableProvider){.ops = &memory_ops, .share_count = 1, .arena = arena};
    table->schema = schema_copy(arena, definition->schema);
    table->type = type;
    table->budget = context->memory;
    table_take_constraints(table, &definition->constraints);
    table_take_indexes(table, &definition->indexes);
    table_make_key_orders(table);
    if (definition->defaults) {
        table->defaults = arena_array(arena, const char *, table->schema->column_count);
        for (size_t c = 0; c < table->schema->column_count; c++)
            table->defaults[c] = text_copy(arena, definition->defaults[c]);
    }
    arena_own(arena, table, table_release_version);
    return table;
}

TableProvider *memory_table_of(const Context *context, const TableDefinition *definition, TableType type)
{
    MemoryTable *table = memory_table_draft(context, definition, type);
    Arena *scratch = arena_new_child(table->base.arena);
    table->version =
        memory_version_ref(memory_version_new(scratch, table->budget, table->key_count, table->indexes.count));
    arena_free(scratch);
    arena_set_parent(table->base.arena, NULL);
    return &table->base;
}

TableProvider *memory_table_new(const Context *context, const Schema *schema, const Constraints *constraints,
                                const char *const *defaults, TableType type)
{
    TableDefinition definition = {.schema = schema, .defaults = defaults};
    if (constraints)
        definition.constraints = *constraints;
    return memory_table_of(context, &definition, type);
}

bool table_is_memory(const TableProvider *table)
{
    return table->ops == &memory_ops;
}
