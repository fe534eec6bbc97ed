/* engine/rejects.c: a list that only grows, so that it is read without a lock; a row is in it once. */
#include "engine/rejects.h"

#include <pthread.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/utf8.h"

enum { BUCKET_COUNT = 1 << 12, TEXT_LIMIT = 1 << 20 };
#define SIZE_LIMIT ((size_t)64 << 20) /* bytes that are kept; further rows are counted only */

typedef struct Reject {
    struct Reject *next;        /* that was met after it */
    struct Reject *bucket_next; /* older ones of its bucket */
    uint64_t hash;
    uint64_t line, offset;
    bool has_column;                       /* false: the row as a whole is wrong */
    StringView file, column, reason, text; /* behind the node, in its own memory */
} Reject;

struct Rejects {
    TableFunction function; /* first, so that it can be cast back */
    pthread_mutex_t mutex;  /* guards what follows */
    Reject *first, *last;
    Reject *buckets[BUCKET_COUNT];
    size_t size;
};

static TableProvider *rejects_table(const TableFunction *function, const Context *context, const Value *arguments,
                                    size_t argument_count);

static void rejects_release(void *object)
{
    Rejects *rejects = object;
    for (Reject *reject = rejects->first; reject;) {
        Reject *next = reject->next;
        memory_free(reject);
        reject = next;
    }
    pthread_mutex_destroy(&rejects->mutex);
}

Rejects *rejects_new(Arena *arena)
{
    Rejects *rejects = arena_new(arena, Rejects);
    rejects->function = (TableFunction){
        .name = "rejects", .description = "rows of files that on_error 'reject' has left out", .table = rejects_table};
    pthread_mutex_init(&rejects->mutex, NULL);
    arena_own(arena, rejects, rejects_release);
    return rejects;
}

/* ---- adding ---- */

/* As text: bytes that are none become \xHH. Returns its size; `target` NULL: only that. */
static size_t text_clean(const char *text, size_t size, char *target)
{
    static const char digits[] = "0123456789abcdef";
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        size_t length;
        utf8_decode(text + i, size - i, &length);
        bool is_text = text[i] != '\0' && utf8_valid_size((StringView){text + i, length}) == length;
        unsigned char byte = (unsigned char)text[i];
        const char code[4] = {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        size_t part = is_text ? length : sizeof code;
        if (target)
            memcpy(target + used, is_text ? text + i : code, part);
        used += part;
        i += is_text ? length : 1;
    }
    return used;
}

static StringView text_put(char **place, const char *text, size_t size)
{
    StringView view = {*place, text_clean(text, size, *place)};
    *place += view.size;
    return view;
}

static Reject *reject_new(const RejectedRow *row, size_t *ret_size)
{
    const char *texts[] = {row->file, row->column ? row->column : "", row->reason, row->text};
    size_t sizes[] = {strlen(texts[0]), strlen(texts[1]), strlen(texts[2]),
                      row->text_size < TEXT_LIMIT ? row->text_size : TEXT_LIMIT};
    size_t size = 0;
    for (size_t i = 0; i < 4; i++)
        size += text_clean(texts[i], sizes[i], NULL);
    Reject *reject = memory_allocate(sizeof *reject + size);
    char *place = (char *)(reject + 1);
    *reject = (Reject){.line = row->line, .offset = row->offset};
    StringView *views[] = {&reject->file, &reject->column, &reject->reason, &reject->text};
    for (size_t i = 0; i < 4; i++)
        *views[i] = text_put(&place, texts[i], sizes[i]);
    reject->has_column = row->column != NULL;
    reject->hash = hash_combine(hash_bytes(reject + 1, size), row->offset);
    *ret_size = sizeof *reject + size;
    return reject;
}

/* Under the mutex. */
static bool rejects_have(const Rejects *rejects, const Reject *reject)
{
    const Reject *other = rejects->buckets[reject->hash % BUCKET_COUNT];
    while (other && other->hash != reject->hash)
        other = other->bucket_next;
    return other != NULL;
}

void rejects_add(void *user, const RejectedRow *row)
{
    Rejects *rejects = user;
    size_t size;
    Reject *reject = reject_new(row, &size);
    pthread_mutex_lock(&rejects->mutex);
    bool is_kept = rejects->size + size <= SIZE_LIMIT && !rejects_have(rejects, reject);
    if (is_kept) {
        Reject **bucket = &rejects->buckets[reject->hash % BUCKET_COUNT];
        reject->bucket_next = *bucket;
        *bucket = reject;
        *(rejects->last ? &rejects->last->next : &rejects->first) = reject;
        rejects->last = reject;
        rejects->size += size;
    }
    pthread_mutex_unlock(&rejects->mutex);
    if (!is_kept)
        memory_free(reject);
}

