/* provider/plugin/plugin_table.c: a QuernProvider as a TableProvider. What it says is checked before it is used. */
#include <stdatomic.h>

#include "base/error.h"
#include "column/arrow/arrow_read.h"
#include "column/arrow/arrow_type.h"
#include "provider/plugin/plugin_table.h"

static _Noreturn void table_raise(const PluginTable *table, const char *what)
{
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the provider %s", table->format, what);
}

/* ---- what it is ---- */

static const Schema *table_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return plugin_of(table)->schema;
}

static TableType table_type(TableProvider *table)
{
    QuernTableType type = plugin_of(table)->provider->table_type(plugin_of(table)->provider);
    return type == QUERN_TABLE_VIEW ? TABLE_VIEW : type == QUERN_TABLE_TEMPORARY ? TABLE_TEMPORARY : TABLE_BASE;
}

static void table_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                            FilterPushdown *ret_answers)
{
    PluginTable *self = plugin_of(table);
    Arena *arena = arena_new_child(self->base.arena);
    int32_t *answers = arena_array(arena, int32_t, filter_count);
    QuernProviderError error = plugin_error();
    int32_t code =
        self->provider->supports_filters_pushdown(self->provider, plugin_exprs(filters), filter_count, answers, &error);
    bool is_known = true;
    for (size_t i = 0; i < filter_count; i++) {
        is_known &= answers[i] >= QUERN_PUSHDOWN_UNSUPPORTED && answers[i] <= QUERN_PUSHDOWN_EXACT;
        ret_answers[i] = answers[i] == QUERN_PUSHDOWN_EXACT     ? FILTER_EXACT
                         : answers[i] == QUERN_PUSHDOWN_INEXACT ? FILTER_INEXACT
                                                                : FILTER_UNSUPPORTED;
    }
    arena_free(arena);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, self->format);
    if (!is_known)
        table_raise(self, "gave an unknown answer about a filter");
}

static const Constraints *table_constraints(TableProvider *table)
{
    PluginTable *self = plugin_of(table);
    if (self->are_constraints_known)
        return &self->constraints;
    const QuernConstraint *const *given = NULL;
    size_t count = self->provider->constraints(self->provider, &given);
    Constraint *items = arena_array(self->base.arena, Constraint, count);
    for (size_t i = 0; i < count; i++) {
        if (given == NULL || given[i] == NULL || given[i]->struct_size < sizeof **given || given[i]->kind < 0 ||
            given[i]->kind > QUERN_CONSTRAINT_CHECK || (given[i]->column_count && given[i]->columns == NULL) ||
            (given[i]->kind == QUERN_CONSTRAINT_CHECK && given[i]->check == NULL))
            table_raise(self, "has a malformed constraint");
        for (size_t j = 0; j < given[i]->column_count; j++)
            if (given[i]->columns[j] >= self->schema->column_count)
                table_raise(self, "has a constraint on a column that is not there");
        items[i] = (Constraint){.kind = (ConstraintKind)given[i]->kind,
                                .name = given[i]->name,
                                .column_count = given[i]->column_count,
                                .columns = given[i]->columns,
                                .check = given[i]->check};
    }
    self->constraints = (Constraints){count, items};
    self->are_constraints_known = true;
    return &self->constraints;
}

static const char *table_column_default(TableProvider *table, size_t column)
{
    return plugin_of(table)->provider->column_default(plugin_of(table)->provider, column);
}

static const char *table_definition(TableProvider *table, const char *name, Arena *arena)
{
    (void)name;
    const char *sql = plugin_of(table)->provider->table_definition(plugin_of(table)->provider);
    return sql ? arena_string(arena, sql) : NULL;
}

static const char *table_logical_plan(TableProvider *table)
{
    return plugin_of(table)->provider->logical_plan(plugin_of(table)->provider);
}

/* ---- statistics ---- */

static Precision precision_of(int32_t precision)
{
    return precision == QUERN_PRECISION_EXACT      ? PRECISION_EXACT
           : precision == QUERN_PRECISION_ESTIMATE ? PRECISION_ESTIMATE
                                                   : PRECISION_ABSENT;
}

static StatisticsBound bound_import(Arena *arena, int32_t precision, const QuernValue *value, Type type)
{
    StatisticsBound bound = {.precision = precision_of(precision)};
    Value imported;
    if (bound.precision == PRECISION_ABSENT || value == NULL || !plugin_value_import(value, type, &imported))
        return (StatisticsBound){0};
    bound.value = value_copy(arena, &imported);
    return bound;
}

