/* Unit tests of base/find.h. */
#include "base/find.h"

#include <stdlib.h>

#include "test.h"

/* The texts end where the memory does, so that a sanitizer sees who reads on. */
static StringView text_copy(const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy + 1, text, size);
    return (StringView){copy + 1, size};
}

static void text_free(StringView text)
{
    free((char *)text.data - 1);
}

static ptrdiff_t place_of(StringView text, StringView word)
{
    const char *found = view_find(text, word);
    return found ? found - text.data : -1;
}

START_TEST(a_word_is_found_wherever_it_stands)
{
    char letters[100];
    memset(letters, '.', sizeof letters);
    for (size_t word_size = 1; word_size < 70; word_size++)
        for (size_t size = word_size; size <= sizeof letters; size++)
            for (size_t at = 0; at + word_size <= size; at++) {
                memset(letters + at, 'w', word_size);
                StringView text = text_copy(letters, size), word = text_copy(letters + at, word_size);
                ck_assert_int_eq(place_of(text, word), (ptrdiff_t)at);
                text_free(text);
                text_free(word);
                memset(letters + at, '.', word_size);
            }
}
END_TEST

/* Few letters, so that nearly every place looks like the word; 0xFF and 0 among them. */
START_TEST(the_first_of_many_places_is_found_as_the_definition_says)
{
    static const char letters[] = {'a', 'b', '\xFF', '\0'};
    srandom(1);
    for (int round = 0; round < 20000; round++) {
        char text_bytes[80], word_bytes[40];
        size_t kinds = 1 + (size_t)random() % 4, size = (size_t)random() % 81, word_size = (size_t)random() % 41;
        if (word_size > 5 && round % 3)
            word_size %= 5;
        for (size_t i = 0; i < size; i++)
            text_bytes[i] = letters[(size_t)random() % kinds];
        for (size_t i = 0; i < word_size; i++)
            word_bytes[i] = letters[(size_t)random() % kinds];
        StringView text = text_copy(text_bytes, size), word = text_copy(word_bytes, word_size);
        ptrdiff_t expected = -1;
        for (size_t at = 0; expected < 0 && at + word_size <= size; at++)
            if (memcmp(text.data + at, word.data, word_size) == 0)
                expected = (ptrdiff_t)at;
        ck_assert_int_eq(place_of(text, word), expected);
        text_free(text);
        text_free(word);
    }
}
END_TEST

START_TEST(a_word_is_found_wherever_it_stands_in_a_long_text)
{
    enum { SIZE = 20 << 20, STEP = 1 << 20 };
    char *text = memset(arena_allocate(test_arena, SIZE), '.', SIZE);
    static const size_t sizes[] = {1, 2, 17, 40, 5 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t near = STEP; near + sizes[i] + 1 < SIZE; near += STEP)
            for (size_t at = near - (sizes[i] > 1); at <= near + 1; at++) {
                memset(text + at, 'w', sizes[i]);
                char *word = memset(malloc(sizes[i]), 'w', sizes[i]);
                ck_assert_int_eq(place_of((StringView){text, SIZE}, (StringView){word, sizes[i]}), (ptrdiff_t)at);
                free(word);
                memset(text + at, '.', sizes[i]);
            }
}
END_TEST

/* The text repeats itself, but for a few bytes, and so does the word, which is a part of it, mostly. */
START_TEST(a_word_of_megabytes_that_repeats_itself_is_found_where_it_stands_first)
{
    enum { SIZE = 3 << 20, LEAST_WORD = 1 << 20, ROUNDS = 30 };
    char *text = arena_allocate(test_arena, SIZE), *word = arena_allocate(test_arena, SIZE);
    srandom(2);
    for (int round = 0; round < ROUNDS; round++) {
        size_t period = 1 + (size_t)random() % (round % 2 ? 5 : SIZE), changes = (size_t)random() % 4;
        for (size_t i = 0; i < SIZE; i++)
            text[i] = i < period ? (char)('a' + (i * i >> 7) % 2) : text[i - period];
        while (changes-- > 0)
            text[(size_t)random() % SIZE] = 'b';
        size_t at = (size_t)random() % LEAST_WORD, size = LEAST_WORD + (size_t)random() % LEAST_WORD;
        memcpy(word, text + at, size);
        if (round % 3 == 0)
            word[(size_t)random() % size] = 'c';
        const char *expected = memmem(text, SIZE, word, size);
        ck_assert_ptr_eq(view_find((StringView){text, SIZE}, (StringView){word, size}), expected);
    }
}
END_TEST

TEST_PROGRAM(a_word_is_found_wherever_it_stands, the_first_of_many_places_is_found_as_the_definition_says,
             a_word_is_found_wherever_it_stands_in_a_long_text,
             a_word_of_megabytes_that_repeats_itself_is_found_where_it_stands_first)
