/* runner/compare.c: is an answer what the record expects?
 *
 * The expectation is a hash, or lines. Lines are whole rows (rs, quern; their values joined by blanks) or cells: one
 * value a line, or (duckdb) values between tabs. Both are compared row by row; a sorted result whose rows do not agree
 * in order, because numbers are spelled differently, is matched row by row in any order. */
#include "compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "md5.h"
#include "pattern.h"

/* Rows in any order take quadratic time, so that only results up to this many rows are tried. */
#define UNORDERED_ROWS_MAX 3000

typedef struct Comparison {
    Arena *arena;
    Dialect dialect;
    const ValueClass *classes; /* one a column of a row; NULL: all are text (sorted as one bag) */
    size_t column_count;       /* values in a row */
    size_t row_count;
    const char **actual;   /* row_count * column_count values */
    const char **expected; /* the same as cells, or row_count lines */
    bool is_lines;
} Comparison;

static int cells_compare(const void *a, const void *b, void *column_count)
{
    const char *const *x = a, *const *y = b;
    for (size_t i = 0; i < *(size_t *)column_count; i++) {
        int order = strcmp(x[i], y[i]);
        if (order)
            return order;
    }
    return 0;
}

static void cells_sort(const char **cells, size_t cell_count, size_t column_count)
{
    if (cell_count)
        qsort_r(cells, cell_count / column_count, sizeof *cells * column_count, cells_compare, &column_count);
}

/* ---- values and rows ---- */

static bool value_matches(const Comparison *comparison, size_t column, const char *expected, const char *actual)
{
    if (strcmp(expected, actual) == 0)
        return true;
    ValueClass class = comparison->classes ? comparison->classes[column] : VALUE_TEXT;
    switch (comparison->dialect) {
    case DIALECT_QUERN:
        return class == VALUE_FLOAT ? value_numbers_close(expected, actual)
                                    : class == VALUE_BOOLEAN && value_equivalent(expected, actual);
    case DIALECT_DUCKDB:
        if (strncmp(expected, "<REGEX>:", 8) == 0)
            return pattern_matches(expected + 8, actual, true);
        if (strncmp(expected, "<!REGEX>:", 9) == 0)
            return !pattern_matches(expected + 9, actual, true);
        return value_equivalent(expected, actual);
    case DIALECT_RS:
        return value_equivalent(expected, actual);
    default:
        return false;
    }
}

/* Runs of blanks count as one, those at the ends not at all. */
static const char *blanks_collapse(Arena *arena, const char *text)
{
    Text collapsed = text_in(arena);
    for (text += strspn(text, " \t"); *text; text++)
        if (*text != ' ' && *text != '\t')
            text_add_char(&collapsed, *text);
        else if (text[strspn(text, " \t")] != '\0' && collapsed.data[collapsed.size - 1] != ' ')
            text_add_char(&collapsed, ' ');
    return text_string(&collapsed);
}

/* Behind the first `count` blank-separated words. */
static const char *words_end(const char *text, size_t count)
{
    while (count-- > 0) {
        text += strspn(text, " ");
        text += strcspn(text, " ");
    }
    return text;
}

/* A value may hold blanks itself: it takes its own text, or as many words as it has. */
static bool line_matches_values(const Comparison *comparison, const char *line, const char *const *values)
{
    for (size_t i = 0; i < comparison->column_count; i++) {
        size_t size = strlen(values[i]);
        bool is_last = i + 1 == comparison->column_count;
        if (strncmp(line, values[i], size) == 0 && line[size] == (is_last ? '\0' : ' ')) {
            line += size + !is_last;
            continue;
        }
        size_t word_count = 1;
        for (const char *blank = values[i]; (blank = strchr(blank, ' ')) != NULL; blank++)
            word_count++;
        const char *end = is_last ? line + strlen(line) : words_end(line, word_count);
        if (!is_last && *end == '\0')
            return false;
        if (!value_matches(comparison, i, arena_string_n(comparison->arena, line, (size_t)(end - line)), values[i]))
            return false;
        line = end + !is_last;
    }
    return *line == '\0';
}

