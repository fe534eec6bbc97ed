/* engine/result.c: starting a statement, and fetching or writing its rows. */
#include <time.h>

#include "base/temp_file.h"
#include "column/convert.h"
#include "column/number.h"
#include "engine/prepared.h"
#include "sql/lexer.h"
#include "sql/parser.h"

enum { HELD_SIZE = 64 << 20 }; /* bytes read, or written, until output that is held back leaves */

size_t quern_statement_size(const char *text, size_t size)
{
    return lexer_statement_size((StringView){text, size});
}

bool quern_statement_reads_input(const char *text, size_t size)
{
    return lexer_is_copy_from_stdin((StringView){text, size});
}

typedef struct TraceRequest {
    const Statement *failed;
    const AstStatement *ast;
    Arena *arena;
} TraceRequest;

static void failure_trace(void *argument)
{
    TraceRequest *request = argument;
    QuernConnection *connection = request->failed->connection;
    request->arena = arena_new_child(connection->arena);
    Statement *statement = arena_new(request->arena, Statement);
    statement_init(statement, connection, request->arena);
    statement->text = request->failed->text;
    statement->context.now = request->failed->context.now;
    context_enter(&statement->context);
    statement_trace(statement, request->ast);
}

/* Where the statement has failed over a row whose place nobody knew, the error gets the place. */
static void failure_add_place(const Statement *statement, const AstStatement *ast)
{
    QuernConnection *connection = statement->connection;
    if (!atomic_load(&statement->context.lacks_place))
        return;
    Error failure = connection->error;
    TraceRequest request = {.failed = statement, .ast = ast};
    bool is_traced =
        connection_protect(connection, failure_trace, &request) != QUERN_OK && connection->error.code == failure.code;
    if (!is_traced)
        connection->error = failure;
    arena_free(request.arena);
}

typedef struct QueryRequest {
    QuernConnection *connection;
    StringView text;
    size_t taken;
    QuernStatement *prepared; /* instead of the text; or NULL */
    Arena *arena;
    QuernResult *result; /* NULL: nothing to run */
} QueryRequest;

static void result_run(QuernResult *result)
{
    Statement *statement = &result->statement;
    result->stream = result->prepared ? prepared_run(statement, result->prepared, NO_POSITION)
                                      : statement_run(statement, result->ast);
    result->schema = result->stream ? result->stream->schema : NULL;
}

static void result_start(QueryRequest *request, const AstStatement *ast)
{
    QuernConnection *connection = request->connection;
    QuernResult *result = arena_new(request->arena, QuernResult);
    statement_init(&result->statement, connection, request->arena);
    result->statement.text = (StringView){request->text.data, request->taken};
    result->ast = ast;
    result->prepared = request->prepared;
    request->result = result;
    context_enter(&result->statement.context);
    result_run(result);
    connection_drop_plans(connection);
}

static void query_start(void *argument)
{
    QueryRequest *request = argument;
    Context context = {.cancel = &request->connection->is_cancelled}; /* until the statement has its own */
    context_enter(&context);
    request->arena = arena_new_child(request->connection->arena);
    AstStatement *ast = parser_parse(request->arena, request->text, &request->taken);
    if (ast)
        result_start(request, ast);
}

static void execute_start(void *argument)
{
    QueryRequest *request = argument;
    QuernStatement *prepared = request->prepared;
    if (prepared->run == NULL)
        prepared->run = arena_new_child(prepared->arena);
    request->arena = prepared->run;
    result_start(request, prepared->ast);
}

/* A value that contradicts a type which was guessed from samples of a file widens that type: the statement is tried
 * again as long as that gets it to another error. What it writes is all or nothing, so nothing is done twice. */
static bool is_worth_another_try(const QuernConnection *connection, QuernStatus status, char *last_message)
{
    const Error *error = &connection->error;
    if (status != QUERN_ERROR_DATA || error->code != ERROR_BAD_DATA || strcmp(last_message, error->message) == 0)
        return false;
    memcpy(last_message, error->message, sizeof error->message);
    return true;
}

