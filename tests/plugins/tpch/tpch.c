/* plugins/tpch/tpch.c: the tables of TPC-H, made while they are read: the very rows of its own generator.
 *
 *     CREATE EXTERNAL TABLE lineitem STORED AS TPCH OPTIONS (scale 1);
 *     SELECT … FROM tpch('lineitem', 0.1)
 *
 * The format's table is the one that is named as the statement's, or by OPTIONS (table '…'). Comparisons of the first
 * key column are EXACT: they cut the range of rows that is made. Rows come in the key's order, in partitions that any
 * number of threads may read. */
#include <errno.h>
#include <pthread.h>
#include <quern/provider.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "generate.h"
#include "text_pool.h"

enum { PARTITION_BASE_ROWS = 8 * BLOCK_BASE_ROWS };

static const QuernHost *host;

typedef struct Tpch {
    QuernProvider base; /* first: quern sees only this */
    _Atomic int shares;
    const Table *table;
    Scale scale;
    QuernStatistics statistics;
    QuernColumnStatistics columns[MAX_COLUMNS];
    const QuernColumnStatistics *column_pointers[MAX_COLUMNS];
    QuernValue least[MAX_COLUMNS], most[MAX_COLUMNS];
    QuernConstraint key;
    const QuernConstraint *keys[1];
} Tpch;

/* Base rows from `first`, before `end`. */
typedef struct Range {
    int64_t first, end;
} Range;

static int32_t no_memory(QuernProviderError *error)
{
    return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

/* ---- schemas ---- */

static void child_schema_release(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void schema_release(struct ArrowSchema *schema)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    free(schema->children);
    schema->release = NULL;
}

static int schema_make(struct ArrowSchema *schema, const Table *table, const size_t *projection, size_t count)
{
    static const char *const formats[] = {[COLUMN_BIGINT] = "l",        [COLUMN_INTEGER] = "i", [COLUMN_DATE] = "tdD",
                                          [COLUMN_MONEY] = "d:15,2,64", [COLUMN_WORD] = "C",    [COLUMN_TEXT] = "vu"};
    static struct ArrowSchema words = {.format = "u", .name = "", .release = child_schema_release};
    char *memory = calloc(count + 1, sizeof(struct ArrowSchema *) + sizeof(struct ArrowSchema));
    if (memory == NULL)
        return ENOMEM;
    *schema = (struct ArrowSchema){.format = "+s", .name = "", .n_children = (int64_t)count, .release = schema_release};
    schema->children = (struct ArrowSchema **)memory;
    struct ArrowSchema *children = (struct ArrowSchema *)(memory + (count + 1) * sizeof(struct ArrowSchema *));
    for (size_t i = 0; i < count; i++) {
        const Column *column = &table->columns[projection ? projection[i] : i];
        children[i] = (struct ArrowSchema){.format = formats[column->kind],
                                           .name = column->name,
                                           .dictionary = column->kind == COLUMN_WORD ? &words : NULL,
                                           .release = child_schema_release};
        schema->children[i] = &children[i];
    }
    return 0;
}

static int32_t tpch_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                           QuernProviderError *error)
{
    const Table *table = ((Tpch *)provider)->table;
    (void)context;
    return schema_make(ret_schema, table, NULL, table->column_count) ? no_memory(error) : QUERN_PROVIDER_OK;
}

/* ---- arrays ---- */

/* A block's rows: one piece of memory for each column. */
typedef struct Rows {
    size_t count;
    const void *root_buffers[1];
    int64_t variadic_sizes[MAX_COLUMNS][2];
    const void *buffers[MAX_COLUMNS][5];
    struct ArrowArray children[MAX_COLUMNS], *pointers[MAX_COLUMNS];
    struct ArrowArray words[MAX_COLUMNS];
    const void *word_buffers[MAX_COLUMNS][3];
    void *memory[MAX_COLUMNS][2];
} Rows;

static void rows_free(Rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->memory[i][0]);
        free(rows->memory[i][1]);
    }
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

