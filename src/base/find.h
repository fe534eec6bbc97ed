/* base/find.h: a word in a text. */
#ifndef QUERN_BASE_FIND_H
#define QUERN_BASE_FIND_H

#include "base/string_view.h"

/* The first place of the word; NULL: there is none. An empty word stands at the start. */
const char *view_find(StringView text, StringView word);

#endif