/* COPY FROM STDIN: what it has read is gone, and its types are no guesses. */
static bool request_reads_input(const QueryRequest *request)
{
    const AstStatement *ast = request->result ? request->result->ast : NULL;
    return ast && ast->kind == AST_STATEMENT_COPY && ast->copy->is_from && ast->copy->file.data == NULL;
}

/* The arena of a prepared statement's results stays for the next one. */
static void run_arena_free(Arena *arena, const QuernStatement *prepared)
{
    if (prepared && arena)
        arena_reset(arena);
    else
        arena_free(arena);
}

static QuernStatus request_run(QueryRequest *request, void (*start)(void *request), QuernResult **ret_result)
{
    QuernConnection *connection = request->connection;
    char last_message[sizeof connection->error.message];
    QuernStatus status;
    *last_message = '\0';
    quern_result_free(connection->result);
    atomic_store(&connection->is_cancelled, false);
    connection_forget_error(connection);
    do {
        progress_reset(&connection->progress);
        run_arena_free(request->arena, request->prepared);
        request->arena = NULL;
        request->result = NULL;
        status = connection_protect(connection, start, request);
        if (status != QUERN_OK && request->result)
            failure_add_place(&request->result->statement, request->result->ast);
    } while (is_worth_another_try(connection, status, last_message) && !request_reads_input(request));
    if (status == QUERN_OK && request->result) {
        connection->result = request->result;
        *ret_result = request->result;
        return QUERN_OK;
    }
    progress_reset(&connection->progress);
    run_arena_free(request->arena, request->prepared);
    if (status == QUERN_OK)
        *ret_result = NULL;
    return status;
}

QuernStatus quern_query(QuernConnection *connection, const char *sql, size_t size, size_t *ret_taken,
                        QuernResult **ret_result)
{
    QueryRequest request = {.connection = connection, .text = {sql, size}, .taken = size};
    QuernStatus status = request_run(&request, query_start, ret_result);
    if (ret_taken)
        *ret_taken = request.taken;
    return status;
}

QuernStatus quern_execute(QuernStatement *prepared, QuernResult **ret_result)
{
    QueryRequest request = {.connection = prepared->connection, .prepared = prepared};
    return request_run(&request, execute_start, ret_result);
}

void quern_result_free(QuernResult *result)
{
    if (result == NULL)
        return;
    QuernConnection *connection = result->statement.connection;
    connection->result = NULL;
    progress_reset(&connection->progress);
    run_arena_free(result->statement.arena, result->prepared);
}

size_t quern_result_column_count(const QuernResult *result)
{
    return result->schema ? result->schema->column_count : 0;
}

const char *quern_result_column_name(const QuernResult *result, size_t column_index)
{
    return result->schema->columns[column_index].name;
}

static void column_type_name(void *argument)
{
    const char **text = ((void **)argument)[0];
    const QuernResult *result = ((void **)argument)[1];
    size_t index = *(size_t *)((void **)argument)[2];
    char name[TYPE_NAME_SIZE];
    *text = arena_string(result->statement.arena, type_name(result->schema->columns[index].type, name));
}

const char *quern_result_column_type(const QuernResult *result, size_t column_index)
{
    const char *text = "";
    void *argument[] = {&text, (void *)result, &column_index};
    (void)connection_protect(result->statement.connection, column_type_name, argument);
    return text;
}

/* ---- the first batch ---- */

void result_pull(void *argument)
{
    QuernResult *result = argument;
    context_enter(&result->statement.context);
    result->batch = result->stream ? stream_next(result->stream) : NULL;
    result->row = 0;
    result->is_at_end = result->batch == NULL;
}

