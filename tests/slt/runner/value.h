/* runner/value.h: how one value is written before it is compared, and when two spellings mean the same value. */
#ifndef QUERN_TESTS_SLT_RUNNER_VALUE_H
#define QUERN_TESTS_SLT_RUNNER_VALUE_H

#include "base/text.h"

/* The grammars and value formats of the files that the runner reads. */
typedef enum Dialect {
    DIALECT_GUESS,  /* from the file's name and head */
    DIALECT_QUERN,  /* rs's grammar; values exactly as quern shows them, error patterns must match */
    DIALECT_RS,     /* sqllogictest-rs, DataFusion */
    DIALECT_SQLITE, /* sqllogictest as SQLite has it */
    DIALECT_DUCKDB,
} Dialect;

typedef enum ValueClass {
    VALUE_TEXT,
    VALUE_INTEGER,
    VALUE_DECIMAL,
    VALUE_FLOAT,
    VALUE_BOOLEAN,
    VALUE_TIMESTAMP,
    VALUE_BLOB,
} ValueClass;

/* From the column's SQL type: "DECIMAL(15,2)". */
ValueClass value_class(const char *type);

/* Adds the value, as the dialect writes it, to `text`. `letter` is the record's type letter for the column; `value` is
 * NULL for NULL. `is_hashed`: it is written for sorting or hashing (duckdb writes booleans differently there). */
void value_format(Text *text, Dialect dialect, char letter, ValueClass class, const char *value, size_t size,
                  bool is_hashed);

/* True when both spell the same value: numbers within 1e-9, booleans, timestamps, intervals, not-a-numbers. */
bool value_equivalent(const char *a, const char *b);
/* True when both are numbers that are equal or nearly so. */
bool value_numbers_close(const char *a, const char *b);

#endif
