/* Vectors give back what was put in, in every form and layout, and what somebody refers to never changes. */
#include "test.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "vectors.h"

enum { ROWS = 150 }; /* more than two validity words, and not a whole number of them */

typedef struct Case {
    Kind kind;
    VectorForm form;
    Value values[ROWS];
    Vector *vector;
} Case;

/* A random vector of each kind and form, with and without NULLs. */
static void for_each_case(void (*body)(Case *))
{
    for (size_t k = 0; k < KIND_COUNT; k++)
        for (int form = 0; form < FORM_COUNT; form++)
            for (int is_nullable = 0; is_nullable < 2; is_nullable++) {
                Case one = {.kind = kinds[k], .form = (VectorForm)form};
                for (size_t i = 0; i < ROWS; i++)
                    one.values[i] = random_value(test_arena, kinds[k], is_nullable);
                one.vector = vector_of(test_arena, kinds[k], one.form, one.values, ROWS);
                body(&one);
            }
}

static void expect_rows(const Vector *vector, const Value *values, size_t count)
{
    vector_check(vector, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_value(vector_value(vector, i), values[i]);
        ck_assert_int_eq(vector_is_null(vector, i), values[i].is_null);
        ck_assert(!values[i].is_null || vector_may_have_nulls(vector));
    }
}

static void check_values(Case *one)
{
    ck_assert_int_eq(one->vector->form, one->form);
    ck_assert_int_eq(one->vector->physical, one->kind.physical);
    expect_rows(one->vector, one->values, ROWS);
}

START_TEST(every_form_gives_back_its_values)
{
    for_each_case(check_values);
}
END_TEST

static void check_reference(Case *one)
{
    Vector *share = vector_new(test_arena, type_of(TYPE_BOOLEAN));
    vector_reference(share, one->vector);
    Vector *share_of_share = vector_new(test_arena, type_of(TYPE_BOOLEAN));
    vector_reference(share_of_share, share);
    vector_unref(share);
    expect_rows(share_of_share, one->values, ROWS);

    /* the source is filled anew, with one fresh value after the other */
    Vector *dictionary = vector_new(test_arena, one->kind.type);
    if (one->form == VECTOR_DICTIONARY)
        vector_reference(dictionary, one->vector->dictionary);
    for (int again = 0; again < 3; again++) {
        vector_prepare_as(one->vector, one->kind.type, one->kind.physical, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            Value value = random_value(test_arena, one->kind, true);
            vector_set_value(one->vector, i, &value);
        }
    }
    expect_rows(share_of_share, one->values, ROWS);
    vector_unref(dictionary);
    expect_rows(share_of_share, one->values, ROWS);
}

START_TEST(what_is_referred_to_stays_when_its_source_is_written_again)
{
    for_each_case(check_reference);
}
END_TEST

START_TEST(a_dictionary_stays_when_the_vector_it_came_from_is_written_again)
{
    Kind kind = {type_of(TYPE_VARCHAR), PHYSICAL_STRING};
    Value values[] = {value_text(view_of("a text of more than twelve bytes")), value_null(type_of(TYPE_VARCHAR))};
    Vector *dictionary = vector_of(test_arena, kind, VECTOR_FLAT, values, 2);
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    vector_prepare_dictionary(vector, dictionary, 2, 3);
    memcpy(vector->data, (uint32_t[]){1, 0, 1}, 12);
    Value other = value_text(view_of("something else that is long too"));
    vector_prepare(dictionary, 2);
    vector_set_value(dictionary, 0, &other);
    vector_set_value(dictionary, 1, &other);
    expect_rows(vector, (Value[]){values[1], values[0], values[1]}, 3);
    /* its own dictionary may be taken out of it */
    vector_reference(vector, vector->dictionary);
    expect_rows(vector, values, 2);
}
END_TEST

