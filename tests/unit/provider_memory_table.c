/* tests/unit/provider_memory_table.c: tables in memory: versions, keys, skipping, and changes that fail. */
#include <math.h>

#include "base/memory.h"
#include "expr/function.h"
#include "provider/memory/memory.h"
#include "provider/memory/memory_group.h"
#include "test.h"

static MemoryBudget budget = {.limit = SIZE_MAX};
static Settings settings = {.batch_size = BATCH_SIZE};

static Context *context_new(void)
{
    Context *context = arena_new(test_arena, Context);
    *context = (Context){.memory = &budget, .settings = &settings, .arena = test_arena};
    return context;
}

static void table_unref(void *table)
{
    provider_unref(table);
}

/* id BIGINT, name VARCHAR, price DECIMAL(30,2); a PRIMARY KEY over id when `has_key`. */
static TableProvider *table_new(bool has_key)
{
    static Column columns[] = {{"id", {.id = TYPE_BIGINT}, true},
                               {"name", {.id = TYPE_VARCHAR}, true},
                               {"price", {.id = TYPE_DECIMAL, .precision = 30, .scale = 2}, true}};
    static const size_t key_columns[] = {0};
    static const Constraint key = {
        .kind = CONSTRAINT_PRIMARY_KEY, .name = "t_pkey", .column_count = 1, .columns = key_columns};
    Schema schema = {.column_count = 3, .columns = columns};
    Constraints constraints = {has_key, &key};
    TableProvider *table = memory_table_new(context_new(), &schema, &constraints, NULL, TABLE_BASE);
    arena_own(test_arena, table, table_unref);
    return table;
}

/* Rows first .. first+count-1: (i, "name of the row i", i / 100), NULL names where i % 5 == 4; in batches, the last of
 * which fails when `fails`. */
typedef struct Rows {
    BatchStream base;
    Batch *batch;
    int64_t next, end, step;
    bool fails;
} Rows;

static Batch *rows_next(BatchStream *stream)
{
    Rows *rows = (Rows *)stream;
    if (rows->next == rows->end) {
        if (rows->fails)
            error_raise(ERROR_DIVISION_BY_ZERO, NO_POSITION, "the input fails");
        return NULL;
    }
    size_t count = 0;
    for (size_t c = 0; c < 3; c++)
        vector_prepare(rows->batch->columns[c], BATCH_SIZE);
    for (; count < BATCH_SIZE && rows->next != rows->end; count++, rows->next += rows->step) {
        char name[40];
        snprintf(name, sizeof name, "name of the row %lld", (long long)rows->next);
        VECTOR_DATA(rows->batch->columns[0], int64_t)[count] = rows->next;
        Value text = rows->next % 5 == 4 ? value_null(type_of(TYPE_VARCHAR)) : value_text(view_of(name));
        vector_set_value(rows->batch->columns[1], count, &text);
        VECTOR_DATA(rows->batch->columns[2], Int128)[count] = rows->next;
    }
    rows->batch->row_count = rows->batch->vector_size = count;
    return rows->batch;
}

static BatchStream *rows_of(TableProvider *table, int64_t first, int64_t count)
{
    Rows *rows = arena_new(test_arena, Rows);
    const Schema *schema = table->ops->schema(table, context_new());
    *rows = (Rows){.base = {.schema = schema, .next = rows_next}, .next = first, .end = first + count, .step = 1};
    rows->batch = batch_new(test_arena, schema);
    return &rows->base;
}

static uint64_t insert(TableProvider *table, int64_t first, int64_t count)
{
    return table->ops->insert_into(table, context_new(), INSERT_APPEND, rows_of(table, first, count));
}

static const size_t all_columns[] = {0, 1, 2};

static Scan *scan_of(TableProvider *table, Expr *const *filters, size_t filter_count, size_t limit)
{
    ScanArgs args = {.context = context_new(),
                     .arena = test_arena,
                     .projection_count = 3,
                     .projection = all_columns,
                     .filter_count = filter_count,
                     .filters = filters,
                     .limit = limit,
                     .parallelism = 1};
    return table->ops->scan(table, &args);
}

