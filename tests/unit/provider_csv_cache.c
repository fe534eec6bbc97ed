/* What a session has parsed of a file serves its later statements, and changes no answer. */
#include "provider_csv_tables.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

enum { ROW_COUNT = 40000, STATEMENT_COUNT = 4 };

/* Three pieces and a bit, some fields quoted over two lines, some NULL. */
static const char *rows_write(const char *first_field)
{
    Text text = text_in(test_arena);
    text_add_format(&text, "n,t,d\n%s,first,2024-01-31\n", first_field);
    for (int i = 1; i < ROW_COUNT; i++)
        text_add_format(&text, "%d,\"a text that is longer than others,\n%d\",%s\n", i, i % 1000,
                        i % 7 ? "2024-02-01" : "");
    return text_string(&text);
}

typedef struct Answer {
    const char *rows;
    bool is_kept; /* nothing was read of the file */
} Answer;

/* A statement of its own: some columns, those above 100 of the first. */
static Scan *statement_scan(TableProvider *table, const size_t *projection, size_t column_count, bool has_filter)
{
    csv_context.now++;
    table->ops->schema(table, &csv_context);
    Type bigint = type_of(TYPE_BIGINT);
    Expr **filter = arena_new(test_arena, Expr *);
    *filter = csv_compare(">", 0, bigint, value_integer(bigint, 100));
    ScanArgs args = {.context = &csv_context,
                     .arena = test_arena,
                     .projection = projection,
                     .projection_count = column_count,
                     .filters = filter,
                     .filter_count = has_filter,
                     .limit = NO_LIMIT,
                     .parallelism = 2};
    return table->ops->scan(table, &args);
}

static Answer statement_run(TableProvider *table, const size_t *projection, size_t column_count, bool has_filter)
{
    Scan *scan = statement_scan(table, projection, column_count, has_filter);
    Answer answer = {.rows = csv_scan_text(scan)};
    Text analyzed = text_in(test_arena);
    scan->explain_analyze(scan, &analyzed);
    answer.is_kept = strstr(text_string(&analyzed), "bytes read: 0\n") != NULL;
    return answer;
}

START_TEST(from_the_third_statement_on_nothing_is_read)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "");
    static const size_t all[] = {2, 1, 0}, dates[] = {2};
    Answer first = statement_run(table, all, 3, false);
    for (int i = 2; i <= STATEMENT_COUNT; i++) {
        Answer answer = statement_run(table, all, 3, false);
        ck_assert_str_eq(answer.rows, first.rows);
        ck_assert_int_eq(answer.is_kept, i >= 3);
    }
    ck_assert(statement_run(table, dates, 1, false).is_kept);
    ck_assert(statement_run(table, NULL, 0, false).is_kept);
    TableProvider *other = csv_table(csv_file(rows_write("0")), "");
    Answer filtered = statement_run(other, all, 2, true), kept = statement_run(table, all, 2, true);
    ck_assert(kept.is_kept && !filtered.is_kept);
    ck_assert_str_eq(kept.rows, filtered.rows);
}
END_TEST

START_TEST(columns_that_were_not_asked_for_are_not_kept)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "");
    static const size_t dates[] = {2}, both[] = {2, 0};
    for (int i = 0; i < 3; i++)
        statement_run(table, dates, 1, false);
    ck_assert(!statement_run(table, both, 2, false).is_kept);
    ck_assert(statement_run(table, both, 2, false).is_kept);
}
END_TEST

START_TEST(a_file_that_has_changed_is_read_again)
{
    const char *path = csv_file(rows_write("0"));
    TableProvider *table = csv_table(path, "");
    static const size_t all[] = {0, 1, 2};
    for (int i = 0; i < 3; i++)
        statement_run(table, all, 3, false);
    const char *changed = rows_write("9"); /* of the same size */
    csv_file_write(path, changed, strlen(changed));
    struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    Answer answer = statement_run(table, all, 3, false);
    ck_assert(!answer.is_kept);
    ck_assert_int_eq(strncmp(answer.rows, "9|first|", 8), 0);
}
END_TEST

/* What nobody asks for may be wrong: it is neither an error nor kept. */
START_TEST(a_bad_value_in_a_row_that_is_left_out_is_none)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "types=t BIGINT");
    static const size_t numbers[] = {1};
    csv_context.now++;
    const Schema *schema = table->ops->schema(table, &csv_context);
    ck_assert_int_eq(schema->columns[1].type.id, TYPE_BIGINT);
    Type bigint = type_of(TYPE_BIGINT);
    Expr *filter = csv_compare("<", 0, bigint, value_integer(bigint, -1));
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        csv_context.now++;
        ScanArgs args = {.context = &csv_context,
                         .arena = test_arena,
                         .projection = numbers,
                         .projection_count = 1,
                         .filters = &filter,
                         .filter_count = 1,
                         .limit = NO_LIMIT,
                         .parallelism = 1};
        ck_assert_str_eq(csv_scan_text(table->ops->scan(table, &args)), "");
    }
}
END_TEST

