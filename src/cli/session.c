/* cli/session.c: one run of the program: a connection, how results are shown, and one statement after the other. */
#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/progress.h"

/* When the terminal does not say. */
#define TERMINAL_WIDTH  80
#define TERMINAL_HEIGHT 24
/* Columns that session_read can be asked for. */
#define READ_COLUMNS_MAX 4

static const struct {
    const char *word;
    QuernFormat format;
} modes[] = {
#define MODE_ENTRY(word, format, help) {word, format},
    MODES(MODE_ENTRY)
#undef MODE_ENTRY
};

void session_init(Session *session, QuernConnection *connection)
{
    *session = (Session){.connection = connection, .data.descriptor = -1};
    output_init(&session->standard_output);
}

/* Reports a write error, once. */
static void output_report(Session *session, Output *output, const char *name)
{
    if (output->error == 0 || output->is_error_told)
        return;
    output->is_error_told = true;
    report_trouble((Place){0}, "%s: %s", name, strerror(output->error));
    session_fail(session, QUERN_ERROR_IO);
}

static void output_finish(Session *session, Output *output, const char *name)
{
    output_close(output);
    output_report(session, output, name);
}

void session_done(Session *session)
{
    if (session->file_name)
        output_finish(session, &session->file_output, session->file_name);
    output_finish(session, &session->standard_output, "standard output");
    inline_data_done(&session->data);
    free(session->file_name);
    free(session->mode);
    free(session->table_name);
    free(session->null_value);
    free(session->restriction);
}

Output *session_output(Session *session)
{
    return session->file_name ? &session->file_output : &session->standard_output;
}

bool session_set_output(Session *session, const char *path, Place place)
{
    Output output;
    if (path && !output_open(&output, path)) {
        report_trouble(place, "%s: %s", path, strerror(errno));
        session_fail(session, QUERN_ERROR_IO);
        return false;
    }
    output_flush(&session->standard_output);
    if (session->file_name)
        output_finish(session, &session->file_output, session->file_name);
    free(session->file_name);
    session->file_name = path ? string_copy(path) : NULL;
    if (path)
        session->file_output = output;
    return true;
}

bool session_set_mode(Session *session, const char *word)
{
    const char *mode = NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(word, modes[i].word) == 0)
            mode = modes[i].word;
    if (mode == NULL && strcmp(word, "auto") != 0)
        return false;
    free(session->mode);
    session->mode = mode ? string_copy(mode) : NULL;
    return true;
}

void session_fail(Session *session, int status)
{
    if (session->exit_status == 0)
        session->exit_status = status;
}

bool session_is_over(const Session *session)
{
    const Output *output = session->file_name ? &session->file_output : &session->standard_output;
    if (session->is_ending || output->is_closed || output->error)
        return true;
    if (interrupt_is_pending())
        return true;
    bool is_typed = session->is_prompt && session->depth == 0; /* errors end scripts, not the user's session */
    return session->exit_status != 0 && !session->keeps_going && !is_typed;
}

/* ---- how a result is shown ---- */