/* The words of a column, one behind the other: offsets, and then the bytes. */
static int words_make(Rows *rows, size_t index, const Column *column)
{
    size_t size = 0;
    for (size_t i = 0; i < column->word_count; i++)
        size += strlen(column->words[i]);
    int32_t *offsets = malloc((column->word_count + 1) * sizeof *offsets + size);
    if (offsets == NULL)
        return ENOMEM;
    char *bytes = (char *)(offsets + column->word_count + 1);
    offsets[0] = 0;
    for (size_t i = 0; i < column->word_count; i++) {
        size = strlen(column->words[i]);
        memcpy(bytes + offsets[i], column->words[i], size);
        offsets[i + 1] = offsets[i] + (int32_t)size;
    }
    rows->memory[index][1] = offsets;
    rows->word_buffers[index][1] = offsets;
    rows->word_buffers[index][2] = bytes;
    rows->words[index] = (struct ArrowArray){.length = (int64_t)column->word_count,
                                             .n_buffers = 3,
                                             .buffers = rows->word_buffers[index],
                                             .release = child_release};
    return 0;
}

/* Numbers become what the column's kind is, in place. */
static void numbers_narrow(ColumnKind kind, int64_t *values, int64_t count)
{
    if (kind == COLUMN_INTEGER || kind == COLUMN_DATE)
        for (int64_t i = 0; i < count; i++) {
            int32_t value = (int32_t)values[i];
            memcpy((char *)values + i * (int64_t)sizeof value, &value, sizeof value);
        }
    else if (kind == COLUMN_WORD)
        for (int64_t i = 0; i < count; i++)
            ((uint8_t *)values)[i] = (uint8_t)values[i];
}

static int texts_make(Rows *rows, size_t index, const Column *column, Block *block)
{
    Texts texts = {.pool = column->uses_pool ? text_pool() : NULL};
    texts.views = rows->memory[index][0] = malloc((size_t)block->row_count * sizeof *texts.views);
    texts.bytes = rows->memory[index][1] = malloc((size_t)block->row_count * column->text_size + 1);
    if (texts.views == NULL || texts.bytes == NULL || (column->uses_pool && texts.pool == NULL))
        return ENOMEM;
    column->texts(block, column, &texts);
    rows->variadic_sizes[index][0] = texts.size;
    rows->variadic_sizes[index][1] = texts.pool ? TEXT_POOL_SIZE : 0;
    const void *buffers[] = {NULL, texts.views, texts.bytes, texts.pool, rows->variadic_sizes[index]};
    memcpy(rows->buffers[index], buffers, sizeof buffers);
    return 0;
}

static int column_make(Rows *rows, size_t index, const Column *column, Block *block)
{
    struct ArrowArray *array = &rows->children[index];
    *array = (struct ArrowArray){
        .length = block->row_count, .n_buffers = 2, .buffers = rows->buffers[index], .release = child_release};
    rows->pointers[index] = array;
    if (column->kind == COLUMN_TEXT) {
        array->n_buffers = 5;
        return texts_make(rows, index, column, block);
    }
    int64_t *values = rows->memory[index][0] = malloc((size_t)block->row_count * sizeof *values);
    if (values == NULL)
        return ENOMEM;
    column->numbers(block, column, values);
    numbers_narrow(column->kind, values, block->row_count);
    rows->buffers[index][1] = values;
    if (column->kind != COLUMN_WORD)
        return 0;
    array->dictionary = &rows->words[index];
    return words_make(rows, index, column);
}

/* ---- the stream ---- */

typedef struct TpchScan {
    QuernScan base;
    const Tpch *tpch;
    Range range;
    uint64_t limit;
    size_t dynamic; /* of args->dynamic_columns: the key; SIZE_MAX: it is not there */
    size_t projection_count;
    size_t projection[MAX_COLUMNS];
    QuernStatistics statistics;
    _Atomic uint64_t rows_made;
    char explanation[96], report[64];
} TpchScan;

typedef struct TpchStream {
    TpchScan *scan;
    QuernContext *context;
    Range left;
    uint64_t rows_left;
    Block block;
} TpchStream;

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    const TpchScan *scan = ((TpchStream *)stream->private_data)->scan;
    return schema_make(ret_schema, scan->tpch->table, scan->projection, scan->projection_count);
}

