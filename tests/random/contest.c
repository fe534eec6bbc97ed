/* tests/random/contest.c: one query, run by quern in each configuration and by SQLite; answers are compared as sets of
 * rows, and in order where the query orders. */
#include "contest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"

/* Virtual machine instructions that SQLite may take for a query before it is skipped. */
enum { SQLITE_STEP_LIMIT = 20000000, SQLITE_STEP_UNIT = 1000 };
/* Seconds that quern may take for a query. */
enum { QUERN_SECONDS = 20 };

static const struct {
    const char *name, *changes;
} configurations[] = {
#define CONFIGURATION(name, changes) {name, changes},
    CONFIGURATIONS(CONFIGURATION)
#undef CONFIGURATION
};
enum { CONFIGURATION_COUNT = sizeof configurations / sizeof *configurations };

typedef struct Answer {
    const char **rows; /* each a line of text */
    size_t row_count, row_capacity;
    const char *sqlstate, *message; /* NULL: there was no error */
} Answer;

static void answer_add(Arena *arena, Answer *answer, Text *row)
{
    if (answer->row_count == answer->row_capacity) {
        const char **old = answer->rows;
        answer->row_capacity = 2 * answer->row_capacity + 16;
        answer->rows = arena_array(arena, const char *, answer->row_capacity);
        if (answer->row_count > 0)
            memcpy(answer->rows, old, answer->row_count * sizeof *old);
    }
    answer->rows[answer->row_count++] = arena_string(arena, text_string(row));
    text_clear(row);
}

/* The rows of `more`, or its error. */
static void answer_append(Arena *arena, Answer *answer, const Answer *more)
{
    Text row = text_in(arena);
    for (size_t i = 0; i < more->row_count; i++) {
        text_add(&row, more->rows[i]);
        answer_add(arena, answer, &row);
    }
    answer->sqlstate = more->sqlstate;
    answer->message = more->message;
}

static int row_compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void answer_sort(Answer *answer)
{
    if (answer->row_count > 0)
        qsort(answer->rows, answer->row_count, sizeof *answer->rows, row_compare);
}

static bool answer_equal(const Answer *left, const Answer *right)
{
    if (left->row_count != right->row_count)
        return false;
    for (size_t i = 0; i < left->row_count; i++)
        if (strcmp(left->rows[i], right->rows[i]) != 0)
            return false;
    return true;
}

/* Ten digits: the last ones of a double depend on the order of additions. -0 is 0. */
static void number_write(Text *row, double number)
{
    text_add_format(row, "%.10g", number == 0 ? 0.0 : number);
}

/* ---- quern ---- */

static Answer answer_error(Contest *contest)
{
    return (Answer){.sqlstate = arena_string(contest->arena, quern_error_sqlstate(contest->quern)),
                    .message = arena_string(contest->arena, quern_error_message(contest->quern))};
}

static void quern_run(Contest *contest, const char *sql)
{
    size_t size = strlen(sql), taken;
    while (size > 0) {
        QuernResult *result;
        if (quern_query(contest->quern, sql, size, &taken, &result) != QUERN_OK) {
            fprintf(stderr, "random: quern: %s\n%s\n", quern_error_message(contest->quern), sql);
            exit(2);
        }
        quern_result_free(result);
        sql += taken;
        size -= taken;
    }
}

static void quern_cell(QuernResult *result, size_t column_index, Text *row)
{
    const char *type = quern_result_column_type(result, column_index);
    const char *text = quern_value_text(result, column_index, NULL);
    if (text == NULL)
        text_add(row, "NULL");
    else if (strcmp(type, "DOUBLE") == 0 || strncmp(type, "DECIMAL", 7) == 0)
        number_write(row, strtod(text, NULL));
    else if (strcmp(type, "BOOLEAN") == 0)
        text_add(row, text[0] == 't' ? "1" : "0");
    else
        text_add(row, text);
    text_add(row, " | ");
}