static uint64_t delete_where(TableProvider *table, Expr *const *filters, size_t filter_count)
{
    static const size_t row_number[] = {3};
    ScanArgs args = {.context = context_new(),
                     .arena = test_arena,
                     .projection_count = 1,
                     .projection = row_number,
                     .filter_count = filter_count,
                     .filters = filters,
                     .limit = NO_LIMIT};
    Context *context = context_new();
    BatchStream *rows = scan_read(table->ops->scan(table, &args), test_arena, context);
    return table->ops->delete_rows(table, context, rows);
}

typedef struct Seen {
    uint64_t row_count, null_count;
    int64_t id_sum, first_id;
} Seen;

/* Reads to the end; checks each row against the rule it was made by. */
static Seen scan_rows_seen(Scan *scan)
{
    Seen seen = {0};
    BatchStream *cursor = scan_read(scan, test_arena, context_new());
    Batch *batch;
    while ((batch = stream_next(cursor)) != NULL) {
        batch_check(batch);
        for (size_t i = 0; i < batch->row_count; i++) {
            size_t row = batch_row(batch, i);
            Value id = vector_value(batch->columns[0], row), name = vector_value(batch->columns[1], row);
            Value price = vector_value(batch->columns[2], row);
            char expected[40];
            snprintf(expected, sizeof expected, "name of the row %lld", (long long)id.i64);
            ck_assert(name.is_null == (id.i64 % 5 == 4));
            ck_assert(name.is_null || view_equal(name.text, view_of(expected)));
            ck_assert(price.i128 == id.i64);
            if (seen.row_count++ == 0)
                seen.first_id = id.i64;
            seen.null_count += name.is_null;
            seen.id_sum += id.i64;
        }
    }
    ck_assert_ptr_null(stream_next(cursor));
    return seen;
}

static Seen table_read(TableProvider *table)
{
    return scan_rows_seen(scan_of(table, NULL, 0, NO_LIMIT));
}

static Expr *compare(const char *sign, ColumnId column, Type type, Value value)
{
    Expr *arguments[] = {expr_column(test_arena, column, type, NO_POSITION),
                         expr_constant(test_arena, value, NO_POSITION)};
    return function_call(test_arena, sign, arguments, 2, NO_POSITION);
}

static Expr *id_is(const char *sign, int64_t id)
{
    return compare(sign, 0, type_of(TYPE_BIGINT), value_integer(type_of(TYPE_BIGINT), id));
}

static const char *scan_explained(Scan *scan)
{
    Text text = text_in(test_arena);
    scan->explain(scan, &text);
    scan->explain_analyze(scan, &text);
    return text_string(&text);
}

START_TEST(what_is_inserted_is_read_back_in_order)
{
    TableProvider *table = table_new(false);
    ck_assert_uint_eq(table_read(table).row_count, 0);
    ck_assert_uint_eq(insert(table, 0, 10000), 10000);
    ck_assert_uint_eq(insert(table, 10000, 300000), 300000); /* more than two groups */
    Seen seen = table_read(table);
    ck_assert_uint_eq(seen.row_count, 310000);
    ck_assert_int_eq(seen.id_sum, 310000ll * 309999 / 2);
    ck_assert_uint_eq(seen.null_count, 310000 / 5);
    ck_assert_int_eq(seen.first_id, 0);
}
END_TEST

