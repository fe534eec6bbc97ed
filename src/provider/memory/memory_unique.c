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

/* One of the keys that rows are added to. */
typedef struct KeyAdding {
    const Constraint *key;
    MemoryKey *index;
    MemoryReader *reader; /* of its columns */
    Cover *added, *found; /* of the rows at hand, and of those that the index hints at; NULL: all */
    const Batch *batch;   /* the rows at hand that it is about; lent by `reader` */
    uint64_t hashes[BATCH_SIZE];
    size_t next;   /* the row of the batch whose turn comes next */
    bool has_turn; /* it is about the row whose turn it is */
} KeyAdding;

typedef struct Adding {
    const MemoryTable *table;
    const Context *context;
    MemoryVersion *draft;
    Arena *arena;
    size_t key_count;
    KeyAdding *keys;
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
static bool row_gives_way(const Adding *adding, const KeyAdding *key, MemoryRow row, size_t place)
{
    MemoryKeyProbe probe = memory_key_probe(key->index, key->hashes[key->next]);
    MemoryRow other;
    while (memory_key_next(key->index, &probe, &other)) {
        if (other >= row || !row_has_key(adding->draft, other, key->key, key->batch->columns, place) ||
            !cover_has(key->found, other))
            continue;
        if (adding->op == INSERT_IGNORE)
            return memory_version_delete(adding->draft, adding->table->budget, row);
        if (adding->op != INSERT_REPLACE)
            double_raise(adding->table, key->key, adding->arena, key->batch->columns, place);
        memory_version_delete(adding->draft, adding->table->budget, other);
    }
    return false;
}

/* A row that gives way to another by one of its keys is in no other's way by the rest of them. */
static void row_add(Adding *adding, MemoryRow row, size_t place)
{
    for (size_t k = 0; k < adding->key_count; k++) {
        KeyAdding *key = &adding->keys[k];
        key->has_turn = key->next < key->batch->row_count && batch_row(key->batch, key->next) == place;
    }
    bool is_ignored = false;
    for (size_t k = 0; k < adding->key_count && adding->is_checked && !is_ignored; k++) {
        const KeyAdding *key = &adding->keys[k];
        is_ignored = key->has_turn && !key_has_null(key->batch, place) && row_gives_way(adding, key, row, place);
    }
    adding->ignored_count += is_ignored;
    for (size_t k = 0; k < adding->key_count; k++) {
        KeyAdding *key = &adding->keys[k];
        if (key->has_turn && !is_ignored && !key_has_null(key->batch, place))
            memory_key_add(key->index, key->hashes[key->next], row);
        key->next += key->has_turn;
    }
}

/* The rows from .. end-1 of a slice, all of one chunk, one after the other into all keys. */
static void chunk_add(Adding *adding, size_t slice_index, size_t from, size_t end)
{
    for (size_t k = 0; k < adding->key_count; k++) {
        KeyAdding *key = &adding->keys[k];
        Batch *batch = memory_reader_read(key->reader, slice_index, from, end);
        if (key->added) {
            const Batch *covered = cover_read(key->added, slice_index, from, end);
            batch->selection = covered->selection;
            batch->row_count = covered->row_count;
        }
        vectors_hash(batch->columns, batch->column_count, batch->selection, batch->row_count, key->hashes);
        memory_key_prefetch(key->index, key->hashes, batch->row_count);
        key->batch = batch;
        key->next = 0;
    }
    MemoryRow first = adding->keys[0].reader->first_row, slice_first = slice_index * (MemoryRow)MEMORY_GROUP_ROWS;
    for (MemoryRow row = slice_first + from; row < slice_first + end; row++)
        row_add(adding, row, (size_t)(row - first));
}

/* Rows first .. end-1 of the draft go into the indexes. */
static void rows_add(Adding *adding, MemoryRow first, MemoryRow end)
{
    const MemoryVersion *draft = adding->draft;
    for (size_t s = first / MEMORY_GROUP_ROWS; s < draft->slice_count; s++) {
        MemoryRow slice_first = s * (MemoryRow)MEMORY_GROUP_ROWS;
        size_t row_count = draft->slices[s].row_count;
        if (slice_first + row_count > end)
            row_count = end > slice_first ? (size_t)(end - slice_first) : 0;
        size_t from = first > slice_first ? (size_t)(first - slice_first) : 0;
        while (from < row_count) {
            context_check(adding->context);
            size_t chunk_end = memory_chunk_end(from), stop = chunk_end < row_count ? chunk_end : row_count;
            chunk_add(adding, s, from, stop);
            from = stop;
        }
    }
}

static void key_adding_init(KeyAdding *key, const Adding *adding, size_t key_index)
{
    const MemoryTable *table = adding->table;
    key->key = table->keys[key_index];
    key->index = adding->draft->keys[key_index];
    key->reader =
        memory_reader_new(adding->arena, table->schema, adding->draft, key->key->columns, key->key->column_count);
    key->added = cover_new(table, adding->context, adding->draft, key->key, adding->arena);
    key->found = cover_new(table, adding->context, adding->draft, key->key, adding->arena);
}

/* Where its index has no room for so many more, it is made anew, of the rows before `first`. */
static void key_make_room(const Adding *adding, KeyAdding *key, size_t key_index, MemoryRow first, size_t added)
{
    if (memory_key_has_room(key->index, added))
        return;
    size_t live = memory_version_row_count(adding->draft);
    key->index = memory_key_new_for(adding->arena, adding->table->budget, live, live + live / 2);
    Adding alone = *adding;
    alone.keys = key;
    alone.key_count = 1;
    rows_add(&alone, 0, first);
    memory_version_set_key(adding->draft, key_index, key->index);
}

uint64_t memory_unique_add(const MemoryTable *table, const Context *context, MemoryVersion *draft, size_t key_index,
                           size_t key_count, MemoryRow first, InsertOp op)
{
    if (key_count == 0)
        return 0;
    Arena *scratch = arena_new_child(context->arena);
    MemoryRow end = draft->slice_count * (MemoryRow)MEMORY_GROUP_ROWS;
    Adding adding = {.table = table,
                     .context = context,
                     .draft = draft,
                     .arena = scratch,
                     .key_count = key_count,
                     .keys = arena_array(scratch, KeyAdding, key_count),
                     .op = op};
    size_t added = 0;
    for (size_t s = first / MEMORY_GROUP_ROWS; s < draft->slice_count; s++)
        added += draft->slices[s].row_count;
    if (first % MEMORY_GROUP_ROWS)
        added -= first % MEMORY_GROUP_ROWS;
    for (size_t k = 0; k < key_count; k++) {
        key_adding_init(&adding.keys[k], &adding, key_index + k);
        key_make_room(&adding, &adding.keys[k], key_index + k, first, added);
    }
    adding.is_checked = true;
    rows_add(&adding, first, end);
    arena_free(scratch);
    return adding.ignored_count;
}