/* Cuts off the keys that a join or a top-N wants no more. */
static void stream_narrow(TpchStream *self)
{
    const Table *table = self->scan->tpch->table;
    const Scale *scale = &self->scan->tpch->scale;
    QuernDynamicFilter filter;
    QUERN_INIT(&filter);
    if (self->scan->dynamic == SIZE_MAX || !host->context_dynamic_filter(self->context, self->scan->dynamic, &filter))
        return;
    int64_t first = filter.has_minimum ? table_rows_below(table, scale, filter.minimum.as.int64) : 0;
    int64_t end = self->left.end;
    if (filter.has_maximum && filter.maximum.as.int64 < INT64_MAX)
        end = table_rows_below(table, scale, filter.maximum.as.int64 + 1);
    if (filter.has_keys && filter.key_count == 0)
        end = 0;
    if (first > self->left.first)
        self->left.first = first;
    if (end < self->left.end)
        self->left.end = end;
}

static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    TpchStream *self = stream->private_data;
    TpchScan *scan = self->scan;
    const Table *table = scan->tpch->table;
    stream_narrow(self);
    int64_t count = self->left.end - self->left.first;
    memset(ret_array, 0, sizeof *ret_array);
    if (count > BLOCK_BASE_ROWS)
        count = BLOCK_BASE_ROWS;
    if (count > 0 && (uint64_t)count > self->rows_left)
        count = (int64_t)self->rows_left; /* a base row is a row at least */
    if (count <= 0)
        return 0;
    if (host->context_is_cancelled(self->context))
        return ECANCELED;
    Rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return ENOMEM;
    block_init(&self->block, table, &scan->tpch->scale, self->left.first, count);
    for (; rows->count < scan->projection_count; rows->count++)
        if (column_make(rows, rows->count, &table->columns[scan->projection[rows->count]], &self->block) != 0) {
            rows->count++;
            rows_free(rows);
            return ENOMEM;
        }
    *ret_array = (struct ArrowArray){.length = self->block.row_count,
                                     .n_buffers = 1,
                                     .buffers = rows->root_buffers,
                                     .n_children = (int64_t)rows->count,
                                     .children = rows->pointers,
                                     .release = rows_release,
                                     .private_data = rows};
    self->left.first += count;
    self->rows_left -= self->rows_left < (uint64_t)ret_array->length ? self->rows_left : (uint64_t)ret_array->length;
    scan->rows_made += (uint64_t)ret_array->length;
    return 0;
}

static const char *stream_get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL; /* errno's text will do */
}

static void stream_release(struct ArrowArrayStream *stream)
{
    free(stream->private_data);
    stream->release = NULL;
}

static int32_t scan_open(QuernScan *base, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                         QuernProviderError *error)
{
    TpchScan *scan = (TpchScan *)base;
    TpchStream *self = calloc(1, sizeof *self);
    if (self == NULL)
        return no_memory(error);
    self->scan = scan;
    self->context = context;
    self->rows_left = scan->limit;
    self->left.first = scan->range.first + (int64_t)partition * PARTITION_BASE_ROWS;
    self->left.end = self->left.first + PARTITION_BASE_ROWS;
    if (self->left.end > scan->range.end)
        self->left.end = scan->range.end;
    *ret_stream =
        (struct ArrowArrayStream){stream_get_schema, stream_get_next, stream_get_last_error, stream_release, self};
    return QUERN_PROVIDER_OK;
}

/* ---- scans ---- */

/* False when the filter is no comparison of the first key column. */
static bool range_narrow(const Tpch *tpch, const QuernExpr *filter, Range *range)
{
    const Table *table = tpch->table;
    size_t column;
    const char *sign;
    QuernValue value;
    QUERN_INIT(&value);
    if (!host->expr_comparison(filter, &column, &sign, &value) || column != table->keys[0] || strcmp(sign, "<>") == 0)
        return false;
    int64_t key = value.as.int64, below = value.is_null ? 0 : table_rows_below(table, &tpch->scale, key);
    int64_t up_to = value.is_null || key == INT64_MAX ? below : table_rows_below(table, &tpch->scale, key + 1);
    bool is_equal = sign[0] == '=' || sign[1] == '=';
    if (value.is_null) /* never TRUE */
        range->end = range->first;
    if ((sign[0] == '=' || sign[0] == '>') && range->first < (is_equal ? below : up_to))
        range->first = is_equal ? below : up_to;
    if ((sign[0] == '=' || sign[0] == '<') && range->end > (is_equal ? up_to : below))
        range->end = is_equal ? up_to : below;
    return true;
}

