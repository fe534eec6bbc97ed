/* plugins/kv/kv.c: STORED AS KV LOCATION 'file': a table (key VARCHAR PRIMARY KEY, value VARCHAR) over store.h.
 *
 * An equality of the key, or an IN list, is EXACT: so many records are read as there are keys. DELETE and UPDATE of
 * such rows are done here (delete_from, update), all others by row numbers, which are the numbers of entries. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "store.h"

enum { KEY = 0, VALUE = 1, ROW_NUMBER = 2, COLUMN_COUNT = 3, ARRAY_ROWS = 2048, PARTITION_ROWS = 65536 };

static const QuernHost *host;

typedef struct Kv {
    QuernProvider base; /* first: quern sees only this */
    _Atomic int shares;
    pthread_rwlock_t lock; /* who reads what others have written holds it alone, streams hold it together */
    Store store;
    QuernStatistics statistics;
} Kv;

static int32_t no_memory(QuernProviderError *error)
{
    return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

static const QuernColumn columns[] = {{"key", "u", false}, {"value", "u", true}, {"row number", "l", false}};

static int32_t kv_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                         QuernProviderError *error)
{
    (void)provider, (void)context;
    return quern_schema_make(ret_schema, columns, NULL, ROW_NUMBER) ? QUERN_PROVIDER_OK : no_memory(error);
}

/* ---- filters: which keys are meant ---- */

/* The constants that the key is compared with: `=` or IN; SIZE_MAX: it is another condition. */
static size_t filter_key_count(const QuernExpr *filter)
{
    size_t column;
    const char *sign;
    QuernValue value;
    QUERN_INIT(&value);
    if (host->expr_comparison(filter, &column, &sign, &value))
        return column == KEY && strcmp(sign, "=") == 0 ? 1 : SIZE_MAX;
    if (host->expr_kind(filter) != QUERN_EXPR_IN || host->expr_is_negated(filter) ||
        host->expr_column(host->expr_argument(filter, 0)) != KEY)
        return SIZE_MAX;
    size_t count = host->expr_argument_count(filter) - 1;
    for (size_t i = 1; i <= count; i++)
        if (!host->expr_constant(host->expr_argument(filter, i), &value))
            return SIZE_MAX;
    return count;
}

static QuernValue filter_key(const QuernExpr *filter, size_t index)
{
    size_t column;
    const char *sign;
    QuernValue value;
    QUERN_INIT(&value);
    if (!host->expr_comparison(filter, &column, &sign, &value))
        host->expr_constant(host->expr_argument(filter, index + 1), &value);
    return value;
}

static bool filter_allows(const Store *store, const QuernExpr *filter, size_t entry)
{
    for (size_t i = 0; i < filter_key_count(filter); i++) {
        QuernValue key = filter_key(filter, i);
        if (!key.is_null && store_find(store, key.as.text.data, key.as.text.size) == entry)
            return true;
    }
    return false;
}

static int order_of_numbers(const void *a, const void *b)
{
    size_t first = *(const size_t *)a, second = *(const size_t *)b;
    return (first > second) - (first < second);
}

/* The entries that pass all filters, each once, in order; without filters *ret_entries is NULL: all. */
static int32_t entries_find(const Store *store, const QuernExpr *const *filters, size_t filter_count,
                            size_t **ret_entries, size_t *ret_count, QuernProviderError *error)
{
    *ret_entries = NULL;
    *ret_count = 0;
    if (filter_count == 0)
        return QUERN_PROVIDER_OK;
    size_t key_count = filter_key_count(filters[0]), count = 0;
    size_t *entries = malloc((key_count + 1) * sizeof *entries);
    if (entries == NULL)
        return no_memory(error);
    for (size_t i = 0; i < key_count; i++) {
        QuernValue key = filter_key(filters[0], i);
        size_t entry = key.is_null ? SIZE_MAX : store_find(store, key.as.text.data, key.as.text.size);
        bool is_wanted = entry != SIZE_MAX;
        for (size_t f = 1; f < filter_count; f++)
            is_wanted = is_wanted && filter_allows(store, filters[f], entry);
        if (is_wanted)
            entries[count++] = entry;
    }
    qsort(entries, count, sizeof *entries, order_of_numbers);
    for (size_t i = 0; i < count; i++)
        if (*ret_count == 0 || entries[*ret_count - 1] != entries[i])
            entries[(*ret_count)++] = entries[i];
    *ret_entries = entries;
    return QUERN_PROVIDER_OK;
}

