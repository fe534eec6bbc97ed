/* The loops of every CPU level against plain ones, and LIKE against a matcher that follows its definition. */
#include "expr_test.h"

#include <math.h>

#include "base/cpu.h"
#include "expr/kernels.h"
#include "expr/like.h"

enum { COUNT = 203 }; /* no multiple of any vector's width */

static uint64_t seed = 42;

static uint64_t random_bits(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 11 ^ seed << 23;
}

/* Values at the edges, near zero and anywhere. */
static int64_t random_i64(int bits)
{
    int64_t most = (int64_t)(UINT64_MAX >> (65 - bits)), value;
    switch (random_bits() % 6) {
    case 0:
        return most - (int64_t)(random_bits() % 3);
    case 1:
        return -most - 1 + (int64_t)(random_bits() % 3);
    case 2:
        return (int64_t)(random_bits() % 7) - 3;
    default:
        value = (int64_t)random_bits() >> (64 - bits);
        return random_bits() & 1 ? value >> bits / 2 : value;
    }
}

/* What an operation on integers gives, by 128 bits. */
static unsigned reference(Arithmetic operation, Int128 x, Int128 y, Int128 least, Int128 most, Int128 *ret_value)
{
    *ret_value = 0;
    switch (operation) {
    case ARITHMETIC_ADD:
        *ret_value = x + y;
        break;
    case ARITHMETIC_SUBTRACT:
        *ret_value = x - y;
        break;
    case ARITHMETIC_MULTIPLY:
        if (__builtin_mul_overflow(x, y, ret_value))
            return KERNEL_OVERFLOW;
        break;
    default:
        if (y == 0)
            return KERNEL_ZERO_DIVISOR;
        *ret_value = operation == ARITHMETIC_DIVIDE ? x / y : x % y;
    }
    return *ret_value < least || *ret_value > most ? KERNEL_OVERFLOW : 0;
}

