/* Names, maps, UTF-8 and text. */
#include "test.h"

#include "base/map.h"
#include "base/text.h"
#include "base/utf8.h"

START_TEST(a_map_finds_names_in_any_case_and_keeps_their_order)
{
    Map map = map_in(test_arena);
    int values[1000];
    for (int i = 0; i < 1000; i++)
        map_set(&map, view_of(arena_format(test_arena, "Name%d", i)), &values[i]);
    ck_assert_ptr_eq(map_get(&map, view_of("nAME517")), &values[517]);
    ck_assert_ptr_null(map_get(&map, view_of("name1000")));
    ck_assert(map_remove(&map, view_of("NAME3")));
    ck_assert(!map_remove(&map, view_of("name3")));
    ck_assert_ptr_null(map_get(&map, view_of("name3")));
    for (int i = 0; i < 5000; i++) { /* names that come and go do not fill it */
        map_set(&map, view_of("temp"), &values[0]);
        ck_assert(map_remove(&map, view_of("temp")));
    }
    ck_assert_uint_eq(map.live_count, 999);
    ck_assert_uint_lt(map.slot_count, 10000);
    ck_assert_ptr_eq(map_get(&map, view_of("name999")), &values[999]);
}
END_TEST

START_TEST(the_nearest_name_is_a_plausible_misspelling)
{
    static int value;
    Map map = map_in(test_arena);
    map_set(&map, view_of("l_shipdate"), &value);
    map_set(&map, view_of("l_receiptdate"), &value);
    ck_assert(view_equal(map_nearest(&map, view_of("l_shpidate")), view_of("l_shipdate")));
    ck_assert_ptr_null(map_nearest(&map, view_of("customer")).data);
    ck_assert_uint_eq(name_distance(view_of("abcd"), view_of("acbd"), 5), 1);
    ck_assert_uint_eq(name_distance(view_of("kitten"), view_of("sitting"), 5), 3);
    ck_assert_uint_eq(name_distance(view_of("kitten"), view_of("sitting"), 2), 3);
}
END_TEST

/* Well-formed and ill-formed sequences from the Unicode standard's table 3-7 and its discussion. */
static const struct {
    const char *text;
    size_t valid;
} sequences[] = {{"abcdefghij", 10},  {"\xC3\xA9", 2},     {"\xE2\x82\xAC", 3}, {"\xF0\x9F\x98\x80", 4},
                 {"a\xC0\xAF", 1},    {"\xE0\x80\xAF", 0}, {"\xED\xA0\x80", 0}, {"\xF4\x90\x80\x80", 0},
                 {"12345678\xFF", 8}, {"\xE2\x82", 0},     {"\x80", 0},         {"\xF5\x80\x80\x80", 0}};

START_TEST(utf8_is_valid_as_the_standard_says)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        ck_assert_msg(utf8_valid_size(view_of(sequences[i].text)) == sequences[i].valid, "sequence %zu", i);
}
END_TEST

START_TEST(utf8_counts_cuts_and_round_trips)
{
    StringView text = view_of("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");
    ck_assert_uint_eq(utf8_length(text), 5);
    ck_assert_uint_eq(utf8_offset(text, 3), 6);
    ck_assert_uint_eq(utf8_offset(text, 9), text.size);
    for (uint32_t c = 1; c < 0x110000; c += 97) {
        char bytes[4];
        size_t size = utf8_encode(c, bytes), taken;
        if (c >= 0xD800 && c < 0xE000) {
            ck_assert_uint_eq(size, 0);
            continue;
        }
        ck_assert_uint_eq(utf8_decode(bytes, size, &taken), c);
        ck_assert_uint_eq(taken, size);
    }
    ck_assert_uint_eq(utf8_width(view_of("a\xE6\x97\xA5\xCC\x81")), 3); /* a, wide, combining */
}
END_TEST

START_TEST(ascii_is_told_wherever_the_other_byte_stands)
{
    char text[80];
    memset(text, 'a', sizeof text);
    for (size_t size = 0; size < sizeof text; size++) {
        ck_assert(view_is_ascii((StringView){text, size}));
        for (size_t i = 0; i < size; i++) {
            text[i] = '\x80';
            ck_assert(!view_is_ascii((StringView){text, size}));
            text[i] = 'a';
        }
    }
}
END_TEST

START_TEST(text_grows_and_formats)
{
    Text text = text_in(test_arena);
    ck_assert_str_eq(text_string(&text), "");
    for (int i = 0; i < 500; i++)
        text_add_format(&text, "%d,", i);
    text_add_repeated(&text, '-', 3);
    ck_assert_uint_eq(text.size, 10 * 2 + 90 * 3 + 400 * 4 + 3);
    ck_assert_str_eq(text.data + text.size - 7, "499,---");
}
END_TEST

TEST_PROGRAM(a_map_finds_names_in_any_case_and_keeps_their_order, the_nearest_name_is_a_plausible_misspelling,
             utf8_is_valid_as_the_standard_says, utf8_counts_cuts_and_round_trips,
             ascii_is_told_wherever_the_other_byte_stands, text_grows_and_formats)
