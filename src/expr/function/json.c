/* expr/function/json.c: functions of JSON texts: parts, what they are, making them. */
#include "expr/function/family.h"

#include <string.h>

#include "expr/function/json_path.h"
#include "expr/function/operator.h"
#include "expr/function/text_result.h"

/* What a call needs: a scratch text, as any that makes text, and the path. */
typedef struct JsonState {
    Text texts[2];
    JsonPath path;
} JsonState;

void *json_prepare(Arena *arena, const Expr *call)
{
    (void)call;
    JsonState *state = arena_new(arena, JsonState);
    Text text = text_in(arena);
    *state = (JsonState){.texts = {text, text}, .path = {.arena = arena, .names = text, .scratch = text}};
    return state;
}

static void fail_invalid(KernelCall *call, size_t row, StringView text)
{
    kernel_fail(call, row, ERROR_INVALID_TEXT, "invalid input syntax for type json: '%.*s'", VIEW_ARGUMENTS(text));
}

static bool require_valid(KernelCall *call, size_t row, StringView text)
{
    bool is_valid = json_is_valid(text);
    if (!is_valid)
        fail_invalid(call, row, text);
    return is_valid;
}

/* ---- parts ---- */

/* What the path leads to; data NULL: nothing, or a failure. */
static StringView part_of_row(KernelCall *call, size_t row)
{
    JsonPath *path = &((JsonState *)call->state)->path;
    StringView json = argument_text(call, 0, row), part;
    if (call->arguments[1]->type.id == TYPE_BIGINT)
        json_path_of_index(path, ARGUMENT(call, 1, int64_t, row));
    else if (row == 0 || call->arguments[1]->form != VECTOR_CONSTANT)
        json_path_parse(path, argument_text(call, 1, row));
    bool is_valid = json_path_follow(path, json, &part);
    if (is_valid && path->is_valid)
        return part;
    if (!is_valid)
        fail_invalid(call, row, json);
    else
        kernel_fail(call, row, ERROR_INVALID_PARAMETER, "'%.*s' is no path into JSON",
                    VIEW_ARGUMENTS(argument_text(call, 1, row)));
    return (StringView){NULL, 0};
}

/* The part as it stands, or (is_text) a string without its quotes; JSON's null is NULL then. */
static void result_part(KernelCall *call, size_t row, StringView part, bool is_text)
{
    JsonKind kind = part.data ? json_kind(part) : JSON_NULL;
    if (part.data == NULL || (is_text && kind == JSON_NULL)) {
        vector_set_null(call->result, row);
    } else if (is_text && kind == JSON_STRING) {
        part = view_trim(part);
        if (memchr(part.data, '\\', part.size) == NULL) {
            result_set(call, row, part.data + 1, part.size - 2);
            return;
        }
        Text *text = scratch_text(call);
        json_add_unquoted(text, part);
        result_copy(call, row, text_view(text));
    } else {
        part = view_trim(part);
        result_set(call, row, part.data, part.size);
    }
}

static void part_run(KernelCall *call, bool is_text)
{
    for (size_t i = 0; i < call->count; i++)
        result_part(call, i, part_of_row(call, i), is_text);
    vector_keep_strings_of(call->result, call->arguments[0]);
}

void kernel_json_part(KernelCall *call)
{
    part_run(call, false);
}

void kernel_json_part_text(KernelCall *call)
{
    part_run(call, true);
}

/* ---- what it is ---- */

/* The value itself, or the part that a path leads to. */
static StringView value_or_part(KernelCall *call, size_t row)
{
    if (call->argument_count > 1)
        return part_of_row(call, row);
    StringView json = argument_text(call, 0, row);
    return require_valid(call, row, json) ? json : (StringView){NULL, 0};
}

static void json_valid(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, bool)[i] = json_is_valid(argument_text(call, 0, i));
}

static void json_exists(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, bool)[i] = value_or_part(call, i).data != NULL;
}

static void json_length(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView part = value_or_part(call, i);
        VECTOR_DATA(call->result, int64_t)[i] = 0;
        if (part.data == NULL)
            vector_set_null(call->result, i);
        else if (json_kind(part) == JSON_ARRAY)
            VECTOR_DATA(call->result, int64_t)[i] = (int64_t)json_count(part);
        else
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "cannot get array length of %s",
                        json_kind(part) == JSON_OBJECT ? "a non-array" : "a scalar");
    }
}