static int32_t tpch_supports_filters_pushdown(QuernProvider *provider, const QuernExpr *const *filters,
                                              size_t filter_count, int32_t *ret_answers, QuernProviderError *error)
{
    (void)error;
    for (size_t i = 0; i < filter_count; i++) {
        Range range = {0, 0};
        ret_answers[i] =
            range_narrow((Tpch *)provider, filters[i], &range) ? QUERN_PUSHDOWN_EXACT : QUERN_PUSHDOWN_UNSUPPORTED;
    }
    return QUERN_PROVIDER_OK;
}

static bool is_key_order(const Table *table, const QuernScanArgs *args)
{
    if (args->order_count > table->key_count || table->group_size > 1)
        return args->order_count == 1 && args->orders[0]->column == table->keys[0] && !args->orders[0]->is_descending;
    for (size_t i = 0; i < args->order_count; i++)
        if (args->orders[i]->column != table->keys[i] || args->orders[i]->is_descending)
            return false;
    return args->order_count > 0;
}

static const char *scan_explain(QuernScan *base)
{
    TpchScan *scan = (TpchScan *)base;
    const Table *table = scan->tpch->table;
    if (scan->range.first < scan->range.end)
        (void)snprintf(scan->explanation, sizeof scan->explanation, "keys: %lld to %lld\n",
                       (long long)table_key(table, scan->range.first),
                       (long long)table_key(table, scan->range.end - 1));
    else
        (void)snprintf(scan->explanation, sizeof scan->explanation, "keys: none\n");
    return scan->explanation;
}

static const char *scan_explain_analyze(QuernScan *base)
{
    TpchScan *scan = (TpchScan *)base;
    (void)snprintf(scan->report, sizeof scan->report, "rows made: %llu\n", (unsigned long long)scan->rows_made);
    return scan->report;
}

static void scan_release(QuernScan *base)
{
    free(base);
}