/* *ret_floating: a bit for each column that is a double or decimal. */
static Answer quern_answer(Contest *contest, const char *sql, uint64_t *ret_floating)
{
    QuernResult *result;
    Answer answer = {0};
    Text row = text_in(contest->arena);
    bool has_row;
    *ret_floating = 0;
    alarm(QUERN_SECONDS);
    if (quern_query(contest->quern, sql, strlen(sql), NULL, &result) != QUERN_OK) {
        alarm(0);
        return answer_error(contest);
    }
    size_t column_count = quern_result_column_count(result);
    for (size_t i = 0; i < column_count; i++) {
        const char *type = quern_result_column_type(result, i);
        if (strcmp(type, "DOUBLE") == 0 || strncmp(type, "DECIMAL", 7) == 0)
            *ret_floating |= UINT64_C(1) << i;
    }
    QuernStatus status;
    while ((status = quern_result_next(result, &has_row)) == QUERN_OK && has_row) {
        for (size_t i = 0; i < column_count; i++)
            quern_cell(result, i, &row);
        answer_add(contest->arena, &answer, &row);
    }
    alarm(0);
    if (status != QUERN_OK)
        answer = answer_error(contest);
    quern_result_free(result);
    return answer;
}

/* What a change answers, and then all rows of its table; undone. */
static Answer quern_change(Contest *contest, const char *sql, const char *table, uint64_t *ret_floating)
{
    uint64_t all_floating;
    quern_run(contest, "BEGIN");
    Answer answer = quern_answer(contest, sql, ret_floating);
    if (answer.sqlstate == NULL) {
        Answer all = quern_answer(contest, arena_format(contest->arena, "SELECT * FROM %s", table), &all_floating);
        answer_append(contest->arena, &answer, &all);
    }
    quern_run(contest, "ROLLBACK");
    return answer;
}

static void quern_configure(Contest *contest, size_t configuration)
{
    bool leaves_out = configuration == CONFIGURATION_COUNT - 1;
    quern_run(contest, "RESET optimizer; RESET batch_size; RESET spill_after; SET threads = 1; SET parallel_rows = 0");
    quern_run(contest, arena_format(contest->arena, "SET skip_rule = %zu", leaves_out ? contest->skip_rule : 0));
    quern_run(contest, configurations[configuration].changes);
}

/* ---- SQLite ---- */

static void sqlite_execute(sqlite3 *database, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "random: sqlite: %s\n%s\n", message, sql);
        exit(2);
    }
}

static int sqlite_steps_left;

static int sqlite_progress(void *user)
{
    (void)user;
    return (sqlite_steps_left -= SQLITE_STEP_UNIT) < 0;
}

static Answer sqlite_answer(Contest *contest, const char *sql, uint64_t floating)
{
    sqlite3_stmt *statement;
    Answer answer = {0};
    Text row = text_in(contest->arena);
    int status = sqlite3_prepare_v2(contest->sqlite, sql, -1, &statement, NULL);
    sqlite_steps_left = SQLITE_STEP_LIMIT;
    while (status == SQLITE_OK || status == SQLITE_ROW) {
        status = sqlite3_step(statement);
        if (status != SQLITE_ROW)
            break;
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            int type = sqlite3_column_type(statement, i);
            if (type == SQLITE_NULL)
                text_add(&row, "NULL");
            else if (floating >> i & 1 && (type == SQLITE_FLOAT || type == SQLITE_INTEGER))
                number_write(&row, sqlite3_column_double(statement, i));
            else
                text_add(&row, (const char *)sqlite3_column_text(statement, i));
            text_add(&row, " | ");
        }
        answer_add(contest->arena, &answer, &row);
    }
    if (status != SQLITE_DONE)
        answer = (Answer){.sqlstate = "", .message = arena_string(contest->arena, sqlite3_errmsg(contest->sqlite))};
    sqlite3_finalize(statement);
    return answer;
}

static Answer sqlite_change(Contest *contest, const char *sql, const char *table, uint64_t floating)
{
    sqlite_execute(contest->sqlite, "BEGIN");
    Answer answer = sqlite_answer(contest, sql, floating);
    if (answer.sqlstate == NULL) {
        Answer all = sqlite_answer(contest, arena_format(contest->arena, "SELECT * FROM %s", table), floating);
        answer_append(contest->arena, &answer, &all);
    }
    sqlite_execute(contest->sqlite, "ROLLBACK");
    return answer;
}

/* ---- both ---- */

static bool query_is_ordered(const Node *query)
{
    if (query->kind == KIND_ORDER)
        return true;
    for (size_t i = 0; i < query->child_count; i++)
        if ((query->kind == KIND_QUERY || query->kind == KIND_CLAUSE) && query_is_ordered(query->children[i]))
            return true;
    return false;
}

