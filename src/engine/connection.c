/* engine/connection.c: opening, closing, binding, interrupting; the last error. */
#include "engine/engine.h"

#include <unistd.h>

#include "base/cgroup.h"
#include "base/discard.h"
#include "base/memory_pool.h"
#include "base/version.h"
#include "engine/formats.h"
#include "engine/information_schema.h"
#include "engine/settings.h"
#include "engine/transaction.h"
#include "sql/keyword.h"

enum { MEMORY_KEPT = 1 << 30 }; /* bytes that the memory pool holds on to between operators and statements */

const char *quern_version(void)
{
    return QUERN_VERSION;
}

static const QuernStatus statuses[] = {
    [ERROR_CLASS_SQL] = QUERN_ERROR_SQL,
    [ERROR_CLASS_DATA] = QUERN_ERROR_DATA,
    [ERROR_CLASS_IO] = QUERN_ERROR_IO,
    [ERROR_CLASS_LOCKED] = QUERN_ERROR_LOCKED,
    [ERROR_CLASS_INTERRUPTED] = QUERN_ERROR_INTERRUPTED,
    [ERROR_CLASS_RESOURCE] = QUERN_ERROR_RESOURCE,
    [ERROR_CLASS_INTERNAL] = QUERN_ERROR_INTERNAL,
};

QuernStatus connection_protect(QuernConnection *connection, void (*body)(void *argument), void *argument)
{
    Error error;
    if (error_protect(body, argument, &error))
        return QUERN_OK;
    connection->error = error;
    return statuses[error_class(error.code)];
}

void connection_forget_error(QuernConnection *connection)
{
    connection->error.code = ERROR_NONE;
    connection->error.message[0] = connection->error.hint[0] = '\0';
}

/* Three quarters of the memory of the machine, or of the control group. */
static size_t memory_limit_default(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), page_size = sysconf(_SC_PAGESIZE);
    size_t machine = pages > 0 && page_size > 0 ? (size_t)pages * (size_t)page_size : SIZE_MAX;
    size_t group = cgroup_limits_of_process().memory_size;
    size_t size = machine < group ? machine : group;
    return size < SIZE_MAX ? size / 4 * 3 : SIZE_MAX;
}

static void connection_new(void *argument)
{
    QuernConnection **ret_connection = argument;
    Arena *arena = arena_new_child(NULL);
    *ret_connection = arena_new(arena, QuernConnection);
    QuernConnection *connection = *ret_connection;
    connection->arena = arena;
    connection->memory.pool = memory_pool_new(arena, &connection->memory, MEMORY_KEPT);
    connection->catalog = catalog_new(arena);
    connection->parameters = map_in(arena);
    connection->rejects = rejects_new(arena);
    catalog_add_table_function(connection->catalog, rejects_function(connection->rejects));
    connection->prepared = map_in(arena);
    connection->memory_default = connection->memory.limit = memory_limit_default();
    connection->temp.limit = SIZE_MAX;
    settings_init(&connection->settings);
    catalog_attach(connection->catalog, view_of("information_schema"), information_schema_new(connection), NO_POSITION);
    for (size_t i = 0; engine_formats[i]; i++)
        catalog_add_format(connection->catalog, engine_formats[i]);
}

QuernStatus quern_open(QuernConnection **ret_connection)
{
    QuernConnection *connection = NULL;
    Error error;
    *ret_connection = NULL;
    if (!error_protect(connection_new, &connection, &error)) {
        if (connection)
            arena_free(connection->arena);
        return statuses[error_class(error.code)];
    }
    *ret_connection = connection;
    return QUERN_OK;
}

typedef struct SetRequest {
    QuernConnection *connection;
    const char *name, *value;
    Arena *arena;
} SetRequest;

static void setting_set(void *argument)
{
    SetRequest *request = argument;
    request->arena = arena_new_child(request->connection->arena);
    Statement *statement = arena_new(request->arena, Statement);
    statement_init(statement, request->connection, request->arena);
    statement_change_setting(statement, view_of(request->name), request->value, NO_POSITION);
}

QuernStatus quern_set(QuernConnection *connection, const char *name, const char *value)
{
    SetRequest request = {.connection = connection, .name = name, .value = value};
    QuernStatus status = connection_protect(connection, setting_set, &request);
    arena_free(request.arena);
    return status;
}

void quern_close(QuernConnection *connection)
{
    if (connection == NULL)
        return;
    quern_result_free(connection->result);
    transaction_free(connection->transaction);
    arena_free(connection->arena);
    file_discard_wait(); /* nothing of the library runs when its last connection is closed */
}

uint64_t connection_generation(const QuernConnection *connection)
{
    return catalog_generation(connection->catalog) + connection->setting_count;
}

void quern_interrupt(QuernConnection *connection)
{
    atomic_store_explicit(&connection->is_cancelled, true, memory_order_relaxed);
}

const char *quern_error_message(const QuernConnection *connection)
{
    return connection->error.message;
}

const char *quern_error_hint(const QuernConnection *connection)
{
    return connection->error.hint;
}

const char *quern_error_sqlstate(const QuernConnection *connection)
{
    return error_sqlstate(connection->error.code);
}

int64_t quern_error_position(const QuernConnection *connection)
{
    Position position = connection->error.position;
    return connection->error.code == ERROR_NONE || position == NO_POSITION ? -1 : (int64_t)position;
}

void quern_set_warning_handler(QuernConnection *connection, void (*warn)(void *user, const char *message), void *user)
{
    connection->warn = warn;
    connection->warn_user = user;
}

void quern_set_input(QuernConnection *connection, int descriptor, const char *name, uint64_t line)
{
    connection->input = (ContextInput){.descriptor = descriptor, .name = name, .lines_before = line - 1};
    connection->has_input = descriptor >= 0;
}

void quern_set_difference_handler(QuernConnection *connection,
                                  void (*difference)(void *user, const char *line, size_t size), void *user)
{
    connection->difference = difference;
    connection->difference_user = user;
}

typedef struct BindRequest {
    QuernConnection *connection;
    const char *name, *text;
} BindRequest;

static void connection_bind(void *argument)
{
    const BindRequest *request = argument;
    const char *text = request->text ? arena_string(request->connection->arena, request->text) : bind_null_parameter;
    map_set(&request->connection->parameters, view_of(request->name), (void *)text);
}

QuernStatus quern_bind(QuernConnection *connection, const char *name, const char *text)
{
    return connection_protect(connection, connection_bind, &(BindRequest){connection, name, text});
}

const char *quern_keyword(size_t index)
{
    return index + 1 < KEYWORD_COUNT ? keyword_spelling((Keyword)(index + 1)) : NULL;
}

void quern_progress(const QuernConnection *connection, uint64_t *ret_done, uint64_t *ret_total)
{
    *ret_done = atomic_load(&connection->progress.done);
    *ret_total = atomic_load(&connection->progress.total);
}