/* <slt:ignore> stands for any text. */
static bool line_matches_around_ignored(const char *line, const char *text)
{
    static const char mark[] = "<slt:ignore>";
    const char *next = strstr(line, mark);
    if (strncmp(line, text, (size_t)(next - line)) != 0)
        return false;
    text += next - line;
    for (;;) {
        const char *part = next + strlen(mark);
        next = strstr(part, mark);
        size_t part_size = next ? (size_t)(next - part) : strlen(part), text_size = strlen(text);
        if (next == NULL)
            return text_size >= part_size && strcmp(text + text_size - part_size, part) == 0;
        const char *found = memmem(text, text_size, part, part_size);
        if (found == NULL)
            return false;
        text = found + part_size;
    }
}

static const char *row_join(Arena *arena, const char *const *values, size_t count)
{
    Text text = text_in(arena);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add_char(&text, ' ');
        text_add(&text, values[i]);
    }
    return text_string(&text);
}

static bool row_matches(const Comparison *comparison, size_t expected_row, size_t actual_row)
{
    const char *const *values = comparison->actual + actual_row * comparison->column_count;
    if (comparison->is_lines) {
        const char *line = comparison->expected[expected_row];
        if (strstr(line, "<slt:ignore>"))
            return line_matches_around_ignored(line, row_join(comparison->arena, values, comparison->column_count));
        return line_matches_values(comparison, line, values);
    }
    const char *const *cells = comparison->expected + expected_row * comparison->column_count;
    for (size_t i = 0; i < comparison->column_count; i++)
        if (!value_matches(comparison, i, cells[i], values[i]))
            return false;
    return true;
}

/* ---- results ---- */

static const char *row_difference(const Comparison *comparison, size_t row)
{
    size_t columns = comparison->column_count;
    const char *actual = row_join(comparison->arena, comparison->actual + row * columns, columns);
    const char *expected = comparison->is_lines
                               ? comparison->expected[row]
                               : row_join(comparison->arena, comparison->expected + row * columns, columns);
    return arena_format(comparison->arena, "row %zu of %zu differs\n    expected: %s\n    got:      %s", row + 1,
                        comparison->row_count, expected, actual);
}

static bool rows_match_in_any_order(const Comparison *comparison)
{
    if (comparison->row_count > UNORDERED_ROWS_MAX)
        return false;
    bool *is_taken = arena_array(comparison->arena, bool, comparison->row_count);
    for (size_t i = 0; i < comparison->row_count; i++) {
        size_t j = 0;
        while (j < comparison->row_count && (is_taken[j] || !row_matches(comparison, i, j)))
            j++;
        if (j == comparison->row_count)
            return false;
        is_taken[j] = true;
    }
    return true;
}

static bool rows_match(const Comparison *comparison, SortMode sort, const char **ret_why)
{
    size_t row = 0;
    while (row < comparison->row_count && row_matches(comparison, row, row))
        row++;
    if (row == comparison->row_count || (sort != SORT_NONE && rows_match_in_any_order(comparison)))
        return true;
    *ret_why = row_difference(comparison, row);
    return false;
}

static bool hash_parse(const Record *record, uint64_t *ret_count, char ret_hash[33])
{
    int used = 0;
    return record->result.count == 1 &&
           sscanf(record->result.items[0], "%" SCNu64 " values hashing to %32[0-9a-f]%n", ret_count, ret_hash, &used) ==
               2 &&
           record->result.items[0][used] == '\0' && strlen(ret_hash) == 32;
}

void answer_hash(const Answer *answer, char ret_text[33])
{
    Md5 md5;
    md5_init(&md5);
    for (size_t i = 0; i < answer->values.count; i++) {
        md5_add(&md5, answer->values.items[i], strlen(answer->values.items[i]));
        md5_add(&md5, "\n", 1);
    }
    md5_finish(&md5, ret_text);
}

static bool hash_matches(Arena *arena, const Answer *answer, uint64_t count, const char *hash, const char **ret_why)
{
    char actual[33];
    answer_hash(answer, actual);
    if (count == answer->values.count && strcmp(hash, actual) == 0)
        return true;
    *ret_why = arena_format(arena, "expected %" PRIu64 " values hashing to %s\n    got      %zu values hashing to %s",
                            count, hash, answer->values.count, actual);
    return false;
}

/* duckdb: rows with their values between tabs, if every line has as many as there are columns. */
static bool lines_split_at_tabs(Arena *arena, const Record *record, size_t column_count, const char ***ret_cells)
{
    ARRAY(const char *) cells = {0};
    for (size_t i = 0; i < record->result.count; i++) {
        const char *line = record->result.items[i];
        for (size_t column = 0; column < column_count; column++) {
            size_t size = strcspn(line, "\t");
            if ((line[size] == '\0') != (column + 1 == column_count))
                return false;
            array_add(arena, &cells, arena_string_n(arena, line, size));
            line += size + (line[size] != '\0');
        }
    }
    *ret_cells = cells.items;
    return true;
}

