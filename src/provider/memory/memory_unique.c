/* provider/memory/memory_unique.c: hints from the index, checked against the rows. */
#include "provider/memory/memory_unique.h"

#include "base/error.h"
#include "base/text.h"
#include "column/row.h"
#include "expr/evaluator.h"
#include "provider/memory/memory_key.h"
#include "provider/memory/memory_reader.h"

static Value row_value(const MemoryVersion *version, MemoryRow row, size_t column)
{
    const MemoryGroup *group = version->slices[row / MEMORY_GROUP_ROWS].group;
    return vector_value(group->columns[column].values, row % MEMORY_GROUP_ROWS);
}

/* Whether the version has the row, and its key is that of row `place` of the vectors. */
static bool row_has_key(const MemoryVersion *version, MemoryRow row, const Constraint *key, Vector *const *values,
                        size_t place)
{
    if (!memory_version_has(version, row))
        return false;
    for (size_t i = 0; i < key->column_count; i++) {
        Value theirs = row_value(version, row, key->columns[i]), ours = vector_value(values[i], place);
        if (theirs.is_null || ours.is_null || value_compare(&theirs, &ours) != 0)
            return false;
    }
    return true;
}

bool memory_unique_find(const MemoryTable *table, const MemoryVersion *version, size_t key_index, Arena *arena,
                        const Value *values, MemoryRow *ret_row)
{
    const Constraint *key = table->keys[key_index];
    Vector **vectors = arena_array(arena, Vector *, key->column_count);
    for (size_t i = 0; i < key->column_count; i++) {
        vectors[i] = vector_new(arena, table->schema->columns[key->columns[i]].type);
        vector_set_constant(vectors[i], &values[i]);
    }
    uint64_t hash;
    vectors_hash(vectors, key->column_count, NULL, 1, &hash);
    MemoryKeyProbe probe = memory_key_probe(version->keys[key_index], hash);
    while (memory_key_next(version->keys[key_index], &probe, ret_row))
        if (row_has_key(version, *ret_row, key, vectors, 0))
            return true;
    return false;
}

/* ---- the rows that a key is about, where it has a predicate ---- */

typedef struct Cover {
    MemoryReader *reader; /* of all columns */
    Evaluator *predicate;
    uint16_t selection[BATCH_SIZE];
} Cover;

static Cover *cover_new(const MemoryTable *table, const Context *context, const MemoryVersion *version,
                        const Constraint *key, Arena *arena)
{
    if (key->predicate == NULL)
        return NULL;
    Cover *cover = arena_new(arena, Cover);
    cover->reader = memory_reader_new_all(arena, table->schema, version);
    cover->predicate = evaluator_new(arena, context, (Expr *[]){key->predicate}, 1);
    return cover;
}

/* Those of the rows from .. end-1 of a slice, all of one chunk; lent until the next call. */
static const Batch *cover_read(Cover *cover, size_t slice_index, size_t from, size_t end)
{
    Batch *rows = memory_reader_read(cover->reader, slice_index, from, end);
    if (rows->row_count > 0)
        evaluator_filter(cover->predicate, rows, cover->selection);
    return rows;
}

static bool cover_has(Cover *cover, MemoryRow row)
{
    size_t place = row % MEMORY_GROUP_ROWS;
    return cover == NULL || cover_read(cover, row / MEMORY_GROUP_ROWS, place, place + 1)->row_count > 0;
}

/* ---- adding ---- */

static _Noreturn void double_raise(const MemoryTable *table, const Constraint *key, Arena *arena, Vector *const *values,
                                   size_t place)
{
    Text text = text_in(arena);
    if (key->name)
        text_add_format(&text, "duplicate key value violates unique constraint \"%s\": key (", key->name);
    else
        text_add_format(&text, "duplicate key value violates %s: key (",
                        key->kind == CONSTRAINT_PRIMARY_KEY ? "the primary key" : "a unique constraint");
    for (size_t i = 0; i < key->column_count; i++)
        text_add_format(&text, "%s%s", i ? ", " : "", table->schema->columns[key->columns[i]].name);
    text_add(&text, ")=(");
    for (size_t i = 0; i < key->column_count; i++) {
        Value value = vector_value(values[i], place);
        text_add_format(&text, "%s%s", i ? ", " : "", value_display(arena, &value));
    }
    error_raise(ERROR_UNIQUE_VIOLATION, NO_POSITION, "%s) already exists", text_string(&text));
}