/* All of quern's rows, sorted unless the query says how. */
static Answer quern_ask(Contest *contest, const Node *query, const char *sql, uint64_t *ret_floating)
{
    Answer answer = query->changed ? quern_change(contest, sql, query->changed, ret_floating)
                                   : quern_answer(contest, sql, ret_floating);
    if (!query_is_ordered(query))
        answer_sort(&answer);
    return answer;
}

static Answer sqlite_ask(Contest *contest, const Node *query, const char *sql, uint64_t floating)
{
    Answer answer =
        query->changed ? sqlite_change(contest, sql, query->changed, floating) : sqlite_answer(contest, sql, floating);
    if (!query_is_ordered(query))
        answer_sort(&answer);
    return answer;
}

void contest_init(Contest *contest, const char *folder)
{
    *contest = (Contest){.arena = arena_new_child(NULL), .folder = folder};
    if (quern_open(&contest->quern) != QUERN_OK || sqlite3_open(":memory:", &contest->sqlite) != SQLITE_OK)
        exit(2);
    sqlite_execute(contest->sqlite, "PRAGMA case_sensitive_like = on");
    sqlite3_progress_handler(contest->sqlite, SQLITE_STEP_UNIT, sqlite_progress, NULL);
}

void contest_done(Contest *contest)
{
    quern_close(contest->quern);
    sqlite3_close(contest->sqlite);
    arena_free(contest->arena);
}

static void columns_write(const Table *table, Text *text)
{
    for (size_t c = 0; c < table->column_count; c++)
        text_add_format(text, "%s%s %s", c > 0 ? ", " : "", table->names[c], table->types[c]);
}

/* A table in a file is made in memory first, and copied there. */
static void file_write(const Contest *contest, const Table *table, Text *text)
{
    const char *name = table->name;
    if (table->storage == STORAGE_CSV) {
        text_add_format(text, "COPY %s TO '%s/%s.csv';\nDROP TABLE %s;\n", name, contest->folder, name, name);
        text_add_format(text, "CREATE EXTERNAL TABLE %s (", name);
        columns_write(table, text);
        text_add_format(text, ") STORED AS CSV LOCATION '%s/%s.csv';\n", contest->folder, name);
    } else if (table->storage == STORAGE_SQLITE)
        text_add_format(
            text,
            "-- %s.db was written by sqlite3: the same CREATE TABLE and INSERT, without the word DATE of "
            "literals\nDROP TABLE %s;\nCREATE EXTERNAL TABLE %s STORED AS SQLITE LOCATION '%s/%s.db' OPTIONS "
            "(table '%s');\n",
            name, name, name, contest->folder, name, name);
}

/* SQLite's own tables have none: that is for quern's plans to be different. */
static void index_write(const Table *table, Text *text)
{
    if (table->storage == STORAGE_MEMORY && table->index != NULL)
        text_add_format(text, "CREATE INDEX ON %s (%s);\n", table->name, table->index);
}

/* quern's types as declared types: SQLite takes any, and quern reads them. */
static void database_write(const Contest *contest, const Table *table)
{
    Text text = text_in(contest->arena), insert = text_in(contest->arena);
    const char *path = arena_format(contest->arena, "%s/%s.db", contest->folder, table->name);
    sqlite3 *database;
    unlink(path);
    if (sqlite3_open(path, &database) != SQLITE_OK)
        exit(2);
    text_add_format(&text, "BEGIN; CREATE TABLE %s (", table->name);
    columns_write(table, &text);
    text_add(&text, ");");
    table_write(table, SQLITE, &insert);
    const char *rows = strstr(text_string(&insert), "INSERT");
    sqlite_execute(database, text_string(&text));
    sqlite_execute(database, rows ? rows : "");
    sqlite_execute(database, "COMMIT");
    sqlite3_close(database);
}

void contest_write_tables(const Contest *contest, const Tables *tables, Text *text)
{
    for (size_t i = 0; i < tables->count; i++) {
        table_write(&tables->tables[i], QUERN, text);
        file_write(contest, &tables->tables[i], text);
        index_write(&tables->tables[i], text);
    }
}

