#!/bin/sh
# Writes the data where it is not there yet, and runs the benchmarks.
#   BENCH_ROWS    rows of sales.csv (5000000)
#   BENCH_ROUNDS  how often each query is run by each contender (7)
#   QUERN         the program; SQLITE3 the peer's; BUILD where `make bench` has put bench and generate
BUILD=${BUILD:-build}
QUERN=${QUERN:-$BUILD/quern}
rows=${BENCH_ROWS:-5000000}
case $rows in
'' | *[!0-9]* | 0*) echo "run.sh: BENCH_ROWS=$rows is no count of rows" >&2; exit 2 ;;
esac
command -v "${SQLITE3:-sqlite3}" >/dev/null || { echo "run.sh: sqlite3 is missing; the package sqlite3 has it" >&2; exit 2; }

folder=$(dirname "$0")/data/$rows
if [ ! -d "$folder" ]; then
    mkdir -p "$folder.part" && "$BUILD/bench/generate" "$rows" "$folder.part" && mv "$folder.part" "$folder" || exit 1
fi
exec "$BUILD/bench/bench" "$folder" "$rows" "${BENCH_ROUNDS:-7}" "$QUERN" "${SQLITE3:-sqlite3}"
