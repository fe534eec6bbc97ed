/* runner/script.h: a test file as lines, and one record read from them. */
#ifndef QUERN_TESTS_SLT_RUNNER_SCRIPT_H
#define QUERN_TESTS_SLT_RUNNER_SCRIPT_H

#include <stdint.h>

#include "base/array.h"
#include "value.h"

typedef struct Script {
    const char *path;
    Dialect dialect;
    const char **lines; /* NUL-terminated, without line ends */
    size_t line_count;
} Script;

/* NULL, with errno set, when the file cannot be read. */
Script *script_read(Arena *arena, const char *path, Dialect dialect);

typedef ARRAY(const char *) Words;
/* The words of a control line, up to a word that begins with '#'. */
Words words_split(Arena *arena, const char *line);
bool line_is_blank(const char *line);

/* A loop's variables, in force while its body runs. */
typedef struct Variable {
    const char *name, *value;
} Variable;
typedef ARRAY(Variable) Variables;
/* The line with ${name} and {name} replaced; the line itself when nothing is to be replaced. */
const char *line_substitute(Arena *arena, const char *line, const Variables *variables);

typedef enum SortMode { SORT_NONE, SORT_ROWS, SORT_VALUES } SortMode;
typedef enum Expectation { EXPECT_OK, EXPECT_ERROR, EXPECT_COUNT, EXPECT_MAYBE, EXPECT_ROWS } Expectation;

typedef struct Record {
    size_t line; /* of the control line, from 1 */
    bool is_query;
    Expectation expectation;
    const char *sql;
    const char *types; /* a letter a column; NULL: not said */
    SortMode sort;
    const char *label;          /* NULL: none */
    const char *error_pattern;  /* regular expression on the control line; NULL: any error */
    const char *error_text;     /* below ----; NULL: any error */
    int64_t row_count;          /* EXPECT_COUNT */
    bool has_result;            /* there was a ---- */
    ARRAY(const char *) result; /* the lines below ---- */
} Record;

/* Reads the statement or query whose control line is lines[*line]; *line is then behind its last line. NULL: the
 * control line is malformed. */
Record *record_read(Arena *arena, const Script *script, size_t *line, const Variables *variables, SortMode sort);
/* "rowsort" …; false: no such mode. */
bool sort_mode_parse(const char *word, SortMode *ret_mode);

#endif
