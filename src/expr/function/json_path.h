/* expr/function/json_path.h: paths into JSON: $.name."two words"[0][#-1], /name/0 (RFC 6901), or a bare name. */
#ifndef QUERN_EXPR_FUNCTION_JSON_PATH_H
#define QUERN_EXPR_FUNCTION_JSON_PATH_H

#include "base/array.h"
#include "expr/function/json_scan.h"

/* Zeroed but for `names` and `scratch`, texts in `arena`. Parsing another path into it uses its memory again. */
typedef struct JsonPath {
    Arena *arena;
    ARRAY(JsonStep) steps;
    bool is_valid; /* false: no such syntax; the steps are those before that */
    Text names;    /* of the steps */
    Text scratch;
} JsonPath;

void json_path_parse(JsonPath *path, StringView text);
void json_path_of_index(JsonPath *path, int64_t index);
/* Whether the text is JSON, and (*ret_part) where the path leads to in it; data NULL: nowhere. */
bool json_path_follow(JsonPath *path, StringView text, StringView *ret_part);

#endif