START_TEST(an_execution_sees_the_table_as_it_began)
{
    TableProvider *table = table_new(true);
    insert(table, 0, 10);
    Scan *before = scan_of(table, NULL, 0, NO_LIMIT), *halfway = scan_of(table, NULL, 0, NO_LIMIT);
    settings.batch_size = 4;
    scan_begin(before, test_arena);
    BatchStream *cursor = scan_read(halfway, test_arena, context_new());
    ck_assert_uint_eq(stream_next(cursor)->row_count, 4);
    insert(table, 10, 5000);
    Expr *filter[] = {id_is("<", 5)};
    ck_assert_uint_eq(delete_where(table, filter, 1), 5);
    ck_assert_uint_eq(stream_next(cursor)->row_count, 4);
    ck_assert_uint_eq(stream_next(cursor)->row_count, 2);
    ck_assert_ptr_null(stream_next(cursor));
    settings.batch_size = BATCH_SIZE;
    cursor = before->open(before, scan_start(before, test_arena, context_new(), NULL), test_arena, context_new());
    ck_assert_uint_eq(stream_next(cursor)->row_count, 10);
    ck_assert_ptr_null(stream_next(cursor));
    ck_assert_uint_eq(table_read(table).row_count, 5005);
    table->ops->truncate(table, context_new());
    ck_assert_uint_eq(table_read(table).row_count, 0);
}
END_TEST

START_TEST(an_insert_from_the_table_itself_sees_the_old_rows_alone)
{
    TableProvider *table = table_new(false);
    insert(table, 0, 3000);
    for (size_t round = 0; round < 4; round++) {
        Scan *scan = scan_of(table, NULL, 0, NO_LIMIT);
        uint64_t before = table_read(table).row_count;
        uint64_t count =
            table->ops->insert_into(table, context_new(), INSERT_APPEND, scan_read(scan, test_arena, context_new()));
        ck_assert_uint_eq(count, before);
    }
    ck_assert_uint_eq(table_read(table).row_count, 3000 << 4);
}
END_TEST

static void insert_failing(void *argument)
{
    TableProvider *table = argument;
    BatchStream *rows = rows_of(table, 20000, 5000);
    ((Rows *)rows)->fails = true;
    table->ops->insert_into(table, context_new(), INSERT_OVERWRITE, rows);
}

static void insert_colliding(void *argument)
{
    insert(argument, 9000, 2000); /* 10000 is there */
}

START_TEST(a_failed_insert_leaves_the_table_as_it_was)
{
    TableProvider *table = table_new(true);
    insert(table, 10000, 3000);
    for (size_t round = 0; round < 50; round++) {
        expect_error(ERROR_DIVISION_BY_ZERO, insert_failing, table);
        Error error = expect_error(ERROR_UNIQUE_VIOLATION, insert_colliding, table);
        ck_assert_str_eq(error.message,
                         "duplicate key value violates unique constraint \"t_pkey\": key (id)=(10000) already exists");
    }
    Seen seen = table_read(table);
    ck_assert_uint_eq(seen.row_count, 3000);
    ck_assert_int_eq(seen.id_sum, (10000ll + 12999) * 3000 / 2);
    const Statistics *statistics = table->ops->statistics(table, context_new());
    ck_assert_uint_eq(statistics->row_count.count, 3000);
    ck_assert_int_eq(statistics->columns[0].minimum.value.i64, 10000);
    ck_assert_int_eq(statistics->columns[0].maximum.value.i64, 12999);
    ck_assert_int_eq(statistics->columns[0].maximum.precision, PRECISION_EXACT);
    ck_assert_uint_eq(statistics->columns[1].null_count.count, 600);
    insert(table, 9000, 1000);
    ck_assert_uint_eq(table_read(table).row_count, 4000);
}
END_TEST

static void insert_twice(void *argument)
{
    TableProvider *table = argument;
    BatchStream *rows = rows_of(table, 0, 6);
    ((Rows *)rows)->step = 0; /* the same row for ever: the first batch is enough */
    Batch *batch = stream_next(rows);
    Batch *batches[] = {batch};
    table->ops->insert_into(table, context_new(), INSERT_APPEND,
                            stream_of_batches(test_arena, rows->schema, batches, 1));
}

