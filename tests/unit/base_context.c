/* What a thread works for can be cancelled in the middle of one large value, by code that is handed no context. */
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/find.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "test.h"

enum { LARGE = 20 << 20 }; /* bytes */

static _Atomic bool is_cancelled;
static const Context context = {.cancel = &is_cancelled};

typedef struct Work {
    void (*run)(Arena *arena, StringView text);
    StringView text;
    bool is_entered;
} Work;

static void work_run(void *argument)
{
    const Work *work = argument;
    if (work->is_entered)
        context_enter(&context);
    work->run(arena_new_child(test_arena), work->text);
}

static bool comes_to_its_end(void (*run)(Arena *arena, StringView text), StringView text, bool is_entered)
{
    Error error;
    bool is_done = error_protect(work_run, &(Work){run, text, is_entered}, &error);
    ck_assert(is_done || error.code == ERROR_INTERRUPTED);
    return is_done;
}

static void copy(Arena *arena, StringView text)
{
    arena_view(arena, text);
}

static void zero(Arena *arena, StringView text)
{
    arena_allocate_zero(arena, text.size);
}

static void build(Arena *arena, StringView text)
{
    Text built = text_in(arena);
    for (size_t i = 0; i < text.size; i++)
        text_add_char(&built, text.data[i]);
}

static void make_much(Arena *arena, StringView text)
{
    for (size_t i = 0; i < text.size; i += 64)
        arena_allocate(arena, 64);
}

static void measure(Arena *arena, StringView text)
{
    (void)arena;
    utf8_length(text);
}

static void validate(Arena *arena, StringView text)
{
    (void)arena;
    utf8_valid_size(text);
}

static void look_for_controls(Arena *arena, StringView text)
{
    (void)arena;
    ck_assert(view_is_printable_ascii(text));
}

static void seek(Arena *arena, StringView text)
{
    (void)arena;
    view_find(text, view_of("b"));
}

static void seek_long_word(Arena *arena, StringView text)
{
    (void)arena;
    view_find(text, (StringView){text.data + text.size / 2, text.size - text.size / 2});
}

static void compare(Arena *arena, StringView text)
{
    (void)arena;
    view_compare(text, (StringView){text.data + 1, text.size - 1});
}

static void go_through_items(Arena *arena, StringView text)
{
    (void)arena;
    for (size_t i = 0; i < text.size / 1000; i++)
        context_pace_item(i);
}

static void (*const works[])(Arena *arena, StringView text) = {
    copy, zero,           build,   make_much,       measure, validate, look_for_controls,
    seek, seek_long_word, compare, go_through_items};
enum { WORKS = sizeof works / sizeof *works };

START_TEST(work_on_a_large_value_ends_when_it_is_cancelled)
{
    StringView text = {memset(arena_allocate(test_arena, LARGE), 'a', LARGE), LARGE};
    for (size_t i = 0; i < WORKS; i++) {
        is_cancelled = true;
        ck_assert_msg(!comes_to_its_end(works[i], text, /* is_entered= */ true), "work %zu", i);
        ck_assert(comes_to_its_end(works[i], text, /* is_entered= */ false)); /* what was entered is over */
        ck_assert(comes_to_its_end(works[i], (StringView){text.data, 1000}, /* is_entered= */ true));
        is_cancelled = false;
        ck_assert(comes_to_its_end(works[i], text, /* is_entered= */ true));
    }
}
END_TEST

static void run_inner(Arena *arena, StringView text)
{
    static const Context uncancelled;
    context_enter(&uncancelled);
    copy(arena, text);
}

static void run_outer(Arena *arena, StringView text)
{
    ck_assert(comes_to_its_end(run_inner, text, /* is_entered= */ false));
    copy(arena, text);
}

START_TEST(what_was_entered_holds_again_behind_an_inner_protection)
{
    StringView text = {memset(arena_allocate(test_arena, LARGE), 'a', LARGE), LARGE};
    is_cancelled = true;
    ck_assert(!comes_to_its_end(run_outer, text, /* is_entered= */ true));
    is_cancelled = false;
}
END_TEST

TEST_PROGRAM(work_on_a_large_value_ends_when_it_is_cancelled, what_was_entered_holds_again_behind_an_inner_protection)