START_TEST(what_is_kept_stays_within_its_memory)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "");
    static const size_t dates[] = {2}, texts[] = {1};
    static MemoryBudget small = {.limit = 8 << 20}; /* a quarter: enough for dates, not for texts */
    csv_context.memory = &small;
    Answer first = statement_run(table, dates, 1, false);
    statement_run(table, dates, 1, false);
    Answer third = statement_run(table, dates, 1, false);
    ck_assert(third.is_kept);
    ck_assert_str_eq(third.rows, first.rows);
    first = statement_run(table, texts, 1, false);
    for (int i = 0; i < 2; i++) {
        Answer later = statement_run(table, texts, 1, false);
        ck_assert(!later.is_kept);
        ck_assert_str_eq(later.rows, first.rows);
        ck_assert_uint_le(atomic_load(&small.used), small.limit / 4);
    }
    arena_release(test_arena, table);
    ck_assert_uint_eq(atomic_load(&small.used), 0);
    csv_context.memory = &csv_budget;
}
END_TEST

START_TEST(who_would_be_refused_memory_gets_what_is_kept)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "");
    static const size_t dates[] = {2}, numbers[] = {0};
    static MemoryBudget small = {.limit = 8 << 20};
    csv_context.memory = &small;
    for (int i = 0; i < 3; i++)
        statement_run(table, dates, 1, false);
    for (int i = 0; i < 2; i++)
        statement_run(table, numbers, 1, false);
    size_t kept = atomic_load(&small.spare);
    ck_assert_uint_gt(kept, 0);
    ck_assert_uint_eq(atomic_load(&small.used), kept);
    size_t taken = small.limit - kept + 1; /* one byte too many: the older column goes */
    ck_assert(memory_budget_take(&small, taken));
    ck_assert_uint_gt(atomic_load(&small.spare), 0);
    memory_budget_give(&small, taken);
    ck_assert(statement_run(table, numbers, 1, false).is_kept);
    ck_assert(!memory_budget_take(&small, small.limit + 1)); /* more than there is: nothing would help */
    ck_assert(statement_run(table, numbers, 1, false).is_kept);
    taken = small.limit - atomic_load(&small.used) + 1; /* the last column goes */
    ck_assert(memory_budget_take(&small, taken));
    memory_budget_give(&small, taken);
    ck_assert(!statement_run(table, numbers, 1, false).is_kept);
    Answer first = statement_run(table, dates, 1, false), second = statement_run(table, dates, 1, false);
    ck_assert(!first.is_kept && second.is_kept); /* and is kept again */
    ck_assert_str_eq(first.rows, second.rows);
    arena_release(test_arena, table);
    ck_assert_uint_eq(atomic_load(&small.used), 0);
    csv_context.memory = &csv_budget;
}
END_TEST

typedef struct Total {
    size_t row_count;
    int64_t sum; /* of the first column */
} Total;

/* A statement that is read by one cursor, or by two in turn: each piece comes from one of them. */
static Total statement_total(TableProvider *table, const size_t *projection, size_t column_count, size_t cursor_count)
{
    Scan *scan = statement_scan(table, projection, column_count, false);
    ck_assert_uint_gt(scan->cursor_limit, 1);
    void *reading = scan_start(scan, test_arena, &csv_context, NULL);
    BatchStream *streams[2];
    for (size_t c = 0; c < cursor_count; c++)
        streams[c] = scan->open(scan, reading, test_arena, &csv_context);
    Total total = {0};
    for (size_t turn = 0, ended = 0; ended < cursor_count; turn++) {
        Batch *batch = stream_next(streams[turn % cursor_count]);
        ended = batch ? 0 : ended + 1;
        for (size_t i = 0; batch && i < batch->row_count; i++, total.row_count++) {
            Value value = vector_value(batch->columns[0], batch_row(batch, i));
            total.sum += value.is_null ? 0 : value.i64;
        }
    }
    return total;
}

START_TEST(cursors_share_what_is_kept)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "");
    static const size_t numbers[] = {0};
    for (int statement = 0; statement < STATEMENT_COUNT; statement++) {
        Total total = statement_total(table, numbers, 1, 2);
        ck_assert_uint_eq(total.row_count, ROW_COUNT);
        ck_assert_int_eq(total.sum, (int64_t)ROW_COUNT * (ROW_COUNT - 1) / 2);
    }
}
END_TEST

/* A cursor's first piece is cut into smaller batches than those that it reads later. */
START_TEST(columns_of_a_piece_are_kept_in_the_same_batches)
{
    TableProvider *table = csv_table(csv_file(rows_write("0")), "");
    static const size_t dates[] = {2}, numbers[] = {0}, both[] = {0, 2};
    statement_total(table, dates, 1, 1);
    statement_total(table, dates, 1, 1);
    statement_total(table, numbers, 1, 2);
    for (size_t cursor_count = 1; cursor_count <= 2; cursor_count++)
        for (int statement = 0; statement < 3; statement++) {
            Total total = statement_total(table, both, 2, cursor_count);
            ck_assert_uint_eq(total.row_count, ROW_COUNT);
            ck_assert_int_eq(total.sum, (int64_t)ROW_COUNT * (ROW_COUNT - 1) / 2);
        }
    ck_assert(statement_run(table, both, 2, false).is_kept);
}
END_TEST

TEST_PROGRAM(from_the_third_statement_on_nothing_is_read, columns_that_were_not_asked_for_are_not_kept,
             a_file_that_has_changed_is_read_again, a_bad_value_in_a_row_that_is_left_out_is_none,
             what_is_kept_stays_within_its_memory, who_would_be_refused_memory_gets_what_is_kept,
             cursors_share_what_is_kept, columns_of_a_piece_are_kept_in_the_same_batches)
