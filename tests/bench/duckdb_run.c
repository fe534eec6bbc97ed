/* tests/bench/duckdb_run.c: DuckDB as a program of its own, as `quern FOLDER/x.csv … -c SQL -c SQL` is one.
 *   duckdb_run LIBRARY FOLDER THREADS SQL…
 * Prints the last statement's rows, cells between tabs. */
#include <stdio.h>
#include <stdlib.h>

#include "duckdb.h"

int main(int argument_count, char **arguments)
{
    if (argument_count < 5) {
        fprintf(stderr, "usage: duckdb_run LIBRARY FOLDER THREADS SQL...\n");
        return 2;
    }
    Answer answer = {0};
    DuckDb *database = duckdb_start(arguments[1], arguments[2], (unsigned)atoi(arguments[3]));
    for (int i = 4; i < argument_count; i++)
        duckdb_run(database, arguments[i], &answer);
    for (size_t i = 0; i < answer.size; i++)
        if (answer.text[i] != '\t' || answer.text[i + 1] != '\n')
            putchar(answer.text[i]);
    fflush(stdout);
    duckdb_stop(database);
    free(answer.text);
    return 0;
}
