/* tests/bench/contender.h: those that are timed against one another: the quern program over CSV files, quern's tables
 * in memory, SQLite's tables in memory. */
#ifndef QUERN_BENCH_CONTENDER_H
#define QUERN_BENCH_CONTENDER_H

#include <quern/quern.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Timing {
    double wall_ms;
    double cpu_ms; /* user and system, of all threads */
} Timing;

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

/* Prints and exits with status 1: nothing can be measured then. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether two answers say the same: cells are equal text, or numbers that differ by rounding only. */
bool answer_equal(const Answer *left, const Answer *right);

/* Loads sales.csv and customers.csv of the folder into both. */
void session_open(Session *session, const char *folder);
void session_close(Session *session);

/* Each runs a query to its end; the answer is overwritten. */
Timing session_run_quern(Session *session, const char *sql, Answer *answer);
Timing session_run_sqlite(Session *session, const char *sql, Answer *answer);
/* Runs a program from start to exit; its output, CSV with a header, is the answer. `arguments` end with NULL. */
Timing process_run(const char *const *arguments, Answer *answer);

#endif