/* NULL when the provider knows nothing, or what it says makes no sense. */
static Statistics *statistics_import(Arena *arena, const QuernStatistics *given, const Schema *schema)
{
    if (given == NULL || given->struct_size < sizeof *given)
        return NULL;
    Statistics *statistics = arena_new(arena, Statistics);
    statistics->row_count = (StatisticsCount){precision_of(given->row_precision), given->row_count};
    statistics->byte_size = (StatisticsCount){precision_of(given->byte_precision), given->byte_size};
    if (given->column_count != schema->column_count || given->columns == NULL)
        return statistics;
    statistics->column_count = given->column_count;
    statistics->columns = arena_array(arena, ColumnStatistics, given->column_count);
    for (size_t i = 0; i < given->column_count; i++) {
        const QuernColumnStatistics *column = given->columns[i];
        if (column == NULL || column->struct_size < sizeof *column)
            continue;
        Type type = schema->columns[i].type;
        statistics->columns[i] =
            (ColumnStatistics){.null_count = {precision_of(column->null_precision), column->null_count},
                               .distinct_count = {precision_of(column->distinct_precision), column->distinct_count},
                               .minimum = bound_import(arena, column->minimum_precision, column->minimum, type),
                               .maximum = bound_import(arena, column->maximum_precision, column->maximum, type)};
    }
    return statistics;
}

static const Statistics *table_statistics(TableProvider *table, const Context *context)
{
    PluginTable *self = plugin_of(table);
    const QuernStatistics *given = NULL;
    QuernProviderError error = plugin_error();
    int32_t code =
        self->provider->statistics(self->provider, plugin_context_new(context->arena, context), &given, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, self->format);
    return statistics_import(context->arena, given, self->schema);
}

/* ---- scans ---- */

typedef struct PluginScan {
    Scan base;
    PluginTable *table;
    QuernScan *scan;
    size_t dynamic_count;
} PluginScan;

/* What the cursors of one pass share. */
typedef struct PluginReading {
    _Atomic size_t next_partition;
    const DynamicFilter *const *dynamics;
} PluginReading;

typedef struct PluginCursor {
    BatchStream base;
    PluginScan *scan;
    PluginReading *reading;
    size_t partition; /* that is being read */
    const Context *context;
    QuernContext *plugin_context;
    Arena *arena; /* of the partition that is being read */
    BatchStream *stream;
} PluginCursor;

static void scan_release(void *object)
{
    QuernScan *scan = object;
    if (PLUGIN_HAS(scan, release))
        scan->release(scan);
}

/* Opens the next partition that no cursor has taken; false when there is none. */
static bool cursor_open_partition(PluginCursor *cursor)
{
    PluginScan *scan = cursor->scan;
    cursor->partition = atomic_fetch_add(&cursor->reading->next_partition, 1);
    if (cursor->partition >= scan->scan->partition_count)
        return false;
    context_check(cursor->context);
    arena_reset(cursor->arena);
    struct ArrowArrayStream stream = {0};
    QuernProviderError error = plugin_error();
    int32_t code = scan->scan->open(scan->scan, cursor->partition, cursor->plugin_context, &stream, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, scan->table->format);
    cursor->stream = arrow_read(cursor->arena, cursor->context, &stream, scan->base.schema, scan->table->format);
    return true;
}

static Batch *cursor_next(BatchStream *stream)
{
    PluginCursor *cursor = (PluginCursor *)stream;
    for (;;) {
        Batch *batch = cursor->stream ? stream_next(cursor->stream) : NULL;
        if (batch) {
            batch->morsel = cursor->partition;
            return batch;
        }
        stream_close(cursor->stream);
        cursor->stream = NULL;
        if (!cursor_open_partition(cursor))
            return NULL;
    }
}

static void cursor_close(BatchStream *stream)
{
    PluginCursor *cursor = (PluginCursor *)stream;
    stream_close(cursor->stream);
    cursor->stream = NULL;
}

static void *scan_reading_new(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    (void)scan, (void)context;
    PluginReading *reading = arena_new(arena, PluginReading);
    reading->dynamics = dynamics;
    return reading;
}

static BatchStream *scan_open(Scan *scan, void *reading, Arena *arena, const Context *context)
{
    PluginCursor *cursor = arena_new(arena, PluginCursor);
    cursor->base = (BatchStream){.schema = scan->schema, .next = cursor_next, .close = cursor_close};
    cursor->scan = (PluginScan *)scan;
    cursor->reading = reading;
    cursor->context = context;
    cursor->plugin_context = plugin_context_new(arena, context);
    plugin_context_set_dynamics(cursor->plugin_context, cursor->reading->dynamics, cursor->scan->dynamic_count);
    cursor->arena = arena_new_child(arena);
    return &cursor->base;
}

