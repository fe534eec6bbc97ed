/* unit/provider_dynamic_filter.c: which rows, and which bounds of rows, a snapshot lets through. */
#include "provider/dynamic_filter.h"

#include "test.h"

static Value integer(int64_t value)
{
    return value_integer(type_of(TYPE_INTEGER), value);
}

static DynamicSnapshot range(int64_t minimum, int64_t maximum)
{
    return (DynamicSnapshot){.type = type_of(TYPE_INTEGER), .minimum = integer(minimum), .maximum = integer(maximum)};
}

START_TEST(a_filter_knows_nothing_until_something_is_published)
{
    DynamicFilter filter = {NULL};
    DynamicSnapshot snapshot = range(1, 2);
    ck_assert_ptr_null(dynamic_filter_newest(NULL));
    ck_assert_ptr_null(dynamic_filter_newest(&filter));
    dynamic_filter_publish(&filter, &snapshot);
    ck_assert_ptr_eq(dynamic_filter_newest(&filter), &snapshot);
}
END_TEST

static const struct {
    int64_t minimum, maximum;
    bool in_range, in_keys; /* range 10 to 20; keys 10, 15, 20 */
} bounds[] = {
    {0, 9, false, false}, {0, 10, true, true},    {11, 14, true, false}, {15, 15, true, true},
    {20, 30, true, true}, {21, 30, false, false}, {0, 100, true, true},
};

START_TEST(bounds_that_hold_no_wanted_value_do_not_match)
{
    Value keys[] = {integer(10), integer(15), integer(20)};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        Value low = integer(bounds[i].minimum), high = integer(bounds[i].maximum);
        DynamicSnapshot snapshot = range(10, 20);
        ck_assert_int_eq(dynamic_snapshot_may_match(&snapshot, &low, &high, false), bounds[i].in_range);
        snapshot.has_keys = true;
        snapshot.keys = keys;
        snapshot.key_count = 3;
        ck_assert_int_eq(dynamic_snapshot_may_match(&snapshot, &low, &high, true), bounds[i].in_keys);
        snapshot.keeps_nulls = true;
        ck_assert(dynamic_snapshot_may_match(&snapshot, &low, &high, true));
    }
}
END_TEST

START_TEST(bounds_of_nulls_alone_match_only_where_nulls_are_wanted)
{
    DynamicSnapshot snapshot = range(10, 20);
    Value none = value_null(type_of(TYPE_INTEGER));
    ck_assert(!dynamic_snapshot_may_match(&snapshot, &none, &none, true));
    snapshot.keeps_nulls = true;
    ck_assert(dynamic_snapshot_may_match(&snapshot, &none, &none, true));
    ck_assert(!dynamic_snapshot_may_match(&snapshot, &none, &none, false));
}
END_TEST

/* Values 1, NULL, 3, 4, 5 of a type; the rows that a snapshot selects of `selection`, as digits. */
static const char *selected(const DynamicSnapshot *snapshot, Type type, const uint16_t *selection, size_t count)
{
    Vector *vector = vector_new(test_arena, type);
    uint16_t rows[5];
    char *text = arena_allocate(test_arena, sizeof rows / sizeof *rows + 1);
    vector_prepare(vector, 5);
    for (size_t i = 0; i < 5; i++) {
        Value value = type.id == TYPE_DOUBLE ? value_double((double)i + 1) : value_integer(type, (int64_t)i + 1);
        vector_set_value(vector, i, &value);
    }
    vector_set_null(vector, 1);
    size_t kept = dynamic_snapshot_select(snapshot, vector, selection, count, rows);
    for (size_t i = 0; i < kept; i++)
        text[i] = (char)('0' + rows[i]);
    text[kept] = '\0';
    return text;
}

