/* sql/keyword.c: which words the grammar knows. */
#include "sql/keyword.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>

static const struct {
    const char *spelling;
    KeywordClass class;
} keywords[KEYWORD_COUNT] = {
#define KEYWORD_ENTRY(name, spelling, class) [KEYWORD_##name] = {spelling, KEYWORD_##class},
    KEYWORDS(KEYWORD_ENTRY)
#undef KEYWORD_ENTRY
};

/* Where the words that begin with a letter stand: from its own entry to the next letter's. */
static uint16_t letter_starts['z' + 2];

static void letter_starts_find(void)
{
    size_t keyword = KEYWORD_NONE + 1;
    for (size_t letter = 0; letter < sizeof letter_starts / sizeof *letter_starts; letter++) {
        while (keyword < KEYWORD_COUNT && (size_t)keywords[keyword].spelling[0] < letter)
            keyword++;
        letter_starts[letter] = (uint16_t)keyword;
    }
}

/* Negative, 0, positive, as `word` in lower case stands to `spelling`. */
static int word_compare(StringView word, const char *spelling)
{
    for (size_t i = 0; i < word.size; i++) {
        int order = (unsigned char)ascii_lower(word.data[i]) - (unsigned char)spelling[i];
        if (order || spelling[i] == '\0')
            return order ? order : 1;
    }
    return spelling[word.size] ? -1 : 0;
}

Keyword keyword_find(StringView word)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, letter_starts_find);
    size_t letter = word.size ? (unsigned char)ascii_lower(word.data[0]) : 0;
    if (letter > 'z')
        return KEYWORD_NONE;
    size_t low = letter_starts[letter], high = letter_starts[letter + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = word_compare(word, keywords[middle].spelling);
        if (order == 0)
            return (Keyword)middle;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return KEYWORD_NONE;
}

const char *keyword_spelling(Keyword keyword)
{
    return keywords[keyword].spelling;
}

KeywordClass keyword_class(Keyword keyword)
{
    assert(keyword != KEYWORD_NONE);
    return keywords[keyword].class;
}