/* The last line may lack its end. */
static void lines_add(Text *text, const char *lines)
{
    if (lines == NULL || *lines == '\0')
        return;
    text_add(text, lines);
    if (lines[strlen(lines) - 1] != '\n')
        text_add_char(text, '\n');
}

static void scan_explain(Scan *scan, Text *text)
{
    QuernScan *self = ((PluginScan *)scan)->scan;
    const char *lines = PLUGIN_HAS(self, explain) ? self->explain(self) : NULL;
    lines_add(text, lines);
}

static void scan_explain_analyze(Scan *scan, Text *text)
{
    QuernScan *self = ((PluginScan *)scan)->scan;
    const char *lines = PLUGIN_HAS(self, explain_analyze) ? self->explain_analyze(self) : NULL;
    lines_add(text, lines);
}

static const QuernAggregate *aggregate_export(Arena *arena, const AggregateCall *call)
{
    QuernAggregate *aggregate = arena_new(arena, QuernAggregate);
    size_t *arguments = arena_array(arena, size_t, call->argument_count);
    QUERN_INIT(aggregate);
    for (size_t i = 0; i < call->argument_count; i++)
        arguments[i] = call->arguments[i]->column;
    aggregate->name = call->aggregate->name;
    aggregate->argument_count = call->argument_count;
    aggregate->arguments = arguments;
    aggregate->is_distinct = call->is_distinct;
    aggregate->type = call->type.id;
    aggregate->precision = call->type.precision;
    aggregate->scale = call->type.scale;
    return aggregate;
}

static const QuernAggregation *aggregation_export(Arena *arena, const ScanAggregation *aggregation)
{
    QuernAggregation *plugin = arena_new(arena, QuernAggregation);
    const QuernAggregate **aggregates = arena_array(arena, const QuernAggregate *, aggregation->aggregate_count);
    QUERN_INIT(plugin);
    for (size_t i = 0; i < aggregation->aggregate_count; i++)
        aggregates[i] = aggregate_export(arena, &aggregation->aggregates[i]);
    plugin->group_count = aggregation->group_count;
    plugin->groups = aggregation->groups;
    plugin->aggregate_count = aggregation->aggregate_count;
    plugin->aggregates = aggregates;
    return plugin;
}

/* What an aggregation gives: its groups, then its aggregates, which may all be NULL. */
static Schema *aggregation_schema(const PluginTable *table, Arena *arena, const ScanAggregation *aggregation)
{
    Schema *schema = schema_new(arena, aggregation->group_count + aggregation->aggregate_count);
    for (size_t i = 0; i < aggregation->group_count; i++)
        schema->columns[i] = table->schema->columns[aggregation->groups[i]];
    for (size_t i = 0; i < aggregation->aggregate_count; i++)
        schema->columns[aggregation->group_count + i] = (Column){.name = aggregation->aggregates[i].aggregate->name,
                                                                 .type = aggregation->aggregates[i].type,
                                                                 .is_nullable = true};
    return schema;
}

static Schema *projection_schema(const PluginTable *table, const ScanArgs *args)
{
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = args->projection[i] < schema_width(table->schema)
                                 ? table->schema->columns[args->projection[i]]
                                 : (Column){.name = "row number", .type = type_of(TYPE_BIGINT)};
    return schema;
}

static const QuernScanArgs *scan_args_export(const ScanArgs *args)
{
    QuernScanArgs *plugin = arena_new(args->arena, QuernScanArgs);
    QUERN_INIT(plugin);
    plugin->context = plugin_context_new(args->arena, args->context);
    plugin->projection_count = args->projection_count;
    plugin->projection = args->projection;
    plugin->filter_count = args->filter_count;
    plugin->filters = plugin_exprs(args->filters);
    plugin->limit = args->limit == NO_LIMIT ? QUERN_NO_LIMIT : args->limit;
    plugin->parallelism = args->parallelism;
    plugin->aggregation = args->aggregation ? aggregation_export(args->arena, args->aggregation) : NULL;
    plugin->dynamic_count = args->dynamic_count;
    plugin->dynamic_columns = args->dynamic_columns;
    plugin->order_count = args->order_count;
    plugin->orders = plugin_orders(args->arena, args->orders, args->order_count);
    return plugin;
}

