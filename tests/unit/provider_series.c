/* The series provider: what it counts, from where to where. Expected values are PostgreSQL's generate_series; range is
 * the same without the stop. */
#include "test.h"

#include "provider/series.h"

static MemoryBudget budget = {.limit = SIZE_MAX};
static Context context = {.memory = &budget};

/* "count: first .. last sum", read through `column_count` copies of the column. */
static const char *series_text(TableProvider *table, size_t column_count)
{
    static const size_t projection[2] = {0, 0};
    ScanArgs args = {.context = &context,
                     .arena = test_arena,
                     .projection_count = column_count,
                     .projection = projection,
                     .limit = NO_LIMIT,
                     .parallelism = 2};
    Scan *scan = table->ops->scan(table, &args);
    BatchStream *stream = scan_read(scan, test_arena, &context), *second = scan_read(scan, test_arena, &context);
    uint64_t count = 0;
    int64_t first = 0, last = 0;
    uint64_t sum = 0; /* may wrap */
    for (Batch *batch; (batch = stream_next(stream)) != NULL;) {
        batch_check(batch);
        for (size_t i = 0; i < batch->row_count && column_count > 0; i++) {
            int64_t value = vector_value(batch->columns[column_count - 1], i).i64;
            first = count + i == 0 ? value : first;
            last = value;
            sum += (uint64_t)value;
        }
        count += batch->row_count;
    }
    ck_assert_ptr_null(stream_next(second)); /* the first cursor has taken all of it */
    if (table->ops->statistics(table, &context)->row_count.precision == PRECISION_EXACT)
        ck_assert_uint_eq(table->ops->statistics(table, &context)->row_count.count, count);
    provider_unref(table);
    return arena_format(test_arena, "%llu: %lld .. %lld sum %lld", (unsigned long long)count, (long long)first,
                        (long long)last, (long long)sum);
}

START_TEST(numbers_are_counted_up_and_down)
{
    ck_assert_str_eq(series_text(series_table_new("n", 1, 10, 1, true), 1), "10: 1 .. 10 sum 55");
    ck_assert_str_eq(series_text(series_table_new("n", 1, 10, 1, false), 1), "9: 1 .. 9 sum 45");
    ck_assert_str_eq(series_text(series_table_new("n", 1, 10, 4, true), 1), "3: 1 .. 9 sum 15");
    ck_assert_str_eq(series_text(series_table_new("n", 5, 1, -2, true), 1), "3: 5 .. 1 sum 9");
    ck_assert_str_eq(series_text(series_table_new("n", 5, 1, -2, false), 1), "2: 5 .. 3 sum 8");
    ck_assert_str_eq(series_text(series_table_new("n", 5, 1, 1, true), 1), "0: 0 .. 0 sum 0");
    ck_assert_str_eq(series_text(series_table_new("n", 3, 3, 1, true), 1), "1: 3 .. 3 sum 3");
    ck_assert_str_eq(series_text(series_table_new("n", 3, 3, 1, false), 1), "0: 0 .. 0 sum 0");
    ck_assert_str_eq(series_text(series_table_new("n", 0, 9999, 1, true), 1), "10000: 0 .. 9999 sum 49995000");
    ck_assert_str_eq(series_text(series_table_new("n", 0, 9999, 1, true), 0), "10000: 0 .. 0 sum 0");
    ck_assert_str_eq(series_text(series_table_new("n", 0, 9999, 1, true), 2), "10000: 0 .. 9999 sum 49995000");
}
END_TEST

START_TEST(a_series_ends_where_its_type_does)
{
    ck_assert_str_eq(series_text(series_table_new("n", INT64_MAX - 1, INT64_MAX, 1, true), 1),
                     arena_format(test_arena, "2: %lld .. %lld sum -3", INT64_MAX - 1LL, (long long)INT64_MAX));
    ck_assert_str_eq(series_text(series_table_new("n", INT64_MIN, INT64_MAX, INT64_MAX, true), 1),
                     arena_format(test_arena, "3: %lld .. %lld sum %lld", (long long)INT64_MIN, INT64_MAX - 1LL,
                                  INT64_MIN + (INT64_MAX - 1LL) - 1));
    ck_assert_str_eq(series_text(series_table_new("n", INT64_MAX, INT64_MIN, INT64_MIN, true), 1),
                     arena_format(test_arena, "2: %lld .. -1 sum %lld", (long long)INT64_MAX, INT64_MAX - 1LL));
}
END_TEST

enum { DAY = 86400 }; /* seconds */

START_TEST(months_are_counted_by_the_calendar)
{
    /* 1970-01-01, -02-01, -03-01: days 0, 31, 59 */
    TableProvider *table = series_timestamp_table_new("ts", type_of(TYPE_TIMESTAMP), 0, 59LL * DAY * 1000000,
                                                      (Interval){.months = 1}, true);
    ck_assert_str_eq(series_text(table, 1),
                     arena_format(test_arena, "3: 0 .. %lld sum %lld", 59LL * DAY * 1000000, 90LL * DAY * 1000000));
    table = series_timestamp_table_new("ts", type_of(TYPE_TIMESTAMP), 0, -1000000, (Interval){.microseconds = -500000},
                                       false);
    ck_assert_str_eq(series_text(table, 1), "2: 0 .. -500000 sum -500000");
}
END_TEST

TEST_PROGRAM(numbers_are_counted_up_and_down, a_series_ends_where_its_type_does, months_are_counted_by_the_calendar)
