/* How often statements look whether they are to end. The linker has each look of theirs counted here, and those that
 * see no flag of theirs. */
#include <quern/quern.h>
#include <unistd.h>

#include "base/context.h"
#include "exec/sort_entry.h"
#include "test.h"

static size_t look_count, blind_count;

static void spare_watch(void);
void __real_context_check(const Context *context);
void __wrap_context_check(const Context *context);

void __wrap_context_check(const Context *context)
{
    look_count++;
    blind_count += context->cancel == NULL;
    spare_watch();
    __real_context_check(context);
}

static void run(QuernConnection *connection, const char *sql)
{
    for (size_t used = 0; *sql; sql += used) {
        QuernResult *result = NULL;
        bool has_row = true;
        ck_assert_msg(quern_query(connection, sql, strlen(sql), &used, &result) == QUERN_OK, "%s: %s", sql,
                      quern_error_message(connection));
        while (result && has_row)
            ck_assert_msg(quern_result_next(result, &has_row) == QUERN_OK, "%s: %s", sql,
                          quern_error_message(connection));
        quern_result_free(result);
    }
}

/* What comes before the statement, and how many looks there are at least, of those between two of which less than a
 * millisecond should pass. */
static const struct {
    const char *before, *sql;
    size_t looks;
} cases[] = {
    /* 300,000 right rows, that are copied and whose bounds are found, each a look for a thousand of them */
    {"SET optimizer = off; CREATE TABLE t AS SELECT 7::BIGINT AS i, 5::BIGINT AS j FROM range(300000)",
     "SELECT count(*) FROM range(10) AS a(i) JOIN t ON a.i BETWEEN t.i AND t.j", 1000},
    /* each 16 KB of input, which xz takes milliseconds for */
    {"", "COPY (SELECT repeat('x', 4000000)) TO '/dev/null' (COMPRESSION xz)", 400},
};

static void case_check(size_t index)
{
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    run(connection, "SET threads = 1");
    run(connection, cases[index].before);
    look_count = 0;
    run(connection, cases[index].sql);
    ck_assert_msg(look_count >= cases[index].looks, "%zu looks: %s", look_count, cases[index].sql);
    quern_close(connection);
}

START_TEST(loops_look_often)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        case_check(i);
}
END_TEST

/* Keys that are equal by threes, so that few begin where a look would be due. */
START_TEST(a_sort_looks_while_it_goes_over_equal_keys)
{
    enum { COUNT = 3 << 20, ENTRIES_OF_A_LOOK = 1 << 14 };
    SortEntry *entries = arena_array(test_arena, SortEntry, COUNT), *spare = arena_array(test_arena, SortEntry, COUNT);
    uint8_t *rows = arena_allocate_zero(test_arena, 64);
    const Context *context = context_entered();
    size_t counts[2];
    for (int has_position = 0; has_position < 2; has_position++) {
        for (size_t i = 0; i < COUNT; i++)
            entries[i] = (SortEntry){.high = i / 3, .row = rows};
        look_count = 0;
        sort_entries(context, NULL, (SortKeyPlace){.has_position = has_position}, entries, spare, COUNT);
        counts[has_position] = look_count;
    }
    ck_assert_uint_ge(counts[1], counts[0] + COUNT / ENTRIES_OF_A_LOOK - 1);
}
END_TEST

static const SortEntry *spare_first, *spare_last; /* their `high` is 1 until they are touched */
static bool is_touched_in_order;

static void spare_watch(void)
{
    is_touched_in_order |= spare_first && spare_first->high == 0 && spare_last->high == 1;
}

/* Memory is cleared by the system where it is touched first, however much that is between two looks. */
START_TEST(a_sort_looks_while_it_takes_new_memory)
{
    enum { PAGE = 4096 / sizeof(SortEntry), COUNT = 6000 * PAGE };
    SortEntry *entries = arena_array(test_arena, SortEntry, COUNT), *spare = arena_array(test_arena, SortEntry, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        entries[i] = (SortEntry){.high = COUNT - i};
        spare[i] = (SortEntry){.high = 1};
    }
    spare_first = spare;
    spare_last = &spare[COUNT - PAGE];
    is_touched_in_order = false;
    sort_entries(context_entered(), NULL, (SortKeyPlace){0}, entries, spare, COUNT);
    spare_first = NULL;
    ck_assert(is_touched_in_order);
}
END_TEST

START_TEST(a_check_of_files_looks)
{
    const char *path = arena_format(test_arena, "/tmp/quern-test-looks-%d.csv", (int)getpid()), *paths[] = {path};
    FILE *file = fopen(path, "w");
    ck_assert_int_ge(fputs("a,b\n1,x\n2,y\n", file), 0);
    ck_assert_int_eq(fclose(file), 0);
    QuernConnection *connection;
    QuernResult *result;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    look_count = blind_count = 0;
    ck_assert_int_eq(quern_check(connection, paths, 1, NULL, &result), QUERN_OK);
    ck_assert_uint_gt(look_count, 0);
    ck_assert_uint_eq(blind_count, 0);
    quern_result_free(result);
    quern_close(connection);
    unlink(path);
}
END_TEST

TEST_PROGRAM(loops_look_often, a_sort_looks_while_it_goes_over_equal_keys, a_sort_looks_while_it_takes_new_memory,
             a_check_of_files_looks)