static int32_t kv_supports_filters_pushdown(QuernProvider *provider, const QuernExpr *const *filters,
                                            size_t filter_count, int32_t *ret_answers, QuernProviderError *error)
{
    (void)provider, (void)error;
    for (size_t i = 0; i < filter_count; i++)
        ret_answers[i] = filter_key_count(filters[i]) == SIZE_MAX ? QUERN_PUSHDOWN_UNSUPPORTED : QUERN_PUSHDOWN_EXACT;
    return QUERN_PROVIDER_OK;
}

/* ---- reading ---- */

typedef struct KvScan {
    QuernScan base;
    Kv *kv;
    size_t projection_count;
    size_t *projection;
    size_t filter_count;
    const QuernExpr *const *filters;
    bool is_begun;   /* the file was looked at, and: */
    size_t *entries; /* that are asked for; NULL: all */
    size_t entry_count;
    uint64_t limit;
    _Atomic uint64_t records_read;
    char explanation[96], report[96];
} KvScan;

typedef struct KvStream {
    KvScan *scan;
    QuernContext *context;
    size_t next, end;
    uint64_t rows_left;
    QuernProviderError error;
} KvStream;

/* An array's memory: its columns stand in one block, texts in blocks of their own. */
typedef struct Rows {
    size_t entries[ARRAY_ROWS], count;
    int64_t numbers[ARRAY_ROWS];
    int32_t key_ends[ARRAY_ROWS + 1], value_ends[ARRAY_ROWS + 1];
    uint8_t value_bits[ARRAY_ROWS / 8];
    char *keys, *values;
    const void *root_buffers[1], *buffers[COLUMN_COUNT][3];
    struct ArrowArray children[COLUMN_COUNT], *pointers[COLUMN_COUNT];
} Rows;

static void rows_free(Rows *rows)
{
    free(rows->keys);
    free(rows->values);
    free(rows);
}

static void child_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static void rows_release(struct ArrowArray *array)
{
    rows_free(array->private_data);
    array->release = NULL;
}

/* Takes the stream's next entries that are there. */
static void rows_choose(Rows *rows, KvStream *stream)
{
    const KvScan *scan = stream->scan;
    const Store *store = &scan->kv->store;
    enum { TEXT_LIMIT = 1 << 24 }; /* of an array: offsets are 32 bits */
    size_t size = 0;
    for (; stream->next < stream->end && rows->count < ARRAY_ROWS && stream->rows_left && size < TEXT_LIMIT;
         stream->next++) {
        size_t number = scan->entries ? scan->entries[stream->next] : stream->next;
        const Entry *entry = &store->entries[number];
        if (!entry->is_live)
            continue;
        size += entry->key_size + (entry->value_size == NO_VALUE ? 0 : entry->value_size);
        rows->entries[rows->count] = number;
        rows->numbers[rows->count++] = (int64_t)number;
        stream->rows_left--;
    }
}

static int32_t rows_read_keys(Rows *rows, const Store *store, QuernProviderError *error)
{
    size_t size = 0;
    for (size_t i = 0; i < rows->count; i++)
        size += store->entries[rows->entries[i]].key_size;
    rows->keys = malloc(size + 1);
    if (rows->keys == NULL || size > INT32_MAX)
        return no_memory(error);
    for (size_t i = 0; i < rows->count; i++) {
        const Entry *entry = &store->entries[rows->entries[i]];
        memcpy(rows->keys + rows->key_ends[i], entry->key, entry->key_size);
        rows->key_ends[i + 1] = rows->key_ends[i] + (int32_t)entry->key_size;
    }
    return QUERN_PROVIDER_OK;
}

static int32_t rows_read_values(Rows *rows, KvScan *scan, QuernProviderError *error)
{
    const Store *store = &scan->kv->store;
    size_t size = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (store->entries[rows->entries[i]].value_size != NO_VALUE)
            size += store->entries[rows->entries[i]].value_size;
    rows->values = malloc(size + 1);
    if (rows->values == NULL || size > INT32_MAX)
        return no_memory(error);
    for (size_t i = 0; i < rows->count; i++) {
        const Entry *entry = &store->entries[rows->entries[i]];
        bool is_null = entry->value_size == NO_VALUE;
        int32_t code =
            is_null ? QUERN_PROVIDER_OK : entry_read(store, entry, rows->values + rows->value_ends[i], error);
        if (code != QUERN_PROVIDER_OK)
            return code;
        rows->value_ends[i + 1] = rows->value_ends[i] + (is_null ? 0 : (int32_t)entry->value_size);
        rows->value_bits[i / 8] |= (uint8_t)(!is_null << (i % 8));
        scan->records_read++;
    }
    return QUERN_PROVIDER_OK;
}

