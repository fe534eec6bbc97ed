#!/bin/sh
# tests/tpch/make_answers.sh: PostgreSQL's answers to sql/tpch over the rows of another generator.
#   make_answers.sh ROWS ANSWERS [PSQL-OPTION…]
# ROWS has lineitem.csv and so on, with headers, as tpchgen-cli (`tpchgen-cli csv -s 0.01`) writes them; one file a query
# goes to ANSWERS. The database gets the tables in a schema of their own, which is dropped first.
set -e
rows=$1
answers=$2
shift 2
here=$(dirname "$0")
run() { psql -X -q -v ON_ERROR_STOP=1 "$@"; }
{
    cat "$here/schema.sql"
    for table in region nation supplier customer part partsupp orders lineitem; do
        printf "\\\\copy tpch.%s FROM '%s' (FORMAT csv, HEADER)\n" $table "$rows/$table.csv"
    done
    echo 'ANALYZE;'
} | run "$@"
mkdir -p "$answers"
for query in "$here"/../../sql/tpch/q*.sql; do
    PGOPTIONS='-c search_path=tpch -c datestyle=ISO' run --csv "$@" -f "$query" >"$answers/$(basename "$query" .sql).csv"
done
