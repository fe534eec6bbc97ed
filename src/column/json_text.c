/* column/json_text.c: quotes, backslashes and control characters are escaped. */
#include "column/json_text.h"

const char *const json_escapes[256] = {
    "\\u0000", "\\u0001", "\\u0002", "\\u0003", "\\u0004", "\\u0005",      "\\u0006",       "\\u0007", "\\b",
    "\\t",     "\\n",     "\\u000b", "\\f",     "\\r",     "\\u000e",      "\\u000f",       "\\u0010", "\\u0011",
    "\\u0012", "\\u0013", "\\u0014", "\\u0015", "\\u0016", "\\u0017",      "\\u0018",       "\\u0019", "\\u001a",
    "\\u001b", "\\u001c", "\\u001d", "\\u001e", "\\u001f", ['"'] = "\\\"", ['\\'] = "\\\\",
};

void text_add_json(Text *text, StringView string)
{
    text_add_char(text, '"');
    for (size_t i = 0; i < string.size; i++) {
        const char *escape = json_escapes[(unsigned char)string.data[i]];
        if (escape)
            text_add(text, escape);
        else
            text_add_char(text, string.data[i]);
    }
    text_add_char(text, '"');
}
