/* tests/bench/contender.c: how each contender is set up, runs a query, and gives its answer. */
#include "contender.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

_Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

bool name_is_wanted(const char *name, char **words, size_t word_count)
{
    for (size_t i = 0; i < word_count; i++)
        if (strstr(name, words[i]))
            return true;
    return word_count == 0;
}

/* ---- clocks ---- */

static double clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

Timing timing_start(void)
{
    return (Timing){.wall_ms = clock_ms(CLOCK_MONOTONIC), .cpu_ms = clock_ms(CLOCK_PROCESS_CPUTIME_ID)};
}

Timing timing_since(Timing start)
{
    Timing now = timing_start();
    return (Timing){.wall_ms = now.wall_ms - start.wall_ms, .cpu_ms = now.cpu_ms - start.cpu_ms};
}

static double timeval_ms(struct timeval time)
{
    return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

/* ---- answers ---- */

void answer_append(Answer *answer, const char *data, size_t size)
{
    if (answer->size + size + 1 > answer->capacity) {
        answer->capacity = 2 * (answer->size + size + 1);
        answer->text = realloc(answer->text, answer->capacity);
        if (answer->text == NULL)
            fail("out of memory");
    }
    memcpy(answer->text + answer->size, data, size);
    answer->size += size;
    answer->text[answer->size] = '\0';
}

void answer_reset(Answer *answer)
{
    answer->size = 0;
    answer_append(answer, "", 0);
}

/* Half of the last place that a number's text has; 0 where it has no point. */
static double text_precision(const char *text, size_t size)
{
    const char *point = memchr(text, '.', size);
    return point ? 0.5 * pow(10, -(double)(size - (size_t)(point - text) - 1)) : 0;
}

/* Both cells end with a tab. Peers keep different numbers of digits: a number may be the other one rounded. */
static bool cell_equal(const char *left, size_t left_size, const char *right, size_t right_size)
{
    if (left_size == right_size && memcmp(left, right, left_size) == 0)
        return true;
    char *left_end, *right_end;
    double a = strtod(left, &left_end), b = strtod(right, &right_end);
    bool is_number = left_end == left + left_size && right_end == right + right_size && left_size > 0 && right_size > 0;
    double place = fmax(text_precision(left, left_size), text_precision(right, right_size));
    double rounding = place < 0.01 ? place : 0; /* not of amounts of money */
    return is_number && fabs(a - b) <= fmax(1e-9 * fmax(fabs(a), fabs(b)), rounding);
}

bool answer_equal(const Answer *left, const Answer *right)
{
    const char *l = left->text, *r = right->text;
    while (*l != '\0' && *r != '\0') {
        if ((*l == '\n') != (*r == '\n'))
            return false;
        if (*l == '\n') {
            l++, r++;
            continue;
        }
        size_t left_size = strcspn(l, "\t"), right_size = strcspn(r, "\t");
        if (!cell_equal(l, left_size, r, right_size))
            return false;
        l += left_size + (l[left_size] != '\0');
        r += right_size + (r[right_size] != '\0');
    }
    return *l == *r;
}

static bool line_read(FILE *file, Answer *line)
{
    size_t capacity = line->capacity;
    ssize_t size = getline(&line->text, &capacity, file);
    line->capacity = capacity;
    line->size = size > 0 ? (size_t)size : 0;
    return size > 0;
}

/* Quotes are left out: writers differ in what they quote without need. */
static void line_cut(Answer *line, char delimiter)
{
    size_t size = 0;
    for (size_t i = 0; i < line->size; i++) {
        char byte = line->text[i];
        if (byte != '"')
            line->text[size++] = byte == delimiter || byte == '\n' ? '\t' : byte;
    }
    line->size = size;
    line->text[size] = '\0';
}

void files_check_equal(const char *left, const char *right, char delimiter)
{
    FILE *files[2] = {fopen(left, "r"), fopen(right, "r")};
    Answer lines[2] = {0};
    if (files[0] == NULL || files[1] == NULL)
        fail("%s or %s: %s", left, right, strerror(errno));
    for (size_t row = 1;; row++) {
        bool has_left = line_read(files[0], &lines[0]), has_right = line_read(files[1], &lines[1]);
        if (!has_left && !has_right)
            break;
        line_cut(&lines[0], delimiter);
        line_cut(&lines[1], delimiter);
        if (has_left != has_right || !answer_equal(&lines[0], &lines[1]))
            fail("answers differ in line %zu\n%s: %s\n%s: %s", row, left, lines[0].text, right, lines[1].text);
    }
    for (size_t i = 0; i < 2; i++) {
        fclose(files[i]);
        free(lines[i].text);
    }
}

void sql_read(const char *name, char *sql, size_t capacity)
{
    char path[64];
    snprintf(path, sizeof path, "sql/tpch/%s.sql", name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail("%s: %s", path, strerror(errno));
    size_t size = fread(sql, 1, capacity - 1, file);
    fclose(file);
    while (size > 0 && (sql[size - 1] == '\n' || sql[size - 1] == ';'))
        size--;
    sql[size] = '\0';
}

/* ---- quern in this process ---- */

static QuernResult *quern_start(QuernConnection *connection, const char *sql)
{
    QuernResult *result;
    if (quern_query(connection, sql, strlen(sql), NULL, &result) != QUERN_OK)
        fail("quern: %s\n  %s", quern_error_message(connection), sql);
    return result;
}

Timing quern_run(QuernConnection *connection, const char *sql, Answer *answer)
{
    answer_reset(answer);
    Timing start = timing_start();
    QuernResult *result = quern_start(connection, sql);
    size_t column_count = quern_result_column_count(result);
    bool has_row;
    QuernStatus status;
    while ((status = quern_result_next(result, &has_row)) == QUERN_OK && has_row) {
        for (size_t i = 0; i < column_count; i++) {
            size_t size = 0;
            const char *text = quern_value_text(result, i, &size);
            answer_append(answer, text ? text : "", size);
            answer_append(answer, "\t", 1);
        }
        answer_append(answer, "\n", 1);
    }
    if (status != QUERN_OK)
        fail("quern: %s\n  %s", quern_error_message(connection), sql);
    quern_result_free(result);
    return timing_since(start);
}

static void quern_load(QuernConnection *connection, const char *folder, const char *table)
{
    char sql[8192];
    snprintf(sql, sizeof sql, "CREATE TABLE %s AS SELECT * FROM '%s/%s.csv'", table, folder, table);
    quern_result_free(quern_start(connection, sql));
}

/* ---- SQLite in this process ---- */

static sqlite3_stmt *sqlite_start(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        fail("sqlite: %s\n  %s", sqlite3_errmsg(database), sql);
    return statement;
}

Timing session_run_sqlite(Session *session, const char *sql, Answer *answer)
{
    answer_reset(answer);
    Timing start = timing_start();
    sqlite3_stmt *statement = sqlite_start(session->sqlite, sql);
    int column_count = sqlite3_column_count(statement), status;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < column_count; i++) {
            char number[32];
            const char *text = number;
            if (sqlite3_column_type(statement, i) == SQLITE_FLOAT) /* as text it has 15 digits only */
                snprintf(number, sizeof number, "%.17g", sqlite3_column_double(statement, i));
            else
                text = (const char *)sqlite3_column_text(statement, i);
            if (text != NULL)
                answer_append(answer, text, strlen(text));
            answer_append(answer, "\t", 1);
        }
        answer_append(answer, "\n", 1);
    }
    if (status != SQLITE_DONE)
        fail("sqlite: %s\n  %s", sqlite3_errmsg(session->sqlite), sql);
    sqlite3_finalize(statement);
    return timing_since(start);
}