static void check_gather(Case *one)
{
    uint16_t rows[ROWS];
    Value expected[ROWS];
    Vector *target = vector_new(test_arena, type_of(TYPE_BIGINT));
    for (int again = 0; again < 3; again++) { /* into memory of its own that is used again */
        size_t count = random_selection(ROWS, rows);
        for (size_t i = 0; i < count; i++)
            expected[i] = one->values[rows[i]];
        vector_gather(target, one->vector, rows, count);
        expect_rows(target, expected, count);
        ck_assert_int_eq(target->form, one->form);
    }
    vector_unref(one->vector);
    vector_check(target, 1);
    ck_assert_value(vector_value(target, 0), expected[0]);
}

START_TEST(gathered_rows_are_those_asked_for)
{
    for_each_case(check_gather);
}
END_TEST

static void check_flatten(Case *one)
{
    Vector *target = vector_new(test_arena, type_of(TYPE_BIGINT));
    vector_flatten(target, one->vector, ROWS);
    ck_assert_int_eq(target->form, VECTOR_FLAT);
    vector_unref(one->vector);
    expect_rows(target, one->values, ROWS);
}

START_TEST(flattened_vectors_hold_the_same_values)
{
    for_each_case(check_flatten);
}
END_TEST

static void check_copy(Case *one)
{
    static const struct {
        size_t target_row, source_row, count;
    } ranges[] = {{0, 0, ROWS}, {64, 64, 70}, {1, 0, 5}, {10, 60, 80}, {0, 63, 2}, {149, 149, 1}, {7, 7, 0}};
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++) {
        Value expected[ROWS];
        Vector *target = vector_new(test_arena, one->kind.type);
        bool is_wider = one->kind.type.id == TYPE_DECIMAL && r % 2;
        vector_prepare_as(target, one->kind.type, is_wider ? PHYSICAL_I128 : one->kind.physical, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            expected[i] = random_value(test_arena, (Kind){one->kind.type, PHYSICAL_I64}, true);
            vector_set_value(target, i, &expected[i]);
        }
        vector_copy(target, ranges[r].target_row, one->vector, ranges[r].source_row, ranges[r].count);
        memcpy(expected + ranges[r].target_row, one->values + ranges[r].source_row, ranges[r].count * sizeof *expected);
        expect_rows(target, expected, ROWS);
    }
}

START_TEST(copied_ranges_replace_just_those_rows)
{
    for_each_case(check_copy);
}
END_TEST

static void check_widen(Case *one)
{
    if (one->kind.type.id != TYPE_DECIMAL)
        return;
    Vector *target = vector_new(test_arena, one->kind.type);
    vector_widen_decimal(target, one->vector, ROWS);
    ck_assert_int_eq(target->physical, PHYSICAL_I128);
    expect_rows(target, one->values, ROWS);
}

START_TEST(widened_decimals_are_the_same_numbers)
{
    for_each_case(check_widen);
}
END_TEST

static void check_constant(Case *one)
{
    if (type_physical(one->kind.type) != one->kind.physical)
        return;
    for (size_t i = 0; i < ROWS; i++) { /* one vector, set again and again */
        vector_set_constant(one->vector, &one->values[i]);
        vector_check(one->vector, BATCH_SIZE);
        ck_assert_value(vector_value(one->vector, BATCH_SIZE - 1), one->values[i]);
        if (one->form == VECTOR_CONSTANT)
            break;
    }
}

START_TEST(a_constant_is_its_value_in_every_row)
{
    for_each_case(check_constant);
    Vector *vector = vector_new(test_arena, type_of(TYPE_DATE));
    Value bare_null = value_null(type_of(TYPE_NULL));
    vector_set_constant(vector, &bare_null);
    ck_assert_int_eq(vector->type.id, TYPE_DATE);
    ck_assert(vector_is_null(vector, 77));
}
END_TEST

