/* tests/random/tables.c: random tables: few distinct values, many duplicates and NULLs, and now and then an extreme. */
#include <stdio.h>
#include <string.h>

#include "generator.h"

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t random_next(Random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

size_t random_below(Random *random, size_t limit)
{
    return (size_t)(random_next(random) % limit);
}

bool random_is(Random *random, unsigned percent)
{
    return random_below(random, 100) < percent;
}

static const char *const texts[] = {"''",
                                    "'a'",
                                    "'b'",
                                    "'ab'",
                                    "'abc'",
                                    "'B'",
                                    "'a%b'",
                                    "'a_b'",
                                    "' pad '",
                                    "'it''s'",
                                    "'日本語'",
                                    "'exactly twelv'",
                                    "'longer than twelve bytes'",
                                    "'longer than twelve bytez'"};
static const char *const dates[] = {"DATE '1970-01-01'", "DATE '2000-02-29'", "DATE '1999-12-31'",
                                    "DATE '2000-01-01'", "DATE '0001-01-01'", "DATE '9999-12-31'"};
static const char *const fractions[] = {"-2.5", "-0.25", "0.0", "0.25", "0.5", "1.0", "1.25", "2.5", "1024.75"};
#define PICK(random, list) ((list)[random_below((random), sizeof(list) / sizeof *(list))])

/* `is_small`: the column's type has no room for the extremes of BIGINT. */
static const char *cell_generate(Arena *arena, Random *random, Kind kind, const char *type, unsigned null_percent,
                                 size_t spread)
{
    if (random_is(random, null_percent))
        return "NULL";
    switch (kind) {
    case KIND_INT:
        if (random_is(random, 2))
            return strcmp(type, "SMALLINT") == 0  ? "32767"
                   : strcmp(type, "INTEGER") == 0 ? "-2147483648"
                   : random_is(random, 50)        ? "9223372036854775807"
                                                  : "(-9223372036854775807 - 1)";
        return arena_format(arena, "%d", (int)random_below(random, spread) - (int)spread / 4);
    case KIND_TEXT:
        return PICK(random, texts);
    case KIND_BOOL:
        return random_is(random, 50) ? "TRUE" : "FALSE";
    case KIND_DATE:
        return PICK(random, dates);
    default: /* multiples of a quarter: sums are exact in any order */
        return PICK(random, fractions);
    }
}

const char *literal_generate(Arena *arena, Random *random, Kind kind)
{
    return cell_generate(arena, random, kind, "BIGINT", 0, 12);
}

static void table_generate(Table *table, size_t index, Arena *arena, Random *random)
{
    static const struct {
        Kind kind;
        const char *name, *type;
    } columns[] = {{KIND_INT, "i0", "INTEGER"},          {KIND_TEXT, "s0", "VARCHAR"},  {KIND_INT, "i1", "BIGINT"},
                   {KIND_INT, "i2", "SMALLINT"},         {KIND_DOUBLE, "d0", "DOUBLE"}, {KIND_BOOL, "b0", "BOOLEAN"},
                   {KIND_DECIMAL, "n0", "DECIMAL(9,2)"}, {KIND_DATE, "t0", "DATE"}};
    static const char *const indexes[] = {"i0", "s0", "i0, s0", "s0 DESC, i0", "i0 DESC NULLS LAST"};
    static const size_t row_counts[] = {0, 1, 3, 5, 8, 8, 13, 13, 30, 30};
    snprintf(table->name, sizeof table->name, "t%zu", index);
    table->storage = random_is(random, 60) ? STORAGE_MEMORY : (Storage)random_below(random, STORAGE_COUNT);
    table->column_count = 0;
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        if (c < 2 || random_is(random, 60)) { /* i0 and s0 are in every table */
            table->kinds[table->column_count] = columns[c].kind;
            table->types[table->column_count] = columns[c].type;
            strcpy(table->names[table->column_count++], columns[c].name);
        }
    table->row_count = PICK(random, row_counts);
    table->rows = arena_array(arena, Row, table->row_count);
    table->index = random_is(random, 40) ? PICK(random, indexes) : NULL;
    unsigned null_percent = (unsigned)random_below(random, 4) * 10;
    size_t spread = 2 + random_below(random, 12);
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t c = 0; c < table->column_count; c++)
            table->rows[r].cells[c] =
                cell_generate(arena, random, table->kinds[c], table->types[c], null_percent, spread);
}

void tables_generate(Tables *tables, Arena *arena, Random *random)
{
    tables->count = 2 + random_below(random, TABLE_LIMIT - 1);
    for (size_t i = 0; i < tables->count; i++)
        table_generate(&tables->tables[i], i, arena, random);
}

static void cell_write(const char *cell, Dialect dialect, Text *text)
{
    bool is_date = strncmp(cell, "DATE ", 5) == 0;
    text_add(text, is_date && dialect == SQLITE ? cell + 5 : cell);
}

void table_write(const Table *table, Dialect dialect, Text *text)
{
    static const char *const sqlite_types[] = {
#define SQLITE_TYPE(name, quern_type, sqlite_type, small, other) sqlite_type,
        VALUE_KINDS(SQLITE_TYPE)
#undef SQLITE_TYPE
    };
    text_add_format(text, "CREATE TABLE %s (", table->name);
    for (size_t c = 0; c < table->column_count; c++)
        text_add_format(text, "%s%s %s", c > 0 ? ", " : "", table->names[c],
                        dialect == QUERN ? table->types[c] : sqlite_types[table->kinds[c]]);
    text_add(text, ");\n");
    for (size_t r = 0; r < table->row_count; r++) {
        if (r == 0)
            text_add_format(text, "INSERT INTO %s VALUES\n", table->name);
        text_add(text, "  (");
        for (size_t c = 0; c < table->column_count; c++) {
            text_add(text, c > 0 ? ", " : "");
            cell_write(table->rows[r].cells[c], dialect, text);
        }
        text_add(text, r + 1 < table->row_count ? "),\n" : ");\n");
    }
}
