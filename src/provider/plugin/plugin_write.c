/* provider/plugin/plugin_write.c: what a QuernProvider can do to its table: writes and transactions. */
#include "base/error.h"
#include "column/arrow/arrow_write.h"
#include "provider/plugin/plugin_table.h"

static uint64_t change_done(const PluginTable *table, int32_t code, const QuernProviderError *error, uint64_t count)
{
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, error, table->format);
    return count;
}

/* ---- rows that the provider reads ---- */

typedef struct RowInput {
    ArrowWriter writer;
    struct ArrowArrayStream stream;
} RowInput;

static Batch *input_next(void *input)
{
    return stream_next(input);
}

static void row_input_init(RowInput *self, const Schema *schema, BatchStream *input)
{
    self->writer = (ArrowWriter){.schema = schema, .next = input_next, .user = input};
    arrow_write_stream(&self->writer, &self->stream);
}

/* What the input raised comes before what the provider made of it. */
static uint64_t row_input_done(RowInput *self, const PluginTable *table, int32_t code, const QuernProviderError *error,
                               uint64_t count)
{
    if (self->writer.has_failed)
        error_raise_again(&self->writer.error);
    return change_done(table, code, error, count);
}

static uint64_t table_insert_into(TableProvider *base, const Context *context, InsertOp op, BatchStream *input)
{
    PluginTable *table = plugin_of(base);
    if (op == INSERT_IGNORE && table->provider->struct_size <= offsetof(QuernProvider, delete_rows))
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: the provider is too old to leave out rows with known keys",
                    table->format);
    RowInput rows;
    uint64_t count = 0;
    QuernProviderError error = plugin_error();
    row_input_init(&rows, table->schema, input);
    int32_t code = table->provider->insert_into(table->provider, plugin_context_new(context->arena, context),
                                                (QuernInsertOp)op, &rows.stream, &count, &error);
    return row_input_done(&rows, table, code, &error, count);
}

static uint64_t table_delete_rows(TableProvider *base, const Context *context, BatchStream *input)
{
    PluginTable *table = plugin_of(base);
    RowInput rows;
    uint64_t count = 0;
    QuernProviderError error = plugin_error();
    row_input_init(&rows, input->schema, input);
    int32_t code = table->provider->delete_rows(table->provider, plugin_context_new(context->arena, context),
                                                &rows.stream, &count, &error);
    return row_input_done(&rows, table, code, &error, count);
}

static uint64_t table_update_rows(TableProvider *base, const Context *context, const size_t *columns,
                                  size_t column_count, BatchStream *input)
{
    PluginTable *table = plugin_of(base);
    RowInput rows;
    uint64_t count = 0;
    QuernProviderError error = plugin_error();
    Schema *schema = schema_copy(context->arena, input->schema);
    schema->columns[0].is_nullable = true; /* new rows */
    row_input_init(&rows, schema, input);
    int32_t code = table->provider->update_rows(table->provider, plugin_context_new(context->arena, context), columns,
                                                column_count, &rows.stream, &count, &error);
    return row_input_done(&rows, table, code, &error, count);
}

/* ---- what the provider does by itself ---- */

static uint64_t table_delete_from(TableProvider *base, const Context *context, Expr *const *filters,
                                  size_t filter_count)
{
    PluginTable *table = plugin_of(base);
    uint64_t count = 0;
    QuernProviderError error = plugin_error();
    int32_t code = table->provider->delete_from(table->provider, plugin_context_new(context->arena, context),
                                                plugin_exprs(filters), filter_count, &count, &error);
    return change_done(table, code, &error, count);
}

static bool table_supports_update(TableProvider *base, const size_t *columns, Expr *const *values, size_t column_count)
{
    PluginTable *table = plugin_of(base);
    return table->provider->supports_update(table->provider, columns, plugin_exprs(values), column_count);
}

static uint64_t table_update(TableProvider *base, const Context *context, const size_t *columns, Expr *const *values,
                             size_t column_count, Expr *const *filters, size_t filter_count)
{
    PluginTable *table = plugin_of(base);
    uint64_t count = 0;
    QuernProviderError error = plugin_error();
    int32_t code = table->provider->update(table->provider, plugin_context_new(context->arena, context), columns,
                                           plugin_exprs(values), column_count, plugin_exprs(filters), filter_count,
                                           &count, &error);
    return change_done(table, code, &error, count);
}

static uint64_t table_truncate(TableProvider *base, const Context *context)
{
    PluginTable *table = plugin_of(base);
    uint64_t count = 0;
    QuernProviderError error = plugin_error();
    int32_t code =
        table->provider->truncate(table->provider, plugin_context_new(context->arena, context), &count, &error);
    return change_done(table, code, &error, count);
}

/* ---- transactions ---- */

static void table_begin(TableProvider *base)
{
    PluginTable *table = plugin_of(base);
    QuernProviderError error = plugin_error();
    (void)change_done(table, table->provider->begin(table->provider, &error), &error, 0);
}

static void table_commit(TableProvider *base)
{
    PluginTable *table = plugin_of(base);
    QuernProviderError error = plugin_error();
    (void)change_done(table, table->provider->commit(table->provider, &error), &error, 0);
}

static void table_rollback(TableProvider *base)
{
    plugin_of(base)->provider->rollback(plugin_of(base)->provider);
}

static const void *table_transaction_group(TableProvider *base)
{
    return plugin_of(base)->provider->transaction_group(plugin_of(base)->provider);
}

void plugin_write_init_ops(PluginTable *table)
{
    const QuernProvider *provider = table->provider;
    TableProviderOps *ops = &table->ops;
#define OPTIONAL(name) ops->name = PLUGIN_HAS(provider, name) ? table_##name : NULL
    OPTIONAL(insert_into);
    OPTIONAL(delete_from);
    OPTIONAL(supports_update);
    OPTIONAL(update);
    OPTIONAL(delete_rows);
    OPTIONAL(update_rows);
    OPTIONAL(truncate);
    if (!PLUGIN_HAS(provider, begin) || !PLUGIN_HAS(provider, commit) || !PLUGIN_HAS(provider, rollback))
        return;
    OPTIONAL(begin);
    OPTIONAL(commit);
    OPTIONAL(rollback);
    OPTIONAL(transaction_group);
#undef OPTIONAL
}
