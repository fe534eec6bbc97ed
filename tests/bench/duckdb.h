/* tests/bench/duckdb.h: DuckDB through the documented C API of its shared library, which is opened at run time. */
#ifndef QUERN_BENCH_DUCKDB_H
#define QUERN_BENCH_DUCKDB_H

#include "contender.h"

typedef struct DuckDb DuckDb;

/* An empty database in memory. `folder` has CSV files: a table that is not there is FOLDER/NAME.csv; NULL: no files. */
DuckDb *duckdb_start(const char *library, const char *folder, unsigned thread_count);
void duckdb_stop(DuckDb *database);
/* Runs one statement to its end; the answer is overwritten, or left away (NULL). */
Timing duckdb_run(DuckDb *database, const char *sql, Answer *answer);

#endif