static void rows_export(Rows *rows, const KvScan *scan, struct ArrowArray *ret_array)
{
    const void *const buffers[COLUMN_COUNT][3] = {{NULL, rows->key_ends, rows->keys},
                                                  {rows->value_bits, rows->value_ends, rows->values},
                                                  {NULL, rows->numbers, NULL}};
    for (size_t i = 0; i < scan->projection_count; i++) {
        size_t column = scan->projection[i];
        memcpy(rows->buffers[i], buffers[column], sizeof rows->buffers[i]);
        rows->children[i] = (struct ArrowArray){.length = (int64_t)rows->count,
                                                .null_count = column == VALUE ? -1 : 0,
                                                .n_buffers = column == ROW_NUMBER ? 2 : 3,
                                                .buffers = rows->buffers[i],
                                                .release = child_release};
        rows->pointers[i] = &rows->children[i];
    }
    *ret_array = (struct ArrowArray){.length = (int64_t)rows->count,
                                     .n_buffers = 1,
                                     .buffers = rows->root_buffers,
                                     .n_children = (int64_t)scan->projection_count,
                                     .children = rows->pointers,
                                     .release = rows_release,
                                     .private_data = rows};
}

static bool scan_wants(const KvScan *scan, size_t column)
{
    for (size_t i = 0; i < scan->projection_count; i++)
        if (scan->projection[i] == column)
            return true;
    return false;
}

static int32_t stream_make(KvStream *self, struct ArrowArray *ret_array)
{
    if (host->context_is_cancelled(self->context))
        return quern_provider_fail(&self->error, QUERN_PROVIDER_CANCELLED, "stopped");
    Rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return no_memory(&self->error);
    pthread_rwlock_rdlock(&self->scan->kv->lock);
    rows_choose(rows, self);
    int32_t code = QUERN_PROVIDER_OK;
    if (scan_wants(self->scan, KEY))
        code = rows_read_keys(rows, &self->scan->kv->store, &self->error);
    if (code == QUERN_PROVIDER_OK && scan_wants(self->scan, VALUE))
        code = rows_read_values(rows, self->scan, &self->error);
    pthread_rwlock_unlock(&self->scan->kv->lock);
    if (code == QUERN_PROVIDER_OK && rows->count > 0)
        rows_export(rows, self->scan, ret_array);
    else
        rows_free(rows); /* an array without release is the end */
    return code;
}

static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    memset(ret_array, 0, sizeof *ret_array);
    switch (stream_make(stream->private_data, ret_array)) {
    case QUERN_PROVIDER_OK:
        return 0;
    case QUERN_PROVIDER_CANCELLED:
        return ECANCELED;
    case QUERN_PROVIDER_MEMORY:
        return ENOMEM;
    default:
        return EIO;
    }
}

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    const KvScan *scan = ((KvStream *)stream->private_data)->scan;
    return quern_schema_make(ret_schema, columns, scan->projection, scan->projection_count) ? 0 : ENOMEM;
}

static const char *stream_get_last_error(struct ArrowArrayStream *stream)
{
    const KvStream *self = stream->private_data;
    return self->error.message[0] ? self->error.message : NULL;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    free(stream->private_data);
    stream->release = NULL;
}

/* Once: reads what others have written, and looks the keys up. */
static int32_t scan_begin(KvScan *scan, QuernProviderError *error)
{
    int32_t code = QUERN_PROVIDER_OK;
    pthread_rwlock_wrlock(&scan->kv->lock);
    if (!scan->is_begun) {
        code = store_refresh(&scan->kv->store, error);
        if (code == QUERN_PROVIDER_OK)
            code = entries_find(&scan->kv->store, scan->filters, scan->filter_count, &scan->entries, &scan->entry_count,
                                error);
        scan->is_begun = code == QUERN_PROVIDER_OK;
    }
    pthread_rwlock_unlock(&scan->kv->lock);
    return code;
}