static void result_restart(void *argument)
{
    QuernResult *result = argument;
    Statement *statement = &result->statement;
    statement_init(statement, statement->connection, statement->arena);
    context_enter(&statement->context);
    result_run(result);
    result_pull(result);
}

/* Runs a part of the result's statement. */
static QuernStatus result_protect(QuernResult *result, void (*body)(void *argument), void *argument)
{
    QuernStatus status = connection_protect(result->statement.connection, body, argument);
    if (status != QUERN_OK)
        failure_add_place(&result->statement, result->ast);
    return status;
}

/* Before any row has left, a statement may still be run again. */
QuernStatus result_begin(QuernResult *result)
{
    if (result->is_begun)
        return QUERN_OK;
    QuernConnection *connection = result->statement.connection;
    char last_message[sizeof connection->error.message];
    *last_message = '\0';
    QuernStatus status = result_protect(result, result_pull, result);
    while (is_worth_another_try(connection, status, last_message))
        status = result_protect(result, result_restart, result);
    result->is_begun = true;
    if (status != QUERN_OK)
        result->is_at_end = true;
    return status;
}

/* ---- row by row ---- */

static void result_step(void *argument)
{
    QuernResult *result = argument;
    if (result->row_arena)
        arena_reset(result->row_arena);
    while (!result->is_at_end && result->row >= result->batch->row_count)
        result_pull(result);
    result->row++;
}

QuernStatus quern_result_next(QuernResult *result, bool *ret_row)
{
    QuernStatus status = result_begin(result);
    if (status == QUERN_OK)
        status = result_protect(result, result_step, result);
    if (status != QUERN_OK)
        result->is_at_end = true;
    else
        *ret_row = !result->is_at_end;
    return status;
}

static Value current_value(const QuernResult *result, size_t column_index)
{
    return vector_value(result->batch->columns[column_index], batch_row(result->batch, result->row - 1));
}

bool quern_value_is_null(const QuernResult *result, size_t column_index)
{
    return vector_is_null(result->batch->columns[column_index], batch_row(result->batch, result->row - 1));
}

typedef struct TextRequest {
    QuernResult *result;
    size_t column_index;
    const char *text;
    size_t size;
} TextRequest;

static void value_text_make(void *argument)
{
    TextRequest *request = argument;
    char buffer[VALUE_TEXT_SIZE];
    QuernResult *result = request->result;
    Value value = current_value(result, request->column_index);
    if (value.is_null)
        return;
    if (result->row_arena == NULL)
        result->row_arena = arena_new_child(result->statement.arena);
    StringView view = value_text_view(&value, buffer, result->row_arena);
    request->text = arena_string_n(result->row_arena, view.data, view.size);
    request->size = view.size;
}

const char *quern_value_text(QuernResult *result, size_t column_index, size_t *ret_size)
{
    TextRequest request = {.result = result, .column_index = column_index};
    if (connection_protect(result->statement.connection, value_text_make, &request) != QUERN_OK)
        return NULL;
    if (ret_size)
        *ret_size = request.size;
    return request.text;
}

const void *quern_value_blob(const QuernResult *result, size_t column_index, size_t *ret_size)
{
    Value value = current_value(result, column_index);
    if (value.is_null || type_physical(value.type) != PHYSICAL_STRING)
        return NULL;
    *ret_size = value.text.size;
    return value.text.size ? value.text.data : "";
}

/* False: NULL, or no such value of the type, which takes no memory. */
static bool current_value_as(const QuernResult *result, size_t column_index, TypeId type, Value *ret_value)
{
    Value value = current_value(result, column_index);
    Error error;
    if (value.is_null)
        return false;
    if (value.type.id == type) {
        *ret_value = value;
        return true;
    }
    return value_cast(result->statement.arena, &value, type_of(type), ret_value, &error);
}

bool quern_value_bool(QuernResult *result, size_t column_index, bool *ret_value)
{
    Value value;
    if (!current_value_as(result, column_index, TYPE_BOOLEAN, &value))
        return false;
    *ret_value = value.boolean;
    return true;
}

