#!/bin/sh
# Runs the benchmarks against DuckDB: run_duckdb.sh csv|scaling|tpch [WORD…]
#   BENCH_TPCH     folder of the eight TPC-H tables as CSV files with headers
#   BENCH_TPCH_LARGER  the same at a larger scale (scaling only; without it only threads are compared)
#   BENCH_ROUNDS   how often each query is run by each contender (5)
#   BENCH_ROWS     rows of quotes.csv, and three times those of wide.csv (2600000)
#   BENCH_THREADS  of DuckDB and of quern (2)
#   BUILD          where `make` has put the programs
BUILD=${BUILD:-build}
what=$1
shift
rows=${BENCH_ROWS:-2600000}
case $rows in
'' | *[!0-9]* | 0*) echo "bench-$what: BENCH_ROWS=$rows is no count of rows" >&2; exit 2 ;;
esac
if [ ! -f "$BENCH_TPCH/lineitem.csv" ]; then
    echo "bench-$what: BENCH_TPCH must name a folder that has the TPC-H tables as CSV files with headers" >&2
    exit 2
fi

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

if [ "$what" = tpch ]; then
    exec "$BUILD/bench/bench_tpch" "$BENCH_TPCH" "${BENCH_ROUNDS:-5}" "${BENCH_THREADS:-2}" "$BUILD/quern" \
        "$BUILD/bench/duckdb_run" "$library" "$@"
fi
if [ "$what" = scaling ]; then
    exec "$BUILD/bench/bench_scaling" "$BENCH_TPCH" "$BENCH_TPCH_LARGER" "${BENCH_ROUNDS:-5}" "${BENCH_THREADS:-1}" \
        "$library" "$@"
fi
shapes=$(dirname "$0")/data/shapes-$rows
if [ ! -d "$shapes" ]; then
    mkdir -p "$shapes.part" && "$BUILD/bench/generate_shapes" "$rows" "$shapes.part" && mv "$shapes.part" "$shapes" || exit 1
fi
exec "$BUILD/bench/bench_csv" "$BENCH_TPCH" "$shapes" "${BENCH_ROUNDS:-5}" "${BENCH_THREADS:-2}" "$BUILD/quern" \
    "$BUILD/bench/duckdb_run" "$library" "$@"
