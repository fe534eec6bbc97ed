/* Types: names, sizes, and where two types meet. */
#include "test.h"

#include "base/context.h"
#include "column/string_hash.h"
#include "column/types.h"

static Type parsed(const char *text)
{
    Type type = {0};
    ck_assert_msg(type_parse_text(view_of(text), &type), "%s is no type", text);
    return type;
}

START_TEST(names_print_and_read_back)
{
    char buffer[TYPE_NAME_SIZE];
    for (int id = TYPE_BOOLEAN; id < TYPE_COUNT; id++) {
        Type type = id == TYPE_DECIMAL ? type_decimal(15, 2) : type_of((TypeId)id);
        ck_assert(type_equal(parsed(type_name(type, buffer)), type));
    }
    ck_assert_str_eq(type_name(type_decimal(38, 38), buffer), "DECIMAL(38,38)");
    ck_assert_str_eq(type_id_name(TYPE_TIMESTAMPTZ), "TIMESTAMPTZ");
}
END_TEST

static const struct {
    const char *text, *name; /* name NULL: no type */
} names[] = {
    {"int8", "BIGINT"},
    {"INT", "INTEGER"},
    {" double   precision ", "DOUBLE"},
    {"Character Varying(20)", "VARCHAR(20)"},
    {"varchar ( 10 )", "VARCHAR(10)"},
    {"numeric", "DECIMAL(38,10)"},
    {"numeric(12)", "DECIMAL(12,0)"},
    {"decimal( 10 ,2 )", "DECIMAL(10,2)"},
    {"timestamp(3) with time zone", "TIMESTAMPTZ(3)"},
    {"timestamp without time zone", "TIMESTAMP"},
    {"bytea", "BLOB"},
    {"string", "VARCHAR"},
    {"decimal(39,0)", NULL},
    {"decimal(0,0)", NULL},
    {"decimal(5,6)", NULL},
    {"decimal(5,2,1)", NULL},
    {"decimal()", NULL},
    {"decimal(5", NULL},
    {"decimal(-5)", NULL},
    {"decimal(99999999999)", NULL},
    {"integer(5)", NULL},
    {"varchar(0)", NULL},
    {"doubleprecision", NULL},
    {"a name that is far too long to be that of any type at all", NULL},
    {"", NULL},
    {"(3)", NULL},
};

START_TEST(synonyms_and_modifiers_are_understood_and_others_refused)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Type type;
        char buffer[TYPE_NAME_SIZE];
        bool is_type = type_parse_text(view_of(names[i].text), &type);
        ck_assert_msg(is_type == (names[i].name != NULL), "%s", names[i].text);
        if (is_type)
            ck_assert_str_eq(type_name(type, buffer), names[i].name);
    }
}
END_TEST

static const struct {
    const char *a, *b, *common; /* common NULL: they do not meet */
} meetings[] = {
    {"smallint", "integer", "INTEGER"},
    {"bigint", "integer", "BIGINT"},
    {"bigint", "ubigint", "DECIMAL(20,0)"},
    {"smallint", "ubigint", "DECIMAL(20,0)"},
    {"ubigint", "ubigint", "UBIGINT"},
    {"decimal(10,2)", "decimal(8,4)", "DECIMAL(12,4)"},
    {"decimal(10,2)", "bigint", "DECIMAL(21,2)"},
    {"decimal(4,2)", "smallint", "DECIMAL(7,2)"},
    {"decimal(38,10)", "decimal(38,0)", "DECIMAL(38,10)"},
    {"decimal(38,0)", "double", "DOUBLE"},
    {"integer", "double", "DOUBLE"},
    {"date", "timestamp", "TIMESTAMP"},
    {"date", "timestamptz", "TIMESTAMPTZ"},
    {"timestamp", "timestamptz", "TIMESTAMPTZ"},
    {"varchar", "varchar", "VARCHAR"},
    {"varchar", "integer", NULL},
    {"boolean", "integer", NULL},
    {"date", "time", NULL},
    {"date", "integer", NULL},
    {"blob", "varchar", NULL},
};

