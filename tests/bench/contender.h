/* tests/bench/contender.h: those that are timed against one another: programs from start to exit, quern's tables in
 * memory, SQLite's tables in memory. DuckDB: duckdb.h. */
#ifndef QUERN_BENCH_CONTENDER_H
#define QUERN_BENCH_CONTENDER_H

#include <quern/quern.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Timing {
    double wall_ms;
    double cpu_ms;  /* user and system, of all threads */
    double peak_mb; /* the most memory resident, 10^6 bytes; of a process only, and at least what is resident here */
} Timing;

Timing timing_start(void);
Timing timing_since(Timing start);

/* Rows as text: cells end with a tab, rows with a line feed. */
typedef struct Answer {
    char *text;
    size_t size, capacity;
} Answer;

/* What a session works on; the files are read when it is opened, which is not counted. */
typedef struct Session {
    QuernConnection *quern;
    sqlite3 *sqlite;
} Session;

void answer_reset(Answer *answer);
void answer_append(Answer *answer, const char *data, size_t size);
/* A file's lines, cut at `delimiter`: fails when they are not those of the other file, as answer_equal has it. */
void files_check_equal(const char *left, const char *right, char delimiter);

/* The statement of sql/tpch/NAME.sql, without its semicolon. */
void sql_read(const char *name, char *sql, size_t capacity);

/* Whether a word is part of the name; without words every name is wanted. */
bool name_is_wanted(const char *name, char **words, size_t word_count);

/* Prints and exits with status 1: nothing can be measured then. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether two answers say the same: cells are equal text, or numbers that differ by rounding only. */
bool answer_equal(const Answer *left, const Answer *right);

/* Loads sales.csv and customers.csv of the folder into both. */
void session_open(Session *session, const char *folder);
void session_close(Session *session);

/* Each runs a query to its end; the answer is overwritten. */
Timing quern_run(QuernConnection *connection, const char *sql, Answer *answer);
Timing session_run_sqlite(Session *session, const char *sql, Answer *answer);
/* Runs a program from start to exit; its output, cells between tabs and no header, is the answer. `arguments` end with
 * NULL. */
Timing process_run(const char *const *arguments, Answer *answer);

#endif
