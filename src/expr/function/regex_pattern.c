/* expr/function/regex_pattern.c: a pattern as PCRE2 is to read it. */
#include "expr/function/regex.h"

#include <string.h>

typedef struct Replacement {
    const char *from, *to;
} Replacement;

static const Replacement words[] = {{"\\m", "\\b(?=\\w)"}, {"\\M", "\\b(?<=\\w)"}, {"\\y", "\\b"}, {"\\Y", "\\B"}, {0}};
static const Replacement digits[] = {{"\\d", "[0-9]"}, {"\\D", "[^0-9]"}, {0}};
static const Replacement class_digits[] = {{"\\d", "0-9"}, {"[:digit:]", "0-9"}, {0}};
static const Replacement none[] = {{0}};

static bool begins_with(StringView view, const char *text)
{
    size_t size = strlen(text);
    return view.size >= size && memcmp(view.data, text, size) == 0;
}

/* The bytes up to and with `end`; all where there is none. */
static size_t size_through(StringView view, const char *end)
{
    const char *found = memmem(view.data, view.size, end, strlen(end));
    return found ? (size_t)(found - view.data) + strlen(end) : view.size;
}

/* The bytes at the start of `rest` that belong together. */
static size_t item_size(StringView rest, bool is_class, bool is_extended)
{
    if (begins_with(rest, "\\Q"))
        return size_through(rest, "\\E");
    if (rest.data[0] == '\\')
        return rest.size > 1 ? 2 : 1;
    if (is_class && begins_with(rest, "[:") && size_through(rest, ":]") == size_through(rest, "]"))
        return size_through(rest, ":]");
    if (is_class)
        return 1;
    if (rest.data[0] == '#' && is_extended)
        return size_through(rest, "\n");
    if (rest.data[0] == '[') /* a bracket that stands first in a class is one of its characters */
        return begins_with(rest, "[^]") ? 3 : begins_with(rest, "[]") || begins_with(rest, "[^") ? 2 : 1;
    return 1;
}

static const Replacement *replacement_of(StringView rest, const Replacement *list)
{
    while (list->from && !begins_with(rest, list->from))
        list++;
    return list->from ? list : NULL;
}

void regex_translate(Text *regex, StringView pattern, uint32_t options)
{
    bool is_unicode = options & PCRE2_UCP, is_class = false;
    for (size_t at = 0, size; at < pattern.size; at += size) {
        StringView rest = {pattern.data + at, pattern.size - at};
        const Replacement *replacement = replacement_of(rest, is_class ? none : words);
        if (replacement == NULL && is_unicode)
            replacement = replacement_of(rest, is_class ? class_digits : digits);
        size = replacement ? strlen(replacement->from) : item_size(rest, is_class, options & PCRE2_EXTENDED);
        if (replacement)
            text_add(regex, replacement->to);
        else
            text_add_view(regex, (StringView){rest.data, size});
        if (rest.data[0] == (is_class ? ']' : '['))
            is_class = !is_class;
    }
}