START_TEST(a_key_refuses_doubles_within_one_insert)
{
    TableProvider *table = table_new(true);
    expect_error(ERROR_UNIQUE_VIOLATION, insert_twice, table);
    ck_assert_uint_eq(table_read(table).row_count, 0);
    ck_assert_uint_eq(insert(table, 0, 6), 6);
}
END_TEST

START_TEST(replace_takes_the_place_of_rows_with_the_same_key)
{
    TableProvider *table = table_new(true);
    insert(table, 0, 5000);
    uint64_t count = table->ops->insert_into(table, context_new(), INSERT_REPLACE, rows_of(table, 2500, 5000));
    ck_assert_uint_eq(count, 5000);
    Seen seen = table_read(table);
    ck_assert_uint_eq(seen.row_count, 7500);
    ck_assert_int_eq(seen.id_sum, 7500ll * 7499 / 2);
    for (int round = 0; round < 200; round++) /* most of what was written is gone now: written anew */
        table->ops->insert_into(table, context_new(), INSERT_REPLACE, rows_of(table, 0, 7500));
    seen = table_read(table);
    ck_assert_uint_eq(seen.row_count, 7500);
    ck_assert_int_eq(seen.id_sum, 7500ll * 7499 / 2);
    ck_assert_uint_lt(atomic_load(&budget.used), 64u << 20);
}
END_TEST

START_TEST(overwrite_leaves_only_the_new_rows)
{
    TableProvider *table = table_new(true);
    insert(table, 0, 5000);
    table->ops->insert_into(table, context_new(), INSERT_OVERWRITE, rows_of(table, 100, 10));
    Seen seen = table_read(table);
    ck_assert_uint_eq(seen.row_count, 10);
    ck_assert_int_eq(seen.first_id, 100);
}
END_TEST

START_TEST(ten_thousand_single_inserts_make_one_group)
{
    TableProvider *table = table_new(true);
    for (int64_t id = 0; id < 10000; id++)
        ck_assert_uint_eq(insert(table, id, 1), 1);
    ck_assert_uint_eq(table_read(table).row_count, 10000);
    Scan *scan = scan_of(table, NULL, 0, NO_LIMIT);
    ck_assert_ptr_nonnull(strstr(scan_explained(scan), "row groups: 1\n"));
}
END_TEST

START_TEST(a_key_is_looked_up_and_not_searched)
{
    TableProvider *table = table_new(true);
    insert(table, 0, 300000);
    Expr *filters[] = {id_is("=", 123456)};
    FilterPushdown answer;
    provider_supports_filters_pushdown(table, filters, 1, &answer);
    ck_assert_int_eq(answer, FILTER_EXACT);
    Scan *scan = scan_of(table, filters, 1, NO_LIMIT);
    Seen seen = scan_rows_seen(scan);
    ck_assert_uint_eq(seen.row_count, 1);
    ck_assert_int_eq(seen.first_id, 123456);
    ck_assert_ptr_nonnull(strstr(scan_explained(scan), "key lookup: (id) = (123456)\n"));
    ck_assert_ptr_nonnull(strstr(scan_explained(scan), "rows read: 1\n"));
    Expr *both[] = {id_is("=", 123456), id_is(">", 200000)}; /* the other conditions hold too, or there is no row */
    ck_assert_uint_eq(scan_rows_seen(scan_of(table, both, 2, NO_LIMIT)).row_count, 0);
    Expr *none[] = {id_is("=", 300000)};
    ck_assert_uint_eq(scan_rows_seen(scan_of(table, none, 1, NO_LIMIT)).row_count, 0);
}
END_TEST

START_TEST(row_groups_are_skipped_by_their_bounds)
{
    TableProvider *table = table_new(false);
    insert(table, 0, 3 * MEMORY_GROUP_ROWS);
    Expr *filters[] = {id_is(">=", 2 * MEMORY_GROUP_ROWS + 5)};
    Scan *scan = scan_of(table, filters, 1, NO_LIMIT);
    ck_assert_uint_eq(scan_rows_seen(scan).row_count, MEMORY_GROUP_ROWS - 5);
    ck_assert_ptr_nonnull(strstr(scan_explained(scan), "row groups skipped: 2 of 3\n"));
    ck_assert_ptr_nonnull(strstr(scan_explained(scan), "rows dropped by filters: 5\n"));
}
END_TEST