/* PostgreSQL's names: object, array, string, number, boolean, null. */
static void json_typeof(KernelCall *call)
{
    static const char *const names[] = {
        [JSON_INVALID] = "",      [JSON_NULL] = "null",     [JSON_TRUE] = "boolean", [JSON_FALSE] = "boolean",
        [JSON_NUMBER] = "number", [JSON_STRING] = "string", [JSON_ARRAY] = "array",  [JSON_OBJECT] = "object"};
    for (size_t i = 0; i < call->count; i++) {
        StringView part = value_or_part(call, i);
        const char *name = part.data ? names[json_kind(part)] : "";
        if (part.data)
            result_set(call, i, name, strlen(name));
        else
            vector_set_null(call->result, i);
    }
}

/* The names of an object's members, as a JSON array. */
static void json_keys(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView part = value_or_part(call, i);
        if (part.data == NULL) {
            vector_set_null(call->result, i);
            continue;
        }
        Text *text = scratch_text(call);
        text_add_char(text, '[');
        for (JsonIterator iterator = {0}; json_next(part, &iterator) && iterator.is_object;) {
            text_add(text, text->size > 1 ? "," : "");
            text_add_view(text, iterator.key);
        }
        text_add_char(text, ']');
        result_copy(call, i, text_view(text));
    }
}

/* Without the blanks between its parts. */
static void json_minify(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView json = argument_text(call, 0, i);
        Text *text = scratch_text(call);
        bool is_string = false;
        if (!require_valid(call, i, json))
            json.size = 0;
        for (size_t at = 0; at < json.size; at++) {
            context_pace(at);
            if (is_string || !ascii_is_space(json.data[at]))
                text_add_char(text, json.data[at]);
            if (is_string && json.data[at] == '\\')
                text_add_char(text, json.data[++at]);
            else if (json.data[at] == '"')
                is_string = !is_string;
        }
        result_copy(call, i, text_view(text));
    }
}

/* ---- making ---- */

/* JSON, numbers and truth values as they are, all else as a string. */
static void add_value(KernelCall *call, Text *text, size_t argument, size_t row)
{
    Value value = vector_value(call->arguments[argument], row);
    Arena *arena = text->arena;
    if (value.is_null) {
        text_add(text, "null");
        return;
    }
    if (call->expr->arguments[argument]->type.limit == LIMIT_JSON) {
        if (require_valid(call, row, value.text)) /* nobody has looked at what was cast */
            text_add_view(text, value.text);
        return;
    }
    bool is_plain = value.type.id == TYPE_BOOLEAN || type_is_integer(value.type) || value.type.id == TYPE_DECIMAL ||
                    (value.type.id == TYPE_DOUBLE && isfinite(value.f64));
    if (value.type.id == TYPE_VARCHAR) {
        json_add_quoted(text, value.text);
        return;
    }
    Arena *scratch = arena_new_child(arena);
    StringView shown = view_of(value_display(scratch, &value));
    if (is_plain)
        text_add_view(text, shown);
    else
        json_add_quoted(text, shown);
    arena_free(scratch);
}

static void to_json(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Text *text = scratch_text(call);
        add_value(call, text, 0, i);
        result_copy(call, i, text_view(text));
    }
}

static void array_run(KernelCall *call, const char *separator)
{
    for (size_t i = 0; i < call->count; i++) {
        Text *text = scratch_text(call);
        text_add_char(text, '[');
        for (size_t a = 0; a < call->argument_count; a++) {
            text_add(text, a > 0 ? separator : "");
            add_value(call, text, a, i);
        }
        text_add_char(text, ']');
        result_copy(call, i, text_view(text));
    }
}

/* Names and values in turn. */
static void object_run(KernelCall *call, const char *separator, const char *colon)
{
    for (size_t i = 0; i < call->count; i++) {
        Text *text = scratch_text(call);
        text_add_char(text, '{');
        for (size_t a = 0; a + 1 < call->argument_count; a += 2) {
            text_add(text, a > 0 ? separator : "");
            if (argument_is_null(call, a, i))
                kernel_fail(call, i, ERROR_NULL_NOT_ALLOWED, "a name in JSON must not be NULL");
            else
                json_add_quoted(text, argument_text(call, a, i));
            text_add(text, colon);
            add_value(call, text, a + 1, i);
        }
        text_add_char(text, '}');
        result_copy(call, i, text_view(text));
    }
}

static void json_array(KernelCall *call)
{
    array_run(call, ",");
}

static void json_object(KernelCall *call)
{
    object_run(call, ",", ":");
}

/* With blanks where PostgreSQL writes them. */
static void json_build_array(KernelCall *call)
{
    array_run(call, ", ");
}

static void json_build_object(KernelCall *call)
{
    object_run(call, ", ", " : ");
}

