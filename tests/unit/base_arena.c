/* Arenas release what they own, last first, whatever unwinds. */
#include "test.h"

#include "base/memory.h"

static char order[16];
static size_t released;

static void note_release(void *object)
{
    order[released++] = *(char *)object;
}

START_TEST(owned_things_are_released_last_first_and_children_before_their_parent)
{
    released = 0;
    Arena *parent = arena_new_child(NULL);
    Arena *child = arena_new_child(parent);
    arena_own(parent, "a", note_release);
    arena_own(parent, "b", note_release);
    arena_own(child, "c", note_release);
    arena_free(parent);
    ck_assert_int_eq(released, 3);
    ck_assert_mem_eq(order, "cba", 3);
}
END_TEST

START_TEST(reset_empties_and_the_arena_is_good_for_more)
{
    released = 0;
    arena_own(test_arena, "x", note_release);
    size_t before = arena_size(test_arena);
    for (int i = 0; i < 1000; i++)
        memset(arena_allocate(test_arena, 5000), i, 5000);
    arena_reset(test_arena);
    ck_assert_int_eq(released, 1);
    ck_assert_uint_le(arena_size(test_arena), before + (1 << 20));
    ck_assert_str_eq(arena_format(test_arena, "%d-%s", 7, "x"), "7-x");
}
END_TEST

START_TEST(disowned_things_are_left_alone_and_released_ones_forgotten)
{
    released = 0;
    arena_own(test_arena, "a", note_release);
    arena_own(test_arena, "b", note_release);
    char *b = "b";
    arena_own(test_arena, b, note_release);
    arena_release(test_arena, b);
    ck_assert_int_eq(released, 1);
    arena_reset(test_arena);
    ck_assert_int_ge(released, 2);
}
END_TEST

/* Above 32 MiB blocks are of huge pages: in an arena of many small pieces, and one piece alone. */
START_TEST(a_large_arena_holds_what_a_small_one_does)
{
    enum { PIECE = 1000, PIECES = 80000, LARGE = 33 << 20 };
    for (int round = 0; round < 2; round++) {
        int **pieces = arena_array(test_arena, int *, PIECES);
        for (int i = 0; i < PIECES; i++) {
            pieces[i] = arena_allocate_zero(test_arena, PIECE);
            ck_assert_uint_eq((uintptr_t)pieces[i] % 16, 0);
            pieces[i][0] = pieces[i][PIECE / sizeof(int) - 1] = i;
        }
        char *large = memset(arena_allocate(test_arena, LARGE), 'x', LARGE);
        for (int i = 0; i < PIECES; i++)
            ck_assert(pieces[i][0] == i && pieces[i][1] == 0 && pieces[i][PIECE / sizeof(int) - 1] == i);
        ck_assert(large[0] == 'x' && large[LARGE - 1] == 'x');
        ck_assert_uint_ge(arena_size(test_arena), (size_t)PIECE * PIECES + LARGE);
        arena_reset(test_arena);
    }
}
END_TEST

static void fail_to_own(void *argument)
{
    Arena *arena = argument;
    arena_allocate(arena, 1024 - 16);
    memory_fail_at(1);
    arena_own(arena, "z", note_release);
}

START_TEST(what_cannot_be_registered_is_released_before_the_error)
{
    released = 0;
    expect_error(ERROR_OUT_OF_MEMORY, fail_to_own, test_arena);
    ck_assert_int_eq(released, 1);
}
END_TEST

static void raise_inside(void *argument)
{
    Arena *arena = arena_new_child(argument);
    arena_own(arena, "q", note_release);
    error_raise_hint(ERROR_DIVISION_BY_ZERO, 17, "use NULLIF", "division by zero in row %d", 3);
}

START_TEST(errors_carry_code_place_message_and_hint)
{
    Error error = expect_error(ERROR_DIVISION_BY_ZERO, raise_inside, test_arena);
    ck_assert_uint_eq(error.position, 17);
    ck_assert_str_eq(error.message, "division by zero in row 3");
    ck_assert_str_eq(error.hint, "use NULLIF");
    ck_assert_str_eq(error_sqlstate(error.code), "22012");
}
END_TEST

static void huge_array(void *arena)
{
    arena_allocate_array(arena, SIZE_MAX / 2, 3);
}

START_TEST(a_size_that_would_wrap_is_out_of_memory)
{
    expect_error(ERROR_OUT_OF_MEMORY, huge_array, test_arena);
}
END_TEST

/* Mappings of this process. */
static size_t mapping_count(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t count = 0;
    ck_assert_ptr_nonnull(maps);
    for (int c; (c = getc(maps)) != EOF;)
        count += c == '\n';
    fclose(maps);
    return count;
}

START_TEST(large_blocks_leave_no_mappings_behind)
{
    enum { LARGE = (33 << 20) + 5, TIMES = 20 };
    size_t before = mapping_count();
    for (int i = 0; i < TIMES; i++) {
        Arena *arena = arena_new_child(test_arena);
        arena_allocate(arena, LARGE + (size_t)i * 5000);
        arena_free(arena);
    }
    ck_assert_uint_lt(mapping_count(), before + TIMES / 2);
}
END_TEST

TEST_PROGRAM(owned_things_are_released_last_first_and_children_before_their_parent,
             reset_empties_and_the_arena_is_good_for_more, disowned_things_are_left_alone_and_released_ones_forgotten,
             a_large_arena_holds_what_a_small_one_does, what_cannot_be_registered_is_released_before_the_error,
             errors_carry_code_place_message_and_hint, a_size_that_would_wrap_is_out_of_memory,
             large_blocks_leave_no_mappings_behind)
