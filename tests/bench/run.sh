#!/bin/sh
# Writes the data where it is not there yet, and runs the benchmarks.
#   BENCH_ROWS    rows of sales.csv (5000000)
#   BENCH_ROUNDS  how often each query is run by each contender (7)
#   QUERN         the program; SQLITE3 the peer's; BUILD where `make bench` has put bench and generate
. "$(dirname "$0")/data.sh"
BUILD=${BUILD:-build}
QUERN=${QUERN:-$BUILD/quern}
rows=${BENCH_ROWS:-5000000}
rows_check BENCH_ROWS "$rows"
command -v "${SQLITE3:-sqlite3}" >/dev/null || { echo "bench: sqlite3 is missing; the package sqlite3 has it" >&2; exit 2; }

data=$(dirname "$0")/data/$rows
data_make "$data" "$BUILD/bench/generate" "$rows"
exec "$BUILD/bench/bench" "$data" "$rows" "${BENCH_ROUNDS:-7}" "$QUERN" "${SQLITE3:-sqlite3}"
