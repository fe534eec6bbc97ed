/* plugins/hostile/hostile.c: STORED AS HOSTILE OPTIONS (lie '…'): a table (n BIGINT, s VARCHAR) of 3 rows that breaks
 * the contract in one way, or in none. Each must end in an error, never in a crash: tests/slt/plugin_hostile.slt. */
#include <errno.h>
#include <quern/provider.h>

typedef struct Hostile {
    QuernProvider base; /* first: quern sees only this */
    char lie[32];
    QuernStatistics statistics;
    QuernConstraint constraint;
    const QuernConstraint *constraints[1];
} Hostile;

typedef struct HostileScan {
    QuernScan base;
    const Hostile *table;
    const size_t *projection;
    size_t count;
    int arrays; /* given so far */
} HostileScan;

static const QuernColumn columns[] = {{"n", "l", false}, {"s", "u", true}};
static const QuernColumn others[] = {{"n", "i", false}, {"s", "z", true}, {"more", "l", false}};

static bool lies(const Hostile *table, const char *lie)
{
    return strcmp(table->lie, lie) == 0;
}

/* ---- streams ---- */

static const int64_t numbers[] = {1, 2, 3};
static const int32_t ends[] = {0, 1, 3, 6}, falling_ends[] = {0, 5, 3, 6}, negative_ends[] = {-3, 1, 3, 6};
static const char bytes[] = "abbccc", bad_bytes[] = "a\xff\xfe"
                                                    "ccc";
static const uint8_t all_null[] = {0};

static void set_child(const HostileScan *scan, struct ArrowArray *child, size_t column)
{
    const Hostile *table = scan->table;
    child->buffers[1] = column == 0 ? (const void *)numbers : ends;
    child->buffers[2] = bytes;
    child->n_buffers = column == 0 ? 2 : 3;
    if (column == 0 && lies(table, "null where none may be")) {
        child->buffers[0] = all_null;
        child->null_count = 3;
    }
    if (column == 0 && lies(table, "no values"))
        child->buffers[1] = NULL;
    if (column == 0 && lies(table, "no buffers"))
        child->buffers = NULL;
    if (column == 0 && lies(table, "negative offset"))
        child->offset = -1;
    if (column == 0 && lies(table, "short child"))
        child->length = 2;
    if (column == 0 && lies(table, "child released"))
        child->release = NULL;
    if (column == 1 && lies(table, "falling text offsets"))
        child->buffers[1] = falling_ends;
    if (column == 1 && lies(table, "negative text offset"))
        child->buffers[1] = negative_ends;
    if (column == 1 && lies(table, "no utf-8"))
        child->buffers[2] = bad_bytes;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    HostileScan *scan = stream->private_data;
    memset(ret_array, 0, sizeof *ret_array);
    scan->arrays++;
    if (scan->arrays == 2 && lies(scan->table, "error midway")) {
        ret_array->release = (void (*)(struct ArrowArray *))1; /* not to be looked at */
        return EIO;
    }
    if (scan->arrays > 1)
        return 0;
    if (!quern_array_make(ret_array, scan->count, 3, NULL))
        return ENOMEM;
    for (size_t i = 0; i < scan->count; i++)
        set_child(scan, ret_array->children[i], scan->projection[i]);
    if (lies(scan->table, "negative length"))
        ret_array->length = -3;
    if (lies(scan->table, "huge length"))
        ret_array->length = INT64_MAX;
    if (lies(scan->table, "fewer children"))
        ret_array->n_children = 0;
    return 0;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    const HostileScan *scan = stream->private_data;
    if (lies(scan->table, "schema fails"))
        return ENOENT;
    if (lies(scan->table, "schema of nothing")) {
        memset(ret_schema, 0, sizeof *ret_schema);
        return 0;
    }
    if (lies(scan->table, "other types"))
        return quern_schema_make(ret_schema, others, scan->projection, scan->count) ? 0 : ENOMEM;
    if (lies(scan->table, "more columns"))
        return quern_schema_make(ret_schema, others, NULL, 3) ? 0 : ENOMEM;
    return quern_schema_make(ret_schema, columns, scan->projection, scan->count) ? 0 : ENOMEM;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    return lies(((HostileScan *)stream->private_data)->table, "error midway") ? "the disk is on fire" : NULL;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
}