static int32_t tpch_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                         QuernProviderError *error)
{
    const Tpch *tpch = (const Tpch *)provider;
    if (args->projection_count > MAX_COLUMNS)
        return quern_provider_fail(error, QUERN_PROVIDER_UNSUPPORTED, "a column is wanted twice");
    TpchScan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return no_memory(error);
    QUERN_INIT(&scan->base);
    QUERN_INIT(&scan->statistics);
    scan->tpch = tpch;
    scan->range = (Range){0, tpch->table->base_rows(&tpch->scale)};
    for (size_t i = 0; i < args->filter_count; i++)
        range_narrow(tpch, args->filters[i], &scan->range);
    if (scan->range.end < scan->range.first)
        scan->range.end = scan->range.first;
    scan->dynamic = SIZE_MAX;
    for (size_t i = 0; i < args->dynamic_count; i++)
        if (args->dynamic_columns[i] == tpch->table->keys[0])
            scan->dynamic = i;
    scan->projection_count = args->projection_count;
    if (args->projection_count)
        memcpy(scan->projection, args->projection, args->projection_count * sizeof *scan->projection);
    int64_t base_rows = scan->range.end - scan->range.first;
    scan->base.is_ordered = is_key_order(tpch->table, args);
    scan->limit = args->order_count == 0 || scan->base.is_ordered ? args->limit : QUERN_NO_LIMIT;
    scan->statistics.row_precision = tpch->table->group_size ? QUERN_PRECISION_EXACT : QUERN_PRECISION_ESTIMATE;
    scan->statistics.row_count = (uint64_t)base_rows * (tpch->table->group_size ? tpch->table->group_size : 4);
    scan->base.statistics = &scan->statistics;
    scan->base.partition_count = (size_t)(base_rows / PARTITION_BASE_ROWS) + 1;
    scan->base.open = scan_open;
    scan->base.explain = scan_explain;
    scan->base.explain_analyze = scan_explain_analyze;
    scan->base.release = scan_release;
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

/* ---- statistics, the key ---- */

static QuernValue bound_make(ColumnKind kind, int64_t number)
{
    static const int32_t types[] = {
        [COLUMN_BIGINT] = QUERN_TYPE_BIGINT, [COLUMN_INTEGER] = QUERN_TYPE_INTEGER, [COLUMN_DATE] = QUERN_TYPE_DATE,
        [COLUMN_MONEY] = QUERN_TYPE_DECIMAL, [COLUMN_WORD] = QUERN_TYPE_VARCHAR,    [COLUMN_TEXT] = QUERN_TYPE_VARCHAR};
    QuernValue value;
    QUERN_INIT(&value);
    value.type = types[kind];
    if (kind == COLUMN_MONEY) {
        value.precision = 15;
        value.scale = 2;
        value.as.decimal.low = (uint64_t)number;
        value.as.decimal.high = number < 0 ? -1 : 0;
    } else {
        value.as.int64 = number;
    }
    return value;
}

static void column_statistics_init(Tpch *tpch, size_t index)
{
    const Table *table = tpch->table;
    const Column *column = &table->columns[index];
    QuernColumnStatistics *statistics = &tpch->columns[index];
    int64_t least = column->least, most = column->most;
    bool is_key = index == table->keys[0];
    int32_t precision = is_key ? QUERN_PRECISION_EXACT : QUERN_PRECISION_ESTIMATE;
    if (is_key) {
        least = table_key(table, 0);
        most = table_key(table, table->base_rows(&tpch->scale) - 1);
    } else if (column->distinct) {
        least = 1;
        most = column->distinct(&tpch->scale);
    }
    QUERN_INIT(statistics);
    tpch->column_pointers[index] = statistics;
    statistics->null_precision = QUERN_PRECISION_EXACT;
    if (column->distinct || column->word_count) {
        statistics->distinct_precision = precision;
        statistics->distinct_count =
            column->distinct ? (uint64_t)column->distinct(&tpch->scale) : (uint64_t)column->word_count;
    }
    if ((least || most) && column->kind != COLUMN_WORD) {
        tpch->least[index] = bound_make(column->kind, least);
        tpch->most[index] = bound_make(column->kind, most);
        statistics->minimum_precision = statistics->maximum_precision = precision;
        statistics->minimum = &tpch->least[index];
        statistics->maximum = &tpch->most[index];
    }
}

/* Lines are counted when they are asked for, and estimated where there are too many to be counted quickly. */
static int32_t tpch_statistics(QuernProvider *provider, QuernContext *context, const QuernStatistics **ret_statistics,
                               QuernProviderError *error)
{
    enum { QUICKLY_COUNTED = 20000000, LINES_PER_ORDER = 4 };
    Tpch *tpch = (Tpch *)provider;
    QuernStatistics *statistics = &tpch->statistics;
    (void)context, (void)error;
    *ret_statistics = statistics;
    if (statistics->row_precision != QUERN_PRECISION_ABSENT)
        return QUERN_PROVIDER_OK;
    bool is_exact = tpch->table->group_size > 0 || tpch->scale.orders <= QUICKLY_COUNTED;
    statistics->row_precision = is_exact ? QUERN_PRECISION_EXACT : QUERN_PRECISION_ESTIMATE;
    statistics->row_count = is_exact ? (uint64_t)table_row_count(tpch->table, &tpch->scale)
                                     : (uint64_t)tpch->scale.orders * LINES_PER_ORDER;
    for (size_t i = 0; i < tpch->table->column_count; i++)
        column_statistics_init(tpch, i);
    statistics->column_count = tpch->table->column_count;
    statistics->columns = tpch->column_pointers;
    return QUERN_PROVIDER_OK;
}

static size_t tpch_constraints(QuernProvider *provider, const QuernConstraint *const **ret_constraints)
{
    *ret_constraints = ((Tpch *)provider)->keys;
    return 1;
}

/* ---- the table ---- */

static void tpch_retain(QuernProvider *provider)
{
    ((Tpch *)provider)->shares++;
}

static void tpch_release(QuernProvider *provider)
{
    if (--((Tpch *)provider)->shares == 0)
        free(provider);
}

static int32_t tpch_new(const char *name, double scale, QuernProvider **ret_provider, QuernProviderError *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const Table *table = table_of_name(name);
    if (table == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_SQL,
                                   "there is no table \"%s\": region, nation, supplier, customer, part, partsupp, "
                                   "orders and lineitem are there",
                                   name);
    if (!(scale >= 0.001 && scale <= 1000))
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "the scale is a number from 0.001 to 1000");
    Tpch *tpch = calloc(1, sizeof *tpch);
    if (tpch == NULL)
        return no_memory(error);
    pthread_once(&once, tables_init);
    tpch->shares = 1;
    tpch->table = table;
    tpch->scale = (Scale){.suppliers = (int64_t)(10000 * scale),
                          .customers = (int64_t)(150000 * scale),
                          .parts = (int64_t)(200000 * scale),
                          .orders = (int64_t)(1500000 * scale),
                          .clerks = scale > 1 ? (int64_t)(1000 * scale) : 1000};
    QUERN_INIT(&tpch->statistics);
    QUERN_INIT(&tpch->key);
    tpch->key.kind = QUERN_CONSTRAINT_PRIMARY_KEY;
    tpch->key.column_count = table->key_count;
    tpch->key.columns = table->keys;
    tpch->keys[0] = &tpch->key;
    QUERN_INIT(&tpch->base);
    tpch->base.retain = tpch_retain;
    tpch->base.release = tpch_release;
    tpch->base.schema = tpch_schema;
    tpch->base.scan = tpch_scan;
    tpch->base.supports_filters_pushdown = tpch_supports_filters_pushdown;
    tpch->base.statistics = tpch_statistics;
    tpch->base.constraints = tpch_constraints;
    *ret_provider = &tpch->base;
    return QUERN_PROVIDER_OK;
}

