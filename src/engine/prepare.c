/* engine/prepare.c: quern_prepare, and binding values to what it has made. */
#include "base/utf8.h"
#include "engine/prepared.h"
#include "sql/parser.h"

typedef struct PrepareRequest {
    QuernConnection *connection;
    StringView text;
    size_t taken;
    Arena *arena;
    QuernStatement *prepared; /* NULL: the text holds none */
} PrepareRequest;

static void prepare(void *argument)
{
    PrepareRequest *request = argument;
    Context context = {.cancel = &request->connection->is_cancelled};
    context_enter(&context);
    request->arena = arena_new_child(request->connection->arena);
    const AstStatement *ast = parser_parse(request->arena, request->text, &request->taken);
    if (ast == NULL)
        return;
    Statement *statement = arena_new(request->arena, Statement);
    statement_init(statement, request->connection, request->arena);
    statement->text = (StringView){request->text.data, request->taken};
    request->prepared = prepared_new(statement, ast, statement->text, NULL);
}

QuernStatus quern_prepare(QuernConnection *connection, const char *sql, size_t size, size_t *ret_taken,
                          QuernStatement **ret_statement)
{
    PrepareRequest request = {.connection = connection, .text = {sql, size}, .taken = size};
    connection_forget_error(connection);
    if (connection->result == NULL) /* which an interrupt may still be meant for */
        atomic_store(&connection->is_cancelled, false);
    QuernStatus status = connection_protect(connection, prepare, &request);
    arena_free(request.arena);
    if (ret_taken)
        *ret_taken = request.taken;
    if (status == QUERN_OK)
        *ret_statement = request.prepared;
    return status;
}

static void statement_end_result(const QuernStatement *prepared)
{
    QuernResult *result = prepared->connection->result;
    if (result && result->prepared == prepared)
        quern_result_free(result);
}

void quern_statement_free(QuernStatement *prepared)
{
    if (prepared)
        statement_end_result(prepared);
    prepared_free(prepared);
}

/* ---- what it takes and gives ---- */

size_t quern_parameter_count(const QuernStatement *prepared)
{
    return prepared->parameter_count;
}

const char *quern_parameter_name(const QuernStatement *prepared, size_t index)
{
    return index < prepared->parameter_count ? prepared->parameters[index].parameter.name.data : NULL;
}

size_t quern_parameter_index(const QuernStatement *prepared, const char *name)
{
    for (size_t i = 0; i < prepared->parameter_count; i++)
        if (view_equal_ignoring_case(prepared->parameters[i].parameter.name, view_of(name)))
            return i;
    return SIZE_MAX;
}

const char *quern_parameter_type(const QuernStatement *prepared, size_t index)
{
    return index < prepared->parameter_count ? prepared->parameters[index].type_name : NULL;
}

size_t quern_statement_column_count(const QuernStatement *prepared)
{
    return prepared->schema ? prepared->schema->column_count : 0;
}

const char *quern_statement_column_name(const QuernStatement *prepared, size_t column_index)
{
    return prepared->schema->columns[column_index].name;
}

const char *quern_statement_column_type(const QuernStatement *prepared, size_t column_index)
{
    return prepared->column_types[column_index];
}

/* ---- binding ---- */

typedef struct BindRequest {
    QuernStatement *prepared;
    size_t index;
    Value value;
} BindRequest;

static void parameter_bind(void *argument)
{
    const BindRequest *request = argument;
    if (request->value.type.id == TYPE_VARCHAR && utf8_valid_size(request->value.text) < request->value.text.size)
        error_raise(ERROR_INVALID_ENCODING, NO_POSITION, "the text for parameter $%.*s is not UTF-8",
                    VIEW_ARGUMENTS(request->prepared->parameters[request->index].parameter.name));
    prepared_set(request->prepared, request->index, &request->value, /* is_untyped= */ false, NO_POSITION);
}

static QuernStatus statement_bind_value(QuernStatement *prepared, size_t index, Value value)
{
    QuernConnection *connection = prepared->connection;
    statement_end_result(prepared);
    if (index < prepared->parameter_count)
        return connection_protect(connection, parameter_bind, &(BindRequest){prepared, index, value});
    error_set(&connection->error, ERROR_UNDEFINED_PARAMETER, NO_POSITION, "the statement has %zu parameters",
              prepared->parameter_count);
    return QUERN_ERROR_MISUSE;
}

QuernStatus quern_bind_null(QuernStatement *prepared, size_t index)
{
    return statement_bind_value(prepared, index, value_null(type_of(TYPE_NULL)));
}

QuernStatus quern_bind_bool(QuernStatement *prepared, size_t index, bool value)
{
    return statement_bind_value(prepared, index, value_boolean(value));
}

QuernStatus quern_bind_int64(QuernStatement *prepared, size_t index, int64_t value)
{
    return statement_bind_value(prepared, index, value_integer(type_of(TYPE_BIGINT), value));
}

QuernStatus quern_bind_double(QuernStatement *prepared, size_t index, double value)
{
    return statement_bind_value(prepared, index, value_double(value));
}

QuernStatus quern_bind_text(QuernStatement *prepared, size_t index, const char *text, size_t size)
{
    return statement_bind_value(prepared, index, value_text((StringView){text, size}));
}

QuernStatus quern_bind_blob(QuernStatement *prepared, size_t index, const void *data, size_t size)
{
    Value value = value_text((StringView){data, size});
    value.type = type_of(TYPE_BLOB);
    return statement_bind_value(prepared, index, value);
}