bool quern_value_int64(QuernResult *result, size_t column_index, int64_t *ret_value)
{
    Value value;
    if (!current_value_as(result, column_index, TYPE_BIGINT, &value))
        return false;
    *ret_value = value.i64;
    return true;
}

bool quern_value_double(QuernResult *result, size_t column_index, double *ret_value)
{
    Value value;
    if (!current_value_as(result, column_index, TYPE_DOUBLE, &value))
        return false;
    *ret_value = value.f64;
    return true;
}

/* ---- all at once ---- */

/* Output that has not left: the first of it in memory, the rest on disk. */
typedef struct HeldOutput {
    QuernWriteFunction write;
    void *user;
    const Context *context;
    char *data;
    size_t size, capacity;
    TempFile *file;
    uint64_t file_size;
    bool is_holding;
    bool is_for_guesses; /* until they have proved right; else until all is there */
} HeldOutput;

static void held_release(void *object)
{
    HeldOutput *held = object;
    memory_free(held->data);
}

static bool held_put_file(const HeldOutput *held)
{
    char piece[16 << 10];
    for (uint64_t at = 0; at < held->file_size;) {
        size_t size = held->file_size - at < sizeof piece ? (size_t)(held->file_size - at) : sizeof piece;
        temp_file_read(held->file, at, piece, size);
        if (!held->write(held->user, piece, size))
            return false;
        at += size;
    }
    return true;
}

/* Lets all of it go, and what follows too. */
static bool held_let_go(HeldOutput *held)
{
    held->is_holding = false;
    bool is_wanted = (held->size == 0 || held->write(held->user, held->data, held->size)) && held_put_file(held);
    memory_free(held->data);
    held->data = NULL;
    held->size = held->capacity = 0;
    temp_file_clear(held->file);
    held->file_size = 0;
    return is_wanted;
}

/* Memory for it is not counted: it is little beside the limit. */
static bool held_fits(const HeldOutput *held, size_t size)
{
    size_t most = held->context->memory->limit / 64;
    return held->file_size == 0 && held->size + size <= (most < HELD_SIZE ? most : HELD_SIZE);
}

static bool held_write(void *user, const char *data, size_t size)
{
    HeldOutput *held = user;
    if (!held->is_holding)
        return held->write(held->user, data, size);
    if (held->is_for_guesses &&
        (held->size + held->file_size + size > HELD_SIZE || atomic_load(&held->context->progress->done) >= HELD_SIZE))
        return held_let_go(held) && held->write(held->user, data, size);
    if (!held_fits(held, size)) {
        temp_file_write(held->file, temp_file_take(held->file, size), data, size);
        held->file_size += size;
        return true;
    }
    if (held->size + size > held->capacity) {
        held->capacity = 2 * (held->size + size);
        held->data = memory_resize(held->data, held->capacity);
    }
    memcpy(held->data + held->size, data, size);
    held->size += size;
    return true;
}

typedef struct WriteRequest {
    QuernResult *result;
    const QuernWriteOptions *options;
    QuernWriteFunction write;
    void *user;
    uint64_t row_count;
    HeldOutput *held;
    bool may_widen; /* while the output is held back: types that were guessed */
    Writer *writer; /* NULL: none yet */
} WriteRequest;

_Static_assert((int)WRITER_ARROW_STREAM == (int)QUERN_FORMAT_ARROW_STREAM, "WriterFormat must follow QuernFormat");

enum { FLUSH_MILLISECONDS = 100 };