static bool resolve_members(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    for (size_t i = 0; i < argument_count; i += 2)
        argument_types[i] = type_of(TYPE_VARCHAR);
    return argument_count % 2 == 0 && resolve_json(function, argument_types, argument_count, ret_result);
}

/* ---- the table ---- */

#define PART(title, k, r, resolver, text)                                                                              \
    {.name = title,                                                                                                    \
     .signature = "(json VARCHAR, path VARCHAR) " #r,                                                                  \
     .description = text,                                                                                              \
     .flags = FAIL,                                                                                                    \
     ARGUMENTS(T(VARCHAR), T(VARCHAR)),                                                                                \
     .result = T(VARCHAR),                                                                                             \
     .kernel = kernel_json_part##k,                                                                                    \
     .resolve = resolver,                                                                                              \
     .prepare = json_prepare},                                                                                         \
    {                                                                                                                  \
        .name = title, .signature = "(json VARCHAR, index BIGINT) " #r, .description = text, .flags = FAIL,            \
        ARGUMENTS(T(VARCHAR), T(BIGINT)), .result = T(VARCHAR), .kernel = kernel_json_part##k, .resolve = resolver,    \
        .prepare = json_prepare                                                                                        \
    }
#define LOOK(title, r, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(json VARCHAR [, path VARCHAR]) " #r, .description = text, .flags = FAIL,         \
        .optional_count = 1, ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(r), .kernel = k, .prepare = json_prepare   \
    }
#define MAKE(title, sign, k, resolver, variadic, text)                                                                 \
    {                                                                                                                  \
        .name = title, .signature = sign " JSON", .description = text,                                                 \
        .flags = FUNCTION_NOT_STRICT | FUNCTION_CAN_FAIL | (variadic), ARGUMENTS(ANY),                                 \
        .optional_count = (variadic) != 0, .result = T(VARCHAR), .kernel = k, .prepare = text_prepare,                 \
        .resolve = resolver                                                                                            \
    }

/* clang-format off */
FunctionFamily function_family_json = {
    PART("json_extract", , JSON, resolve_json, "The part that a path ($.a[0], /a/0, a) or an index leads to, as JSON."),
    PART("json_extract_string", _text, VARCHAR, NULL, "The same; a string without its quotes, null as NULL."),
    PART("json_value", _text, VARCHAR, NULL, "The same; a string without its quotes, null as NULL."),
    {.name = "json_valid", .signature = "(VARCHAR) BOOLEAN", .description = "Whether the text is JSON.",
     ARGUMENTS(T(VARCHAR)), .result = T(BOOLEAN), .kernel = json_valid},
    {.name = "json_exists", .signature = "(json VARCHAR, path VARCHAR) BOOLEAN",
     .description = "Whether the path leads to a part.", .flags = FAIL, ARGUMENTS(T(VARCHAR), T(VARCHAR)),
     .result = T(BOOLEAN), .kernel = json_exists, .prepare = json_prepare},
    LOOK("json_array_length", BIGINT, json_length, "How many elements an array has."),
    LOOK("json_type", VARCHAR, json_typeof, "object, array, string, number, boolean or null."),
    LOOK("json_typeof", VARCHAR, json_typeof, "object, array, string, number, boolean or null."),
    {.name = "json_keys", .signature = "(json VARCHAR [, path VARCHAR]) JSON",
     .description = "The names of an object's members, as a JSON array.", .flags = FAIL, .optional_count = 1,
     ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(VARCHAR), .kernel = json_keys, .resolve = resolve_json,
     .prepare = json_prepare},
    {.name = "json", .signature = "(VARCHAR) JSON", .description = "JSON without blanks between its parts.",
     .resolve = resolve_json, .flags = FAIL, ARGUMENTS(T(VARCHAR)), .result = T(VARCHAR), .kernel = json_minify, .prepare = text_prepare},
    MAKE("to_json", "(any)", to_json, resolve_json, 0, "The value as JSON."),
    MAKE("json_quote", "(any)", to_json, resolve_json, 0, "The value as JSON."),
    MAKE("json_array", "(any, ...)", json_array, resolve_json, FUNCTION_VARIADIC, "A JSON array of the values."),
    MAKE("json_build_array", "(any, ...)", json_build_array, resolve_json, FUNCTION_VARIADIC, "A JSON array of the values."),
    MAKE("json_object", "(name, value, ...)", json_object, resolve_members, FUNCTION_VARIADIC,
         "A JSON object of names and values in turn."),
    MAKE("json_build_object", "(name, value, ...)", json_build_object, resolve_members, FUNCTION_VARIADIC,
         "A JSON object of names and values in turn."),
    {0},
};
/* clang-format on */
