/* expr/like.h: LIKE patterns, compiled: % is any text, _ one character, the escape character takes both literally. */
#ifndef QUERN_EXPR_LIKE_H
#define QUERN_EXPR_LIKE_H

#include "base/arena.h"

typedef struct LikePattern LikePattern;

/* `escape` is a text of one character, or empty for none. The pattern's text is copied. NULL when the pattern ends in
 * its escape character. */
LikePattern *like_compile(Arena *arena, StringView pattern, StringView escape);
/* Whether all of the text matches. Time is at most text size times pattern size: it never backtracks. */
bool like_matches(const LikePattern *pattern, StringView text);

/* Every character's simple lower case, for matching without regard to case; written to `ret_text`, which has room for
 * like_folded_size bytes. Returns how many. */
size_t like_fold(StringView text, char *ret_text);
static inline size_t like_folded_size(size_t size)
{
    return size * 3 + 4; /* a byte that is no character becomes the three of U+FFFD */
}

#endif