/* ---- the table ---- */

typedef struct RejectsTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    Rejects *rejects;
    Schema *schema;
} RejectsTable;

typedef struct RejectsScan {
    Scan base; /* first, so that a Scan * can be cast back */
    Rejects *rejects;
    const size_t *columns;
} RejectsScan;

typedef struct RejectsCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    const RejectsScan *scan;
    const Context *context;
    const Reject *next, *last; /* nodes stay as they are, but for the last one's `next` */
    Batch *batch;
} RejectsCursor;

static const struct {
    const char *name;
    TypeId type;
    bool is_nullable;
} table_columns[] = {
    {"file", TYPE_VARCHAR, false},  {"line", TYPE_BIGINT, false},    {"offset", TYPE_BIGINT, false},
    {"column", TYPE_VARCHAR, true}, {"reason", TYPE_VARCHAR, false}, {"raw", TYPE_VARCHAR, false},
};
enum { COLUMN_COUNT = sizeof table_columns / sizeof *table_columns };

static Value reject_value(const Reject *reject, size_t column)
{
    switch (column) {
    case 0:
        return value_text(reject->file);
    case 1:
        return value_integer(type_of(TYPE_BIGINT), (int64_t)reject->line);
    case 2:
        return value_integer(type_of(TYPE_BIGINT), (int64_t)reject->offset);
    case 3:
        return reject->has_column ? value_text(reject->column) : value_null(type_of(TYPE_VARCHAR));
    case 4:
        return value_text(reject->reason);
    default:
        return value_text(reject->text);
    }
}

static Batch *cursor_next(BatchStream *base)
{
    RejectsCursor *cursor = (RejectsCursor *)base;
    Batch *batch = cursor->batch;
    size_t count = 0;
    context_check(cursor->context);
    for (size_t c = 0; c < batch->column_count; c++)
        vector_prepare(batch->columns[c], BATCH_SIZE);
    while (cursor->next && count < BATCH_SIZE) {
        for (size_t c = 0; c < batch->column_count; c++) {
            Value value = reject_value(cursor->next, cursor->scan->columns[c]);
            vector_set_value(batch->columns[c], count, &value);
        }
        count++;
        cursor->next = cursor->next == cursor->last ? NULL : cursor->next->next;
    }
    batch->row_count = batch->vector_size = count;
    return count > 0 ? batch : NULL;
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    (void)reading;
    RejectsCursor *cursor = arena_new(arena, RejectsCursor);
    cursor->base = (BatchStream){.schema = base->schema, .next = cursor_next};
    cursor->scan = (RejectsScan *)base;
    cursor->context = context;
    cursor->batch = batch_new(arena, base->schema);
    Rejects *rejects = cursor->scan->rejects;
    pthread_mutex_lock(&rejects->mutex);
    cursor->next = rejects->first;
    cursor->last = rejects->last;
    pthread_mutex_unlock(&rejects->mutex);
    return &cursor->base;
}

static Scan *rejects_scan(TableProvider *base, const ScanArgs *args)
{
    RejectsTable *table = (RejectsTable *)base;
    RejectsScan *scan = arena_new(args->arena, RejectsScan);
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = table->schema->columns[args->projection[i]];
    scan->base = (Scan){.schema = schema, .open = scan_open};
    scan->rejects = table->rejects;
    scan->columns = arena_copy(args->arena, args->projection, args->projection_count * sizeof *args->projection);
    return &scan->base;
}

static const Schema *rejects_schema(TableProvider *base, const Context *context)
{
    (void)context;
    return ((RejectsTable *)base)->schema;
}

static void rejects_table_release(TableProvider *base)
{
    arena_free(base->arena);
}

static const TableProviderOps rejects_ops = {
    .format = "rejects",
    .schema = rejects_schema,
    .scan = rejects_scan,
    .release = rejects_table_release,
};

static TableProvider *rejects_table(const TableFunction *function, const Context *context, const Value *arguments,
                                    size_t argument_count)
{
    (void)arguments, (void)argument_count;
    Arena *arena = arena_new_child(context->arena); /* its own master once nothing can raise any more */
    RejectsTable *table = arena_new(arena, RejectsTable);
    table->base = (TableProvider){.ops = &rejects_ops, .share_count = 1, .arena = arena};
    table->rejects = (Rejects *)function;
    table->schema = schema_new(arena, COLUMN_COUNT);
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        table->schema->columns[c] = (Column){.name = table_columns[c].name,
                                             .type = type_of(table_columns[c].type),
                                             .is_nullable = table_columns[c].is_nullable};
    arena_set_parent(arena, NULL);
    return &table->base;
}

const TableFunction *rejects_function(const Rejects *rejects)
{
    return &rejects->function;
}
