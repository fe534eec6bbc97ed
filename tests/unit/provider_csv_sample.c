/* Samples for who plans: rows of the file as they are, from all over it, or all of them. */
#include "provider_csv_tables.h"

enum { ROWS = 20000 };

typedef struct Seen {
    size_t row_count;
    size_t tenths[10]; /* rows of each tenth of the file */
    int64_t last;
} Seen;

/* Columns: half, which is id / 2, and id. */
static void see(void *user, Batch *batch)
{
    Seen *seen = user;
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t row = batch_row(batch, i);
        Value half = vector_value(batch->columns[0], row), id = vector_value(batch->columns[1], row);
        ck_assert(!half.is_null && !id.is_null);
        ck_assert_int_eq(half.i64, id.i64 / 2);
        ck_assert_int_gt(id.i64, seen->last);
        seen->last = id.i64;
        seen->tenths[id.i64 * 10 / ROWS]++;
        seen->row_count++;
    }
}

static void count(void *user, Batch *batch)
{
    *(size_t *)user += batch->row_count;
}

static bool sample(TableProvider *table, size_t row_count, void (*visit)(void *user, Batch *batch), void *user)
{
    static const size_t columns[] = {2, 0};
    table->ops->schema(table, &csv_context);
    return table->ops->sample(table, &csv_context, test_arena, columns, 2, row_count, visit, user);
}

/* id,note,half; notes are texts that `note` makes of it. */
static TableProvider *table_of(const char *note, const char *options)
{
    Text text = text_in(test_arena);
    text_add(&text, "id,note,half\n");
    for (int i = 0; i < ROWS; i++)
        text_add_format(&text, "%d,%s,%d\n", i, note, i / 2);
    return csv_table(csv_file(text_string(&text)), options);
}

START_TEST(rows_come_from_all_over_the_file)
{
    Seen seen = {.last = -1};
    ck_assert(!sample(table_of("some text", ""), 1024, see, &seen));
    ck_assert_uint_ge(seen.row_count, 900);
    ck_assert_uint_le(seen.row_count, 1100);
    for (size_t i = 0; i < 10; i++)
        ck_assert_uint_ge(seen.tenths[i], 64);
}
END_TEST

START_TEST(all_rows_are_a_sample_too)
{
    Seen seen = {.last = -1};
    ck_assert(sample(table_of("some text", ""), SIZE_MAX, see, &seen));
    ck_assert_uint_eq(seen.row_count, ROWS);
}
END_TEST

/* A place within quotes shows lines that are no rows: most of them are left out, and none is an error. */
START_TEST(quoted_line_ends_are_no_error)
{
    size_t row_count = 0;
    ck_assert(!sample(table_of("\"two\nlines, \"\"quoted\"\"\"", ""), 1024, count, &row_count));
    ck_assert_uint_ge(row_count, 256);
    ck_assert_uint_le(row_count, 1100);
}
END_TEST

START_TEST(what_is_read_byte_by_byte_has_none)
{
    size_t row_count = 0;
    ck_assert(!sample(table_of("some text", "comment=#"), 1024, count, &row_count));
    ck_assert_uint_eq(row_count, 0);
}
END_TEST

TEST_PROGRAM(rows_come_from_all_over_the_file, all_rows_are_a_sample_too, quoted_line_ends_are_no_error,
             what_is_read_byte_by_byte_has_none)