void contest_load(Contest *contest, const Tables *tables)
{
    arena_reset(contest->arena);
    quern_configure(contest, 0);
    for (size_t i = 0; i < TABLE_LIMIT; i++) {
        const char *drop = arena_format(contest->arena, "DROP TABLE IF EXISTS t%zu", i);
        quern_run(contest, drop);
        sqlite_execute(contest->sqlite, drop);
        if (i < tables->count && tables->tables[i].storage == STORAGE_SQLITE)
            database_write(contest, &tables->tables[i]);
    }
    Text text = text_in(contest->arena);
    contest_write_tables(contest, tables, &text);
    quern_run(contest, text_string(&text));
    text_clear(&text);
    for (size_t i = 0; i < tables->count; i++)
        table_write(&tables->tables[i], SQLITE, &text);
    sqlite_execute(contest->sqlite, text_string(&text));
}

/* A value that does not fit, in an expression that one plan evaluates and another may leave out; a query that takes too
 * long. Neither says anything. */
static bool error_is_skipped(const Answer *answer)
{
    return answer->sqlstate != NULL &&
           (strncmp(answer->sqlstate, "22", 2) == 0 || strcmp(answer->sqlstate, "57014") == 0);
}

static bool error_is_unsupported(const Answer *answer)
{
    return answer->sqlstate != NULL && strcmp(answer->sqlstate, "0A000") == 0;
}

static void difference_add(Contest *contest, const char *name, const Answer *answer)
{
    text_add_format(&contest->difference, "-- %s:\n", name);
    if (answer->sqlstate != NULL)
        text_add_format(&contest->difference, "--   error %s %s\n", answer->sqlstate, answer->message);
    for (size_t i = 0; i < answer->row_count && i < 20; i++)
        text_add_format(&contest->difference, "--   %s\n", answer->rows[i]);
    text_add_format(&contest->difference, "--   (%zu rows)\n", answer->row_count);
}

/* Whether SQLite, too, gives quern's answer once its optimizer is off: then its first one was wrong. */
static bool sqlite_doubts(Contest *contest, const Node *query, const char *sql, uint64_t floating, const Answer *quern)
{
    sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, contest->sqlite, ~0u);
    Answer answer = sqlite_ask(contest, query, sql, floating);
    sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, contest->sqlite, 0u);
    return answer.sqlstate == NULL && answer_equal(quern, &answer);
}

static Verdict contest_compare_sqlite(Contest *contest, const Node *query, Answer *quern, uint64_t floating)
{
    Text sql = text_in(contest->arena);
    if (!node_write(query, SQLITE, &sql))
        return quern->sqlstate ? SKIPPED : AGREED_ALONE;
    Answer sqlite = sqlite_ask(contest, query, text_string(&sql), floating);
    if (sqlite.sqlstate != NULL) /* too long, an overflow, or refused by both */
        return SKIPPED;
    if (quern->sqlstate == NULL && answer_equal(quern, &sqlite))
        return AGREED;
    if (quern->sqlstate == NULL && sqlite_doubts(contest, query, text_string(&sql), floating, quern))
        return SQLITE_DOUBTS;
    snprintf(contest->error, sizeof contest->error, "%s", quern->message ? quern->message : "");
    difference_add(contest, "quern", quern);
    difference_add(contest, "sqlite", &sqlite);
    return quern->sqlstate ? REFUSED : DIFFERS_SQLITE;
}

Verdict contest_run(Contest *contest, const Node *query)
{
    arena_reset(contest->arena);
    contest->difference = text_in(contest->arena);
    Text sql = text_in(contest->arena);
    uint64_t floating, other_floating;
    node_write(query, QUERN, &sql);
    quern_configure(contest, 0);
    Answer first = quern_ask(contest, query, text_string(&sql), &floating);
    contest->row_count = first.row_count;
    bool is_skipped = error_is_skipped(&first);
    for (size_t c = 1; c < CONFIGURATION_COUNT; c++) {
        quern_configure(contest, c);
        Answer answer = quern_ask(contest, query, text_string(&sql), &other_floating);
        if (error_is_unsupported(&answer))
            return UNSUPPORTED;
        if (is_skipped || error_is_skipped(&answer))
            continue;
        if ((answer.sqlstate != NULL) == (first.sqlstate != NULL) && answer_equal(&first, &answer))
            continue;
        difference_add(contest, "default", &first);
        difference_add(contest, configurations[c].name, &answer);
        return DIFFERS_SELF;
    }
    return is_skipped ? SKIPPED : contest_compare_sqlite(contest, query, &first, floating);
}