START_TEST(rows_outside_the_range_are_left_out)
{
    static const uint16_t some[] = {0, 1, 3};
    DynamicSnapshot snapshot = range(3, 4);
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_INTEGER), NULL, 5), "23");
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_INTEGER), some, 3), "3");
    snapshot.keeps_nulls = true;
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_INTEGER), NULL, 5), "123");
    snapshot.maximum = value_null(type_of(TYPE_INTEGER));
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_INTEGER), NULL, 5), "1234");
    snapshot = (DynamicSnapshot){.type = type_of(TYPE_BIGINT),
                                 .minimum = value_null(type_of(TYPE_BIGINT)),
                                 .maximum = value_integer(type_of(TYPE_BIGINT), 3)};
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_BIGINT), NULL, 5), "02");
    snapshot = (DynamicSnapshot){
        .type = type_of(TYPE_DOUBLE), .minimum = value_double(4.5), .maximum = value_null(type_of(TYPE_DOUBLE))};
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_DOUBLE), NULL, 5), "4");
}
END_TEST

/* Texts that differ in their first bytes, behind them, in length and only far behind; row 1 is NULL. */
static const char *texts_selected(const char *minimum, const char *maximum, bool keeps_nulls, bool is_dictionary)
{
    static const char *const texts[] = {"apple", "", "apple pie", "apple pie with raisins, long", "apple pie with salt",
                                        "pear"};
    enum { COUNT = sizeof texts / sizeof *texts };
    Type type = type_of(TYPE_VARCHAR);
    Vector *vector = vector_new(test_arena, type), *coded = vector_new(test_arena, type);
    vector_prepare(vector, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        Value value = value_text(view_of(texts[i]));
        vector_set_value(vector, i, &value);
    }
    vector_set_null(vector, 1);
    vector_prepare_dictionary(coded, vector, COUNT, COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        VECTOR_DATA(coded, uint32_t)[i] = i;
    DynamicSnapshot snapshot = {.type = type,
                                .keeps_nulls = keeps_nulls,
                                .minimum = minimum ? value_text(view_of(minimum)) : value_null(type),
                                .maximum = maximum ? value_text(view_of(maximum)) : value_null(type)};
    uint16_t rows[COUNT];
    char *text = arena_allocate(test_arena, COUNT + 1);
    size_t kept = dynamic_snapshot_select(&snapshot, is_dictionary ? coded : vector, NULL, COUNT, rows);
    for (size_t i = 0; i < kept; i++)
        text[i] = (char)('0' + rows[i]);
    text[kept] = '\0';
    return text;
}

START_TEST(texts_outside_the_range_are_left_out)
{
    for (int is_dictionary = 0; is_dictionary < 2; is_dictionary++) {
        ck_assert_str_eq(texts_selected("apple pie", NULL, false, is_dictionary), "2345");
        ck_assert_str_eq(texts_selected(NULL, "apple pie", true, is_dictionary), "012");
        ck_assert_str_eq(texts_selected("apple pie with", "apple pie with s", false, is_dictionary), "3");
        ck_assert_str_eq(texts_selected("apple pie with raisins, longer", "ox", false, is_dictionary), "4");
        ck_assert_str_eq(texts_selected("q", NULL, false, is_dictionary), "");
    }
}
END_TEST

START_TEST(no_keys_want_no_rows_and_other_types_are_let_through)
{
    DynamicSnapshot snapshot = {.type = type_of(TYPE_INTEGER),
                                .minimum = value_null(type_of(TYPE_INTEGER)),
                                .maximum = value_null(type_of(TYPE_INTEGER)),
                                .has_keys = true};
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_INTEGER), NULL, 5), "");
    snapshot = range(3, 4);
    ck_assert_str_eq(selected(&snapshot, type_of(TYPE_BIGINT), NULL, 5), "01234");
}
END_TEST

TEST_PROGRAM(a_filter_knows_nothing_until_something_is_published, bounds_that_hold_no_wanted_value_do_not_match,
             bounds_of_nulls_alone_match_only_where_nulls_are_wanted, rows_outside_the_range_are_left_out,
             texts_outside_the_range_are_left_out, no_keys_want_no_rows_and_other_types_are_let_through)