static int32_t scan_open(QuernScan *base, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                         QuernProviderError *error)
{
    KvScan *scan = (KvScan *)base;
    KvStream *self = calloc(1, sizeof *self);
    if (self == NULL)
        return no_memory(error);
    int32_t code = scan_begin(scan, error);
    if (code != QUERN_PROVIDER_OK) {
        free(self);
        return code;
    }
    size_t count = scan->entries ? scan->entry_count : scan->kv->store.entry_count;
    *self = (KvStream){.scan = scan, .context = context, .rows_left = scan->limit, .next = partition * PARTITION_ROWS};
    self->end = self->next + PARTITION_ROWS < count && partition + 1 < base->partition_count
                    ? self->next + PARTITION_ROWS
                    : count;
    *ret_stream =
        (struct ArrowArrayStream){stream_get_schema, stream_get_next, stream_get_last_error, stream_release, self};
    return QUERN_PROVIDER_OK;
}

static const char *scan_explain(QuernScan *base)
{
    KvScan *scan = (KvScan *)base;
    if (scan->filter_count)
        (void)snprintf(scan->explanation, sizeof scan->explanation, "keys looked up: %zu",
                       filter_key_count(scan->filters[0]));
    return scan->explanation;
}

static const char *scan_explain_analyze(QuernScan *base)
{
    KvScan *scan = (KvScan *)base;
    (void)snprintf(scan->report, sizeof scan->report, "records read: %llu", (unsigned long long)scan->records_read);
    return scan->report;
}

static void scan_release(QuernScan *base)
{
    KvScan *scan = (KvScan *)base;
    free(scan->projection);
    free(scan->entries);
    free(scan);
}

