/* Items found by their hashes. */
#include "base/hash_index.h"

#include "test.h"

START_TEST(an_item_is_found_among_those_of_its_hash_alone)
{
    enum { ITEMS = 3000 };
    HashIndex index = {0};
    ck_assert_uint_eq(hash_index_first(&index, 7), 0);
    for (size_t i = 0; i < ITEMS; i++)
        hash_index_add(test_arena, &index, i / 3 * 0x9E3779B97F4A7C15u); /* three of each */
    ck_assert_uint_eq(index.count, ITEMS);
    for (size_t i = 0; i < ITEMS; i += 3) {
        size_t item = hash_index_first(&index, i / 3 * 0x9E3779B97F4A7C15u);
        for (size_t same = 0; same < 3; same++, item = hash_index_next(&index, item))
            ck_assert_uint_eq(item, i + same); /* in the order of adding */
        ck_assert_uint_eq(item, ITEMS);
    }
    ck_assert_uint_eq(hash_index_first(&index, 1), ITEMS);
}
END_TEST

TEST_PROGRAM(an_item_is_found_among_those_of_its_hash_alone)