START_TEST(types_meet_in_what_holds_both_whatever_the_order)
{
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++) {
        Type a = parsed(meetings[i].a), b = parsed(meetings[i].b), common, again;
        char buffer[TYPE_NAME_SIZE];
        bool meet = type_common(a, b, &common);
        ck_assert_msg(meet == (meetings[i].common != NULL), "%s %s", meetings[i].a, meetings[i].b);
        ck_assert_int_eq(type_common(b, a, &again), meet);
        if (meet) {
            ck_assert_str_eq(type_name(common, buffer), meetings[i].common);
            ck_assert(type_equal(common, again));
        }
    }
    Type common;
    ck_assert(type_common(type_of(TYPE_NULL), type_of(TYPE_DATE), &common) && common.id == TYPE_DATE);
    ck_assert(type_common(type_of(TYPE_DATE), type_of(TYPE_NULL), &common) && common.id == TYPE_DATE);
    ck_assert(type_common(type_of(TYPE_NULL), type_of(TYPE_NULL), &common) && common.id == TYPE_NULL);
}
END_TEST

START_TEST(decimals_of_18_digits_are_stored_in_64_bits)
{
    ck_assert_int_eq(type_physical(type_decimal(18, 2)), PHYSICAL_I64);
    ck_assert_int_eq(type_physical(type_decimal(19, 2)), PHYSICAL_I128);
    ck_assert_uint_eq(physical_size(PHYSICAL_I128), 16);
    ck_assert_uint_eq(physical_size(PHYSICAL_STRING), 16);
    ck_assert_uint_eq(physical_size(type_physical(type_of(TYPE_DATE))), 4);
}
END_TEST

START_TEST(strings_order_by_bytes_whether_inline_or_not)
{
    const char *ordered[] = {
        "",  "a",    "a\x01",   "ab", "abc", "abcd", "abcdefghijkl", "abcdefghijklm", "abcdefghijkm",
        "b", "\x7f", "\xc3\xa4"};
    size_t count = sizeof ordered / sizeof *ordered;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            String a = string_make(ordered[i], strlen(ordered[i])), b = string_make(ordered[j], strlen(ordered[j]));
            int order = string_compare(&a, &b);
            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
            ck_assert_int_eq(string_equal(&a, &b), i == j);
        }
}
END_TEST

static _Atomic bool is_cancelled;

static void hash(void *argument)
{
    static const Context context = {.cancel = &is_cancelled};
    context_enter(&context);
    string_hash(string_make(argument, strlen(argument)));
}

/* In steps of 16 bytes, the last of which overlaps the one before. */
static uint64_t hash_by_steps(const char *text, size_t size)
{
    uint64_t hash = size;
    for (size_t at = 0; at < size; at += 16) {
        const char *step = text + (size - at < 16 ? size - 16 : at);
        hash = hash_combine(hash ^ word_load(step), word_load(step + 8));
    }
    return hash;
}

START_TEST(a_large_text_is_hashed_like_others_and_can_be_interrupted)
{
    enum { LARGE = 5 << 20 };
    char *text = arena_allocate(test_arena, LARGE + 1);
    for (size_t i = 0; i < LARGE; i++)
        text[i] = (char)('a' + i * 7919 % 26);
    for (size_t size = LARGE - 40; size <= LARGE; size++) {
        text[size] = '\0';
        ck_assert_uint_eq(string_hash(string_make(text, size)), hash_by_steps(text, size));
        text[size] = 'z';
    }
    text[LARGE] = '\0';
    is_cancelled = true;
    expect_error(ERROR_INTERRUPTED, hash, text);
}
END_TEST

TEST_PROGRAM(names_print_and_read_back, synonyms_and_modifiers_are_understood_and_others_refused,
             types_meet_in_what_holds_both_whatever_the_order, decimals_of_18_digits_are_stored_in_64_bits,
             strings_order_by_bytes_whether_inline_or_not, a_large_text_is_hashed_like_others_and_can_be_interrupted)