typedef struct Adding {
    const MemoryTable *table;
    const Constraint *key;
    MemoryVersion *draft;
    MemoryKey *index;
    Arena *arena;
    Cover *added, *found; /* of the rows at hand, and of those that the index hints at; NULL: all */
    bool is_checked;
    InsertOp op;
    uint64_t ignored_count;
} Adding;

static bool key_has_null(const Batch *batch, size_t place)
{
    for (size_t i = 0; i < batch->column_count; i++)
        if (vector_is_null(batch->columns[i], place))
            return true;
    return false;
}

/* An earlier row with the key of this one: it goes, or this one does (then true), or an error is raised. Later ones
 * find this one when it is their turn. */
static bool row_gives_way(const Adding *adding, uint64_t hash, MemoryRow row, const Batch *batch, size_t place)
{
    MemoryKeyProbe probe = memory_key_probe(adding->index, hash);
    MemoryRow other;
    while (memory_key_next(adding->index, &probe, &other)) {
        if (other >= row || !row_has_key(adding->draft, other, adding->key, batch->columns, place) ||
            !cover_has(adding->found, other))
            continue;
        if (adding->op == INSERT_IGNORE)
            return memory_version_delete(adding->draft, adding->table->budget, row);
        if (adding->op != INSERT_REPLACE)
            double_raise(adding->table, adding->key, adding->arena, batch->columns, place);
        memory_version_delete(adding->draft, adding->table->budget, other);
    }
    return false;
}

static void batch_add(Adding *adding, const Batch *batch, MemoryRow first_row)
{
    uint64_t hashes[BATCH_SIZE];
    vectors_hash(batch->columns, batch->column_count, batch->selection, batch->row_count, hashes);
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t place = batch_row(batch, i);
        if (key_has_null(batch, place))
            continue;
        if (adding->is_checked && row_gives_way(adding, hashes[i], first_row + place, batch, place))
            adding->ignored_count++;
        else
            memory_key_add(adding->index, hashes[i], first_row + place);
    }
}

/* Rows first .. end-1 of the draft go into the index. */
static void rows_add(Adding *adding, const Context *context, MemoryRow first, MemoryRow end)
{
    MemoryVersion *draft = adding->draft;
    MemoryReader *reader =
        memory_reader_new(adding->arena, adding->table->schema, draft, adding->key->columns, adding->key->column_count);
    for (size_t s = first / MEMORY_GROUP_ROWS; s < draft->slice_count; s++) {
        MemoryRow slice_first = s * (MemoryRow)MEMORY_GROUP_ROWS;
        size_t row_count = draft->slices[s].row_count;
        if (slice_first + row_count > end)
            row_count = end > slice_first ? (size_t)(end - slice_first) : 0;
        size_t from = first > slice_first ? (size_t)(first - slice_first) : 0;
        while (from < row_count) {
            context_check(context);
            size_t chunk_end = memory_chunk_end(from), stop = chunk_end < row_count ? chunk_end : row_count;
            Batch *batch = memory_reader_read(reader, s, from, stop);
            if (adding->added) {
                const Batch *covered = cover_read(adding->added, s, from, stop);
                batch->selection = covered->selection;
                batch->row_count = covered->row_count;
            }
            batch_add(adding, batch, reader->first_row);
            from = stop;
        }
    }
}

uint64_t memory_unique_add(const MemoryTable *table, const Context *context, MemoryVersion *draft, size_t key_index,
                           MemoryRow first, InsertOp op)
{
    Arena *scratch = arena_new_child(context->arena);
    MemoryRow end = draft->slice_count * (MemoryRow)MEMORY_GROUP_ROWS;
    Adding adding = {.table = table,
                     .key = table->keys[key_index],
                     .draft = draft,
                     .index = draft->keys[key_index],
                     .arena = scratch,
                     .added = cover_new(table, context, draft, table->keys[key_index], scratch),
                     .found = cover_new(table, context, draft, table->keys[key_index], scratch),
                     .op = op};
    size_t added = 0;
    for (size_t s = first / MEMORY_GROUP_ROWS; s < draft->slice_count; s++)
        added += draft->slices[s].row_count;
    if (first % MEMORY_GROUP_ROWS)
        added -= first % MEMORY_GROUP_ROWS;
    if (!memory_key_has_room(adding.index, added)) {
        size_t live = memory_version_row_count(draft);
        adding.index = memory_key_new_for(scratch, table->budget, live + live / 2);
        rows_add(&adding, context, 0, first);
        memory_version_set_key(draft, key_index, adding.index);
    }
    adding.is_checked = true;
    rows_add(&adding, context, first, end);
    arena_free(scratch);
    return adding.ignored_count;
}