START_TEST(a_vector_written_again_keeps_its_memory_while_nobody_shares_it)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    Value value = value_text(view_of("a text of more than twelve bytes"));
    vector_prepare(vector, BATCH_SIZE);
    vector_set_value(vector, 0, &value);
    const void *data = vector->data, *validity = vector_validity(vector, BATCH_SIZE);
    const char *text = vector_value(vector, 0).text.data;
    for (int again = 0; again < 100; again++) {
        vector_prepare(vector, again % 3 ? BATCH_SIZE : 1);
        ck_assert_ptr_null(vector->validity);
        vector_set_value(vector, 0, &value);
        ck_assert_ptr_eq(vector->data, data);
        ck_assert_ptr_eq(vector_validity(vector, 1), validity);
        ck_assert_ptr_eq(vector_value(vector, 0).text.data, text);
    }
    Vector *share = vector_new(test_arena, type_of(TYPE_VARCHAR));
    vector_reference(share, vector);
    vector_prepare(vector, BATCH_SIZE);
    vector_set_value(vector, 0, &value);
    ck_assert_ptr_ne(vector->data, data);
    ck_assert_ptr_ne(vector_validity(vector, 1), validity);
    ck_assert_ptr_ne(vector_value(vector, 0).text.data, text);
    ck_assert_ptr_eq(share->data, data);
}
END_TEST

START_TEST(a_small_vector_takes_little_memory)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_BIGINT));
    ck_assert_ptr_null(vector->data);
    vector_prepare(vector, 1);
    ck_assert_uint_le(vector->data_buffer->size, 64 * sizeof(int64_t));
    vector_prepare(vector, 1000);
    ck_assert_uint_le(vector->data_buffer->size, 1024 * sizeof(int64_t));
    vector_prepare(vector, 100000);
    ck_assert_uint_ge(vector->data_buffer->size, 100000 * sizeof(int64_t));
}
END_TEST

START_TEST(the_memory_of_a_vector_is_that_of_the_buffers_it_holds)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    ck_assert_uint_eq(vector_memory(vector), 0);
    vector_prepare(vector, BATCH_SIZE);
    size_t values = vector_memory(vector);
    ck_assert_uint_ge(values, BATCH_SIZE * sizeof(String));
    vector_set_null(vector, 0);
    ck_assert_uint_ge(vector_memory(vector), values + BATCH_SIZE / 8);
    for (size_t row = 1; row <= 1000; row++)
        ((String *)vector->data)[row] = vector_add_string(vector, view_of("longer than what a String has in itself"));
    size_t all = vector_memory(vector);
    ck_assert_uint_ge(all, values + 1000 * strlen("longer than what a String has in itself"));
    Vector *other = vector_new(test_arena, type_of(TYPE_VARCHAR));
    vector_reference(other, vector);
    ck_assert_uint_eq(vector_memory(other), all);
}
END_TEST

START_TEST(nulls_are_kept_apart_from_values_also_beyond_a_batch)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_INTEGER));
    vector_prepare(vector, 10000);
    vector_set_null(vector, 3);
    vector_set_null(vector, 9999);
    for (size_t i = 0; i < 10000; i++)
        ck_assert_int_eq(vector_is_null(vector, i), i == 3 || i == 9999);
    vector_prepare(vector, 100);
    vector_set_all_null(vector, 70);
    for (size_t i = 0; i < 100; i++)
        ck_assert_int_eq(vector_is_null(vector, i), i < 70);
    Value seven = value_integer(type_of(TYPE_INTEGER), 7);
    vector_set_value(vector, 5, &seven);
    ck_assert_value(vector_value(vector, 5), seven);
}
END_TEST

