/* DISTINCT, INTERSECT and EXCEPT, and the hash table below them, against counts over arrays in this file. */
#include "exec/hash_table.h"
#include "plans.h"

static const size_t sizes[] = {1, 3, 2048};

static uint64_t random_state = 17;

static uint64_t random_below(uint64_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % bound;
}

static Plan *distinct(Plan *input, size_t key_count)
{
    return &plan_distinct_new(&test_columns, input, input->outputs, key_count)->base;
}

START_TEST(distinct_gives_the_first_of_each)
{
    for (size_t size = 0; size < 9; size++) {
        plans_begin(sizes[size / 3], sizes[size % 3]);
        Plan *t = table("INTEGER;VARCHAR", "1,a 2,b 1,a NULL,c 1,b NULL,c 2,NULL 2,NULL 2,b");
        ck_assert_str_eq(rows_text(distinct(t, 2)), "1,a 2,b NULL,c 1,b 2,NULL");
        ck_assert_str_eq(rows_text(distinct(t, 1)), "1,a 2,b NULL,c"); /* DISTINCT ON */
        ck_assert_str_eq(rows_text(distinct(table("INTEGER", ""), 1)), "");
        ck_assert_str_eq(rows_text(distinct(project(t, NULL, 0), 0)), "-"); /* rows without columns are all alike */
    }
}
END_TEST

START_TEST(distinct_passes_rows_on_before_it_has_seen_all)
{
    plans_begin(BATCH_SIZE, 2);
    ck_assert_str_eq(rows_text(limit(distinct(table("INTEGER", "1 1 2 2 3 3"), 1), 0, 2)), "1 2");
    ck_assert_uint_eq(test_pulls, 2);
}
END_TEST

static const struct {
    PlanSetOperator operator;
    bool is_all;
    const char *expected;
} set_cases[] = {
    /* left: 1 1 1 2 3 NULL NULL; right: 1 1 3 4 NULL. Standard SQL, 7.17 <query expression>, rule 3 */
    {PLAN_INTERSECT, false, "1 3 NULL"},
    {PLAN_INTERSECT, true, "1 1 3 NULL"},
    {PLAN_EXCEPT, false, "2"},
    {PLAN_EXCEPT, true, "1 2 NULL"},
};

static Plan *set_of(PlanSetOperator operator, bool is_all, Plan *left, Plan *right)
{
    Plan *inputs[] = {left, right};
    return &plan_set_new(&test_columns, operator, is_all, inputs, 2)->base;
}

START_TEST(intersect_and_except_count_rows)
{
    for (size_t i = 0; i < sizeof set_cases / sizeof *set_cases; i++) {
        for (size_t size = 0; size < 9; size++) {
            plans_begin(sizes[size / 3], sizes[size % 3]);
            Plan *left = table("INTEGER", "1 1 1 2 3 NULL NULL"), *right = table("INTEGER", "1 1 3 4 NULL");
            const char *rows = rows_text(set_of(set_cases[i].operator, set_cases[i].is_all, left, right));
            ck_assert_str_eq(text_sorted(rows), set_cases[i].expected);
        }
    }
}
END_TEST

START_TEST(a_set_operation_with_nothing)
{
    plans_begin(BATCH_SIZE, 1);
    Plan *some = table("INTEGER", "1 1 2"), *none = table("INTEGER", "");
    ck_assert_str_eq(rows_text(set_of(PLAN_EXCEPT, true, some, none)), "1 1 2");
    ck_assert_str_eq(rows_text(set_of(PLAN_EXCEPT, false, some, none)), "1 2");
    ck_assert_str_eq(rows_text(set_of(PLAN_EXCEPT, true, none, some)), "");
    ck_assert_str_eq(rows_text(set_of(PLAN_INTERSECT, true, none, some)), "");
    test_pulls = 0;
    ck_assert_str_eq(rows_text(set_of(PLAN_INTERSECT, true, some, none)), "");
    ck_assert_uint_eq(test_pulls, 0); /* the left side was not read */
}
END_TEST

/* ---- the hash table ---- */

/* Keys whose low bits are all alike still find each other: many keys, many duplicates, growing over and over. */
START_TEST(a_hash_table_finds_what_was_added_and_nothing_else)
{
    enum { KEYS = 30000 };
    for (int is_exact = 0; is_exact < 2; is_exact++) {
        plans_begin(BATCH_SIZE, 1);
        Type types[] = {type_of(TYPE_BIGINT), type_of(TYPE_VARCHAR)};
        size_t key_count = is_exact ? 1 : 2;
        RowStore *rows = row_store_new(test_arena, &test_context, row_layout_new(test_arena, types, key_count, 8));
        HashTable *hash = hash_table_new(test_arena, &test_context, rows, key_count, "a test");
        HashProbe *probe = hash_probe_new(test_arena);
        Vector *keys[] = {vector_new(test_arena, types[0]), vector_new(test_arena, types[1])};
        uint8_t *found[BATCH_SIZE], **first_rows = arena_array(test_arena, uint8_t *, KEYS);
        bool is_new[BATCH_SIZE];
        size_t new_count = 0;
        for (int round = 0; round < 60; round++) {
            uint64_t numbers[BATCH_SIZE];
            size_t count = 1 + random_below(BATCH_SIZE);
            vector_prepare(keys[0], count);
            vector_prepare(keys[1], count);
            for (size_t i = 0; i < count; i++) {
                numbers[i] = random_below(KEYS / 2); /* the other half is never added */
                VECTOR_DATA(keys[0], int64_t)[i] = (int64_t)(numbers[i] << 40);
                VECTOR_DATA(keys[1], String)[i] = string_make("same", 4);
                if (numbers[i] == 0)
                    vector_set_null(keys[0], i);
            }
            new_count += hash_table_add(hash, probe, keys, NULL, count, found, is_new);
            for (size_t i = 0; i < count; i++) {
                uint8_t **first = &first_rows[numbers[i]];
                if (is_new[i] != (*first == NULL))
                    ck_abort_msg("key %d is new or not", (int)numbers[i]);
                if (*first == NULL)
                    *first = found[i];
                if (found[i] != *first)
                    ck_abort_msg("key %d was found in another row", (int)numbers[i]);
            }
        }
        ck_assert_uint_eq(row_store_count(rows), new_count);
        for (size_t first = 0; first < KEYS; first += 1000) {
            vector_prepare(keys[0], 1000);
            vector_prepare(keys[1], 1000);
            for (size_t i = 0; i < 1000; i++) {
                VECTOR_DATA(keys[0], int64_t)[i] = (int64_t)((first + i) << 40);
                VECTOR_DATA(keys[1], String)[i] = string_make("same", 4);
                if (first + i == 0)
                    vector_set_null(keys[0], i);
            }
            hash_table_find(hash, probe, keys, NULL, 1000, found);
            for (size_t i = 0; i < 1000; i++)
                if (found[i] != first_rows[first + i])
                    ck_abort_msg("key %zu was not found, or another", first + i);
        }
        hash_table_clear(hash);
        row_store_release(rows);
        ck_assert_uint_eq(test_budget.used, 0);
    }
}
END_TEST

TEST_PROGRAM(distinct_gives_the_first_of_each, distinct_passes_rows_on_before_it_has_seen_all,
             intersect_and_except_count_rows, a_set_operation_with_nothing,
             a_hash_table_finds_what_was_added_and_nothing_else)
