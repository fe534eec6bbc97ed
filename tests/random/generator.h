/* tests/random/generator.h: random numbers, random tables, and random queries over them. The same seed gives the same.
 */
#ifndef QUERN_RANDOM_GENERATOR_H
#define QUERN_RANDOM_GENERATOR_H

#include <stdint.h>

#include "node.h"

enum { TABLE_LIMIT = 3, COLUMN_LIMIT = 8 };

typedef struct Row {
    const char *cells[COLUMN_LIMIT]; /* literals, of quern's dialect; see cell_write */
} Row;

/* Where quern's table lives; SQLite's is in memory. */
typedef enum Storage { STORAGE_MEMORY, STORAGE_CSV, STORAGE_SQLITE, STORAGE_COUNT } Storage;

typedef struct Table {
    char name[24]; /* t0 */
    Storage storage;
    size_t column_count;
    Kind kinds[COLUMN_LIMIT];
    const char *types[COLUMN_LIMIT]; /* of quern */
    char names[COLUMN_LIMIT][8];
    Row *rows;
    size_t row_count;
    const char *index; /* its columns; NULL: there is none */
} Table;

typedef struct Tables {
    Table tables[TABLE_LIMIT];
    size_t count;
} Tables;

typedef struct Random {
    uint64_t state;
} Random;

uint64_t random_next(Random *random);
size_t random_below(Random *random, size_t limit);
/* True `percent` times of a hundred. */
bool random_is(Random *random, unsigned percent);

void tables_generate(Tables *tables, Arena *arena, Random *random);
/* CREATE TABLE and INSERT of a dialect; quern's for tables in memory. */
void table_write(const Table *table, Dialect dialect, Text *text);

/* A literal of the kind, not NULL, as cells hold it. */
const char *literal_generate(Arena *arena, Random *random, Kind kind);

/* A whole query, its ORDER BY and LIMIT included. */
Node *query_generate(const Tables *tables, Arena *arena, Random *random);

#endif