START_TEST(strings_of_all_sizes_stay_while_others_are_added)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    vector_prepare(vector, 300);
    char *long_text = arena_allocate(test_arena, 3 << 20);
    for (size_t i = 0; i < 3 << 20; i++)
        long_text[i] = (char)('a' + i % 23);
    for (size_t i = 0; i < 300; i++) {
        size_t size = i % 50 == 49 ? 3 << 20 : i % 13 == 0 ? 300000 : i * 17;
        Value value = value_text((StringView){long_text + i % 20, size - (size > 20 ? 20 : 0)});
        vector_set_value(vector, i, &value);
    }
    for (size_t i = 0; i < 300; i++) {
        size_t size = i % 50 == 49 ? 3 << 20 : i % 13 == 0 ? 300000 : i * 17;
        StringView expected = {long_text + i % 20, size - (size > 20 ? 20 : 0)};
        ck_assert(view_equal(vector_value(vector, i).text, expected));
    }
    vector_check(vector, 300);
    ck_assert_uint_le(vector->string_buffer_count, 50);
}
END_TEST

static void add_enormous_string(void *vector)
{
    (void)vector_add_string(vector, (StringView){"", STRING_MAX_SIZE + 1});
}

START_TEST(strings_that_are_expected_take_what_they_need)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    StringView text = view_of("thirty bytes for each of these");
    vector_prepare(vector, 10);
    for (size_t i = 0; i < 8; i++) {
        if (i % 4 == 0)
            vector_expect_strings(vector, 4 * text.size);
        VECTOR_DATA(vector, String)[i] = vector_add_string(vector, text);
        ck_assert_uint_eq(vector->string_buffer_count, i / 4 + 1);
        ck_assert_uint_eq(vector->string_buffers[i / 4]->size, 4 * text.size);
    }
    vector_expect_strings(vector, 0);
    vector_expect_strings(vector, SIZE_MAX / 2); /* more than a buffer has */
    VECTOR_DATA(vector, String)[8] = vector_add_string(vector, text);
    ck_assert_uint_eq(vector->string_buffer_count, 3);
    for (size_t i = 0; i < 9; i++)
        ck_assert(view_equal(vector_value(vector, i).text, text));
}
END_TEST

START_TEST(a_string_over_the_limit_is_an_error)
{
    Vector *vector = vector_new(test_arena, type_of(TYPE_VARCHAR));
    vector_prepare(vector, 1);
    expect_error(ERROR_STRING_TOO_LONG, add_enormous_string, vector);
}
END_TEST

/* ---- shares ---- */

static int foreign_count; /* foreign buffers that live */

static void release_foreign(void *foreign)
{
    (void)foreign;
    foreign_count--;
}

static Buffer *foreign_buffer(void *data, size_t size)
{
    foreign_count++;
    return buffer_new_foreign(data, size, release_foreign, NULL);
}

START_TEST(an_arena_drops_every_share_of_its_vectors)
{
    static int64_t numbers[64];
    static char text[] = "text that stands in somebody else's memory";
    foreign_count = 0;
    Arena *arena = arena_new_child(test_arena), *other_arena = arena_new_child(test_arena);
    Vector *vector = vector_new(arena, type_of(TYPE_BIGINT));
    vector->data_buffer = foreign_buffer(numbers, sizeof numbers);
    vector->data = numbers;
    Vector *strings = vector_new(arena, type_of(TYPE_VARCHAR));
    vector_prepare(strings, 64);
    Buffer *buffer = foreign_buffer(text, sizeof text);
    vector_keep_buffer(strings, buffer);
    vector_keep_buffer(strings, buffer); /* one share is enough */
    ck_assert_uint_eq(strings->string_buffer_count, 1);
    buffer_unref(buffer);
    VECTOR_DATA(strings, String)[0] = string_make(text, 20);
    VECTOR_DATA(strings, String)[1] = vector_add_string(strings, view_of("text that stands in our memory"));

    Vector *share = vector_new(other_arena, type_of(TYPE_BIGINT));
    Vector *dictionary_share = vector_new(other_arena, type_of(TYPE_VARCHAR));
    vector_reference(share, vector);
    vector_prepare_dictionary(dictionary_share, strings, 2, 2);
    memcpy(dictionary_share->data, (uint32_t[]){1, 0}, 8);
    arena_free(arena);
    ck_assert_int_eq(foreign_count, 2);
    ck_assert(view_equal(vector_value(dictionary_share, 1).text, view_of("text that stands in ")));
    ck_assert(view_equal(vector_value(dictionary_share, 0).text, view_of("text that stands in our memory")));
    arena_reset(other_arena);
    ck_assert_int_eq(foreign_count, 0);
}
END_TEST

