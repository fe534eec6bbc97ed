#!/bin/sh
# Runs the benchmarks against DuckDB: run_duckdb.sh bounded|csv|scaling|tpch [WORD…]
#   BENCH_SCALE    of TPC-H (1); its tables are made by tests/plugins/tpch
#   BENCH_LARGER   the scale of those that are set against them (3); only bounded and scaling, "" skips that part
#   BENCH_TPCH, BENCH_TPCH_LARGER  folders of such tables as CSV files with headers, to be taken instead
#   BENCH_ROUNDS   how often each query is run by each contender (5)
#   BENCH_ROWS     rows of quotes.csv, and three times those of wide.csv (2600000)
#   BENCH_THREADS  of DuckDB and of quern (2; scaling: 1)
#   BUILD          where `make` has put the programs
. "$(dirname "$0")/data.sh"
BUILD=${BUILD:-build}
what=$1
shift
rows=${BENCH_ROWS:-2600000} rounds=${BENCH_ROUNDS:-5}
rows_check BENCH_ROWS "$rows"

# DuckDB is a library in an npm package.
duckdb=$BUILD/bench/duckdb
if [ ! -f "$duckdb/package/libduckdb.so" ]; then
    mkdir -p "$duckdb"
    if ! (cd "$duckdb" && npm pack --silent @duckdb/node-bindings-linux-x64 >/dev/null && tar xzf ./*.tgz && rm ./*.tgz); then
        echo "bench-$what: skipped: npm cannot get @duckdb/node-bindings-linux-x64, which has libduckdb.so" >&2
        exit 0
    fi
fi
library=$duckdb/package/libduckdb.so

# tpch_folder SCALE FOLDER: sets $tpch, the folder or that of the scale
tpch_folder() {
    tpch=${2:-$(dirname "$0")/data/tpch-$1}
    [ -n "$2" ] || data_make "$tpch" tpch_write "$1"
    [ -f "$tpch/lineitem.csv" ] || { echo "bench-$what: $tpch has no lineitem.csv" >&2; exit 2; }
}
larger=
case $what in
bounded | scaling)
    if [ -n "$BENCH_TPCH_LARGER${BENCH_LARGER-3}" ]; then
        tpch_folder "${BENCH_LARGER-3}" "$BENCH_TPCH_LARGER"
        larger=$tpch
    fi
    ;;
esac
tpch_folder "${BENCH_SCALE:-1}" "$BENCH_TPCH"

case $what in
bounded) set -- "$tpch" "$larger" "$BUILD/bench" "$rounds" "${BENCH_THREADS:-2}" "$BUILD/quern" "$library" ;;
csv)
    shapes=$(dirname "$0")/data/shapes-$rows
    data_make "$shapes" "$BUILD/bench/generate_shapes" "$rows"
    set -- "$tpch" "$shapes" "$rounds" "${BENCH_THREADS:-2}" "$BUILD/quern" "$BUILD/bench/duckdb_run" "$library" "$@"
    ;;
scaling) set -- "$tpch" "$larger" "$rounds" "${BENCH_THREADS:-1}" "$library" "$@" ;;
tpch) set -- "$tpch" "$rounds" "${BENCH_THREADS:-2}" "$BUILD/quern" "$BUILD/bench/duckdb_run" "$library" "$@" ;;
esac
exec "$BUILD/bench/bench_$what" "$@"