static bool holds(int64_t id, const char *sign, int64_t wanted)
{
    bool has_equal = strchr(sign, '=') != NULL;
    if (id == wanted)
        return has_equal;
    return strcmp(sign, "=") != 0 && (strcmp(sign, "<>") == 0 || (id < wanted) == (sign[0] == '<'));
}

/* Around both bounds of a group of 0 .. 5: what the bounds skip must not change the answer. */
START_TEST(bounds_never_lose_a_row)
{
    static const char *const signs[] = {"=", "<>", "<", "<=", ">", ">="};
    TableProvider *table = table_new(false);
    insert(table, 0, 6);
    for (size_t s = 0; s < 6; s++) {
        for (int64_t wanted = -1; wanted <= 6; wanted++) {
            Expr *filters[] = {id_is(signs[s], wanted)};
            uint64_t expected = 0;
            for (int64_t id = 0; id < 6; id++)
                expected += holds(id, signs[s], wanted);
            ck_assert_uint_eq(scan_rows_seen(scan_of(table, filters, 1, NO_LIMIT)).row_count, expected);
        }
    }
}
END_TEST

START_TEST(no_more_rows_are_read_than_the_limit_asks_for)
{
    TableProvider *table = table_new(false);
    insert(table, 0, 10000);
    Scan *scan = scan_of(table, NULL, 0, 10);
    ck_assert_uint_eq(scan_rows_seen(scan).row_count, 10);
    ck_assert_ptr_nonnull(strstr(scan_explained(scan), "rows read: 10\n"));
}
END_TEST

START_TEST(a_table_gives_its_memory_back)
{
    size_t before = atomic_load(&budget.used);
    Arena *arena = test_arena;
    test_arena = arena_new_child(NULL);
    TableProvider *table = table_new(true);
    insert(table, 0, 200000);
    ck_assert_uint_gt(atomic_load(&budget.used), before + 200000 * (8 + 16 + 8));
    arena_free(test_arena);
    test_arena = arena;
    ck_assert_uint_eq(atomic_load(&budget.used), before);
}
END_TEST

static void insert_much(void *argument)
{
    insert(argument, 1000, 1000000);
}

START_TEST(a_limit_on_memory_stops_an_insert_and_loses_nothing)
{
    TableProvider *table = table_new(true);
    insert(table, 0, 1000);
    budget.limit = atomic_load(&budget.used) + (4 << 20);
    expect_error(ERROR_MEMORY_LIMIT, insert_much, table);
    budget.limit = SIZE_MAX;
    ck_assert_uint_eq(table_read(table).row_count, 1000);
}
END_TEST

/* A batch of texts. */
static Batch *texts_next(Rows *rows, Value (*text)(int64_t row))
{
    if (rows->next == rows->end)
        return NULL;
    Vector *vector = rows->batch->columns[0];
    vector_prepare(vector, BATCH_SIZE);
    size_t count = 0;
    for (; count < BATCH_SIZE && rows->next < rows->end; count++, rows->next++) {
        Value value = text(rows->next);
        vector_set_value(vector, count, &value);
    }
    rows->batch->row_count = rows->batch->vector_size = count;
    return rows->batch;
}

static TableProvider *texts_table(Batch *(*next)(BatchStream *stream), int64_t row_count)
{
    Column column = {"t", type_of(TYPE_VARCHAR), true};
    Schema schema = {.column_count = 1, .columns = &column};
    TableProvider *table = memory_table_new(context_new(), &schema, NULL, NULL, TABLE_BASE);
    arena_own(test_arena, table, table_unref);
    Rows rows = {.base = {.schema = &schema, .next = next}, .end = row_count};
    rows.batch = batch_new(test_arena, &schema);
    table->ops->insert_into(table, context_new(), INSERT_APPEND, &rows.base);
    return table;
}