static struct winsize terminal_size(const Output *output)
{
    struct winsize size = {0};
    if (!output->is_terminal || ioctl(output->descriptor, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){0};
    if (output->is_terminal && size.ws_col == 0)
        size.ws_col = TERMINAL_WIDTH;
    if (output->is_terminal && size.ws_row == 0)
        size.ws_row = TERMINAL_HEIGHT;
    return size;
}

static QuernFormat session_format(const Session *session, const Output *output)
{
    for (size_t i = 0; session->mode && i < sizeof modes / sizeof *modes; i++)
        if (strcmp(session->mode, modes[i].word) == 0)
            return modes[i].format;
    return output->is_terminal ? QUERN_FORMAT_TABLE : QUERN_FORMAT_CSV;
}

/* The library hands over pieces of a good size, as they are computed: they go on at once. */
static bool result_take(void *output, const char *data, size_t size)
{
    return output_write(output, data, size) && output_flush(output);
}

static QuernStatus result_show(Session *session, QuernResult *result, uint64_t *ret_row_count)
{
    Output *output = session_output(session);
    struct winsize terminal = terminal_size(output);
    QuernWriteOptions options = {.struct_size = sizeof options,
                                 .format = session_format(session, output),
                                 .null_value = session->null_value,
                                 .table_name = session->table_name,
                                 .no_header = session->has_no_header,
                                 .width = session->width ? session->width : terminal.ws_col,
                                 .max_rows = session->max_rows,
                                 .holds_back = !output->is_terminal,
                                 .holds_all = session->keeps_going};
    if (session->is_prompt && terminal.ws_row > 2)
        output_page_begin(output, terminal.ws_row - 1u);
    QuernStatus status = quern_result_write(result, &options, result_take, output, ret_row_count);
    output_page_end(output);
    return status;
}

/* ---- statements ---- */

static double clock_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The program's exit status for an error: trouble without a number of its own counts as the statement's. */
static int status_exit(QuernStatus status)
{
    switch (status) {
    case QUERN_OK:
    case QUERN_ERROR_SQL:
    case QUERN_ERROR_DATA:
    case QUERN_ERROR_IO:
    case QUERN_ERROR_LOCKED:
    case QUERN_ERROR_INTERRUPTED:
        return (int)status;
    default:
        return QUERN_ERROR_SQL;
    }
}

static void rejects_report(Session *session, uint64_t count)
{
    if (count == 0)
        return;
    session->has_rejects = true;
    fprintf(stderr, "quern: %llu bad %s left out: FROM rejects() has them\n", (unsigned long long)count,
            count == 1 ? "row was" : "rows were");
}

static QuernStatus statement_execute(Session *session, const char *sql, size_t size, size_t *ret_taken,
                                     uint64_t *ret_row_count)
{
    QuernResult *result = NULL;
    QuernStatus status = quern_query(session->connection, sql, size, ret_taken, &result);
    if (status == QUERN_OK && result && quern_result_column_count(result) > 0)
        status = result_show(session, result, ret_row_count);
    if (status == QUERN_OK && result)
        rejects_report(session, quern_result_rejected_count(result));
    quern_result_free(result); /* and its locks: the next statement may be long in coming */
    output_flush(session_output(session));
    return status;
}

bool session_run(Session *session, const char *sql, size_t size, size_t *ret_taken, Place place)
{
    double started = clock_seconds();
    uint64_t row_count = 0;
    size_t taken = 0;
    progress_start(session->connection);
    QuernStatus status = statement_execute(session, sql, size, &taken, &row_count);
    progress_stop();
    double seconds = clock_seconds() - started;

    *ret_taken = taken > 0 && taken < size ? taken : size;
    if (status != QUERN_OK) {
        report_error(session->connection, place, sql, *ret_taken);
        session_fail(session, status_exit(status));
    }
    output_report(session, session_output(session), session->file_name ? session->file_name : "standard output");
    if (session->has_timer)
        fprintf(stderr, "time: %.3f s, %llu %s\n", seconds, (unsigned long long)row_count,
                row_count == 1 ? "row" : "rows");
    return status == QUERN_OK;
}

void session_run_with_data(Session *session)
{
    InlineData data = session->data;
    session->data = (InlineData){.descriptor = -1};
    const char *name = data.place.source ? data.place.source : "stdin";
    if (data.error == 0 && lseek(data.descriptor, 0, SEEK_SET) < 0)
        data.error = errno;
    if (data.error) {
        report_trouble(data.place, "keeping the rows of COPY: %s", strerror(data.error));
        session_fail(session, QUERN_ERROR_IO);
    } else if (data.is_misplaced) {
        report_trouble(data.place, "the rows of COPY begin on the line behind it, where nothing else stands");
        session_fail(session, QUERN_ERROR_SQL);
    } else {
        size_t ignored;
        quern_set_input(session->connection, data.descriptor, name, data.line);
        session_run(session, data.statement.data, data.statement.size, &ignored, data.place);
        quern_set_input(session->connection, -1, NULL, 1);
    }
    inline_data_done(&data);
}

bool session_check(Session *session, const char *const *paths, size_t path_count)
{
    QuernResult *result = NULL;
    progress_start(session->connection);
    QuernStatus status = quern_check(session->connection, paths, path_count, NULL, &result);
    if (status == QUERN_OK)
        status = result_show(session, result, NULL);
    progress_stop();
    if (status != QUERN_OK) {
        report_error(session->connection, (Place){.line = 1}, "", 0);
        session_fail(session, status_exit(status));
    } else if (quern_result_rejected_count(result) > 0) {
        session_fail(session, QUERN_ERROR_DATA);
    }
    quern_result_free(result);
    output_report(session, session_output(session), session->file_name ? session->file_name : "standard output");
    return status == QUERN_OK;
}

bool session_run_text(Session *session, const char *sql, Place place)
{
    size_t ignored;
    return session_run(session, sql, strlen(sql), &ignored, place);
}

/* Where a result has the column; the count of columns: nowhere. */
static size_t result_find_column(const QuernResult *result, const char *name)
{
    size_t i = 0, count = quern_result_column_count(result);
    while (i < count && strcmp(quern_result_column_name(result, i), name) != 0)
        i++;
    return i;
}

void session_read(Session *session, const char *sql, const char *const *columns,
                  void (*take)(void *user, const char *const *values), void *user)
{
    QuernResult *result = NULL;
    const char *values[READ_COLUMNS_MAX];
    if (quern_query(session->connection, sql, strlen(sql), NULL, &result) != QUERN_OK || result == NULL)
        return;
    for (bool has_row; quern_result_next(result, &has_row) == QUERN_OK && has_row;) {
        for (size_t i = 0; i < READ_COLUMNS_MAX && columns[i]; i++) {
            size_t index = result_find_column(result, columns[i]);
            values[i] = index < quern_result_column_count(result) ? quern_value_text(result, index, NULL) : NULL;
        }
        take(user, values);
    }
    quern_result_free(result);
}

void text_add_quoted(Text *text, const char *name)
{
    text_add(text, "\"");
    for (; *name; name++)
        text_add_bytes(text, *name == '"' ? "\"\"" : name, *name == '"' ? 2 : 1);
    text_add(text, "\"");
}