static int32_t kv_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                       QuernProviderError *error)
{
    Kv *kv = (Kv *)provider;
    KvScan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return no_memory(error);
    QUERN_INIT(&scan->base);
    scan->base.open = scan_open;
    scan->base.explain = scan_explain;
    scan->base.explain_analyze = scan_explain_analyze;
    scan->base.release = scan_release;
    scan->kv = kv;
    scan->limit = args->order_count ? QUERN_NO_LIMIT : args->limit;
    scan->projection_count = args->projection_count;
    scan->projection = malloc((args->projection_count + 1) * sizeof *scan->projection);
    scan->filters = args->filters;
    scan->filter_count = args->filter_count;
    int32_t code = scan->projection ? QUERN_PROVIDER_OK : no_memory(error);
    if (code == QUERN_PROVIDER_OK && args->projection_count > COLUMN_COUNT)
        code = quern_provider_fail(error, QUERN_PROVIDER_UNSUPPORTED, "a column is wanted twice");
    if (code != QUERN_PROVIDER_OK) {
        scan_release(&scan->base);
        return code;
    }
    if (args->projection_count)
        memcpy(scan->projection, args->projection, args->projection_count * sizeof *scan->projection);
    scan->base.partition_count = args->filter_count ? 1 : kv->store.entry_count / PARTITION_ROWS + 1;
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

/* ---- rows that come in ---- */

typedef struct Input {
    struct ArrowArray *arrays; /* all of them: what is written may be read until the end of the input */
    size_t count, capacity;
} Input;

static void input_done(Input *input)
{
    for (size_t i = 0; i < input->count; i++)
        input->arrays[i].release(&input->arrays[i]);
    free(input->arrays);
}

static int32_t input_read(Input *input, struct ArrowArrayStream *stream, QuernProviderError *error)
{
    *input = (Input){0};
    for (;;) {
        if (input->count == input->capacity) {
            size_t capacity = input->capacity ? 2 * input->capacity : 16;
            struct ArrowArray *arrays = realloc(input->arrays, capacity * sizeof *arrays);
            if (arrays == NULL)
                return no_memory(error);
            input->arrays = arrays;
            input->capacity = capacity;
        }
        struct ArrowArray *array = &input->arrays[input->count];
        if (stream->get_next(stream, array) != 0) {
            const char *message = stream->get_last_error(stream);
            return quern_provider_fail(error, QUERN_PROVIDER_INTERNAL, "%s", message ? message : "the input failed");
        }
        if (array->release == NULL)
            return QUERN_PROVIDER_OK;
        input->count++;
    }
}

static bool is_valid(const struct ArrowArray *array, int64_t row)
{
    const uint8_t *bits = array->buffers[0];
    row += array->offset;
    return bits == NULL || (bits[row / 8] >> (row % 8) & 1);
}

/* *ret_size is NO_VALUE for NULL. */
static const char *text_at(const struct ArrowArray *array, int64_t row, uint32_t *ret_size)
{
    const int32_t *ends = (const int32_t *)array->buffers[1] + array->offset + row;
    *ret_size = is_valid(array, row) ? (uint32_t)(ends[1] - ends[0]) : NO_VALUE;
    return (const char *)array->buffers[2] + ends[0];
}

static int32_t duplicate_key(const char *key, uint32_t size, QuernProviderError *error)
{
    return quern_provider_fail(error, QUERN_PROVIDER_DUPLICATE_KEY, "the key '%.*s' is there already",
                               (int)(size < 200 ? size : 200), key);
}

static int32_t row_insert(Store *store, QuernInsertOp op, const struct ArrowArray *keys,
                          const struct ArrowArray *values, int64_t row, uint64_t *count, QuernProviderError *error)
{
    uint32_t key_size, value_size;
    const char *key = text_at(keys, row, &key_size), *value = text_at(values, row, &value_size);
    bool is_there = store_find(store, key, key_size) != SIZE_MAX;
    if (is_there && op == QUERN_INSERT_IGNORE)
        return QUERN_PROVIDER_OK;
    if (is_there && op != QUERN_INSERT_REPLACE)
        return duplicate_key(key, key_size, error);
    ++*count;
    return store_put(store, key, key_size, value, value_size, error);
}

/* ---- writing: each function is a transaction within the one that quern has begun ---- */

static int32_t change_begin(Kv *kv, QuernContext *context, QuernProviderError *error)
{
    if (host->context_is_read_only(context))
        return quern_provider_fail(error, QUERN_PROVIDER_READ_ONLY, "nothing may be written");
    return store_begin(&kv->store, error);
}

static int32_t change_end(Kv *kv, int32_t code, QuernProviderError *error)
{
    if (code == QUERN_PROVIDER_OK)
        code = store_commit(&kv->store, error);
    if (code != QUERN_PROVIDER_OK)
        store_rollback(&kv->store);
    return code;
}

static int32_t kv_insert_into(QuernProvider *provider, QuernContext *context, QuernInsertOp op,
                              struct ArrowArrayStream *stream, uint64_t *ret_count, QuernProviderError *error)
{
    Kv *kv = (Kv *)provider;
    Input input;
    uint64_t count = 0;
    int32_t code = input_read(&input, stream, error);
    if (code == QUERN_PROVIDER_OK)
        code = change_begin(kv, context, error);
    if (code != QUERN_PROVIDER_OK) {
        input_done(&input);
        return code;
    }
    if (op == QUERN_INSERT_OVERWRITE)
        code = store_clear(&kv->store, error);
    for (size_t a = 0; a < input.count; a++)
        for (int64_t i = 0; i < input.arrays[a].length && code == QUERN_PROVIDER_OK; i++)
            code = row_insert(&kv->store, op, input.arrays[a].children[KEY], input.arrays[a].children[VALUE], i, &count,
                              error);
    input_done(&input);
    *ret_count = count;
    return change_end(kv, code, error);
}

static int32_t kv_delete_from(QuernProvider *provider, QuernContext *context, const QuernExpr *const *filters,
                              size_t filter_count, uint64_t *ret_count, QuernProviderError *error)
{
    Kv *kv = (Kv *)provider;
    size_t *entries = NULL, count = 0;
    int32_t code = change_begin(kv, context, error);
    if (code != QUERN_PROVIDER_OK)
        return code;
    *ret_count = kv->store.live_count;
    if (filter_count == 0)
        return change_end(kv, store_clear(&kv->store, error), error);
    code = entries_find(&kv->store, filters, filter_count, &entries, &count, error);
    for (size_t i = 0; i < count && code == QUERN_PROVIDER_OK; i++)
        code = store_remove(&kv->store, entries[i], error);
    free(entries);
    *ret_count = count;
    return change_end(kv, code, error);
}

static int32_t kv_truncate(QuernProvider *provider, QuernContext *context, uint64_t *ret_count,
                           QuernProviderError *error)
{
    return kv_delete_from(provider, context, NULL, 0, ret_count, error);
}

/* A new value that is a constant; a new key would have to be looked up. */
static bool kv_supports_update(QuernProvider *provider, const size_t *columns, const QuernExpr *const *values,
                               size_t column_count)
{
    (void)provider;
    return column_count == 1 && columns[0] == VALUE && host->expr_kind(values[0]) == QUERN_EXPR_CONSTANT;
}

static int32_t kv_update(QuernProvider *provider, QuernContext *context, const size_t *columns,
                         const QuernExpr *const *values, size_t column_count, const QuernExpr *const *filters,
                         size_t filter_count, uint64_t *ret_count, QuernProviderError *error)
{
    Kv *kv = (Kv *)provider;
    Store *store = &kv->store;
    size_t *entries = NULL, count = 0;
    QuernValue value;
    (void)columns, (void)column_count;
    QUERN_INIT(&value);
    host->expr_constant(values[0], &value);
    int32_t code = change_begin(kv, context, error);
    if (code != QUERN_PROVIDER_OK)
        return code;
    code = entries_find(store, filters, filter_count, &entries, &count, error);
    size_t end = entries ? count : store->entry_count;
    *ret_count = 0;
    for (size_t i = 0; i < end && code == QUERN_PROVIDER_OK; i++) {
        const Entry *entry = &store->entries[entries ? entries[i] : i];
        if (!entry->is_live)
            continue;
        code = store_put(store, entry->key, entry->key_size, value.is_null ? NULL : value.as.text.data,
                         value.is_null ? NO_VALUE : (uint32_t)value.as.text.size, error);
        ++*ret_count;
    }
    free(entries);
    return change_end(kv, code, error);
}

/* The rows that the numbers name go. New rows have none. */
static int32_t rows_remove(Store *store, const Input *input, uint64_t *ret_count, QuernProviderError *error)
{
    int32_t code = QUERN_PROVIDER_OK;
    for (size_t a = 0; a < input->count; a++) {
        const struct ArrowArray *numbers = input->arrays[a].children[0];
        for (int64_t i = 0; i < input->arrays[a].length && code == QUERN_PROVIDER_OK; i++) {
            size_t number = (size_t)((const int64_t *)numbers->buffers[1])[numbers->offset + i];
            if (!is_valid(numbers, i) || number >= store->entry_count || !store->entries[number].is_live)
                continue;
            code = store_remove(store, number, error);
            ++*ret_count;
        }
    }
    return code;
}

/* With `values` the rows come back changed, behind all that went: keys may move past each other. */
static int32_t rows_change(Kv *kv, QuernContext *context, struct ArrowArrayStream *stream, bool has_values,
                           uint64_t *ret_count, QuernProviderError *error)
{
    Input input;
    int32_t code = input_read(&input, stream, error);
    if (code == QUERN_PROVIDER_OK)
        code = change_begin(kv, context, error);
    if (code != QUERN_PROVIDER_OK) {
        input_done(&input);
        return code;
    }
    uint64_t removed = 0, put = 0;
    code = rows_remove(&kv->store, &input, &removed, error);
    for (size_t a = 0; a < input.count && has_values; a++)
        for (int64_t i = 0; i < input.arrays[a].length && code == QUERN_PROVIDER_OK; i++)
            code = row_insert(&kv->store, QUERN_INSERT_APPEND, input.arrays[a].children[1 + KEY],
                              input.arrays[a].children[1 + VALUE], i, &put, error);
    input_done(&input);
    *ret_count = has_values ? put : removed;
    return change_end(kv, code, error);
}

static int32_t kv_delete_rows(QuernProvider *provider, QuernContext *context, struct ArrowArrayStream *stream,
                              uint64_t *ret_count, QuernProviderError *error)
{
    return rows_change((Kv *)provider, context, stream, false, ret_count, error);
}

static int32_t kv_update_rows(QuernProvider *provider, QuernContext *context, const size_t *columns,
                              size_t column_count, struct ArrowArrayStream *stream, uint64_t *ret_count,
                              QuernProviderError *error)
{
    (void)columns, (void)column_count;
    return rows_change((Kv *)provider, context, stream, true, ret_count, error);
}

static int32_t kv_begin(QuernProvider *provider, QuernProviderError *error)
{
    return store_begin(&((Kv *)provider)->store, error);
}

static int32_t kv_commit(QuernProvider *provider, QuernProviderError *error)
{
    return store_commit(&((Kv *)provider)->store, error);
}

static void kv_rollback(QuernProvider *provider)
{
    store_rollback(&((Kv *)provider)->store);
}

/* ---- the table ---- */

static int32_t kv_statistics(QuernProvider *provider, QuernContext *context, const QuernStatistics **ret_statistics,
                             QuernProviderError *error)
{
    Kv *kv = (Kv *)provider;
    (void)context;
    pthread_rwlock_wrlock(&kv->lock);
    int32_t code = store_refresh(&kv->store, error);
    pthread_rwlock_unlock(&kv->lock);
    kv->statistics.row_count = kv->store.live_count;
    *ret_statistics = &kv->statistics;
    return code;
}

static size_t kv_constraints(QuernProvider *provider, const QuernConstraint *const **ret_constraints)
{
    static const size_t columns[] = {KEY};
    static const QuernConstraint key = {.struct_size = sizeof key,
                                        .version = QUERN_PROVIDER_VERSION,
                                        .kind = QUERN_CONSTRAINT_PRIMARY_KEY,
                                        .column_count = 1,
                                        .columns = columns};
    static const QuernConstraint *const keys[] = {&key};
    (void)provider;
    *ret_constraints = keys;
    return 1;
}

static void kv_retain(QuernProvider *provider)
{
    ((Kv *)provider)->shares++;
}

static void kv_release(QuernProvider *provider)
{
    Kv *kv = (Kv *)provider;
    if (--kv->shares > 0)
        return;
    store_done(&kv->store);
    pthread_rwlock_destroy(&kv->lock);
    free(kv);
}

static const QuernProvider kv_functions = {
    .retain = kv_retain,
    .release = kv_release,
    .schema = kv_schema,
    .scan = kv_scan,
    .supports_filters_pushdown = kv_supports_filters_pushdown,
    .statistics = kv_statistics,
    .constraints = kv_constraints,
    .insert_into = kv_insert_into,
    .delete_from = kv_delete_from,
    .update = kv_update,
    .truncate = kv_truncate,
    .delete_rows = kv_delete_rows,
    .update_rows = kv_update_rows,
    .supports_update = kv_supports_update,
    .begin = kv_begin,
    .commit = kv_commit,
    .rollback = kv_rollback,
};

static int32_t kv_open(const QuernTableFormat *format, const QuernOpenArgs *args, QuernProvider **ret_provider,
                       QuernProviderError *error)
{
    (void)format;
    if (args->option_count > 0)
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "there is no option \"%s\"", args->options[0]->name);
    if (args->columns)
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "the columns are key and value, and are not declared");
    if (args->location[0] == '\0')
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "LOCATION names the file");
    Kv *kv = calloc(1, sizeof *kv);
    if (kv == NULL)
        return no_memory(error);
    store_init(&kv->store);
    pthread_rwlock_init(&kv->lock, NULL);
    kv->shares = 1;
    kv->base = kv_functions;
    kv->base.struct_size = sizeof kv->base;
    kv->base.version = QUERN_PROVIDER_VERSION;
    kv->statistics.struct_size = sizeof kv->statistics;
    kv->statistics.version = QUERN_PROVIDER_VERSION;
    kv->statistics.row_precision = QUERN_PRECISION_EXACT;
    kv->store.path = strdup(args->location);
    int32_t code = kv->store.path ? store_refresh(&kv->store, error) : no_memory(error);
    if (code != QUERN_PROVIDER_OK) {
        kv_release(&kv->base);
        return code;
    }
    *ret_provider = &kv->base;
    return QUERN_PROVIDER_OK;
}

int32_t quern_plugin_init(const QuernHost *given_host, const QuernPlugin **ret_plugin, QuernProviderError *error)
{
    static QuernTableFormat format;
    static const QuernTableFormat *const formats[] = {&format};
    static QuernPlugin plugin;
    (void)error;
    host = given_host;
    QUERN_INIT(&format);
    format.name = "kv";
    format.extensions = ".kv";
    format.description = "a log of keys and values";
    format.open = kv_open;
    QUERN_INIT(&plugin);
    plugin.name = "kv";
    plugin.format_count = 1;
    plugin.formats = formats;
    *ret_plugin = &plugin;
    return QUERN_PROVIDER_OK;
}
