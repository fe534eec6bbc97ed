/* Items come out in order, those that are equal as they stood, whatever their number; a cancelled sort ends. */
#include "base/context.h"
#include "base/sort.h"
#include "test.h"

typedef struct Item {
    uint32_t key, place;
} Item;

static _Atomic bool is_cancelled;
static const Context context = {.cancel = &is_cancelled};

static int by_key_and_place(const void *left, const void *right, void *user)
{
    const Item *a = left, *b = right;
    ++*(size_t *)user;
    return a->key != b->key ? (a->key > b->key) - (a->key < b->key) : (a->place > b->place) - (a->place < b->place);
}

/* Keys are (place * factor) % modulus: in order, in reverse, or mixed with equal ones. */
static Item *items_new(size_t count, size_t factor, size_t modulus)
{
    Item *items = arena_array(test_arena, Item, count + 1);
    for (size_t i = 0; i < count; i++)
        items[i] = (Item){(uint32_t)(i * factor % modulus), (uint32_t)i};
    return items;
}

static size_t sort_and_check(size_t count, size_t factor, size_t modulus)
{
    size_t compared = 0;
    Item *spare = arena_array(test_arena, Item, count + 1);
    const Item *items =
        sort_items(items_new(count, factor, modulus), spare, count, sizeof *items, by_key_and_place, &compared);
    bool *seen = arena_array(test_arena, bool, count + 1);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(items[i].key, (size_t)items[i].place * factor % modulus);
        ck_assert(!seen[items[i].place]);
        seen[items[i].place] = true;
        if (i > 0)
            ck_assert(items[i - 1].key < items[i].key ||
                      (items[i - 1].key == items[i].key && items[i - 1].place < items[i].place));
    }
    return compared;
}

START_TEST(items_come_out_in_order_and_none_is_lost)
{
    static const size_t counts[] = {0, 1, 2, SORT_PIECE - 1, SORT_PIECE, SORT_PIECE + 1, 3 * SORT_PIECE + 7};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        sort_and_check(counts[i], 1, 1 << 20);             /* in order */
        sort_and_check(counts[i], (1 << 20) - 1, 1 << 20); /* in reverse */
        sort_and_check(counts[i], 7919, 1009);             /* mixed */
        sort_and_check(counts[i], 0, 1);                   /* all equal */
    }
}
END_TEST

START_TEST(pieces_in_order_are_not_compared_item_by_item)
{
    size_t pieces = 8, in_pieces = pieces * sort_and_check(SORT_PIECE, 1, 1 << 20);
    ck_assert_uint_eq(sort_and_check(pieces * SORT_PIECE, 1, 1 << 20), in_pieces + pieces - 1);
}
END_TEST

static void sort_cancelled(void *count)
{
    size_t compared = 0;
    context_enter(&context);
    is_cancelled = true;
    sort_items(items_new(*(size_t *)count, 7919, 1009), NULL, *(size_t *)count, sizeof(Item), by_key_and_place,
               &compared);
}

START_TEST(a_cancelled_sort_ends)
{
    expect_error(ERROR_INTERRUPTED, sort_cancelled, &(size_t){SORT_PIECE});
    is_cancelled = false;
}
END_TEST

/* Cancels when two pieces meet. */
static int by_place(const void *left, const void *right, void *user)
{
    const Item *a = left, *b = right;
    (void)user;
    if (a->place + 1 == SORT_PIECE && b->place == SORT_PIECE)
        is_cancelled = true;
    return (a->place > b->place) - (a->place < b->place);
}

static void sort_in_order(void *unused)
{
    enum { COUNT = 8 * SORT_PIECE };
    Item *items = items_new(COUNT, 1, COUNT), *spare = arena_array(test_arena, Item, COUNT);
    (void)unused;
    context_enter(&context);
    sort_items(items, spare, COUNT, sizeof *items, by_place, NULL);
}

START_TEST(merging_pieces_that_are_in_order_can_be_interrupted)
{
    is_cancelled = false;
    expect_error(ERROR_INTERRUPTED, sort_in_order, NULL);
    is_cancelled = false;
}
END_TEST

TEST_PROGRAM(items_come_out_in_order_and_none_is_lost, pieces_in_order_are_not_compared_item_by_item,
             a_cancelled_sort_ends, merging_pieces_that_are_in_order_can_be_interrupted)