START_TEST(memory_that_is_not_ours_is_never_written)
{
    static int64_t numbers[BATCH_SIZE];
    foreign_count = 0;
    Vector *vector = vector_new(test_arena, type_of(TYPE_BIGINT));
    vector->data_buffer = foreign_buffer(numbers, sizeof numbers);
    vector->data = numbers;
    vector_prepare(vector, 10);
    ck_assert_ptr_ne(vector->data, numbers);
    ck_assert_int_eq(foreign_count, 0);
    /* nor what lives longer and has no buffer */
    vector_unref(vector);
    vector->data = numbers;
    Vector *share = vector_new(test_arena, type_of(TYPE_BIGINT));
    vector_reference(share, vector);
    ck_assert_ptr_eq(share->data, numbers);
    vector_prepare(share, 10);
    ck_assert_ptr_ne(share->data, numbers);
}
END_TEST

/* Fails the 1st, 2nd, 3rd … allocation of this until it succeeds; leaks are the sanitizer's to find. */
static void use_vectors(void *argument)
{
    Arena *arena = argument;
    Value values[] = {value_text(view_of("a text of more than twelve bytes")), value_null(type_of(TYPE_VARCHAR))};
    Kind kind = {type_of(TYPE_VARCHAR), PHYSICAL_STRING};
    for (int form = 0; form < FORM_COUNT; form++) {
        Vector *vector = vector_of(arena, kind, (VectorForm)form, values, 2);
        Vector *share = vector_new(arena, kind.type), *flat = vector_new(arena, kind.type);
        vector_reference(share, vector);
        vector_flatten(flat, share, 2);
        vector_gather(share, vector, (uint16_t[]){1}, 1);
        vector_prepare(vector, 5000);
        vector_set_null(vector, 4999);
        for (size_t i = 0; i < 20; i++)
            vector_string_memory(vector, 3000);
        vector_reference(share, vector);
        vector_string_memory(vector, 2 << 20);
    }
}

START_TEST(running_out_of_memory_leaves_nothing_behind)
{
    Error error;
    size_t nth = 1;
    for (;; nth++) {
        Arena *arena = arena_new_child(test_arena);
        memory_fail_at(nth);
        bool is_done = error_protect(use_vectors, arena, &error);
        memory_fail_at(0);
        arena_free(arena);
        if (is_done)
            break;
        ck_assert_int_eq(error.code, ERROR_OUT_OF_MEMORY);
    }
    ck_assert_uint_gt(nth, 20);
}
END_TEST

TEST_PROGRAM(every_form_gives_back_its_values, what_is_referred_to_stays_when_its_source_is_written_again,
             a_dictionary_stays_when_the_vector_it_came_from_is_written_again, gathered_rows_are_those_asked_for,
             flattened_vectors_hold_the_same_values, copied_ranges_replace_just_those_rows,
             widened_decimals_are_the_same_numbers, a_constant_is_its_value_in_every_row,
             a_vector_written_again_keeps_its_memory_while_nobody_shares_it, a_small_vector_takes_little_memory,
             the_memory_of_a_vector_is_that_of_the_buffers_it_holds,
             nulls_are_kept_apart_from_values_also_beyond_a_batch, strings_of_all_sizes_stay_while_others_are_added,
             strings_that_are_expected_take_what_they_need, a_string_over_the_limit_is_an_error,
             an_arena_drops_every_share_of_its_vectors, memory_that_is_not_ours_is_never_written,
             running_out_of_memory_leaves_nothing_behind)