static int32_t format_open(const QuernTableFormat *format, const QuernOpenArgs *args, QuernProvider **ret_provider,
                           QuernProviderError *error)
{
    const char *name = args->table_name;
    double scale = 1;
    (void)format;
    for (size_t i = 0; i < args->option_count; i++) {
        const QuernOption *option = args->options[i];
        char *end = "";
        if (strcmp(option->name, "table") == 0)
            name = option->value;
        else if (strcmp(option->name, "scale") == 0)
            scale = strtod(option->value, &end);
        else
            return quern_provider_fail(error, QUERN_PROVIDER_SQL, "there is no option \"%s\"", option->name);
        if (*end || option->value[0] == '\0')
            return quern_provider_fail(error, QUERN_PROVIDER_SQL, "\"%s\" is no number", option->value);
    }
    if (args->columns || args->location[0])
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "there are no columns to declare, and no location");
    return tpch_new(name, scale, ret_provider, error);
}

/* tpch('lineitem' [, scale]) */
static int32_t function_open(const QuernTableFunction *function, QuernContext *context,
                             const QuernValue *const *arguments, size_t argument_count, QuernProvider **ret_provider,
                             QuernProviderError *error)
{
    char name[16] = "";
    (void)function, (void)context;
    if (!arguments[0]->is_null && arguments[0]->as.text.size < sizeof name && arguments[0]->as.text.size)
        memcpy(name, arguments[0]->as.text.data, arguments[0]->as.text.size);
    bool has_scale = argument_count > 1 && !arguments[1]->is_null;
    return tpch_new(name, has_scale ? arguments[1]->as.float64 : 1, ret_provider, error);
}

int32_t quern_plugin_init(const QuernHost *given_host, const QuernPlugin **ret_plugin, QuernProviderError *error)
{
    static const char *const arguments[] = {"u", "g"};
    static QuernTableFormat format;
    static QuernTableFunction function;
    static const QuernTableFormat *const formats[] = {&format};
    static const QuernTableFunction *const functions[] = {&function};
    static QuernPlugin plugin;
    (void)error;
    host = given_host;
    QUERN_INIT(&format);
    format.name = "tpch";
    format.description = "the tables of the TPC-H benchmark, by scale factor";
    format.open = format_open;
    QUERN_INIT(&function);
    function.name = "tpch";
    function.description = "a table of the TPC-H benchmark, by name and scale factor";
    function.argument_count = 2;
    function.arguments = arguments;
    function.optional_count = 1;
    function.open = function_open;
    QUERN_INIT(&plugin);
    plugin.name = "tpch";
    plugin.format_count = 1;
    plugin.formats = formats;
    plugin.table_function_count = 1;
    plugin.table_functions = functions;
    *ret_plugin = &plugin;
    return QUERN_PROVIDER_OK;
}
