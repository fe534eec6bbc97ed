/* engine/table.c: tables from code: open, register, and what a command line's file argument means. */
#include "engine/engine.h"
#include "engine/formats.h"

typedef struct TableRequest {
    QuernConnection *connection;
    const char *format, *location;
    const char *const *options;
    const char *name;
    QuernTable *table;
    Arena *arena; /* of the call */
} TableRequest;

static void table_open(void *argument)
{
    TableRequest *request = argument;
    request->arena = arena_new_child(request->connection->arena);
    Statement *statement = arena_new(request->arena, Statement);
    statement_init(statement, request->connection, request->arena);
    const Format *format = catalog_format(request->connection->catalog, view_of(request->format));
    if (format == NULL || format->table == NULL)
        error_raise(ERROR_UNDEFINED_OBJECT, NO_POSITION, "there is no table format \"%s\"", request->format);
    FormatArgs args = {
        .format = format, .location = request->location, .position = NO_POSITION, .context = &statement->context};
    while (request->options && request->options[2 * args.option_count])
        args.option_count++;
    FormatOption *options = arena_array(request->arena, FormatOption, args.option_count);
    for (size_t i = 0; i < args.option_count; i++)
        options[i] = (FormatOption){.name = view_of(request->options[2 * i]),
                                    .value = view_of(request->options[2 * i + 1]),
                                    .position = NO_POSITION};
    args.options = options;
    QuernTable *table = arena_new(request->connection->arena, QuernTable);
    table->connection = request->connection;
    table->provider = format->table(&args);
    request->table = table;
}

/* Calls of the API that are no statement: an arena for their time, errors into the connection. */
static QuernStatus table_request(TableRequest *request, void (*body)(void *argument))
{
    request->arena = NULL;
    QuernStatus status = connection_protect(request->connection, body, request);
    arena_free(request->arena);
    return status;
}

QuernStatus quern_table_open(QuernConnection *connection, const char *format, const char *location,
                             const char *const *options, QuernTable **ret_table)
{
    TableRequest request = {.connection = connection, .format = format, .location = location, .options = options};
    QuernStatus status = table_request(&request, table_open);
    if (status == QUERN_OK)
        *ret_table = request.table;
    return status;
}

void quern_table_free(QuernTable *table)
{
    if (table == NULL)
        return;
    provider_unref(table->provider);
    table->provider = NULL;
}

static void table_register(void *argument)
{
    TableRequest *request = argument;
    TableProvider *provider = request->table->provider;
    request->table->provider = NULL; /* the catalog owns it, also when it refuses it */
    catalog_register(request->connection->catalog, view_of(""), view_of(request->name), provider, false, NO_POSITION);
}

QuernStatus quern_register(QuernConnection *connection, const char *name, QuernTable *table)
{
    TableRequest request = {.connection = connection, .name = name, .table = table};
    return table_request(&request, table_register);
}

/* ---- files of a command line ---- */

/* The name, or name_2, name_3 … when it is taken. */
static const char *free_name(Arena *arena, const Catalog *catalog, const char *name, bool is_schema)
{
    SchemaProvider *main_schema = catalog_schema(catalog, view_of("main"));
    Context context = {.arena = arena};
    for (int i = 1;; i++) {
        const char *candidate = i == 1 ? name : arena_format(arena, "%s_%d", name, i);
        bool is_taken = catalog_schema(catalog, view_of(candidate)) != NULL;
        if (!is_schema) {
            TableProvider *table = main_schema->ops->table(main_schema, view_of(candidate), &context);
            is_taken |= table != NULL;
            provider_unref(table);
        }
        if (!is_taken)
            return candidate;
    }
}

static void file_add(void *argument)
{
    TableRequest *request = argument;
    QuernConnection *connection = request->connection;
    request->arena = arena_new_child(connection->arena);
    Statement *statement = arena_new(request->arena, Statement);
    statement_init(statement, connection, request->arena);
    FormatArgs args = {.location = request->location, .position = NO_POSITION, .context = &statement->context};
    StringView path = view_of(request->location);
    const char *name = file_table_name(request->arena, path);
    const Format *format = catalog_format_of_file(connection->catalog, path);
    args.format = format ? format : engine_formats[0];
    bool is_database = format && format->attach;
    name = free_name(connection->arena, connection->catalog, arena_string(connection->arena, name), is_database);
    if (is_database)
        catalog_attach(connection->catalog, view_of(name), format->attach(&args), NO_POSITION);
    else
        catalog_register(connection->catalog, view_of(""), view_of(name), args.format->table(&args), false,
                         NO_POSITION);
    request->name = name;
}

QuernStatus quern_add_file(QuernConnection *connection, const char *path, const char **ret_name)
{
    TableRequest request = {.connection = connection, .location = path};
    QuernStatus status = table_request(&request, file_add);
    if (status == QUERN_OK && ret_name)
        *ret_name = request.name;
    return status;
}