/* Few values; every 7th row is NULL. */
static Value color_of(int64_t row)
{
    static const char *const colors[] = {"red", "green", "a colour that is longer than twelve bytes"};
    return row % 7 == 0 ? value_null(type_of(TYPE_VARCHAR)) : value_text(view_of(colors[row % 3]));
}

static Batch *colors_next(BatchStream *stream)
{
    return texts_next((Rows *)stream, color_of);
}

static TableProvider *colors_table(int64_t row_count)
{
    return texts_table(colors_next, row_count);
}

/* Thirty texts of some 100 KB that differ at their start, at their end, or in their size. */
static Value long_text_of(int64_t row)
{
    enum { SIZE = 100000, TEXTS = 30 };
    int64_t number = row % TEXTS;
    size_t size = SIZE + (number % 3 == 2 ? (size_t)number : 0);
    char *bytes = arena_allocate(test_arena, size);
    memset(bytes, 'x', size);
    if (number % 3 < 2)
        bytes[number % 3 == 0 ? 0 : size - 1] = (char)('A' + number / 3);
    return value_text((StringView){bytes, size});
}

static Batch *long_texts_next(BatchStream *stream)
{
    return texts_next((Rows *)stream, long_text_of);
}

START_TEST(an_insert_needs_room_for_the_codes_of_few_texts_alone)
{
    enum { GROUPS = 8 };
    size_t strings = (size_t)MEMORY_GROUP_ROWS * sizeof(String), codes = (size_t)MEMORY_GROUP_ROWS * sizeof(uint32_t);
    /* one group fills, one is coded, both with their texts; eight would take 16 * strings */
    budget.limit = atomic_load(&budget.used) + GROUPS * codes + 4 * strings;
    TableProvider *table = colors_table((int64_t)GROUPS * MEMORY_GROUP_ROWS);
    ck_assert_uint_eq(table->ops->statistics(table, context_new())->row_count.count, GROUPS * MEMORY_GROUP_ROWS);
}
END_TEST

static void distinct_is_near(TableProvider *table, size_t column, double count)
{
    StatisticsCount guess = table->ops->statistics(table, context_new())->columns[column].distinct_count;
    ck_assert_int_eq(guess.precision, PRECISION_ESTIMATE);
    ck_assert_msg(fabs((double)guess.count - count) <= 0.14 * count, "%g for %g", (double)guess.count, count);
}

START_TEST(how_many_values_differ_is_known_nearly)
{
    TableProvider *table = table_new(/* has_key= */ false);
    insert(table, 0, 200000);
    insert(table, 100000, 200000); /* half of them again */
    distinct_is_near(table, 0, 300000);
    distinct_is_near(table, 1, 240000); /* every fifth is NULL */
    distinct_is_near(table, 2, 300000);
    distinct_is_near(colors_table(MEMORY_GROUP_ROWS + 5000), 0, 3);
    delete_where(table, (Expr *[]){id_is(">=", 1000)}, 1);
    distinct_is_near(table, 0, 1000);
    distinct_is_near(texts_table(long_texts_next, 90), 0, 30);
}
END_TEST