/* The generated files quote nothing, so a field ends at a comma and a row at a line feed. */
static void sqlite_load(sqlite3 *database, const char *folder, const char *table, const char *insert)
{
    char path[4096], *line = NULL;
    size_t capacity = 0;
    snprintf(path, sizeof path, "%s/%s.csv", folder, table);
    FILE *file = fopen(path, "r");
    if (file == NULL || getline(&line, &capacity, file) < 0) /* the header */
        fail("%s: %s", path, strerror(errno));
    sqlite3_stmt *statement = sqlite_start(database, insert);
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *rest = line, *field;
        for (int i = 1; (field = strsep(&rest, ",")) != NULL; i++)
            sqlite3_bind_text(statement, i, field, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_DONE)
            fail("sqlite: %s", sqlite3_errmsg(database));
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    free(line);
    fclose(file);
}

static void sqlite_execute(sqlite3 *database, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        fail("sqlite: %s", message);
}

void session_open(Session *session, const char *folder)
{
    if (quern_open(&session->quern) != QUERN_OK)
        fail("quern_open failed");
    quern_load(session->quern, folder, "sales");
    quern_load(session->quern, folder, "customers");
    if (sqlite3_open(":memory:", &session->sqlite) != SQLITE_OK)
        fail("sqlite3_open failed");
    /* Affinities turn the bound text into numbers. SQLite has no decimals: amounts are REAL there. */
    sqlite_execute(session->sqlite,
                   "CREATE TABLE sales (id INTEGER, key INTEGER, category TEXT, amount REAL, weight REAL, day TEXT,"
                   " note TEXT);"
                   "CREATE TABLE customers (key INTEGER PRIMARY KEY, name TEXT, region TEXT, credit INTEGER); BEGIN");
    sqlite_load(session->sqlite, folder, "sales", "INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite_load(session->sqlite, folder, "customers", "INSERT INTO customers VALUES (?, ?, ?, ?)");
    sqlite_execute(session->sqlite, "COMMIT; ANALYZE");
}

void session_close(Session *session)
{
    quern_close(session->quern);
    sqlite3_close(session->sqlite);
}

/* ---- whole processes ---- */

/* A tab behind the last cell of a row too. */
static void answer_take_tsv(Answer *answer, const char *text, size_t size)
{
    answer_reset(answer);
    for (size_t start = 0; start < size;) {
        const char *end = memchr(text + start, '\n', size - start);
        size_t row_size = end ? (size_t)(end - text) - start : size - start;
        answer_append(answer, text + start, row_size);
        answer_append(answer, "\t\n", 2);
        start += row_size + 1;
    }
}

Timing process_run(const char *const *arguments, Answer *answer)
{
    int ends[2], status;
    pid_t pid;
    if (pipe(ends) != 0)
        fail("pipe: %s", strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    Timing start = timing_start();
    int error = posix_spawnp(&pid, arguments[0], &actions, NULL, (char *const *)arguments, environ);
    if (error != 0)
        fail("%s: %s", arguments[0], strerror(error));
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    Answer output = {0};
    char piece[1 << 16];
    ssize_t size;
    answer_reset(&output);
    while ((size = read(ends[0], piece, sizeof piece)) > 0)
        answer_append(&output, piece, (size_t)size);
    close(ends[0]);
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail("%s failed: %s", arguments[0], arguments[1]);
    Timing timing = timing_since(start);
    timing.cpu_ms = timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime);
    timing.peak_mb = (double)usage.ru_maxrss * 1024 / 1e6;
    answer_take_tsv(answer, output.text, output.size);
    free(output.text);
    return timing;
}