static int32_t scan_open(QuernScan *base, size_t partition, QuernContext *context, struct ArrowArrayStream *ret_stream,
                         QuernProviderError *error)
{
    HostileScan *scan = (HostileScan *)base;
    (void)partition, (void)context, (void)error;
    scan->arrays = 0;
    if (lies(scan->table, "open fails"))
        return 4711; /* no code that there is, and no message */
    if (lies(scan->table, "no stream"))
        return QUERN_PROVIDER_OK;
    *ret_stream = (struct ArrowArrayStream){get_schema, get_next, get_last_error, stream_release, scan};
    if (lies(scan->table, "no get_schema"))
        ret_stream->get_schema = NULL;
    if (lies(scan->table, "no get_next"))
        ret_stream->get_next = NULL;
    if (lies(scan->table, "no get_last_error"))
        ret_stream->get_last_error = NULL;
    return QUERN_PROVIDER_OK;
}

/* ---- the table ---- */

static void scan_release(QuernScan *scan)
{
    free(scan);
}

static int32_t hostile_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                            QuernProviderError *error)
{
    const Hostile *table = (Hostile *)provider;
    HostileScan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    QUERN_INIT(&scan->base);
    scan->base.partition_count = lies(table, "no partitions") ? 0 : 1;
    scan->base.open = lies(table, "no open") ? NULL : scan_open;
    scan->base.release = scan_release;
    scan->table = table;
    scan->projection = args->projection;
    scan->count = args->projection_count;
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

static int32_t hostile_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                              QuernProviderError *error)
{
    static const QuernColumn twice[] = {{"n", "l", false}, {"n", "l", false}}, nested[] = {{"n", "+l", false}};
    const Hostile *table = (Hostile *)provider;
    bool is_made = lies(table, "a name twice")   ? quern_schema_make(ret_schema, twice, NULL, 2)
                   : lies(table, "unknown type") ? quern_schema_make(ret_schema, nested, NULL, 1)
                                                 : quern_schema_make(ret_schema, columns, NULL, 2);
    (void)context;
    if (is_made && lies(table, "negative columns")) {
        quern_schema_release(ret_schema);
        *ret_schema = (struct ArrowSchema){.format = "+s", .n_children = -1, .release = quern_schema_release};
        ret_schema->n_children = -1;
    }
    return is_made ? QUERN_PROVIDER_OK : quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

static int32_t hostile_answers(QuernProvider *provider, const QuernExpr *const *filters, size_t filter_count,
                               int32_t *ret_answers, QuernProviderError *error)
{
    const Hostile *table = (Hostile *)provider;
    (void)filters;
    for (size_t i = 0; i < filter_count; i++)
        ret_answers[i] = lies(table, "unknown answer")  ? 99
                         : lies(table, "false promise") ? QUERN_PUSHDOWN_EXACT
                                                        : QUERN_PUSHDOWN_UNSUPPORTED;
    return lies(table, "answers fail") ? quern_provider_fail(error, QUERN_PROVIDER_INTERNAL, "cannot say")
                                       : QUERN_PROVIDER_OK;
}

static int32_t hostile_statistics(QuernProvider *provider, QuernContext *context,
                                  const QuernStatistics **ret_statistics, QuernProviderError *error)
{
    Hostile *table = (Hostile *)provider;
    (void)context;
    *ret_statistics = &table->statistics; /* zeroed: too small to be one */
    if (!lies(table, "statistics fail"))
        return QUERN_PROVIDER_OK;
    return quern_provider_fail(error, QUERN_PROVIDER_IO, "no statistics today");
}

static size_t hostile_constraints(QuernProvider *provider, const QuernConstraint *const **ret_constraints)
{
    static const size_t column[] = {7};
    Hostile *table = (Hostile *)provider;
    QUERN_INIT(&table->constraint);
    table->constraint.column_count = 1;
    table->constraint.columns = column;
    table->constraints[0] = &table->constraint;
    *ret_constraints = lies(table, "no constraint list") ? NULL : table->constraints;
    return lies(table, "key of no column") || lies(table, "no constraint list");
}

static const char *hostile_default(QuernProvider *provider, size_t column)
{
    (void)column;
    return lies((Hostile *)provider, "bad default") ? "((1" : NULL;
}

/* ---- writes ---- */

/* Says that all is well, whatever came of the input. */
static int32_t hostile_insert(QuernProvider *provider, QuernContext *context, QuernInsertOp op,
                              struct ArrowArrayStream *input, uint64_t *ret_count, QuernProviderError *error)
{
    struct ArrowArray array;
    (void)context, (void)op, (void)error;
    *ret_count = 0;
    if (lies((Hostile *)provider, "input unread"))
        return QUERN_PROVIDER_OK;
    while (input->get_next(input, &array) == 0 && array.release) {
        *ret_count += (uint64_t)array.length;
        array.release(&array);
    }
    while (input->get_next(input, &array) == 0 && array.release) /* past the end, and past an error */
        array.release(&array);
    return QUERN_PROVIDER_OK;
}

static int32_t hostile_delete(QuernProvider *provider, QuernContext *context, struct ArrowArrayStream *rows,
                              uint64_t *ret_count, QuernProviderError *error)
{
    (void)provider, (void)context, (void)rows, (void)ret_count, (void)error;
    return -1;
}

/* All rows or none: no filter is answered EXACT. */
static int32_t hostile_delete_all(QuernProvider *provider, QuernContext *context, const QuernExpr *const *filters,
                                  size_t filter_count, uint64_t *ret_count, QuernProviderError *error)
{
    (void)provider, (void)context, (void)filters;
    *ret_count = 3;
    return filter_count ? quern_provider_fail(error, QUERN_PROVIDER_INTERNAL, "a filter") : QUERN_PROVIDER_OK;
}

static int32_t hostile_begin(QuernProvider *provider, QuernProviderError *error)
{
    return lies((Hostile *)provider, "begin fails") ? quern_provider_fail(error, QUERN_PROVIDER_LOCKED, "not now")
                                                    : QUERN_PROVIDER_OK;
}

static int32_t hostile_commit(QuernProvider *provider, QuernProviderError *error)
{
    return lies((Hostile *)provider, "commit fails") ? quern_provider_fail(error, QUERN_PROVIDER_IO, "the disk is full")
                                                     : QUERN_PROVIDER_OK;
}

static void hostile_rollback(QuernProvider *provider)
{
    (void)provider;
}

static void hostile_retain(QuernProvider *provider)
{
    (void)provider;
}

static void hostile_release(QuernProvider *provider)
{
    free(provider);
}

static int32_t hostile_open(const QuernTableFormat *format, const QuernOpenArgs *args, QuernProvider **ret_provider,
                            QuernProviderError *error)
{
    Hostile *table = calloc(1, sizeof *table);
    (void)format;
    if (table == NULL)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    if (args->option_count)
        (void)snprintf(table->lie, sizeof table->lie, "%s", args->options[0]->value);
    QUERN_INIT(&table->base);
    table->base.retain = hostile_retain;
    table->base.release = hostile_release;
    table->base.schema = hostile_schema;
    table->base.scan = hostile_scan;
    table->base.supports_filters_pushdown = hostile_answers;
    table->base.statistics = hostile_statistics;
    table->base.constraints = hostile_constraints;
    table->base.column_default = hostile_default;
    table->base.insert_into = hostile_insert;
    table->base.delete_rows = hostile_delete;
    table->base.begin = hostile_begin;
    table->base.commit = hostile_commit;
    table->base.rollback = hostile_rollback;
    if (lies(table, "no row numbers")) {
        table->base.delete_rows = NULL;
        table->base.delete_from = hostile_delete_all;
    }
    if (lies(table, "newer version"))
        table->base.version = QUERN_PROVIDER_VERSION + 1;
    if (lies(table, "no scan"))
        table->base.scan = NULL;
    if (lies(table, "half a transaction"))
        table->base.rollback = NULL;
    if (lies(table, "no provider")) {
        free(table);
        table = NULL;
    }
    *ret_provider = table ? &table->base : NULL;
    return QUERN_PROVIDER_OK;
}

/* ---- functions ---- */

/* By the argument: 0 no array, 1 too short, 2 no UTF-8, 3 an error without a message. */
static int32_t hostile_call(const QuernScalarFunction *function, QuernContext *context,
                            const struct ArrowArray *arguments, struct ArrowArray *ret_result,
                            QuernProviderError *error)
{
    static const void *buffers[] = {NULL, ends, bad_bytes};
    int64_t lie = ((const int64_t *)arguments->children[0]->buffers[1])[arguments->children[0]->offset];
    (void)function, (void)context, (void)error;
    if (lie == 3)
        return 4711;
    if (lie > 0)
        *ret_result = (struct ArrowArray){.length = lie == 1 ? 0 : arguments->length,
                                          .n_buffers = 3,
                                          .buffers = buffers,
                                          .release = quern_array_child_release};
    return QUERN_PROVIDER_OK;
}

static int32_t hostile_update(const QuernAggregateFunction *function, QuernContext *context,
                              const struct ArrowArray *arguments, void *const *states, QuernProviderError *error)
{
    (void)function, (void)context, (void)arguments, (void)states, (void)error;
    return QUERN_PROVIDER_OK;
}

static int32_t hostile_merge(const QuernAggregateFunction *function, QuernContext *context, const void *const *from,
                             void *const *into, size_t count, QuernProviderError *error)
{
    (void)function, (void)context, (void)from, (void)into, (void)count, (void)error;
    return QUERN_PROVIDER_OK;
}

static int32_t hostile_finish(const QuernAggregateFunction *function, QuernContext *context, const void *const *states,
                              size_t count, struct ArrowArray *ret_result, QuernProviderError *error)
{
    (void)function, (void)context, (void)states, (void)count, (void)ret_result, (void)error;
    return QUERN_PROVIDER_OK; /* without an array */
}

#define HEAD(type) .struct_size = sizeof(type), .version = QUERN_PROVIDER_VERSION

int32_t quern_plugin_init(const QuernHost *host, const QuernPlugin **ret_plugin, QuernProviderError *error)
{
    static const char *const arguments[] = {"l"};
    static const QuernTableFormat format = {HEAD(QuernTableFormat), .name = "hostile", .open = hostile_open};
    static const QuernTableFormat *const formats[] = {&format};
    static const QuernScalarFunction scalar = {HEAD(QuernScalarFunction), .name = "hostile", .argument_count = 1,
                                               .arguments = arguments,    .result = "u",     .call = hostile_call};
    static const QuernScalarFunction *const scalars[] = {&scalar};
    static const QuernAggregateFunction aggregate = {
        HEAD(QuernAggregateFunction), .name = "hostile_all",   .argument_count = 1,
        .arguments = arguments,       .result = "l",           .update = hostile_update,
        .merge = hostile_merge,       .finish = hostile_finish};
    static const QuernAggregateFunction *const aggregates[] = {&aggregate};
    static const QuernPlugin plugin = {HEAD(QuernPlugin),
                                       .name = "hostile",
                                       .format_count = 1,
                                       .formats = formats,
                                       .scalar_function_count = 1,
                                       .scalar_functions = scalars,
                                       .aggregate_function_count = 1,
                                       .aggregate_functions = aggregates};
    (void)host, (void)error;
    *ret_plugin = &plugin;
    return QUERN_PROVIDER_OK;
}