static Scan *table_scan(TableProvider *table, const ScanArgs *args)
{
    PluginTable *self = plugin_of(table);
    PluginScan *scan = arena_new(args->arena, PluginScan);
    scan->table = self;
    provider_own(args->arena, provider_ref(table)); /* whatever is dropped while the scan runs */
    QuernScan *given = NULL;
    QuernProviderError error = plugin_error();
    int32_t code = self->provider->scan(self->provider, scan_args_export(args), &given, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, self->format);
    if (given == NULL)
        table_raise(self, "gave no scan");
    arena_own(args->arena, given, scan_release);
    if (!PLUGIN_HAS(given, open) || given->partition_count == 0)
        table_raise(self, "gave a scan without partitions or open");
    scan->scan = given;
    scan->dynamic_count = args->dynamic_count;
    bool is_aggregated = args->aggregation && PLUGIN_HAS(given, is_aggregated);
    Schema *schema =
        is_aggregated ? aggregation_schema(self, args->arena, args->aggregation) : projection_schema(self, args);
    scan->base = (Scan){.schema = schema,
                        .is_ordered = given->is_ordered && !is_aggregated,
                        .is_aggregated = is_aggregated,
                        .statistics = statistics_import(args->arena, given->statistics, schema),
                        .cursor_limit = given->partition_count,
                        .start = scan_reading_new,
                        .open = scan_open,
                        .explain = scan_explain,
                        .explain_analyze = scan_explain_analyze};
    return &scan->base;
}

/* ---- making ---- */

static void table_release(TableProvider *table)
{
    arena_free(table->arena);
}

static void provider_release(void *provider)
{
    QuernProvider *self = provider;
    if (PLUGIN_HAS(self, release))
        self->release(self);
}

static void schema_release(void *object)
{
    struct ArrowSchema *schema = object;
    if (schema->release)
        schema->release(schema);
}

static void table_read_schema(PluginTable *table, const Context *context)
{
    Arena *scratch = arena_new_child(table->base.arena);
    struct ArrowSchema *schema = arena_new(scratch, struct ArrowSchema);
    QuernProviderError error = plugin_error();
    int32_t code = table->provider->schema(table->provider, plugin_context_new(scratch, context), schema, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, table->format);
    arena_own(scratch, schema, schema_release);
    table->schema = arrow_schema_import(table->base.arena, schema, table->format, NULL);
    for (size_t i = 0; i < table->schema->column_count; i++)
        if (schema_find(table->schema, view_of(table->schema->columns[i].name)) != (ptrdiff_t)i)
            error_raise(ERROR_DUPLICATE_COLUMN, NO_POSITION, "%s: column \"%s\" is there twice", table->format,
                        table->schema->columns[i].name);
    size_t hidden_count =
        PLUGIN_HAS(table->provider, hidden_column_count) ? table->provider->hidden_column_count(table->provider) : 0;
    if (hidden_count > table->schema->column_count)
        table_raise(table, "hides more columns than it has");
    table->schema->column_count -= hidden_count;
    table->schema->hidden_count = hidden_count;
    arena_free(scratch);
}

static void table_init_ops(PluginTable *table)
{
    const QuernProvider *provider = table->provider;
#define OPTIONAL(name) .name = PLUGIN_HAS(provider, name) ? table_##name : NULL
    table->ops = (TableProviderOps){
        .format = table->format,
        .schema = table_schema,
        .table_type = PLUGIN_HAS(provider, table_type) ? table_type : NULL,
        OPTIONAL(supports_filters_pushdown),
        .scan = table_scan,
        OPTIONAL(statistics),
        OPTIONAL(constraints),
        OPTIONAL(column_default),
        .table_definition = PLUGIN_HAS(provider, table_definition) ? table_definition : NULL,
        OPTIONAL(logical_plan),
        .release = table_release,
    };
#undef OPTIONAL
    plugin_write_init_ops(table);
    table->base.ops = &table->ops;
}

TableProvider *plugin_table_new(QuernProvider *provider, const char *format, const Context *context)
{
    Arena *arena = arena_new_child(context->arena);
    arena_own(arena, provider, provider_release);
    if (!PLUGIN_HAS(provider, schema) || !PLUGIN_HAS(provider, scan) || provider->version == 0 ||
        provider->version > QUERN_PROVIDER_VERSION)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION,
                    "%s: a provider of version %u without schema and scan, or of a version above %d", format,
                    (unsigned)provider->version, QUERN_PROVIDER_VERSION);
    PluginTable *table = arena_new(arena, PluginTable);
    table->base.arena = arena;
    atomic_init(&table->base.share_count, 1);
    table->provider = provider;
    table->format = format;
    table_init_ops(table);
    table_read_schema(table, context);
    arena_set_parent(arena, NULL);
    return &table->base;
}
