/* expr/function/json_scan.h: JSON texts (RFC 8259), looked at where they stand: no tree is built, numbers keep all
 * their digits, and a part is a piece of the text. */
#ifndef QUERN_EXPR_FUNCTION_JSON_SCAN_H
#define QUERN_EXPR_FUNCTION_JSON_SCAN_H

#include <stdint.h>

#include "base/text.h"

enum { JSON_MAX_DEPTH = 1000 }; /* arrays and objects within each other: deeper texts are not valid here */

typedef enum JsonKind {
    JSON_INVALID,
    JSON_NULL,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
} JsonKind;

/* Whether the whole text is one JSON value, blanks around allowed. */
bool json_is_valid(StringView text);
/* A member of an object, an element of an array, or one of both, whichever is there. */
typedef struct JsonStep {
    StringView name;
    int64_t index; /* 0 or more */
    bool has_name, has_index;
} JsonStep;
/* The same, and the part that the steps lead to, on the way; of equal names the last. Data NULL: there is none. */
bool json_find(StringView text, const JsonStep *steps, size_t step_count, Text *scratch, StringView *ret_part);

/* All below take valid JSON. */
JsonKind json_kind(StringView value);
/* The members of an array or object, one after the other: starts with a zeroed iterator on any value. */
typedef struct JsonIterator {
    StringView rest; /* data NULL: not begun */
    bool is_object;
    StringView key;   /* of an object's member, with its quotes */
    StringView value; /* without blanks around */
} JsonIterator;
bool json_next(StringView value, JsonIterator *iterator);
size_t json_count(StringView value);
/* The element with that index, from the end when negative; the last member of that name. Data NULL: none. */
StringView json_element(StringView value, int64_t index);
StringView json_member(StringView value, StringView name, Text *scratch);
/* A string's characters, its escapes replaced; U+FFFD for halves of surrogate pairs. */
void json_add_unquoted(Text *text, StringView string);
/* A text as a string of JSON. */
void json_add_quoted(Text *text, StringView view);

#endif
