/* sql/keyword.c: which words the grammar knows. */
#include "sql/keyword.h"

#include <assert.h>

static const struct {
    const char *spelling;
    KeywordClass class;
} keywords[KEYWORD_COUNT] = {
#define KEYWORD_ENTRY(name, spelling, class) [KEYWORD_##name] = {spelling, KEYWORD_##class},
    KEYWORDS(KEYWORD_ENTRY)
#undef KEYWORD_ENTRY
};

/* Negative, 0, positive, as `word` in lower case stands to `spelling`. */
static int word_compare(StringView word, const char *spelling)
{
    for (size_t i = 0; i < word.size; i++) {
        int order = (unsigned char)ascii_lower(word.data[i]) - (unsigned char)spelling[i];
        if (order)
            return order; /* also where the spelling ends first: its NUL differs from any letter */
    }
    return spelling[word.size] ? -1 : 0;
}

Keyword keyword_find(StringView word)
{
    if (memchr(word.data, '\0', word.size))
        return KEYWORD_NONE;
    size_t low = KEYWORD_NONE + 1, high = KEYWORD_COUNT;
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
