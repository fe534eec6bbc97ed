/* The byte order of sort keys is the order of the values, for every type, layout, form, direction and place of NULLs.
 */
#include "test.h"

#include "base/context.h"
#include "column/sort_key.h"
#include "vectors.h"

enum { ROWS = 200, LARGEST_KEY = 256 };

typedef struct Keys {
    uint8_t bytes[ROWS][LARGEST_KEY];
    size_t sizes[ROWS];
} Keys;

/* Adds one column to the keys. */
static void keys_add(Keys *keys, const Vector *vector, SortOrder order, const uint16_t *selection, size_t count)
{
    size_t sizes[ROWS];
    uint8_t *ends[ROWS];
    memcpy(sizes, keys->sizes, sizeof sizes);
    sort_key_sizes(vector, selection, count, sizes);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_le(sizes[i], LARGEST_KEY);
        ends[i] = keys->bytes[i] + keys->sizes[i];
        if (sort_key_fixed_size(vector->type))
            ck_assert_uint_eq(sizes[i] - keys->sizes[i], sort_key_fixed_size(vector->type));
    }
    sort_key_encode(vector, order, selection, count, ends);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_eq((size_t)(ends[i] - keys->bytes[i]), sizes[i]);
    memcpy(keys->sizes, sizes, count * sizeof *sizes);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

/* What ORDER BY says of two values. */
static int expected_order(const Value *a, const Value *b, SortOrder order)
{
    if (a->is_null || b->is_null)
        return a->is_null == b->is_null ? 0 : a->is_null == order.nulls_first ? -1 : 1;
    int compared = sign(value_compare(a, b));
    return order.is_descending ? -compared : compared;
}

static int keys_order(const Keys *keys, size_t a, size_t b)
{
    StringView a_key = {(const char *)keys->bytes[a], keys->sizes[a]};
    StringView b_key = {(const char *)keys->bytes[b], keys->sizes[b]};
    return sign(view_compare(a_key, b_key));
}

static void expect_order(const Keys *keys, size_t a, size_t b, int expected)
{
    if (keys_order(keys, a, b) != expected) /* asked millions of times: Check's own comparison is slow */
        ck_abort_msg("keys %zu and %zu compare as %d, expected %d", a, b, keys_order(keys, a, b), expected);
}

static const SortOrder orders[] = {{false, false}, {false, true}, {true, false}, {true, true}};

START_TEST(keys_sort_as_values_do)
{
    for (size_t k = 0; k < KIND_COUNT; k++)
        for (size_t o = 0; o < 4; o++)
            for (int form = 0; form < FORM_COUNT; form++) {
                Value values[ROWS];
                uint16_t selection[ROWS];
                for (size_t i = 0; i < ROWS; i++)
                    values[i] = random_value(test_arena, kinds[k], (o + (size_t)form) % 2 == 0);
                Vector *vector = vector_of(test_arena, kinds[k], (VectorForm)form, values, ROWS);
                size_t count = form ? random_selection(ROWS, selection) : ROWS;
                Keys keys = {.sizes = {0}};
                keys_add(&keys, vector, orders[o], form ? selection : NULL, count);
                for (size_t a = 0; a < count; a++)
                    for (size_t b = 0; b < count; b++)
                        expect_order(&keys, a, b,
                                     expected_order(&values[form ? selection[a] : a], &values[form ? selection[b] : b],
                                                    orders[o]));
            }
}
END_TEST

START_TEST(the_first_key_that_differs_decides)
{
    for (int again = 0; again < 100; again++) {
        Keys keys = {.sizes = {0}};
        Value values[3][ROWS];
        SortOrder column_orders[3];
        for (size_t c = 0; c < 3; c++) {
            Kind kind = kinds[random_below(KIND_COUNT)];
            for (size_t i = 0; i < ROWS; i++) /* few values, so that many are equal */
                values[c][i] = i < 3 ? random_value(test_arena, kind, true) : values[c][random_below(3)];
            column_orders[c] = orders[random_below(4)];
            keys_add(&keys, vector_of(test_arena, kind, VECTOR_FLAT, values[c], ROWS), column_orders[c], NULL, ROWS);
        }
        for (size_t a = 0; a < ROWS; a++)
            for (size_t b = 0; b < ROWS; b++) {
                int expected = 0;
                for (size_t c = 0; c < 3 && expected == 0; c++)
                    expected = expected_order(&values[c][a], &values[c][b], column_orders[c]);
                expect_order(&keys, a, b, expected);
            }
    }
}
END_TEST

