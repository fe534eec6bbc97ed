/* plugins/tpch/generate.h: the eight tables of TPC-H, made column by column, for any range of their rows.
 *
 * A table's base rows are its rows, but for PARTSUPP, whose base rows are parts (4 rows each), and LINEITEM, whose base
 * rows are orders (1 to 7 lines each). Columns are independent of each other: only those that are asked for are made.
 */
#ifndef TPCH_GENERATE_H
#define TPCH_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_COLUMNS = 16, BLOCK_BASE_ROWS = 2048, BLOCK_ROWS = BLOCK_BASE_ROWS * 7 };

typedef enum ColumnKind {
    COLUMN_BIGINT,
    COLUMN_INTEGER,
    COLUMN_DATE,  /* days since 1970-01-01 */
    COLUMN_MONEY, /* DECIMAL(15,2), in hundredths */
    COLUMN_WORD,  /* a code: an index into the column's words */
    COLUMN_TEXT
} ColumnKind;

typedef struct Scale {
    int64_t suppliers, customers, parts, orders;
    int64_t clerks;
} Scale;

typedef struct Stream {
    uint64_t seed;
    uint32_t per_row; /* draws of a base row */
    int64_t low, high;
} Stream;

/* A run of base rows. */
typedef struct Block {
    const Scale *scale;
    int64_t first, count; /* base rows, from 0 */
    int64_t row_count;
    uint8_t group_sizes[BLOCK_BASE_ROWS]; /* rows of each base row */
    int64_t scratch[4][BLOCK_ROWS];       /* of columns that are made from others */
} Block;

/* Where a text column goes: Arrow string views; buffer 0 holds `bytes`, buffer 1 the text pool. */
typedef struct TextView {
    int32_t size;
    union {
        char inlined[12];
        struct {
            char prefix[4];
            int32_t buffer, offset;
        } outside;
    } as;
} TextView;

typedef struct Texts {
    TextView *views;
    char *bytes;
    int32_t size; /* used */
    const char *pool;
} Texts;

typedef struct Column Column;
struct Column {
    const char *name;
    ColumnKind kind;
    void (*numbers)(Block *block, const Column *column, int64_t *ret_values);
    void (*texts)(Block *block, const Column *column, Texts *texts);
    Stream stream;
    const char *const *words;
    size_t word_count;
    uint32_t text_size;                      /* TEXT: a row's own bytes, at the most; 0: all in the pool */
    int64_t least, most;                     /* numbers: near its bounds; both 0: nothing is known */
    int64_t (*distinct)(const Scale *scale); /* about how many values there are; NULL: not known */
    bool uses_pool;
};

typedef struct Table {
    const char *name;
    size_t column_count;
    Column columns[MAX_COLUMNS];
    int64_t (*base_rows)(const Scale *scale);
    uint32_t group_size; /* 0: orders have lines */
    size_t key_count;    /* the first columns are the key ... */
    size_t keys[2];      /* ... which are these; the first is in ascending order */
} Table;

/* Composes the words of columns; before anything else, once. */
void tables_init(void);
/* NULL: there is none of that name. */
const Table *table_of_name(const char *name);

/* Exact: LINEITEM's lines are counted. */
int64_t table_row_count(const Table *table, const Scale *scale);
/* The key of a base row, from 0; ascending. */
int64_t table_key(const Table *table, int64_t base_row);
/* How many base rows have keys below this one. */
int64_t table_rows_below(const Table *table, const Scale *scale, int64_t key);

/* Up to BLOCK_BASE_ROWS base rows. */
void block_init(Block *block, const Table *table, const Scale *scale, int64_t first, int64_t count);

#endif
