/* What kernels read of a column's fields is what the careful readers read; the rest they leave. */
#include "test.h"

#include <inttypes.h>

#include "../fuzz/csv_oracle.h"
#include "base/context.h"
#include "provider/csv/csv_field.h"
#include "provider/csv/csv_parse.h"

enum { ROW_COUNT = 500 };

static MemoryBudget budget = {.limit = SIZE_MAX};
static Context context = {.memory = &budget};
static uint64_t random_state;
static uint64_t random_next(uint64_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % bound;
}

typedef void (*FieldWriter)(Text *text);

/* Of 1 to 20 digits, perhaps with a sign, a point, zeros before. */
static void write_number(Text *text)
{
    if (random_next(4) == 0)
        text_add_char(text, '-');
    size_t digits = 1 + random_next(20), point = random_next(2) ? random_next(digits + 1) : digits;
    for (size_t i = 0; i < digits; i++) {
        if (i == point)
            text_add_char(text, '.');
        text_add_char(text, (char)('0' + random_next(i == 0 ? 10 : 4)));
    }
}

static void write_date(Text *text)
{
    text_add_format(text, "%04d-%02d-%02d", (int)random_next(10000), (int)random_next(14), (int)random_next(33));
}

/* A field that is nearly right: one byte is another. */
static void write_nearly(Text *text, FieldWriter writer)
{
    size_t start = text->size;
    writer(text);
    static const char bytes[] = "0.-: a/x9\xC3";
    text->data[start + random_next(text->size - start)] = bytes[random_next(sizeof bytes - 1)];
}

/* ROW_COUNT rows of a column that stands first, in the middle or last. */
static StringView rows_write(Arena *arena, FieldWriter writer, size_t column, const char *line_end)
{
    Text text = text_in(arena);
    for (size_t row = 0; row < ROW_COUNT; row++)
        for (size_t c = 0; c < 3; c++) {
            if (c != column)
                text_add(&text, "7777");
            else if (random_next(10) == 0)
                text_add(&text, random_next(2) ? "" : "\"12\"");
            else if (random_next(4) == 0)
                write_nearly(&text, writer);
            else
                writer(&text);
            text_add(&text, c < 2 ? "," : line_end);
        }
    return text_view(&text);
}

static bool careful_read(StringView text, TypeId type, int scale, int64_t *ret_value)
{
    int32_t days;
    if (type == TYPE_DECIMAL)
        return csv_decimal_read(text.data, text.size, scale, ret_value);
    if (type == TYPE_BIGINT)
        return csv_integer_read(text.data, text.size, ret_value);
    if (!csv_date_read(text.data, text.size, &days))
        return false;
    *ret_value = days;
    return true;
}

/* Returns how many values the kernel read. */
static size_t check_rows(CsvRows *rows, size_t column, TypeId type, int scale, const uint16_t *selection, size_t count)
{
    static int64_t values[BATCH_SIZE];
    uint64_t left[VALIDITY_WORDS];
    size_t read_count = 0;
    csv_values_read(rows, column, type, scale, selection, count, values, left);
    for (size_t i = 0; i < count; i++) {
        size_t row = selection ? selection[i] : i;
        if (validity_get(left, row))
            continue;
        StringView text = csv_rows_field(rows, row, column);
        int64_t expected, value = type == TYPE_DATE ? ((const int32_t *)values)[row] : values[row];
        ck_assert_msg(careful_read(text, type, scale, &expected), "'%.*s' was read", VIEW_ARGUMENTS(text));
        ck_assert_msg(value == expected, "'%.*s' was read as %" PRId64, VIEW_ARGUMENTS(text), value);
        read_count++;
    }
    return read_count;
}

static void check_column(FieldWriter writer, TypeId type, int scale, size_t column, const char *line_end)
{
    Arena *arena = arena_new_child(test_arena);
    StringView data = rows_write(arena, writer, column, line_end);
    CsvSource *source = oracle_source(arena, data);
    source->context = &context;
    CsvDialect dialect = {
        .delimiter = ',', .quote = '"', .has_quote = true, .escape = '"', .column_count = 3, .style.is_plain = true};
    uint16_t selection[ROW_COUNT];
    for (size_t i = 0; i < ROW_COUNT / 2; i++)
        selection[i] = (uint16_t)(2 * i);
    size_t first_count = SIZE_MAX;
    for (int level = 0; level <= (int)cpu_level(); level++) {
        CsvBlock *block = arena_new(arena, CsvBlock);
        CsvRows *rows = arena_new(arena, CsvRows);
        csv_block_init(block, arena, &context, source, &dialect, (CpuLevel)level, 0, 0);
        ck_assert(csv_block_take(block, rows, ROW_COUNT, true));
        ck_assert_uint_eq(rows->count, ROW_COUNT);
        size_t count = check_rows(rows, column, type, scale, NULL, ROW_COUNT);
        if (first_count != SIZE_MAX)
            ck_assert_uint_eq(count, first_count); /* every level leaves the same */
        first_count = count;
        check_rows(rows, column, type, scale, selection, ROW_COUNT / 2);
    }
    close(source->descriptor);
    arena_free(arena);
}

START_TEST(kernels_read_what_careful_readers_read)
{
    for (random_state = 1; random_state < 40; random_state++) {
        uint64_t seed = random_state;
        for (size_t column = 0; column < 3; column++) {
            const char *line_end = seed % 2 ? "\n" : "\r\n";
            check_column(write_number, TYPE_BIGINT, 0, column, line_end);
            for (int scale = 1; scale <= 8; scale++)
                check_column(write_number, TYPE_DECIMAL, scale, column, line_end);
            check_column(write_date, TYPE_DATE, 0, column, line_end);
        }
        random_state = seed;
    }
}
END_TEST

/* What is plain is not left: else nobody would notice that kernels do nothing. */
START_TEST(kernels_leave_nothing_that_is_plain)
{
    static const struct {
        TypeId type;
        int scale;
        const char *rows;
    } cases[] = {
        {TYPE_BIGINT, 0, "0,x\n-1,x\n12345678,x\n123456789,x\n1234567890123456,x\n-123456789012345,x\n"},
        {TYPE_DECIMAL, 2, "0.00,x\n-0.05,x\n21168.23,x\n104949.50,x\n1234567890123.45,x\n9.99,x\n"},
        {TYPE_DECIMAL, 7, "0.0000001,x\n-3.1415926,x\n12345678.1234567,x\n"},
        {TYPE_DATE, 0, "1970-01-01,x\n2024-01-31,x\n0001-12-30,x\n9999-12-31,x\n2023-02-28,x\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CsvSource *source = oracle_source(test_arena, view_of(cases[i].rows));
        source->context = &context;
        CsvDialect dialect = {.delimiter = ',',
                              .quote = '"',
                              .has_quote = true,
                              .escape = '"',
                              .column_count = 2,
                              .style.is_plain = true};
        CsvBlock *block = arena_new(test_arena, CsvBlock);
        CsvRows *rows = arena_new(test_arena, CsvRows);
        csv_block_init(block, test_arena, &context, source, &dialect, cpu_level(), 0, 0);
        ck_assert(csv_block_take(block, rows, BATCH_SIZE, true));
        ck_assert_uint_eq(check_rows(rows, 0, cases[i].type, cases[i].scale, NULL, rows->count), rows->count);
        close(source->descriptor);
    }
}
END_TEST

TEST_PROGRAM(kernels_read_what_careful_readers_read, kernels_leave_nothing_that_is_plain)
