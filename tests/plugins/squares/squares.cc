// plugins/squares/squares.cc: STORED AS SQUARES OPTIONS (count 1000): n and its square, in partitions.
//
// A provider in C++: it keeps the header honest. It takes comparisons of n as EXACT, and stops at the limit; EXPLAIN
// shows the range that is left.
#include <quern/provider.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

namespace
{

const QuernHost *host;
const int64_t PARTITION_ROWS = 10000;
const int64_t ARRAY_ROWS = 4096;
const int64_t MOST_ROWS = 3037000499; // whose square fits into 64 bits

struct Range {
    int64_t first, last; // of n; empty when last < first
};

struct Squares {
    QuernProvider base;
    std::atomic<int> shares;
    int64_t count;
    QuernStatistics statistics;
};

struct SquaresScan {
    QuernScan base;
    std::vector<size_t> projection;
    Range range;
    uint64_t limit;
    std::string explanation;
};

struct SquaresStream {
    const SquaresScan *scan;
    int64_t next, last;
    uint64_t rows_left;
};

const char *column_name(size_t column)
{
    return column == 0 ? "n" : "square";
}

// ---- schemas ----

struct SchemaMemory {
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema *> pointers;
};

void child_schema_release(ArrowSchema *schema)
{
    schema->release = nullptr;
}

void schema_release(ArrowSchema *schema)
{
    delete static_cast<SchemaMemory *>(schema->private_data);
    schema->release = nullptr;
}

void schema_make(const std::vector<size_t> &projection, ArrowSchema *schema)
{
    SchemaMemory *memory = new SchemaMemory;
    memory->children.resize(projection.size());
    for (size_t i = 0; i < projection.size(); i++) {
        memory->children[i] = ArrowSchema();
        memory->children[i].format = "l";
        memory->children[i].name = column_name(projection[i]);
        memory->children[i].release = child_schema_release;
        memory->pointers.push_back(&memory->children[i]);
    }
    *schema = ArrowSchema();
    schema->format = "+s";
    schema->name = "";
    schema->n_children = static_cast<int64_t>(projection.size());
    schema->children = memory->pointers.data();
    schema->release = schema_release;
    schema->private_data = memory;
}

// ---- arrays ----

struct ArrayMemory {
    std::vector<std::vector<int64_t>> values;
    std::vector<std::vector<const void *>> buffers;
    std::vector<ArrowArray> children;
    std::vector<ArrowArray *> pointers;
    const void *root_buffers[1];
};

void child_array_release(ArrowArray *array)
{
    array->release = nullptr;
}

void array_release(ArrowArray *array)
{
    delete static_cast<ArrayMemory *>(array->private_data);
    array->release = nullptr;
}

void array_make(const SquaresScan &scan, int64_t first, int64_t count, ArrowArray *array)
{
    ArrayMemory *memory = new ArrayMemory;
    size_t columns = scan.projection.size();
    memory->values.resize(columns);
    memory->buffers.resize(columns);
    memory->children.resize(columns);
    memory->root_buffers[0] = nullptr;
    for (size_t c = 0; c < columns; c++) {
        for (int64_t n = first; n < first + count; n++)
            memory->values[c].push_back(scan.projection[c] == 0 ? n : n * n);
        memory->buffers[c] = {nullptr, memory->values[c].data()};
        memory->children[c] = ArrowArray();
        memory->children[c].length = count;
        memory->children[c].n_buffers = 2;
        memory->children[c].buffers = memory->buffers[c].data();
        memory->children[c].release = child_array_release;
        memory->pointers.push_back(&memory->children[c]);
    }
    array->length = count;
    array->n_buffers = 1;
    array->buffers = memory->root_buffers;
    array->n_children = static_cast<int64_t>(columns);
    array->children = memory->pointers.data();
    array->release = array_release;
    array->private_data = memory;
}

// ---- the stream; no exception may leave a callback ----

int stream_get_schema(ArrowArrayStream *stream, ArrowSchema *schema)
try {
    schema_make(static_cast<SquaresStream *>(stream->private_data)->scan->projection, schema);
    return 0;
} catch (const std::bad_alloc &) {
    return ENOMEM;
}

int stream_get_next(ArrowArrayStream *stream, ArrowArray *array)
try {
    SquaresStream *self = static_cast<SquaresStream *>(stream->private_data);
    *array = ArrowArray();
    int64_t count = self->last - self->next + 1;
    if (count > ARRAY_ROWS)
        count = ARRAY_ROWS;
    if (count > 0 && static_cast<uint64_t>(count) > self->rows_left)
        count = static_cast<int64_t>(self->rows_left);
    if (count <= 0)
        return 0;
    array_make(*self->scan, self->next, count, array);
    self->next += count;
    self->rows_left -= static_cast<uint64_t>(count);
    return 0;
} catch (const std::bad_alloc &) {
    return ENOMEM;
}

const char *stream_get_last_error(ArrowArrayStream *)
{
    return nullptr;
}

void stream_release(ArrowArrayStream *stream)
{
    delete static_cast<SquaresStream *>(stream->private_data);
    stream->release = nullptr;
}

// ---- scans ----

int32_t scan_open(QuernScan *base, size_t partition, QuernContext *, ArrowArrayStream *stream,
                  QuernProviderError *error)
{
    const SquaresScan *scan = reinterpret_cast<SquaresScan *>(base);
    SquaresStream *state = new (std::nothrow) SquaresStream;
    if (state == nullptr)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    state->scan = scan;
    state->next = scan->range.first + static_cast<int64_t>(partition) * PARTITION_ROWS;
    state->last = state->next + PARTITION_ROWS - 1;
    if (state->last > scan->range.last)
        state->last = scan->range.last;
    state->rows_left = scan->limit;
    stream->get_schema = stream_get_schema;
    stream->get_next = stream_get_next;
    stream->get_last_error = stream_get_last_error;
    stream->release = stream_release;
    stream->private_data = state;
    return QUERN_PROVIDER_OK;
}

const char *scan_explain(QuernScan *base)
{
    return reinterpret_cast<SquaresScan *>(base)->explanation.c_str();
}

void scan_release(QuernScan *base)
{
    delete reinterpret_cast<SquaresScan *>(base);
}

// False when the filter is no comparison of n with a number by one of = < <= > >=.
bool range_narrow(const QuernExpr *filter, Range *range)
{
    size_t column;
    const char *sign;
    QuernValue value;
    QUERN_INIT(&value);
    if (!host->expr_comparison(filter, &column, &sign, &value) || column != 0 || value.type != QUERN_TYPE_BIGINT)
        return false;
    const std::string name = sign;
    if (name == "<>")
        return false;
    if (value.is_null) { // never TRUE
        range->last = range->first - 1;
        return true;
    }
    int64_t bound = value.as.int64;
    if ((name == "=" || name == ">=") && bound > range->first)
        range->first = bound;
    if (name == ">" && bound >= range->first)
        range->first = bound == INT64_MAX ? bound : bound + 1;
    if ((name == "=" || name == "<=") && bound < range->last)
        range->last = bound;
    if (name == "<" && bound <= range->last)
        range->last = bound == INT64_MIN ? bound : bound - 1;
    return true;
}

int32_t squares_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                     QuernProviderError *error)
try {
    SquaresScan *scan = new SquaresScan();
    QUERN_INIT(&scan->base);
    *ret_scan = &scan->base;
    scan->range.first = 1;
    scan->range.last = reinterpret_cast<Squares *>(provider)->count;
    scan->projection.assign(args->projection, args->projection + args->projection_count);
    for (size_t i = 0; i < args->filter_count; i++)
        range_narrow(args->filters[i], &scan->range);
    scan->limit = args->order_count ? QUERN_NO_LIMIT : args->limit;
    bool is_empty = scan->range.last < scan->range.first;
    scan->explanation =
        is_empty ? std::string("range: empty\n")
                 : "range: " + std::to_string(scan->range.first) + " to " + std::to_string(scan->range.last) + "\n";
    scan->base.partition_count =
        is_empty ? 1 : static_cast<size_t>((scan->range.last - scan->range.first) / PARTITION_ROWS) + 1;
    scan->base.open = scan_open;
    scan->base.explain = scan_explain;
    scan->base.release = scan_release;
    return QUERN_PROVIDER_OK;
} catch (const std::bad_alloc &) {
    return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

// ---- the table ----

int32_t squares_schema(QuernProvider *, QuernContext *, ArrowSchema *schema, QuernProviderError *error)
try {
    schema_make({0, 1}, schema);
    return QUERN_PROVIDER_OK;
} catch (const std::bad_alloc &) {
    return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

int32_t squares_answers(QuernProvider *, const QuernExpr *const *filters, size_t count, int32_t *ret_answers,
                        QuernProviderError *)
{
    for (size_t i = 0; i < count; i++) {
        Range range = {1, MOST_ROWS};
        ret_answers[i] = range_narrow(filters[i], &range) ? QUERN_PUSHDOWN_EXACT : QUERN_PUSHDOWN_UNSUPPORTED;
    }
    return QUERN_PROVIDER_OK;
}

int32_t squares_statistics(QuernProvider *provider, QuernContext *, const QuernStatistics **ret_statistics,
                           QuernProviderError *)
{
    *ret_statistics = &reinterpret_cast<Squares *>(provider)->statistics;
    return QUERN_PROVIDER_OK;
}

size_t squares_constraints(QuernProvider *, const QuernConstraint *const **ret_constraints)
{
    static const size_t columns[] = {0};
    static QuernConstraint key;
    static const QuernConstraint *const keys[] = {&key};
    QUERN_INIT(&key);
    key.kind = QUERN_CONSTRAINT_PRIMARY_KEY;
    key.column_count = 1;
    key.columns = columns;
    *ret_constraints = keys;
    return 1;
}

void squares_retain(QuernProvider *provider)
{
    reinterpret_cast<Squares *>(provider)->shares++;
}

void squares_release(QuernProvider *provider)
{
    Squares *self = reinterpret_cast<Squares *>(provider);
    if (--self->shares == 0)
        delete self;
}

int32_t squares_open(const QuernTableFormat *, const QuernOpenArgs *args, QuernProvider **ret_provider,
                     QuernProviderError *error)
{
    int64_t count = 100;
    for (size_t i = 0; i < args->option_count; i++) {
        const QuernOption *option = args->options[i];
        char *end;
        if (std::string(option->name) != "count")
            return quern_provider_fail(error, QUERN_PROVIDER_SQL, "there is no option \"%s\"", option->name);
        count = std::strtoll(option->value, &end, 10);
        if (*end || end == option->value || count < 0 || count > MOST_ROWS)
            return quern_provider_fail(error, QUERN_PROVIDER_SQL, "count is a number from 0 to %lld, not \"%s\"",
                                       static_cast<long long>(MOST_ROWS), option->value);
    }
    Squares *squares = new (std::nothrow) Squares();
    if (squares == nullptr)
        return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
    QUERN_INIT(&squares->base);
    QUERN_INIT(&squares->statistics);
    squares->shares = 1;
    squares->count = count;
    squares->statistics.row_precision = QUERN_PRECISION_EXACT;
    squares->statistics.row_count = static_cast<uint64_t>(count);
    squares->base.retain = squares_retain;
    squares->base.release = squares_release;
    squares->base.schema = squares_schema;
    squares->base.scan = squares_scan;
    squares->base.supports_filters_pushdown = squares_answers;
    squares->base.statistics = squares_statistics;
    squares->base.constraints = squares_constraints;
    *ret_provider = &squares->base;
    return QUERN_PROVIDER_OK;
}

} // namespace

int32_t quern_plugin_init(const QuernHost *given_host, const QuernPlugin **ret_plugin, QuernProviderError *)
{
    static QuernTableFormat format;
    static const QuernTableFormat *const formats[] = {&format};
    static QuernPlugin plugin;
    host = given_host;
    QUERN_INIT(&format);
    format.name = "squares";
    format.description = "numbers and their squares";
    format.open = squares_open;
    QUERN_INIT(&plugin);
    plugin.name = "squares";
    plugin.format_count = 1;
    plugin.formats = formats;
    *ret_plugin = &plugin;
    return QUERN_PROVIDER_OK;
}
