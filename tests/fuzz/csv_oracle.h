/* tests/fuzz/csv_oracle.h: the same bytes through the fast reader and through libcsv, as two texts that must be equal.
 */
#ifndef QUERN_TESTS_FUZZ_CSV_ORACLE_H
#define QUERN_TESTS_FUZZ_CSV_ORACLE_H

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_parse.h"

/* ---- libcsv ---- */

typedef struct Oracle {
    Text rows;         /* of those with column_count fields, as row_add writes them */
    Text row;          /* the one being read */
    size_t row_fields; /* its fields */
    size_t column_count;
    size_t ragged_count; /* rows with another count */
} Oracle;

static inline void row_add_field(Text *row, const char *text, size_t size, bool is_null)
{
    text_add_char(row, is_null ? 'N' : 'V');
    text_add_view(row, (StringView){text, is_null ? 0 : size});
    text_add_char(row, '\x1F');
}

static inline void oracle_field(void *text, size_t size, void *user)
{
    Oracle *oracle = user;
    row_add_field(&oracle->row, text ? text : "", size, text == NULL);
    oracle->row_fields++;
}

static inline void oracle_row(int terminator, void *user)
{
    (void)terminator;
    Oracle *oracle = user;
    if (oracle->row_fields == oracle->column_count) {
        text_add_view(&oracle->rows, text_view(&oracle->row));
        text_add_char(&oracle->rows, '\x1E');
    } else {
        oracle->ragged_count++;
    }
    oracle->row_fields = 0;
    text_clear(&oracle->row);
}

static inline int oracle_no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

/* False when libcsv found a quote out of place; `rows` are those before it. */
static inline bool oracle_read(Oracle *oracle, Arena *arena, StringView data, const CsvDialect *dialect)
{
    struct csv_parser parser;
    *oracle = (Oracle){.rows = text_in(arena), .row = text_in(arena), .column_count = dialect->column_count};
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
    csv_set_space_func(&parser, oracle_no_space);
    csv_set_delim(&parser, (unsigned char)dialect->delimiter);
    csv_set_quote(&parser, (unsigned char)dialect->quote);
    bool is_good = csv_parse(&parser, data.data, data.size, oracle_field, oracle_row, oracle) == data.size &&
                   csv_fini(&parser, oracle_field, oracle_row, oracle) == 0;
    csv_free(&parser);
    return is_good;
}

/* ---- the fast reader ---- */

typedef struct Fast {
    Arena *arena;
    CsvSource *source;
    const CsvDialect *dialect;
    CpuLevel level;
    size_t read_size;
    Text rows;
    size_t row_count;
    uint64_t rejects;
    Error error; /* NONE: all was read */
} Fast;

static inline void fast_body(void *argument)
{
    Fast *fast = argument;
    Context *context = arena_new(fast->arena, Context);
    *(Context **)&fast->source->context = context;
    CsvBlock *block = arena_new(fast->arena, CsvBlock);
    CsvRows *rows = arena_new(fast->arena, CsvRows);
    csv_block_init(block, fast->arena, context, fast->source, fast->dialect, fast->level, 0, fast->read_size);
    bool is_single = fast->dialect->column_count == 1;
    while (csv_block_take(block, rows, BATCH_SIZE, true)) {
        for (size_t r = 0; r < rows->count; r++) {
            if (is_single && csv_rows_field(rows, r, 0).size == 0)
                continue; /* a blank line is a NULL here, and nothing to libcsv */
            for (size_t c = 0; c < fast->dialect->column_count; c++) {
                StringView text;
                bool is_value = csv_field_text(fast->arena, fast->dialect, csv_rows_field(rows, r, c), &text);
                row_add_field(&fast->rows, text.data, text.size, !is_value);
            }
            text_add_char(&fast->rows, '\x1E');
            fast->row_count++;
        }
    }
    fast->rejects = atomic_load(&context->rejects);
}

static inline const char *fast_read(Fast *fast)
{
    fast->rows = text_in(fast->arena);
    if (error_protect(fast_body, fast, &fast->error))
        fast->error.code = ERROR_NONE;
    return text_string(&fast->rows);
}

/* Counts rows without looking at fields. */
static inline void count_body(void *argument)
{
    Fast *fast = argument;
    Context *context = arena_new(fast->arena, Context);
    *(Context **)&fast->source->context = context;
    CsvBlock *block = arena_new(fast->arena, CsvBlock);
    CsvRows *rows = arena_new(fast->arena, CsvRows);
    csv_block_init(block, fast->arena, context, fast->source, fast->dialect, fast->level, 0, fast->read_size);
    fast->row_count = 0;
    while (csv_block_take(block, rows, BATCH_SIZE, false))
        fast->row_count += rows->count;
    fast->rejects = atomic_load(&context->rejects);
}

/* ---- comparing ---- */

/* Writes `data` to a file of its own, unlinked already; the source reads it. */
static inline CsvSource *oracle_source(Arena *arena, StringView data)
{
    CsvSource *source = arena_new(arena, CsvSource);
    FILE *file = tmpfile();
    if (file == NULL || fwrite(data.data, 1, data.size, file) != data.size || fflush(file) != 0)
        abort();
    *source =
        (CsvSource){.path = "oracle.csv", .descriptor = dup(fileno(file)), .size = data.size, .stored_size = data.size};
    fclose(file);
    return source;
}

/* NULL when the fast reader says what libcsv says; else what differs. `careful`: the byte-by-byte reader takes its
 * place. */
static inline const char *oracle_compare(Arena *arena, CsvSource *source, StringView data, char delimiter, char quote,
                                         size_t column_count, CpuLevel level, size_t read_size, bool careful)
{
    CsvDialect dialect = {
        .delimiter = delimiter,
        .quote = quote,
        .has_quote = true,
        .escape = quote,
        .has_comment = careful, /* a byte that does not occur: no kernel knows comments */
        .comment = '\x02',
        .on_error = CSV_ERROR_REJECT,
        .column_count = column_count,
    };
    Oracle oracle;
    bool is_good = oracle_read(&oracle, arena, data, &dialect);
    Fast fast = {.arena = arena, .source = source, .dialect = &dialect, .level = level, .read_size = read_size};
    StringView expected = text_view(&oracle.rows);
    StringView rows = view_of("");
    fast_read(&fast);
    rows = text_view(&fast.rows);
    if (fast.error.code != ERROR_NONE)
        return arena_format(arena, "raised %s", fast.error.message);
    if (is_good && !view_equal(rows, expected))
        return arena_format(arena, "fast: %s\nlibcsv: %s", text_string(&fast.rows), text_string(&oracle.rows));
    if (is_good && fast.rejects != oracle.ragged_count)
        return arena_format(arena, "%zu ragged rows where libcsv has %zu", (size_t)fast.rejects, oracle.ragged_count);
    if (!is_good && (rows.size < expected.size || memcmp(rows.data, expected.data, expected.size) != 0))
        return arena_format(arena, "before the error: fast: %s\nlibcsv: %s", text_string(&fast.rows),
                            text_string(&oracle.rows));
    if (!is_good && fast.rejects <= oracle.ragged_count)
        return "a quote out of place went unnoticed";
    Fast count = fast;
    if (!error_protect(count_body, &count, &count.error))
        return arena_format(arena, "counting raised %s", count.error.message);
    if (column_count > 1 && (count.row_count != fast.row_count || count.rejects != fast.rejects))
        return arena_format(arena, "counted %zu rows and %zu rejects where there are %zu and %zu", count.row_count,
                            (size_t)count.rejects, fast.row_count, (size_t)fast.rejects);
    return NULL;
}

#endif
