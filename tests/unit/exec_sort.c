/* Sort and top-N, against an insertion sort of arrays in this file. */
#include "exec/sorter.h"
#include "plans.h"

static const size_t sizes[] = {1, 3, 2048};

static uint64_t random_state = 5;

static uint64_t random_below(uint64_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % bound;
}

/* ---- the reference: rows of values and their number, stable ---- */

typedef struct Row {
    Value cells[3];
} Row;

/* Keys as sort() takes them: NULLs last ascending, first descending. */
static int row_compare(const Row *a, const Row *b, const int *keys, size_t key_count)
{
    for (size_t k = 0; k < key_count; k++) {
        const Value *x = &a->cells[abs(keys[k]) - 1], *y = &b->cells[abs(keys[k]) - 1];
        int order = x->is_null || y->is_null ? x->is_null - y->is_null : value_compare(x, y);
        if (order != 0)
            return keys[k] < 0 ? -order : order;
    }
    return 0;
}

static void rows_sort(Row *rows, size_t count, const int *keys, size_t key_count)
{
    Row *spare = arena_array(test_arena, Row, count);
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t middle = first + width < count ? first + width : count;
            size_t end = first + 2 * width < count ? first + 2 * width : count;
            for (size_t l = first, r = middle, to = first; to < end; to++) {
                bool takes_right = l == middle || (r < end && row_compare(&rows[r], &rows[l], keys, key_count) < 0);
                spare[to] = rows[takes_right ? r++ : l++];
            }
        }
        memcpy(rows, spare, count * sizeof *rows);
    }
}

static const char *rows_expected(const Row *rows, size_t count)
{
    Text text = {.arena = test_arena};
    for (size_t i = 0; i < count; i++) {
        for (int c = 0; c < 3; c++) {
            const char *shown = value_display(test_arena, &rows[i].cells[c]);
            text_add(&text, c ? "," : i ? " " : "");
            text_add(&text, shown ? shown : "NULL");
        }
    }
    return text_string(&text);
}

static Value random_value(Type type, uint64_t range)
{
    uint64_t number = random_below(range);
    if (random_below(10) == 0)
        return value_null(type);
    switch (type.id) {
    case TYPE_VARCHAR: /* some begin with each other, some differ behind the 16th byte */
        return value_text(view_of(arena_format(test_arena,
                                               number % 3 == 0   ? "%llu"
                                               : number % 3 == 1 ? "a_long_common_beginning_%llu"
                                                                 : "a_long_common_%llu",
                                               (unsigned long long)number)));
    case TYPE_DOUBLE:
        return value_double(number % 11 == 0 ? -1.0 / 0.0 : ((double)number - (double)range / 2) / 4);
    case TYPE_DECIMAL:
        return value_decimal(type, (Int128)number * (type.precision > 18 ? ((Int128)1 << 70) : 1) - 1000);
    case TYPE_BOOLEAN:
        return value_boolean(number % 2);
    default:
        return value_integer(type, (int64_t)number - (int64_t)(range / 2));
    }
}

/* The last column is the number of the row: ties show whether the sort is stable. */
static void check_sort(Type first, Type second, size_t row_count, uint64_t range, size_t limit)
{
    Type types[] = {first, second, type_of(TYPE_INTEGER)};
    Row *rows = arena_array(test_arena, Row, row_count);
    Value *cells = arena_array(test_arena, Value, row_count * 3);
    static const int orders[][2] = {{1, 2}, {-1, 2}, {1, -2}, {-2, -1}, {2, 0}, {-1, 0}};
    const int *keys = orders[random_below(6)];
    size_t key_count = keys[1] ? 2 : 1;
    for (size_t i = 0; i < row_count; i++) {
        rows[i].cells[0] = random_value(first, range);
        rows[i].cells[1] = random_value(second, range);
        rows[i].cells[2] = value_integer(types[2], (int64_t)i);
        memcpy(cells + i * 3, rows[i].cells, sizeof rows[i].cells);
    }
    rows_sort(rows, row_count, keys, key_count);
    Plan *t = table_of(types, 3, cells, row_count);
    ck_assert_str_eq(rows_text(sort(t, keys, key_count, limit)),
                     rows_expected(rows, limit < row_count ? limit : row_count));
}

static const Type types_to_sort[] = {
    {.id = TYPE_INTEGER},
    {.id = TYPE_VARCHAR},
    {.id = TYPE_DOUBLE},
    {.id = TYPE_BIGINT},
    {.id = TYPE_BOOLEAN},
    {.id = TYPE_DECIMAL, .precision = 30, .scale = 2},
    {.id = TYPE_DECIMAL, .precision = 9, .scale = 2},
    {.id = TYPE_DATE},
};
enum { TYPES_TO_SORT = sizeof types_to_sort / sizeof *types_to_sort };

