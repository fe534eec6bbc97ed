/* engine/arrow.c: results out as Arrow streams, providers and plugins of the program in; LOAD. */
#include <quern/provider.h>

#include "column/arrow/arrow_write.h"
#include "engine/engine.h"
#include "provider/plugin/plugin.h"

/* ---- results ---- */

/* Lives as long as the stream; the result may go before it. */
typedef struct ResultExport {
    ArrowWriter writer;
    Arena *arena;
    QuernResult *result; /* NULL: freed */
    bool is_begun;
} ResultExport;

static Batch *export_next(void *user)
{
    ResultExport *export = user;
    QuernResult *result = export->result;
    if (result == NULL)
        error_raise(ERROR_INVALID_PARAMETER, NO_POSITION, "the result of this stream was freed");
    if (export->is_begun && !result->is_at_end)
        result_pull(result);
    export->is_begun = true;
    return result->is_at_end ? NULL : result->batch;
}

/* The result goes. */
static void export_detach(void *export)
{
    ((ResultExport *)export)->result = NULL;
}

/* The stream goes. */
static void export_done(void *user)
{
    ResultExport *export = user;
    if (export->result)
        arena_disown(export->result->statement.arena, export);
    arena_free(export->arena);
}

typedef struct ExportRequest {
    QuernResult *result;
    Arena *arena;
    ResultExport *export;
} ExportRequest;

static void export_new(void *argument)
{
    ExportRequest *request = argument;
    request->arena = arena_new_child(NULL);
    ResultExport *export = arena_new(request->arena, ResultExport);
    export->arena = request->arena;
    export->writer = (ArrowWriter){.schema = schema_copy(request->arena, request->result->schema),
                                   .next = export_next,
                                   .done = export_done,
                                   .user = export};
    arena_own(request->result->statement.arena, export, export_detach);
    export->result = request->result;
    request->export = export;
}

QuernStatus quern_result_export(QuernResult *result, struct ArrowArrayStream *ret_stream)
{
    QuernConnection *connection = result->statement.connection;
    if (result->stream == NULL || result->is_begun) {
        error_set(&connection->error, ERROR_INVALID_PARAMETER, NO_POSITION,
                  result->stream ? "rows of this result were fetched already" : "this statement has no result");
        return QUERN_ERROR_MISUSE;
    }
    ExportRequest request = {.result = result};
    QuernStatus status = result_begin(result);
    if (status == QUERN_OK)
        status = connection_protect(connection, export_new, &request);
    if (status == QUERN_OK)
        arrow_write_stream(&request.export->writer, ret_stream);
    else
        arena_free(request.arena);
    return status;
}

/* ---- providers ---- */

const struct QuernHost *quern_provider_host(void)
{
    return plugin_host();
}

typedef struct ProviderRequest {
    QuernConnection *connection;
    const char *name;
    QuernProvider *provider;
    Arena *arena; /* of the call */
    bool is_taken;
} ProviderRequest;

static void provider_register(void *argument)
{
    ProviderRequest *request = argument;
    QuernConnection *connection = request->connection;
    request->arena = arena_new_child(connection->arena);
    Statement *statement = arena_new(request->arena, Statement);
    statement_init(statement, connection, request->arena);
    const char *format = arena_string(connection->arena, request->name);
    request->is_taken = true;
    TableProvider *table = plugin_table_new(request->provider, format, &statement->context);
    catalog_register(connection->catalog, view_of(""), view_of(request->name), table, false, NO_POSITION);
}

QuernStatus quern_register_provider(QuernConnection *connection, const char *name, struct QuernProvider *provider)
{
    ProviderRequest request = {.connection = connection, .name = name, .provider = provider};
    QuernStatus status = connection_protect(connection, provider_register, &request);
    arena_free(request.arena);
    if (!request.is_taken && provider->release)
        provider->release(provider);
    return status;
}

typedef struct PluginRequest {
    QuernConnection *connection;
    const QuernPlugin *plugin;
} PluginRequest;

static void plugin_register(void *argument)
{
    const PluginRequest *request = argument;
    request->connection->setting_count++;
    plugin_add(request->connection->catalog, request->connection->arena, request->plugin, "the program", NO_POSITION);
}

QuernStatus quern_register_plugin(QuernConnection *connection, const struct QuernPlugin *plugin)
{
    PluginRequest request = {connection, plugin};
    return connection_protect(connection, plugin_register, &request);
}

/* ---- LOAD ---- */

BatchStream *statement_load(Statement *statement, const AstStatement *ast)
{
    QuernConnection *connection = statement->connection;
    statement_require_unsafe(statement, "LOAD", ast->position);
    connection->setting_count++;
    plugin_load(connection->catalog, connection->arena, arena_view(statement->arena, ast->load->text).data,
                ast->load->position);
    return NULL;
}
