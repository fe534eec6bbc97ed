/* expr/function/json_path.c: paths into JSON. */
#include "expr/function/json_path.h"

#include <string.h>

#include "base/context.h"
#include "column/number.h"

/* ---- parsing ---- */

static StringView rest_take(StringView *rest, size_t size)
{
    StringView taken = {rest->data, size};
    *rest = (StringView){rest->data + size, rest->size - size};
    return taken;
}

static size_t rest_find(StringView rest, const char *ends)
{
    size_t size = 0;
    while (size < rest.size && (rest.data[size] == '\0' || !strchr(ends, rest.data[size]))) {
        context_pace(size);
        size++;
    }
    return size;
}

static void path_add(JsonPath *path, JsonStep step)
{
    array_add(path->arena, &path->steps, step);
}

static void path_add_name(JsonPath *path, StringView name)
{
    path_add(path, (JsonStep){.has_name = true, .name = name});
}

/* [3], [-1], [#-1] */
static bool path_add_index(JsonPath *path, StringView *rest)
{
    rest_take(rest, 1);
    StringView inside = rest_take(rest, rest_find(*rest, "]"));
    if (rest->size == 0)
        return false;
    rest_take(rest, 1);
    if (inside.size && inside.data[0] == '#')
        inside = (StringView){inside.data + 1, inside.size - 1};
    JsonStep step = {.has_index = true};
    bool overflows;
    if (!int64_parse(inside, &step.index, &overflows))
        return false;
    path_add(path, step);
    return true;
}

static bool path_add_member(JsonPath *path, StringView *rest)
{
    rest_take(rest, 1);
    bool is_quoted = rest->size && rest->data[0] == '"';
    if (is_quoted)
        rest_take(rest, 1);
    StringView name = rest_take(rest, rest_find(*rest, is_quoted ? "\"" : ".["));
    if (is_quoted ? rest->size == 0 : name.size == 0)
        return false;
    if (is_quoted)
        rest_take(rest, 1);
    path_add_name(path, name);
    return true;
}

/* One step of a JSON pointer; ~1 and ~0 in names are / and ~. */
static void path_add_pointer(JsonPath *path, StringView *rest)
{
    rest_take(rest, 1);
    StringView name = rest_take(rest, rest_find(*rest, "/"));
    JsonStep step = {.has_name = true};
    bool overflows;
    step.has_index = int64_parse(name, &step.index, &overflows);
    const char *start = path->names.data + path->names.size;
    for (size_t i = 0; i < name.size; i++) {
        bool is_escape = name.data[i] == '~' && i + 1 < name.size;
        text_add_char(&path->names, is_escape ? (name.data[i + 1] == '1' ? '/' : '~') : name.data[i]);
        i += is_escape;
    }
    step.name = (StringView){start, (size_t)(path->names.data + path->names.size - start)};
    path_add(path, step);
}

void json_path_parse(JsonPath *path, StringView text)
{
    StringView rest = text;
    path->steps.count = 0;
    path->is_valid = true;
    if (text.size && text.data[0] == '/') {
        text_clear(&path->names);
        text_reserve(&path->names, text.size); /* so that names stay where they are */
        while (rest.size)
            path_add_pointer(path, &rest);
    } else if (text.size && text.data[0] == '$') {
        rest_take(&rest, 1);
        while (rest.size && path->is_valid)
            path->is_valid = rest.data[0] == '['   ? path_add_index(path, &rest)
                             : rest.data[0] == '.' ? path_add_member(path, &rest)
                                                   : false;
    } else {
        path_add_name(path, text);
    }
}

void json_path_of_index(JsonPath *path, int64_t index)
{
    path->steps.count = 0;
    path->is_valid = true;
    path_add(path, (JsonStep){.has_index = true, .index = index});
}

/* ---- following ---- */

/* Elements that are counted from the end are looked for apart: where that is, is not known on the way. */
bool json_path_follow(JsonPath *path, StringView text, StringView *ret_part)
{
    *ret_part = text;
    for (size_t first = 0;; first++) {
        size_t end = first;
        while (end < path->steps.count && path->steps.items[end].index >= 0)
            end++;
        const JsonStep *steps = end > first ? &path->steps.items[first] : NULL; /* none: the items may be NULL */
        if (!json_find(*ret_part, steps, end - first, &path->scratch, ret_part))
            return false;
        if (ret_part->data == NULL || end == path->steps.count)
            return true;
        const JsonStep *step = &path->steps.items[end];
        *ret_part = step->has_name && json_kind(*ret_part) == JSON_OBJECT
                        ? json_member(*ret_part, step->name, &path->scratch)
                        : json_element(*ret_part, step->index);
        if (ret_part->data == NULL)
            return true;
        first = end;
    }
}
