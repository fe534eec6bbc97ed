/* tests/bench/tpch.h: the tables of TPC-H in memory, loaded from a folder that has them as CSV files with headers. */
#ifndef QUERN_BENCH_TPCH_H
#define QUERN_BENCH_TPCH_H

#include "duckdb.h"

enum { TPCH_QUERY_COUNT = 22 };
extern const char *const tpch_queries[TPCH_QUERY_COUNT]; /* q01 … q22, as sql_read() takes them */

/* Statements that make all tables, each ended by a semicolon; `views` are quern's of the files themselves. */
typedef struct TpchLoad {
    char quern[8192], views[8192], duckdb[8192];
} TpchLoad;

void tpch_load_write(const char *folder, TpchLoad *load);
/* Each has the tables loaded; the caller closes them. */
QuernConnection *tpch_open_quern(const TpchLoad *load, const char *thread_count);
DuckDb *tpch_open_duckdb(const TpchLoad *load, const char *library, const char *thread_count);

#endif
