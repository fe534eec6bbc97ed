/* base/string_view.c: walks over a text that may be of many megabytes. */
#include "base/string_view.h"

#include "base/context.h"

StringView view_trim_blanks(StringView view)
{
    for (; view.size && ascii_is_space(view.data[0]); view.data++, view.size--)
        context_pace(view.size);
    for (; view.size && ascii_is_space(view.data[view.size - 1]); view.size--)
        context_pace(view.size);
    return view;
}