START_TEST(rows_come_in_order_and_ties_as_they_were)
{
    static const size_t counts[] = {0, 1, 2, 17, 100, 511, 512, 3000};
    for (size_t round = 0; round < 150; round++) {
        arena_reset(test_arena);
        plans_begin(sizes[random_below(3)], 1 + random_below(2048));
        test_settings.spill_after = round % 2 ? 1 + random_below(300) : 0;
        check_sort(types_to_sort[round % TYPES_TO_SORT], types_to_sort[random_below(TYPES_TO_SORT)],
                   counts[random_below(8)], round % 3 ? 1000000 : 8, NO_LIMIT);
    }
}
END_TEST

START_TEST(top_n_gives_the_first_rows_of_the_sort)
{
    static const size_t limits[] = {0, 1, 2, 10, 100, 2500, 4999, 5000, 5001};
    for (size_t round = 0; round < 120; round++) {
        arena_reset(test_arena);
        plans_begin(sizes[random_below(3)], 1 + random_below(2048));
        test_settings.spill_after = round % 2 ? 1 + random_below(300) : 0;
        check_sort(types_to_sort[round % TYPES_TO_SORT], types_to_sort[random_below(TYPES_TO_SORT)], 5000,
                   round % 3 ? 1000000 : 8, limits[random_below(9)]);
    }
}
END_TEST

/* Rows that come in the wrong order all pass the bound: what is dropped must not stay in memory. */
START_TEST(top_n_holds_no_more_than_it_needs)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    enum { COUNT = 400000 };
    Type type = type_of(TYPE_BIGINT);
    Value *cells = arena_array(test_arena, Value, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cells[i] = value_integer(type, (int64_t)(COUNT - i));
    int key[] = {1};
    Plan *plan = sort(table_of(&type, 1, cells, COUNT), key, 1, 3);
    ck_assert_str_eq(rows_text(plan), "1 2 3");
    ck_assert_uint_lt(test_budget.peak, 1 << 20);
}
END_TEST

START_TEST(limit_zero_reads_nothing)
{
    plans_begin(BATCH_SIZE, 1);
    int key[] = {1};
    ck_assert_str_eq(rows_text(sort(table("INTEGER", "3 1 2"), key, 1, 0)), "");
    ck_assert_uint_eq(test_pulls, 0);
}
END_TEST

enum { ROWS = 3200000, RANGE = 1000 };

static void check_runs(MemoryShare share)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    Type type = type_of(TYPE_INTEGER);
    SortOrder order = {true, false};
    SortKeys *keys = sort_keys_new(test_arena, &test_context, &type, &order, 1);
    Sorter *sorter = sorter_new(test_arena, &test_context, share, keys, (Type[]){type, type}, 2);
    Vector *columns[] = {vector_new(test_arena, type), vector_new(test_arena, type)};
    for (int first = 0; first < ROWS; first += BATCH_SIZE) {
        size_t count = ROWS - first < BATCH_SIZE ? (size_t)(ROWS - first) : BATCH_SIZE;
        for (int c = 0; c < 2; c++)
            vector_prepare(columns[c], count);
        for (size_t i = 0; i < count; i++) {
            VECTOR_DATA(columns[0], int32_t)[i] = (int32_t)random_below(RANGE);
            VECTOR_DATA(columns[1], int32_t)[i] = first + (int)i;
        }
        sort_keys_encode(keys, columns, NULL, count);
        sorter_add(sorter, columns, NULL, count, keys->keys, keys->sizes);
    }
    sorter_finish(sorter);
    uint8_t *rows[BATCH_SIZE];
    size_t total = 0;
    int32_t last_key = RANGE, last_number = -1;
    for (size_t count; (count = sorter_next(sorter, BATCH_SIZE, rows)) > 0; total += count) {
        for (int c = 0; c < 2; c++)
            rows_read(sorter_layout(sorter), (size_t)c, rows, count, columns[c]);
        for (size_t i = 0; i < count; i++) {
            int32_t key = VECTOR_DATA(columns[0], int32_t)[i], number = VECTOR_DATA(columns[1], int32_t)[i];
            if (key > last_key || (key == last_key && number <= last_number))
                ck_abort_msg("%d number %d comes behind %d number %d", key, number, last_key, last_number);
            last_key = key;
            last_number = number;
        }
    }
    ck_assert_uint_eq(total, ROWS);
    sorter_clear(sorter);
}

/* They hold a million rows: here are three and a bit. */
START_TEST(runs_are_merged_in_order_and_stable)
{
    check_runs((MemoryShare){.size = SIZE_MAX, .row_count = SIZE_MAX});
    ck_assert_uint_eq(test_temp.peak, 0);
}
END_TEST