START_TEST(a_decimal_has_one_key_in_either_layout)
{
    static const Type types[] = {{.id = TYPE_DECIMAL, .precision = 10, .scale = 2},
                                 {.id = TYPE_DECIMAL, .precision = 30, .scale = 4}};
    for (size_t t = 0; t < 2; t++) {
        Value values[ROWS];
        for (size_t i = 0; i < ROWS; i++)
            values[i] = random_value(test_arena, (Kind){types[t], PHYSICAL_I64}, true);
        Keys narrow = {.sizes = {0}}, wide = {.sizes = {0}};
        keys_add(&narrow, vector_of(test_arena, (Kind){types[t], PHYSICAL_I64}, VECTOR_FLAT, values, ROWS), orders[0],
                 NULL, ROWS);
        keys_add(&wide, vector_of(test_arena, (Kind){types[t], PHYSICAL_I128}, VECTOR_FLAT, values, ROWS), orders[0],
                 NULL, ROWS);
        for (size_t i = 0; i < ROWS; i++) {
            ck_assert_uint_eq(narrow.sizes[i], wide.sizes[i]);
            ck_assert_mem_eq(narrow.bytes[i], wide.bytes[i], narrow.sizes[i]);
        }
    }
}
END_TEST

START_TEST(a_key_reads_back_as_its_value)
{
    for (size_t k = 0; k < KIND_COUNT; k++)
        for (size_t i = 0; i < 4 * ROWS; i++) {
            Value value = random_value(test_arena, kinds[k], true), back;
            uint8_t *key;
            (void)sort_key_encode_value(&value, orders[i % 4], test_arena, &key);
            bool is_read = sort_key_decode_value(key, value.type, orders[i % 4], test_arena, &back);
            ck_assert_int_eq(is_read, value.is_null || value.type.id != TYPE_INTERVAL);
            if (!is_read)
                continue;
            ck_assert_int_eq(back.is_null, value.is_null);
            ck_assert(type_equal(back.type, value.type));
            ck_assert(value.is_null || value_compare(&back, &value) == 0);
        }
}
END_TEST

START_TEST(known_values_have_the_known_bytes)
{
    static const struct {
        Value value;
        SortOrder order;
        const char *bytes;
        size_t size;
    } cases[] = {
        {{.type = {.id = TYPE_INTEGER}, .i64 = 1}, {false, false}, "\1\x80\0\0\1", 5},
        {{.type = {.id = TYPE_INTEGER}, .i64 = -1}, {false, false}, "\1\x7F\xFF\xFF\xFF", 5},
        {{.type = {.id = TYPE_INTEGER}, .i64 = 1}, {true, false}, "\1\x7F\xFF\xFF\xFE", 5},
        {{.type = {.id = TYPE_INTEGER}, .is_null = true}, {true, false}, "\2\0\0\0\0", 5},
        {{.type = {.id = TYPE_INTEGER}, .is_null = true}, {true, true}, "\0\0\0\0\0", 5},
        {{.type = {.id = TYPE_UBIGINT}, .u64 = 258}, {false, false}, "\1\0\0\0\0\0\0\1\2", 9},
        {{.type = {.id = TYPE_DOUBLE}, .f64 = 1.0}, {false, false}, "\1\xBF\xF0\0\0\0\0\0\0", 9},
        {{.type = {.id = TYPE_DOUBLE}, .f64 = -0.0}, {false, false}, "\1\x80\0\0\0\0\0\0\0", 9},
        {{.type = {.id = TYPE_VARCHAR}, .text = {"a\0b", 3}}, {false, false}, "\1a\0\1b\0\0", 7},
        {{.type = {.id = TYPE_VARCHAR}, .text = {"a", 1}}, {true, false}, "\1\x9E\xFF\xFF", 4},
        {{.type = {.id = TYPE_VARCHAR}, .is_null = true}, {false, false}, "\2", 1},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        uint8_t *key;
        size_t size = sort_key_encode_value(&cases[c].value, cases[c].order, test_arena, &key);
        ck_assert_uint_eq(size, cases[c].size);
        ck_assert_mem_eq(key, cases[c].bytes, size);
    }
}
END_TEST

static _Atomic bool is_cancelled = true;
static const Context cancelled = {.cancel = &is_cancelled};
enum { LARGE = 1 << 20 }; /* bytes */

static void large_key_size(void *vector)
{
    size_t size = 0;
    context_enter(&cancelled);
    sort_key_sizes(vector, NULL, 1, &size);
}

static void large_key_encode(void *vector)
{
    uint8_t *key = arena_allocate(test_arena, LARGE + 3);
    context_enter(&cancelled);
    sort_key_encode(vector, (SortOrder){0}, NULL, 1, &key);
}

START_TEST(the_key_of_a_large_text_can_be_interrupted)
{
    char *text = memset(arena_allocate(test_arena, LARGE), 'a', LARGE);
    Value value = {.type = type_of(TYPE_VARCHAR), .text = {text, LARGE}};
    Vector *vector = vector_new(test_arena, value.type);
    vector_set_constant(vector, &value);
    expect_error(ERROR_INTERRUPTED, large_key_size, vector);
    expect_error(ERROR_INTERRUPTED, large_key_encode, vector);
    vector_unref(vector);
}
END_TEST

TEST_PROGRAM(keys_sort_as_values_do, the_first_key_that_differs_decides, a_decimal_has_one_key_in_either_layout,
             a_key_reads_back_as_its_value, known_values_have_the_known_bytes,
             the_key_of_a_large_text_can_be_interrupted)