#define CHECK_INTEGERS(name, type, ctype, bits, is_unsigned)                                                           \
    static void check_##name(const Kernels *kernels)                                                                   \
    {                                                                                                                  \
        ctype a[COUNT], b[COUNT], results[COUNT];                                                                      \
        Int128 least = is_unsigned ? 0 : -((Int128)1 << (bits - 1));                                                   \
        Int128 most = ((Int128)1 << (bits - !is_unsigned)) - 1;                                                        \
        for (int round = 0; round < 300; round++) {                                                                    \
            size_t count = round < 150 ? 1 : COUNT; /* alone, so that flags are not hidden by others */                \
            for (size_t i = 0; i < COUNT; i++) {                                                                       \
                a[i] = (ctype)random_i64(bits);                                                                        \
                b[i] = (ctype)(round % 3 ? random_i64(bits) : (int64_t)(random_bits() % 5) - 2 * !is_unsigned);        \
            }                                                                                                          \
            KernelShape shape = (KernelShape)(round % 3);                                                              \
            for (int o = 0; o < ARITHMETIC_COUNT; o++) {                                                               \
                unsigned flags = 0, found;                                                                             \
                found = (*kernels->arithmetic)[o][ARITHMETIC_##type](a, b, results, count, shape);                     \
                for (size_t i = 0; i < count; i++) {                                                                   \
                    Int128 value, x = a[shape == SHAPE_CONSTANT_FLAT ? 0 : i];                                         \
                    Int128 y = b[shape == SHAPE_FLAT_CONSTANT ? 0 : i];                                                \
                    unsigned failed = reference((Arithmetic)o, x, y, least, most, &value);                             \
                    flags |= failed;                                                                                   \
                    ck_assert_msg(failed || (Int128)results[i] == value, #name " operation %d row %zu", o, i);         \
                }                                                                                                      \
                ck_assert_msg((found != 0) == (flags != 0), #name " operation %d: flags %u, not %u", o, found, flags); \
                ck_assert(!(flags & KERNEL_ZERO_DIVISOR) == !(found & KERNEL_ZERO_DIVISOR));                           \
            }                                                                                                          \
        }                                                                                                              \
    }
CHECK_INTEGERS(i16, I16, int32_t, 16, 0)
CHECK_INTEGERS(i32, I32, int32_t, 32, 0)
CHECK_INTEGERS(i64, I64, int64_t, 64, 0)
CHECK_INTEGERS(u64, U64, uint64_t, 64, 1)

static bool holds(int comparison, int order)
{
    const bool results[COMPARISON_COUNT] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
    return results[comparison];
}

#define CHECK_COMPARE(name, physical, ctype, make, order)                                                              \
    static void compare_##name(const Kernels *kernels)                                                                 \
    {                                                                                                                  \
        ctype a[COUNT], b[COUNT];                                                                                      \
        bool results[COUNT];                                                                                           \
        for (int round = 0; round < 30; round++) {                                                                     \
            for (size_t i = 0; i < COUNT; i++) {                                                                       \
                a[i] = make;                                                                                           \
                b[i] = random_bits() % 3 ? make : a[i];                                                                \
            }                                                                                                          \
            KernelShape shape = (KernelShape)(round % 3);                                                              \
            for (int c = 0; c < COMPARISON_COUNT; c++) {                                                               \
                (*kernels->compare)[c][PHYSICAL_##physical](a, b, results, COUNT, shape);                              \
                for (size_t i = 0; i < COUNT; i++) {                                                                   \
                    ctype x = a[shape == SHAPE_CONSTANT_FLAT ? 0 : i], y = b[shape == SHAPE_FLAT_CONSTANT ? 0 : i];    \
                    ck_assert_msg(results[i] == holds(c, order), #name " comparison %d row %zu", c, i);                \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
    }
#define PLAIN_ORDER ((x > y) - (x < y))

static const double doubles[] = {0, -0.0, 1, -1, 1e300, INFINITY, -INFINITY, NAN, 0.1};

static String random_string(void)
{
    size_t size = random_bits() % 16;
    char *text = arena_allocate(test_arena, size);
    for (size_t i = 0; i < size; i++)
        text[i] = (char)(random_bits() % 2 ? 'a' : 0xFE + random_bits() % 2);
    return string_make(text, size);
}

CHECK_COMPARE(bool, BOOL, bool, random_bits() & 1, PLAIN_ORDER)
CHECK_COMPARE(i32, I32, int32_t, (int32_t)random_i64(32), PLAIN_ORDER)
CHECK_COMPARE(i64, I64, int64_t, random_i64(64), PLAIN_ORDER)
CHECK_COMPARE(u64, U64, uint64_t, (uint64_t)random_i64(64), PLAIN_ORDER)
CHECK_COMPARE(i128, I128, Int128, (Int128)random_i64(64) * random_i64(32), PLAIN_ORDER)
CHECK_COMPARE(f64, F64, double, doubles[random_bits() % 9], double_compare(x, y))
CHECK_COMPARE(string, STRING, String, random_string(), view_compare(string_view(&x), string_view(&y)))

/* Every level that this machine has. */
static void each_level(void (*check)(const Kernels *kernels))
{
    for (int level = 0; level <= (int)cpu_level(); level++)
        check(kernels_of_level(level));
}

START_TEST(arithmetic_agrees_with_wider_arithmetic_on_every_level)
{
    each_level(check_i16);
    each_level(check_i32);
    each_level(check_i64);
    each_level(check_u64);
}
END_TEST

START_TEST(comparisons_follow_the_order_of_values_on_every_level)
{
    each_level(compare_bool);
    each_level(compare_i32);
    each_level(compare_i64);
    each_level(compare_u64);
    each_level(compare_i128);
    each_level(compare_f64);
    each_level(compare_string);
}
END_TEST

static void check_booleans(const Kernels *kernels)
{
    bool values[COUNT], back[COUNT];
    uint64_t words[(COUNT + 63) / 64];
    uint16_t rows[COUNT], chosen[COUNT];
    for (int density = 1; density < 12; density += 5)
        for (size_t count = 0; count <= COUNT; count++) {
            size_t expected = 0;
            for (size_t i = 0; i < count; i++) {
                values[i] = random_bits() % (uint64_t)density == 0;
                rows[i] = (uint16_t)(i * 3);
            }
            kernels->boolean->pack(values, count, words);
            kernels->boolean->unpack(words, count, back);
            ck_assert(count == 0 || memcmp(values, back, count) == 0);
            size_t found = kernels->boolean->select(words, NULL, count, chosen);
            for (size_t i = 0; i < count; i++)
                if (values[i])
                    ck_assert_uint_eq(chosen[expected++], i);
            ck_assert_uint_eq(found, expected);
            ck_assert_uint_eq(kernels->boolean->select(words, rows, count, rows), expected); /* in place */
            uint16_t marks[COUNT] = {0};
            kernels->boolean->mark(words, count, 7, marks);
            for (size_t i = 0; i < COUNT; i++)
                ck_assert_uint_eq(marks[i], i < count && values[i] ? 7 : 0);
            for (size_t i = 0; i < expected; i++)
                ck_assert_uint_eq(rows[i], chosen[i] * 3);
        }
}

static void check_folds(const Kernels *kernels)
{
    int32_t small[COUNT];
    int64_t large[COUNT], low64, high64;
    double numbers[COUNT], low, high;
    double first_sum = 0;
    for (size_t count = 1; count <= COUNT; count++) {
        Int128 small_sum = 0, large_sum = 0;
        for (size_t i = 0; i < count; i++) {
            small_sum += small[i] = (int32_t)random_i64(32);
            large_sum += large[i] = random_i64(64);
            numbers[i] = (double)(i % 17) * 0.1;
        }
        ck_assert(kernels->fold->sum_i32(small, count) == small_sum);
        ck_assert(kernels->fold->sum_i64(large, count) == large_sum);
        kernels->fold->bounds_i64(large, count, &low64, &high64);
        for (size_t i = 0; i < count; i++)
            ck_assert(low64 <= large[i] && large[i] <= high64);
        int32_t wholes[COUNT];
        for (size_t i = 0; i < count; i++)
            numbers[i] = (double)small[i];
        ck_assert(kernels->fold->wholes_f64(numbers, count, wholes));
        ck_assert_mem_eq(wholes, small, count * sizeof *small);
        static const double others[] = {0.5, 2147483648.0, -2147483649.0, NAN, INFINITY, -1e300};
        numbers[count - 1] = others[count % 6];
        ck_assert(!kernels->fold->wholes_f64(numbers, count, wholes));
        ck_assert_mem_eq(wholes, small, (count - 1) * sizeof *small);
        for (size_t i = 0; i < count; i++)
            numbers[i] = (double)(i % 17) * 0.1;
        first_sum = kernels_of_level(CPU_PORTABLE)->fold->sum_f64(numbers, count);
        ck_assert(kernels->fold->sum_f64(numbers, count) == first_sum); /* to the last bit */
    }
    double with_nan[] = {NAN, 2, -1, NAN, 5};
    kernels->fold->bounds_f64(with_nan, 5, &low, &high);
    ck_assert(low == -1 && high != high);
    kernels->fold->bounds_f64(with_nan, 1, &low, &high);
    ck_assert(low != low && high != high);
}

static void check_choices(const Kernels *kernels)
{
    int64_t first[COUNT], second[1] = {-5}, results[COUNT];
    uint16_t choice[COUNT];
    bool found[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        first[i] = (int64_t)i * 1000000007;
        choice[i] = random_bits() % 2;
    }
    const void *sources[] = {first, second};
    kernels->choose->choose_8(sources, (const uint8_t[]){1, 0}, choice, COUNT, results);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(results[i], choice[i] ? -5 : first[i]);
    const int64_t keys[] = {0, 3000000021, 7};
    kernels->choose->contains_i64(first, COUNT, keys, 3, found);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(found[i], i == 0 || i == 3);
    const int32_t small[] = {7, (int32_t)3000000021, 1};
    kernels->choose->contains_i32(small, 3, keys, 3, found); /* a key beyond 32 bits equals none */
    ck_assert(found[0] && !found[1] && !found[2]);
}

START_TEST(booleans_and_folds_agree_on_every_level)
{
    each_level(check_booleans);
    each_level(check_folds);
    each_level(check_choices);
}
END_TEST

/* The definition of LIKE for patterns of single bytes. */
static bool like_by_definition(const char *pattern, const char *text)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '%')
        return like_by_definition(pattern + 1, text) || (*text && like_by_definition(pattern, text + 1));
    return *text && (*pattern == '_' || *pattern == *text) && like_by_definition(pattern + 1, text + 1);
}

START_TEST(like_agrees_with_its_definition)
{
    size_t matches = 0;
    for (int round = 0; round < 200000; round++) {
        char pattern[9] = "", text[13] = "";
        size_t pattern_size = random_bits() % 8, text_size = random_bits() % 12;
        for (size_t i = 0; i < pattern_size; i++)
            pattern[i] = "ab%_%"[random_bits() % 5];
        for (size_t i = 0; i < text_size; i++)
            text[i] = "ab"[random_bits() % 2];
        arena_reset(test_arena);
        LikePattern *compiled = like_compile(test_arena, view_of(pattern), view_of("\\"));
        bool expected = like_by_definition(pattern, text);
        ck_assert_msg(like_matches(compiled, view_of(text)) == expected, "'%s' LIKE '%s'", text, pattern);
        matches += expected;
    }
    ck_assert_uint_gt(matches, 20000);
}
END_TEST

START_TEST(like_takes_no_exponential_time)
{
    char text[5001], pattern[61];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < 60; i += 2)
        memcpy(pattern + i, "a%", 2);
    pattern[60] = '\0';
    LikePattern *compiled = like_compile(test_arena, (StringView){pattern, 60}, view_of("\\"));
    ck_assert(like_matches(compiled, view_of(text)));
    memcpy(pattern + 58, "%b", 2);
    compiled = like_compile(test_arena, (StringView){pattern, 60}, view_of("\\"));
    ck_assert(!like_matches(compiled, view_of(text)));
}
END_TEST

TEST_PROGRAM(arithmetic_agrees_with_wider_arithmetic_on_every_level,
             comparisons_follow_the_order_of_values_on_every_level, booleans_and_folds_agree_on_every_level,
             like_agrees_with_its_definition, like_takes_no_exponential_time)