START_TEST(texts_of_few_values_become_a_dictionary)
{
    TableProvider *table = colors_table(MEMORY_GROUP_ROWS + 100);
    Type text = type_of(TYPE_VARCHAR);
    Expr *filters[] = {compare("=", 0, text, value_text(view_of("green")))};
    static const size_t projection[] = {0};
    ScanArgs args = {.context = context_new(),
                     .arena = test_arena,
                     .projection_count = 1,
                     .projection = projection,
                     .filter_count = 1,
                     .filters = filters,
                     .limit = NO_LIMIT};
    Scan *scan = table->ops->scan(table, &args);
    BatchStream *cursor = scan_read(scan, test_arena, context_new());
    uint64_t count = 0, dictionaries = 0, expected = 0;
    for (int64_t i = 0; i < MEMORY_GROUP_ROWS + 100; i++)
        expected += i % 7 != 0 && i % 3 == 1;
    Batch *batch;
    while ((batch = stream_next(cursor)) != NULL) {
        batch_check(batch);
        dictionaries += batch->columns[0]->form == VECTOR_DICTIONARY;
        count += batch->row_count;
    }
    ck_assert_uint_eq(count, expected);
    ck_assert_uint_eq(dictionaries, 60); /* the whole group; the open one behind it is as it was written */
    const Statistics *statistics = table->ops->statistics(table, context_new());
    ck_assert(view_equal(statistics->columns[0].maximum.value.text, view_of("red")));
    ck_assert_uint_eq(statistics->columns[0].null_count.count, (MEMORY_GROUP_ROWS + 100 + 6) / 7);
}
END_TEST

typedef struct Replacement {
    TableProvider *table;
    Context *context;
    BatchStream *rows;
} Replacement;

static void replace_body(void *argument)
{
    const Replacement *replacement = argument;
    replacement->table->ops->insert_into(replacement->table, replacement->context, INSERT_REPLACE, replacement->rows);
}

/* Whatever allocation fails, the table is what it was, and can be written again; leaks are the sanitizer's to find. */
START_TEST(running_out_of_memory_loses_nothing)
{
    TableProvider *table = table_new(true);
    insert(table, 0, 100);
    bool is_through = false;
    for (size_t nth = 1; !is_through; nth++) {
        Arena *arena = test_arena;
        test_arena = arena_new_child(NULL);
        BatchStream *rows = rows_of(table, 50, 3000);
        Context *context = context_new();
        Replacement replacement = {table, context, rows};
        Error error;
        memory_fail_at(nth);
        bool succeeded = error_protect(replace_body, &replacement, &error);
        is_through = !memory_has_failed();
        memory_fail_at(0);
        ck_assert(succeeded == is_through);
        ck_assert_uint_eq(table_read(table).row_count, is_through ? 3050 : 100);
        arena_free(test_arena);
        test_arena = arena;
    }
}
END_TEST

START_TEST(rows_without_columns_are_counted)
{
    TableProvider *table = table_new(false);
    insert(table, 0, 5000);
    Expr *filters[] = {id_is("<", 10)};
    delete_where(table, filters, 1);
    ScanArgs args = {.context = context_new(), .arena = test_arena, .limit = NO_LIMIT};
    Scan *scan = table->ops->scan(table, &args);
    BatchStream *cursor = scan_read(scan, test_arena, context_new());
    uint64_t count = 0;
    Batch *batch;
    while ((batch = stream_next(cursor)) != NULL)
        count += batch->row_count;
    ck_assert_uint_eq(count, 4990);
}
END_TEST

TEST_PROGRAM(what_is_inserted_is_read_back_in_order, an_execution_sees_the_table_as_it_began,
             an_insert_from_the_table_itself_sees_the_old_rows_alone, a_failed_insert_leaves_the_table_as_it_was,
             a_key_refuses_doubles_within_one_insert, replace_takes_the_place_of_rows_with_the_same_key,
             overwrite_leaves_only_the_new_rows, ten_thousand_single_inserts_make_one_group,
             a_key_is_looked_up_and_not_searched, row_groups_are_skipped_by_their_bounds, bounds_never_lose_a_row,
             no_more_rows_are_read_than_the_limit_asks_for, a_table_gives_its_memory_back,
             a_limit_on_memory_stops_an_insert_and_loses_nothing, an_insert_needs_room_for_the_codes_of_few_texts_alone,
             how_many_values_differ_is_known_nearly, texts_of_few_values_become_a_dictionary,
             running_out_of_memory_loses_nothing, rows_without_columns_are_counted)
