/* base/string_view.h: text by pointer and length; owns nothing, needs no NUL. */
#ifndef QUERN_BASE_STRING_VIEW_H
#define QUERN_BASE_STRING_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"

typedef struct StringView {
    const char *data;
    size_t size; /* bytes */
} StringView;

/* For printf's "%.*s" in messages: more than the head of a text of many megabytes is never shown, and printf is slow.
 */
enum { VIEW_HEAD = 1 << 16 };
#define VIEW_ARGUMENTS(view) (int)((view).size < VIEW_HEAD ? (view).size : VIEW_HEAD), (view).data

static inline StringView view_of(const char *text)
{
    return (StringView){text, strlen(text)};
}

static inline bool view_equal(StringView a, StringView b)
{
    return a.size == b.size && (a.size == 0 || memory_compare(a.data, b.data, a.size) == 0);
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Equal when A-Z and a-z count as the same. */
static inline bool view_equal_ignoring_case(StringView a, StringView b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
            return false;
    return true;
}

static inline bool text_equal_ignoring_case(const char *a, const char *b)
{
    return view_equal_ignoring_case(view_of(a), view_of(b));
}

/* Byte order, as memcmp: negative, 0, positive. Can be interrupted. */
static inline int view_compare(StringView a, StringView b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    int order = size ? memory_compare(a.data, b.data, size) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* Without the blanks at both ends. Can be interrupted. */
StringView view_trim_blanks(StringView view);

static inline StringView view_trim(StringView view)
{
    bool has_blanks = view.size && (ascii_is_space(view.data[0]) || ascii_is_space(view.data[view.size - 1]));
    return has_blanks ? view_trim_blanks(view) : view;
}

#endif