/* rs: a single column's values that hold line ends stand on several lines. */
static void answer_expand_lines(Arena *arena, Answer *answer)
{
    if (answer->column_count != 1)
        return;
    ARRAY(const char *) values = {0};
    for (size_t i = 0; i < answer->values.count; i++)
        for (const char *line = answer->values.items[i], *end; line; line = end) {
            end = strchr(line, '\n');
            array_add(arena, &values, end ? arena_string_n(arena, line, (size_t)(end++ - line)) : line);
        }
    answer->values.items = values.items;
    answer->values.count = values.count;
}

/* Blanks at the end of a line count in neither dialect; `column_count` texts make a line. */
static void lines_normalize(Arena *arena, Dialect dialect, const char **lines, size_t count, size_t column_count)
{
    for (size_t i = 0; i < count; i++) {
        if (dialect == DIALECT_RS) {
            lines[i] = blanks_collapse(arena, lines[i]);
        } else if (dialect == DIALECT_QUERN && (i + 1) % column_count == 0) {
            size_t size = strlen(lines[i]);
            while (size && lines[i][size - 1] == ' ')
                size--;
            lines[i] = arena_string_n(arena, lines[i], size);
        }
    }
}

/* Chooses between lines and cells. False: neither fits the answer's shape. */
static bool comparison_take_expected(Comparison *comparison, const Record *record, size_t value_count)
{
    bool has_rows = comparison->dialect == DIALECT_RS || comparison->dialect == DIALECT_QUERN;
    comparison->expected = record->result.items;
    comparison->is_lines = has_rows && comparison->classes != NULL && record->result.count == comparison->row_count;
    if (comparison->is_lines)
        return true;
    if (comparison->dialect == DIALECT_DUCKDB && comparison->classes != NULL &&
        record->result.count == comparison->row_count &&
        lines_split_at_tabs(comparison->arena, record, comparison->column_count, &comparison->expected))
        return true;
    return record->result.count == value_count;
}

bool answer_matches(Arena *arena, Answer *answer, const Record *record, Dialect dialect, const char **ret_why)
{
    if (record->types && strlen(record->types) != answer->column_count) {
        *ret_why = arena_format(arena, "expected %zu columns, got %zu", strlen(record->types), answer->column_count);
        return false;
    }
    if (!record->has_result && (record->label || dialect == DIALECT_DUCKDB || dialect == DIALECT_SQLITE))
        return true; /* only run, or judged by its label */
    if (dialect == DIALECT_RS)
        answer_expand_lines(arena, answer);
    bool is_bag = record->sort == SORT_VALUES;
    size_t column_count = is_bag || answer->column_count == 0 ? 1 : answer->column_count;
    if (record->sort != SORT_NONE)
        cells_sort(answer->values.items, answer->values.count, column_count);
    uint64_t count;
    char hash[33];
    if (hash_parse(record, &count, hash))
        return hash_matches(arena, answer, count, hash, ret_why);

    Comparison comparison = {.arena = arena,
                             .dialect = dialect,
                             .classes = is_bag ? NULL : answer->classes,
                             .column_count = column_count,
                             .row_count = answer->values.count / column_count,
                             .actual = answer->values.items};
    if (!comparison_take_expected(&comparison, record, answer->values.count)) {
        *ret_why =
            arena_format(arena, "expected %zu lines, got %zu rows of %zu columns%s%s", record->result.count,
                         comparison.row_count, answer->column_count, answer->values.count ? "\n    first row: " : "",
                         answer->values.count ? row_join(arena, answer->values.items, column_count) : "");
        return false;
    }
    size_t expected_count = comparison.is_lines ? comparison.row_count : answer->values.count;
    lines_normalize(arena, dialect, comparison.expected, expected_count, 1);
    lines_normalize(arena, dialect, comparison.actual, answer->values.count, comparison.is_lines ? column_count : 1);
    if (record->sort != SORT_NONE && dialect != DIALECT_SQLITE)
        cells_sort(comparison.expected, expected_count, comparison.is_lines ? 1 : column_count);
    return rows_match(&comparison, record->sort, ret_why);
}
