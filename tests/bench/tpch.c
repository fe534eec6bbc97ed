/* tests/bench/tpch.c: the tables of TPC-H and the statements that load them. */
#include "tpch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_COUNT = 8 };

const char *const tpch_queries[TPCH_QUERY_COUNT] = {"q01", "q02", "q03", "q04", "q05", "q06", "q07", "q08",
                                                    "q09", "q10", "q11", "q12", "q13", "q14", "q15", "q16",
                                                    "q17", "q18", "q19", "q20", "q21", "q22"};

/* DuckDB is told the types, since it takes 0.05 for a DOUBLE; quern finds DECIMAL by itself. */
static const struct {
    const char *name, *columns;
} tables[TABLE_COUNT] = {
    {"region", "r_regionkey BIGINT, r_name VARCHAR, r_comment VARCHAR"},
    {"nation", "n_nationkey BIGINT, n_name VARCHAR, n_regionkey BIGINT, n_comment VARCHAR"},
    {"supplier", "s_suppkey BIGINT, s_name VARCHAR, s_address VARCHAR, s_nationkey BIGINT, s_phone VARCHAR,"
                 " s_acctbal DECIMAL(15,2), s_comment VARCHAR"},
    {"customer", "c_custkey BIGINT, c_name VARCHAR, c_address VARCHAR, c_nationkey BIGINT, c_phone VARCHAR,"
                 " c_acctbal DECIMAL(15,2), c_mktsegment VARCHAR, c_comment VARCHAR"},
    {"part", "p_partkey BIGINT, p_name VARCHAR, p_mfgr VARCHAR, p_brand VARCHAR, p_type VARCHAR, p_size BIGINT,"
             " p_container VARCHAR, p_retailprice DECIMAL(15,2), p_comment VARCHAR"},
    {"partsupp", "ps_partkey BIGINT, ps_suppkey BIGINT, ps_availqty BIGINT, ps_supplycost DECIMAL(15,2),"
                 " ps_comment VARCHAR"},
    {"orders", "o_orderkey BIGINT, o_custkey BIGINT, o_orderstatus VARCHAR, o_totalprice DECIMAL(15,2),"
               " o_orderdate DATE, o_orderpriority VARCHAR, o_clerk VARCHAR, o_shippriority BIGINT, o_comment VARCHAR"},
    {"lineitem", "l_orderkey BIGINT, l_partkey BIGINT, l_suppkey BIGINT, l_linenumber BIGINT,"
                 " l_quantity DECIMAL(15,2), l_extendedprice DECIMAL(15,2), l_discount DECIMAL(15,2),"
                 " l_tax DECIMAL(15,2), l_returnflag VARCHAR, l_linestatus VARCHAR, l_shipdate DATE,"
                 " l_commitdate DATE, l_receiptdate DATE, l_shipinstruct VARCHAR, l_shipmode VARCHAR,"
                 " l_comment VARCHAR"},
};

void tpch_load_write(const char *folder, TpchLoad *load)
{
    char *quern = load->quern, *views = load->views, *duckdb = load->duckdb;
    if (strlen(folder) > 256)
        fail("%s: too long a path", folder);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        const char *name = tables[i].name;
        quern += snprintf(quern, sizeof load->quern / TABLE_COUNT, "CREATE TABLE %s AS SELECT * FROM '%s/%s.csv';",
                          name, folder, name);
        views += snprintf(views, sizeof load->views / TABLE_COUNT, "CREATE VIEW %s AS SELECT * FROM '%s/%s.csv';", name,
                          folder, name);
        duckdb += snprintf(duckdb, sizeof load->duckdb / TABLE_COUNT,
                           "CREATE TABLE %s (%s); COPY %s FROM '%s/%s.csv' (HEADER);", name, tables[i].columns, name,
                           folder, name);
    }
}

QuernConnection *tpch_open_quern(const TpchLoad *load, const char *thread_count)
{
    QuernConnection *quern;
    if (quern_open(&quern) != QUERN_OK || quern_set(quern, "threads", thread_count) != QUERN_OK)
        fail("quern could not be started");
    char statements[sizeof load->quern], *rest = statements, *sql;
    memcpy(statements, load->quern, sizeof statements);
    Answer answer = {0};
    while ((sql = strsep(&rest, ";")) != NULL && *sql != '\0')
        quern_run(quern, sql, &answer);
    free(answer.text);
    return quern;
}

DuckDb *tpch_open_duckdb(const TpchLoad *load, const char *library, const char *thread_count)
{
    DuckDb *duckdb = duckdb_start(library, NULL, (unsigned)atoi(thread_count));
    duckdb_run(duckdb, load->duckdb, NULL);
    return duckdb;
}
