/* provider/memory/memory_table.c: a table in memory as the contract sees it. */
#include "provider/memory/memory_table.h"

#include "base/memory.h"
#include "provider/memory/memory.h"

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

static const TableProviderOps memory_ops = {
    .format = "memory",
    .schema = memory_schema,
    .table_type = memory_table_type,
    .supports_filters_pushdown = memory_supports_filters_pushdown,
    .scan = memory_scan,
    .statistics = memory_statistics,
    .constraints = memory_constraints,
    .column_default = memory_column_default,
    .insert_into = memory_insert_into,
    .delete_rows = memory_delete_rows,
    .update_rows = memory_update_rows,
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
        items[i].columns = arena_copy(arena, items[i].columns, items[i].column_count * sizeof *items[i].columns);
        if (items[i].kind == CONSTRAINT_PRIMARY_KEY || items[i].kind == CONSTRAINT_UNIQUE)
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

TableProvider *memory_table_new(const Context *context, const Schema *schema, const Constraints *constraints,
                                const char *const *defaults, TableType type)
{
    Arena *arena = arena_new_child(context->arena);
    MemoryTable *table = arena_new(arena, MemoryTable);
    table->base = (TableProvider){.ops = &memory_ops, .share_count = 1, .arena = arena};
    table->schema = schema_copy(arena, schema);
    table->type = type;
    table->budget = context->memory;
    table_take_constraints(table, constraints);
    if (defaults) {
        table->defaults = arena_array(arena, const char *, schema->column_count);
        for (size_t c = 0; c < schema->column_count; c++)
            table->defaults[c] = text_copy(arena, defaults[c]);
    }
    Arena *scratch = arena_new_child(arena);
    table->version = memory_version_ref(memory_version_new(scratch, table->budget, table->key_count));
    arena_own(arena, table, table_release_version);
    arena_free(scratch);
    arena_set_parent(arena, NULL);
    return &table->base;
}
