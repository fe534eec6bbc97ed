/* provider/memory/memory_like.c: the rows of a table under another definition: its row groups, or groups that share
 * their columns.
 *
 *   group 0   a b c        a c d     a, c: the old group's; d: one value, of one column that all such groups share
 *   group 1   a b c   ->   a c d
 *   group 2   a b c        a c d     not sealed: both tables may add rows to it, so it is copied
 */
#include <string.h>

#include "base/error.h"
#include "provider/memory/memory.h"
#include "provider/memory/memory_dictionary.h"
#include "provider/memory/memory_index.h"
#include "provider/memory/memory_reader.h"
#include "provider/memory/memory_table.h"
#include "provider/memory/memory_unique.h"

typedef struct Likeness {
    const Context *context;
    Arena *scratch;
    MemoryTable *table;
    const MemoryTable *from;
    const MemorySource *sources; /* of each column */
    Vector **vectors;            /* of each column: the value, or what is read of the old table */
    MemoryGroup *constants;      /* full, of the columns that are one value; NULL: no group has needed it so far */
} Likeness;

static const MemorySource *sources_alike(Arena *arena, const Schema *schema)
{
    MemorySource *sources = arena_array(arena, MemorySource, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        sources[c].column = c;
    return sources;
}

/* ---- row groups ---- */

static bool columns_are_alike(const Likeness *like)
{
    size_t count = like->table->schema->column_count;
    bool is_alike = count == like->from->schema->column_count;
    for (size_t c = 0; is_alike && c < count; c++)
        is_alike = like->sources[c].value == NULL && like->sources[c].column == c;
    return is_alike;
}

static MemoryGroup *likeness_group(const Likeness *like)
{
    return memory_group_new(like->scratch, like->table->budget, like->table->schema, /* will_be_full= */ false);
}

static void likeness_make_vectors(Likeness *like)
{
    const Schema *schema = like->table->schema;
    like->vectors = arena_array(like->scratch, Vector *, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++) {
        Value null = value_null(schema->columns[c].type);
        like->vectors[c] = vector_new(like->scratch, schema->columns[c].type);
        vector_set_constant(like->vectors[c], like->sources[c].value ? like->sources[c].value : &null);
    }
}

static void likeness_make_constants(Likeness *like)
{
    MemoryGroup *group = likeness_group(like);
    memory_group_write(group, 0, like->vectors, NULL, 1);
    memory_group_accept(group, 1);
    for (size_t c = 0; c < group->column_count; c++)
        if (like->sources[c].value)
            memory_column_repeat(&group->columns[c], group->budget, MEMORY_GROUP_ROWS);
    like->constants = group;
}

static void column_share(MemoryColumn *column, const MemoryColumn *from)
{
    Vector *values = column->values;
    Sketch *sketch = column->sketch;
    vector_reference(values, from->values);
    if (sketch)
        *sketch = *from->sketch;
    *column = *from;
    column->values = values;
    column->sketch = sketch;
    column->text = NULL;
}

static MemoryGroup *group_share(Likeness *like, const MemoryGroup *from)
{
    if (like->constants == NULL)
        likeness_make_constants(like);
    MemoryGroup *group = likeness_group(like);
    for (size_t c = 0; c < group->column_count; c++) {
        const MemorySource *source = &like->sources[c];
        column_share(&group->columns[c], source->value ? &like->constants->columns[c] : &from->columns[source->column]);
        if (source->value)
            group->columns[c].null_count = source->value->is_null ? from->row_count : 0;
    }
    group->row_count = from->row_count;
    group->is_sealed = true;
    return group;
}

static MemoryGroup *group_copy(const Likeness *like, const MemoryGroup *from, size_t row_count)
{
    MemoryGroup *group = likeness_group(like);
    for (size_t first = 0; first < row_count; first += BATCH_SIZE) {
        size_t count = row_count - first < BATCH_SIZE ? row_count - first : BATCH_SIZE;
        context_check(like->context);
        for (size_t c = 0; c < group->column_count; c++)
            if (like->sources[c].value == NULL)
                memory_column_view(&from->columns[like->sources[c].column], first, count, like->vectors[c]);
        memory_group_write(group, first, like->vectors, NULL, count);
    }
    memory_group_accept(group, row_count);
    return group;
}

/* The draft has the old table's groups so far. */
static void likeness_replace_groups(Likeness *like)
{
    if (columns_are_alike(like))
        return;
    MemoryVersion *version = like->table->version;
    likeness_make_vectors(like);
    for (size_t s = 0; s < version->slice_count; s++) {
        MemorySlice *slice = &version->slices[s];
        MemoryGroup *old = slice->group;
        slice->group =
            memory_group_ref(old->is_sealed ? group_share(like, old) : group_copy(like, old, slice->row_count));
        memory_group_unref(old);
    }
}

/* ---- NOT NULL, keys and indexes ---- */

typedef struct NullSearch {
    const MemoryTable *table;
    size_t column;
} NullSearch;

static void null_visit(void *user, Batch *batch)
{
    const NullSearch *search = user;
    for (size_t i = 0; i < batch->row_count; i++)
        if (vector_is_null(batch->columns[0], batch_row(batch, i)))
            error_raise(ERROR_NOT_NULL_VIOLATION, NO_POSITION, "column \"%s\" contains null values",
                        search->table->schema->columns[search->column].name);
}

static bool source_may_be_null(const Likeness *like, const MemorySource *source)
{
    return source->value ? source->value->is_null : like->from->schema->columns[source->column].is_nullable;
}

/* Columns that were nullable before and are not now. */
static void likeness_check_nulls(const Likeness *like)
{
    const MemoryTable *table = like->table;
    for (size_t c = 0; c < table->schema->column_count; c++) {
        if (table->schema->columns[c].is_nullable || !source_may_be_null(like, &like->sources[c]))
            continue;
        NullSearch search = {table, c};
        MemoryReader *reader = memory_reader_new(like->scratch, table->schema, table->version, &search.column, 1);
        memory_reader_each(reader, like->context, null_visit, &search);
    }
}

/* The column as the old table calls it. */
static ColumnId old_column(void *user, ColumnId column)
{
    const Likeness *like = user;
    const MemorySource *source = &like->sources[column];
    return source->value ? (ColumnId)like->from->schema->column_count : (ColumnId)source->column;
}

static bool exprs_are_equal(const Likeness *like, Expr *expr, const Expr *old)
{
    if (expr == NULL || old == NULL)
        return expr == old;
    return expr_equal(expr_map_columns(like->scratch, expr, old_column, (void *)like), old);
}

static bool keys_are_equal(const Likeness *like, const Constraint *key, const Constraint *old)
{
    bool is_equal = key->column_count == old->column_count && exprs_are_equal(like, key->predicate, old->predicate);
    for (size_t i = 0; is_equal && i < key->column_count; i++)
        is_equal = old_column((void *)like, (ColumnId)key->columns[i]) == (ColumnId)old->columns[i];
    return is_equal;
}

static bool indexes_are_equal(const Likeness *like, const Index *index, const Index *old)
{
    bool is_equal = index->key_count == old->key_count && exprs_are_equal(like, index->predicate, old->predicate);
    for (size_t k = 0; is_equal && k < index->key_count; k++)
        is_equal = index->keys[k].order.is_descending == old->keys[k].order.is_descending &&
                   index->keys[k].order.nulls_first == old->keys[k].order.nulls_first &&
                   exprs_are_equal(like, index->keys[k].expr, old->keys[k].expr);
    return is_equal;
}

/* Those that the other table has already are shared, the others made. */
static void likeness_fill_keys(const Likeness *like)
{
    MemoryTable *table = like->table;
    const MemoryTable *from = like->from;
    MemoryVersion *version = table->version;
    for (size_t k = 0; k < table->key_count; k++) {
        size_t f = 0;
        while (f < from->key_count && !keys_are_equal(like, table->keys[k], from->keys[f]))
            f++;
        if (f == from->key_count) {
            memory_unique_add(table, like->context, version, k, /* key_count= */ 1, /* first= */ 0, INSERT_APPEND);
            continue;
        }
        memory_version_set_key(version, k, from->version->keys[f]);
        memory_version_set_index(version, table->indexes.count + k, from->version->indexes[from->indexes.count + f]);
    }
    for (size_t i = 0; i < table->indexes.count; i++) {
        size_t f = 0;
        while (f < from->indexes.count && !indexes_are_equal(like, &table->indexes.items[i], &from->indexes.items[f]))
            f++;
        if (f < from->indexes.count)
            memory_version_set_index(version, i, from->version->indexes[f]);
        else
            memory_index_add(table, like->context, version, i, /* first= */ 0);
    }
}

TableProvider *memory_table_like(const Context *context, TableProvider *base, const TableDefinition *definition,
                                 const MemorySource *sources)
{
    const MemoryTable *from = (const MemoryTable *)base;
    MemoryTable *table = memory_table_draft(context, definition, from->type);
    Arena *scratch = arena_new_child(table->base.arena);
    Likeness like = {.context = context, .scratch = scratch, .table = table, .from = from};
    like.sources = sources ? sources : sources_alike(scratch, from->schema);
    table->version = memory_version_ref(
        memory_version_copy_rows(scratch, table->budget, from->version, table->key_count, table->indexes.count));
    likeness_replace_groups(&like);
    likeness_check_nulls(&like);
    likeness_fill_keys(&like);
    arena_free(scratch);
    arena_set_parent(table->base.arena, NULL);
    return &table->base;
}