static void held_begin(WriteRequest *request)
{
    Statement *statement = &request->result->statement;
    const QuernWriteOptions *given = request->options;
    bool is_asked = given->struct_size > offsetof(QuernWriteOptions, holds_back) && given->holds_back;
    bool is_for_all = given->struct_size > offsetof(QuernWriteOptions, holds_all) && given->holds_all;
    if (request->held == NULL) {
        request->held = arena_new(statement->arena, HeldOutput);
        arena_own(statement->arena, request->held, held_release);
        request->held->file = temp_file_new(statement->arena, &statement->context);
    }
    temp_file_clear(request->held->file);
    *request->held = (HeldOutput){.write = request->write,
                                  .user = request->user,
                                  .context = &statement->context,
                                  .data = request->held->data,
                                  .capacity = request->held->capacity,
                                  .file = request->held->file,
                                  .is_for_guesses = is_asked && !is_for_all};
    bool has_left = request->result->row > 0; /* a row was read */
    request->may_widen = (is_asked || is_for_all) && !has_left && atomic_load(&statement->context.has_guesses);
    request->held->is_holding = request->may_widen || is_for_all;
}

static int64_t milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Rows of the batch that were read one by one are not written, too. */
static void result_leave_read_rows(QuernResult *result)
{
    if (result->is_at_end || result->row == 0)
        return;
    if (result->row == result->batch->row_count) {
        result_pull(result);
        return;
    }
    uint16_t *selection = arena_array(result->statement.arena, uint16_t, BATCH_SIZE);
    batch_slice(result->batch, result->row, result->batch->row_count - result->row, selection);
    result->row = 0;
}

static void result_write(void *argument)
{
    WriteRequest *request = argument;
    QuernResult *result = request->result;
    if (result->stream == NULL)
        return;
    context_enter(&result->statement.context);
    const QuernWriteOptions *given = request->options;
    WriterOptions options = {.format = (WriterFormat)given->format,
                             .null_text = given->null_value,
                             .table_name = given->table_name,
                             .no_header = given->no_header,
                             .width = given->width,
                             .max_rows = given->max_rows};
    Statement *statement = &result->statement;
    held_begin(request);
    Writer *writer =
        writer_new(statement->arena, &statement->context, result->schema, &options, held_write, request->held);
    request->writer = writer;
    bool is_wanted = writer_begin(writer);
    result_leave_read_rows(result);
    stream_write(result->stream, writer);
    int64_t flushed_at = 0; /* rows leave within a tenth of a second, however few there are */
    for (; is_wanted && !result->is_at_end; result_pull(result)) {
        is_wanted = writer_batch(writer, result->batch);
        int64_t now = milliseconds_now();
        if (is_wanted && now - flushed_at >= FLUSH_MILLISECONDS) {
            is_wanted = writer_flush(writer);
            flushed_at = now;
        }
    }
    if (is_wanted && writer_end(writer))
        held_let_go(request->held);
    else
        stream_close(result->stream);
    result->is_at_end = true;
    request->row_count = writer_row_count(writer);
}

QuernStatus quern_result_write(QuernResult *result, const QuernWriteOptions *options, QuernWriteFunction write,
                               void *user, uint64_t *ret_row_count)
{
    WriteRequest request = {.result = result, .options = options, .write = write, .user = user};
    QuernConnection *connection = result->statement.connection;
    char last_message[sizeof connection->error.message] = "";
    QuernStatus status = result_begin(result);
    if (status == QUERN_OK)
        status = result_protect(result, result_write, &request);
    while (request.may_widen && request.held->is_holding && is_worth_another_try(connection, status, last_message)) {
        request.writer = NULL;
        status = result_protect(result, result_restart, result);
        if (status == QUERN_OK)
            status = result_protect(result, result_write, &request);
    }
    if (status != QUERN_OK)
        result->is_at_end = true; /* what would come may be the writer's text */
    if (status != QUERN_OK && request.writer && !request.held->is_holding)
        writer_flush(request.writer); /* the rows before the one that failed */
    if (status == QUERN_OK && ret_row_count)
        *ret_row_count = request.row_count;
    return status;
}

uint64_t quern_result_rejected_count(const QuernResult *result)
{
    return atomic_load(&result->statement.context.rejects);
}
