/* unit/exec_dynamic_keys.c: what is gathered of a column's values: the range always, the set while it is small. */
#include "exec/dynamic_keys.h"

#include "column/batch.h"
#include "test.h"

static Vector *integers(int64_t first, int64_t step, size_t count)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_BIGINT));
    vector_prepare(vector, count);
    for (size_t i = 0; i < count; i++)
        VECTOR_DATA(vector, int64_t)[i] = first + (int64_t)i * step;
    return vector;
}

static void expect_range(const DynamicSnapshot *snapshot, int64_t minimum, int64_t maximum)
{
    ck_assert(!snapshot->minimum.is_null && !snapshot->maximum.is_null && !snapshot->keeps_nulls);
    ck_assert_int_eq(snapshot->minimum.i64, minimum);
    ck_assert_int_eq(snapshot->maximum.i64, maximum);
}

START_TEST(few_values_are_a_sorted_set_without_nulls_and_doubles)
{
    DynamicKeys *keys = dynamic_keys_new(test_arena, type_of(TYPE_BIGINT));
    Vector *vector = integers(50, -10, 5); /* 50 40 30 20 10 */
    static const uint16_t some[] = {0, 1, 3};
    vector_set_null(vector, 1);
    dynamic_keys_add(keys, vector, some, 3);
    dynamic_keys_add(keys, vector, some, 3);
    const DynamicSnapshot *snapshot = dynamic_keys_snapshot(keys, test_arena);
    expect_range(snapshot, 20, 50);
    ck_assert(snapshot->has_keys);
    ck_assert_uint_eq(snapshot->key_count, 2);
    ck_assert_int_eq(snapshot->keys[0].i64, 20);
    ck_assert_int_eq(snapshot->keys[1].i64, 50);
}
END_TEST

START_TEST(no_value_is_an_empty_set)
{
    DynamicKeys *keys = dynamic_keys_new(test_arena, type_of(TYPE_BIGINT));
    const DynamicSnapshot *snapshot = dynamic_keys_snapshot(keys, test_arena);
    ck_assert(snapshot->has_keys && snapshot->key_count == 0 && snapshot->minimum.is_null);
}
END_TEST

START_TEST(many_values_are_a_range_alone)
{
    DynamicKeys *keys = dynamic_keys_new(test_arena, type_of(TYPE_BIGINT));
    for (int64_t first = 0; first < DYNAMIC_KEY_LIMIT; first += BATCH_SIZE)
        dynamic_keys_add(keys, integers(first, 1, BATCH_SIZE), NULL, BATCH_SIZE);
    const DynamicSnapshot *snapshot = dynamic_keys_snapshot(keys, test_arena);
    ck_assert_uint_eq(snapshot->key_count, DYNAMIC_KEY_LIMIT); /* just so many */
    for (size_t i = 0; i < DYNAMIC_KEY_LIMIT; i++)
        ck_assert_int_eq(snapshot->keys[i].i64, (int64_t)i);
    dynamic_keys_add(keys, integers(-7, 1, 1), NULL, 1);
    snapshot = dynamic_keys_snapshot(keys, test_arena);
    ck_assert(!snapshot->has_keys);
    expect_range(snapshot, -7, DYNAMIC_KEY_LIMIT - 1);
}
END_TEST

START_TEST(merged_is_what_both_have_gathered)
{
    DynamicKeys *keys = dynamic_keys_new(test_arena, type_of(TYPE_BIGINT));
    DynamicKeys *other = dynamic_keys_new(test_arena, type_of(TYPE_BIGINT));
    dynamic_keys_add(keys, integers(1, 1, 3), NULL, 3);
    dynamic_keys_add(other, integers(3, 1, 3), NULL, 3);
    dynamic_keys_merge(keys, other);
    const DynamicSnapshot *snapshot = dynamic_keys_snapshot(keys, test_arena);
    expect_range(snapshot, 1, 5);
    ck_assert_uint_eq(snapshot->key_count, 5);
}
END_TEST

START_TEST(long_texts_are_not_kept_and_leave_no_bounds)
{
    DynamicKeys *keys = dynamic_keys_new(test_arena, type_of(TYPE_VARCHAR));
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    vector_prepare(vector, 2);
    char *large = arena_allocate_zero(test_arena, 1 << 20);
    memset(large, 'x', 1 << 20);
    Value values[] = {value_text(view_of("a")), value_text((StringView){large, 1 << 20})};
    for (size_t i = 0; i < 2; i++)
        vector_set_value(vector, i, &values[i]);
    dynamic_keys_add(keys, vector, NULL, 1);
    DynamicKeys *other = dynamic_keys_new(test_arena, type_of(TYPE_VARCHAR));
    dynamic_keys_add(other, vector, NULL, 2);
    dynamic_keys_add(other, vector, NULL, 1);
    dynamic_keys_merge(keys, other);
    dynamic_keys_merge(keys, dynamic_keys_new(test_arena, type_of(TYPE_VARCHAR)));
    const DynamicSnapshot *snapshot = dynamic_keys_snapshot(keys, test_arena);
    ck_assert(!snapshot->has_keys && snapshot->minimum.is_null && snapshot->maximum.is_null);
}
END_TEST

START_TEST(text_is_kept_when_its_vector_changes)
{
    DynamicKeys *keys = dynamic_keys_new(test_arena, type_of(TYPE_VARCHAR));
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    static const char *const texts[] = {"a text that is longer than twelve", "b", "another text of some length"};
    for (size_t i = 0; i < 3; i++) {
        Value value = value_text(view_of(texts[i]));
        vector_prepare(vector, 1);
        vector_set_value(vector, 0, &value);
        dynamic_keys_add(keys, vector, NULL, 1);
    }
    const DynamicSnapshot *snapshot = dynamic_keys_snapshot(keys, test_arena);
    ck_assert_uint_eq(snapshot->key_count, 3);
    ck_assert(view_equal(snapshot->minimum.text, view_of(texts[0])));
    ck_assert(view_equal(snapshot->keys[1].text, view_of(texts[2])));
    ck_assert(view_equal(snapshot->maximum.text, view_of(texts[1])));
}
END_TEST

TEST_PROGRAM(few_values_are_a_sorted_set_without_nulls_and_doubles, no_value_is_an_empty_set,
             many_values_are_a_range_alone, merged_is_what_both_have_gathered,
             long_texts_are_not_kept_and_leave_no_bounds, text_is_kept_when_its_vector_changes)