/* Some 400 runs of 8,000 rows: two levels, and a merge of what is left over. */
START_TEST(runs_on_disk_are_merged_within_their_share)
{
    enum { SHARE = 512 << 10 };
    check_runs((MemoryShare){.size = SHARE, .row_count = SIZE_MAX});
    ck_assert_uint_gt(test_temp.peak, (uint64_t)ROWS * 2 * sizeof(int32_t));
    ck_assert_uint_lt(test_budget.peak, 2 * SHARE);
}
END_TEST

START_TEST(rows_keep_of_their_keys_only_what_entries_do_not_hold)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    enum { KEY_SIZE = 3 * (1 + sizeof(int64_t)) }; /* a byte for NULL before each value */
    Type types[] = {type_of(TYPE_BIGINT), type_of(TYPE_BIGINT), type_of(TYPE_BIGINT)};
    SortOrder orders[3] = {{false, false}, {false, false}, {false, false}};
    SortKeys *keys = sort_keys_new(test_arena, &test_context, types, orders, 3);
    MemoryShare share = {.size = SIZE_MAX, .row_count = SIZE_MAX};
    const RowLayout *layout = sorter_layout(sorter_new(test_arena, &test_context, share, keys, types, 3));
    ck_assert_uint_eq(keys->fixed_size, KEY_SIZE);
    ck_assert_uint_eq(layout->row_size, layout->extra_offset + 16); /* aligned to so many: KEY_SIZE - 16 fit */
}
END_TEST

enum { DEALT_ROWS = 60000, DEALT_BATCH = 100, DEALT_KEYS = 3 };

/* Deals batches of rows to two sorters; the position of each row is its number. */
static void deal_rows(Sorter *const *sorters, SortKeys *keys, Vector **columns)
{
    for (uint64_t first = 0; first < DEALT_ROWS; first += DEALT_BATCH) {
        Sorter *sorter = sorters[random_below(2)];
        vector_prepare(columns[0], DEALT_BATCH);
        vector_prepare(columns[1], DEALT_BATCH);
        for (size_t i = 0; i < DEALT_BATCH; i++) {
            VECTOR_DATA(columns[0], int32_t)[i] = (int32_t)random_below(DEALT_KEYS);
            VECTOR_DATA(columns[1], uint64_t)[i] = first + i;
        }
        sort_keys_encode(keys, columns, NULL, DEALT_BATCH);
        sorter_add(sorter, columns, NULL, DEALT_BATCH, keys->keys, keys->sizes);
    }
}

/* The rows of all parts, which are many though there are few keys. */
START_TEST(equal_rows_of_sorters_come_in_the_order_of_their_positions)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    Type types[] = {type_of(TYPE_INTEGER), type_of(TYPE_UBIGINT)};
    SortOrder order = {false, false};
    SortKeys *keys = sort_keys_new(test_arena, &test_context, types, &order, 1);
    Vector *columns[] = {vector_new(test_arena, types[0]), vector_new(test_arena, types[1])};
    Sorter *sorters[2];
    for (size_t i = 0; i < 2; i++) {
        MemoryShare share = {.size = SIZE_MAX, .row_count = SIZE_MAX};
        sorters[i] = sorter_new(test_arena, &test_context, share, keys, types, 2);
        sorter_heed_position(sorters[i], 1);
    }
    deal_rows(sorters, keys, columns);
    sorter_settle(sorters[0]);
    sorter_settle(sorters[1]);
    SortParts *parts = sort_parts_new(test_arena, sorters, 2);
    uint8_t *rows[BATCH_SIZE];
    int32_t last_key = -1;
    uint64_t last_position = 0, total = 0, before;
    size_t part = 0;
    for (; sorter_begin_part(sorters[part % 2], parts, part, &before); part++) {
        ck_assert_uint_eq(before, total);
        for (size_t count; (count = sorter_next(sorters[part % 2], BATCH_SIZE, rows)) > 0; total += count) {
            for (size_t c = 0; c < 2; c++)
                rows_read(sorter_layout(sorters[0]), c, rows, count, columns[c]);
            for (size_t i = 0; i < count; i++) {
                int32_t key = VECTOR_DATA(columns[0], int32_t)[i];
                uint64_t position = VECTOR_DATA(columns[1], uint64_t)[i];
                ck_assert(key > last_key || (key == last_key && position > last_position));
                last_key = key;
                last_position = position;
            }
        }
    }
    ck_assert_uint_eq(total, DEALT_ROWS);
    ck_assert_uint_gt(part, DEALT_KEYS);
    sorter_clear(sorters[0]);
    sorter_clear(sorters[1]);
}
END_TEST

TEST_PROGRAM(rows_come_in_order_and_ties_as_they_were, top_n_gives_the_first_rows_of_the_sort,
             top_n_holds_no_more_than_it_needs, limit_zero_reads_nothing, runs_are_merged_in_order_and_stable,
             runs_on_disk_are_merged_within_their_share, rows_keep_of_their_keys_only_what_entries_do_not_hold,
             equal_rows_of_sorters_come_in_the_order_of_their_positions)
