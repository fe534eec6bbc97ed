/* expr/set_function.c: functions that give rows: numbers, moments, parts of texts, members of JSON. */
#include "expr/set_function.h"

#include <string.h>

#include "base/find.h"
#include "base/utf8.h"
#include "column/datetime.h"
#include "expr/function/json_scan.h"
#include "expr/function/regex.h"

struct SetCursor {
    const SetFunction *function;
    size_t argument_count;
    KernelCall call; /* for what raises in its name */
    bool is_done;
    union {
        struct {
            int64_t next, stop, step;
            Interval interval;
            bool is_descending;
        } series;
        struct {
            StringView rest; /* not yet given */
            StringView delimiter, null_text;
            bool has_delimiter, has_null_text;
        } split;
        struct {
            StringView text;
            size_t start, search; /* of the part at hand; where the next match is looked for */
        } match;
        struct {
            StringView value;
            JsonIterator members;
        } json;
    };
    Arena *regex_arena; /* of the pattern now */
    Regex *regex;       /* NULL: none yet */
    Text pattern, flags;
    Text scratch;
};

/* ---- numbers and moments ---- */

static _Noreturn void raise_step(const SetCursor *cursor, const char *message)
{
    error_raise(ERROR_INVALID_PARAMETER, cursor->call.expr->position, "%s", message);
}

static void numbers_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    int64_t step = count > 2 ? arguments[2].i64 : 1;
    if (step == 0)
        raise_step(cursor, "step size cannot be zero");
    cursor->series.next = count > 1 ? arguments[0].i64 : 0; /* range(n) begins at 0 */
    cursor->series.stop = arguments[count > 1].i64;
    cursor->series.step = step;
    cursor->series.is_descending = step < 0;
}

static void range_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    numbers_begin(cursor, arguments, count); /* it stops before its stop */
    cursor->is_done =
        __builtin_sub_overflow(cursor->series.stop, cursor->series.is_descending ? -1 : 1, &cursor->series.stop);
}

static void moments_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    (void)count;
    Interval step = arguments[2].interval;
    bool is_up = step.months > 0 || step.days > 0 || step.microseconds > 0;
    bool is_down = step.months < 0 || step.days < 0 || step.microseconds < 0;
    if (!is_up && !is_down)
        raise_step(cursor, "step size cannot be zero");
    if (is_up && is_down)
        raise_step(cursor, "the step's fields must all have the same sign");
    cursor->series.next = arguments[0].i64;
    cursor->series.stop = arguments[1].i64;
    cursor->series.interval = step;
    cursor->series.is_descending = is_down;
}

static void moment_range_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    moments_begin(cursor, arguments, count);
    cursor->is_done =
        __builtin_sub_overflow(cursor->series.stop, cursor->series.is_descending ? -1 : 1, &cursor->series.stop);
}

static bool series_is_past(const SetCursor *cursor)
{
    return cursor->series.is_descending ? cursor->series.next < cursor->series.stop
                                        : cursor->series.next > cursor->series.stop;
}

static size_t numbers_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    int64_t *values = VECTOR_DATA(result, int64_t) + at;
    size_t count = 0;
    while (count < room && !cursor->is_done && !series_is_past(cursor)) {
        values[count++] = cursor->series.next;
        cursor->is_done = __builtin_add_overflow(cursor->series.next, cursor->series.step, &cursor->series.next);
    }
    return count;
}

static size_t moments_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    int64_t *values = VECTOR_DATA(result, int64_t) + at;
    size_t count = 0;
    while (count < room && !cursor->is_done && !series_is_past(cursor)) {
        values[count++] = cursor->series.next;
        cursor->is_done = !timestamp_add_interval(cursor->series.next, cursor->series.interval, &cursor->series.next);
    }
    return count;
}

/* ---- parts of a text ---- */

static void result_add(Vector *result, size_t row, StringView text)
{
    VECTOR_DATA(result, String)[row] = vector_add_string(result, text);
}

/* A NULL delimiter: each character is a part. The empty text has no parts. */
static void split_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    cursor->is_done = arguments[0].is_null || arguments[0].text.size == 0;
    cursor->split.rest = cursor->is_done ? view_of("") : arguments[0].text;
    cursor->split.has_delimiter = !arguments[1].is_null;
    cursor->split.delimiter = arguments[1].is_null ? view_of("") : arguments[1].text;
    cursor->split.has_null_text = count > 2 && !arguments[2].is_null;
    cursor->split.null_text = cursor->split.has_null_text ? arguments[2].text : view_of("");
}

/* The next part off `rest`; is_done with the last. */
static StringView split_next(SetCursor *cursor)
{
    StringView rest = cursor->split.rest, delimiter = cursor->split.delimiter;
    size_t size = rest.size, taken = rest.size;
    if (!cursor->split.has_delimiter) {
        size = taken = utf8_offset(rest, 1);
        cursor->is_done = taken == rest.size;
    } else {
        const char *found = delimiter.size ? view_find(rest, delimiter) : NULL;
        cursor->is_done = found == NULL;
        if (found) {
            size = (size_t)(found - rest.data);
            taken = size + delimiter.size;
        }
    }
    cursor->split.rest = (StringView){rest.data + taken, rest.size - taken};
    return (StringView){rest.data, size};
}

static size_t split_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    size_t count = 0;
    while (count < room && !cursor->is_done) {
        StringView part = split_next(cursor);
        if (cursor->split.has_null_text && view_equal(part, cursor->split.null_text))
            vector_set_null(result, at + count++);
        else
            result_add(result, at + count++, part);
    }
    return count;
}

/* ---- parts between the matches of a regular expression ---- */

static void regex_split_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    StringView pattern = arguments[1].text, flags = count > 2 ? arguments[2].text : view_of("");
    cursor->match.text = arguments[0].text;
    cursor->match.start = cursor->match.search = 0;
    if (cursor->regex && view_equal(text_view(&cursor->pattern), pattern) &&
        view_equal(text_view(&cursor->flags), flags)) {
        regex_begin(cursor->regex, cursor->match.text);
        return;
    }
    uint32_t options = 0;
    Error error;
    cursor->regex = NULL;
    regex_flags_parse(&cursor->call, 0, flags, &options, NULL);
    arena_reset(cursor->regex_arena);
    Regex *regex = regex_compile(cursor->regex_arena, pattern, options, &error);
    if (regex == NULL)
        error_raise(error.code, cursor->call.expr->position, "%s", error.message);
    text_clear(&cursor->pattern);
    text_add_view(&cursor->pattern, pattern);
    text_clear(&cursor->flags);
    text_add_view(&cursor->flags, flags);
    cursor->regex = regex;
    regex_begin(regex, cursor->match.text);
}

/* As in PostgreSQL an empty match at the start, at the end or right behind another match splits nothing. */
static StringView regex_split_next(SetCursor *cursor)
{
    StringView text = cursor->match.text;
    size_t start = cursor->match.start;
    while (cursor->match.search <= text.size) {
        context_check(cursor->call.context);
        if (regex_search(cursor->regex, text, cursor->match.search, &cursor->call, 0) <= 0)
            break;
        StringView match = regex_group(cursor->regex, text, 0);
        size_t begin = match.data ? (size_t)(match.data - text.data) : text.size;
        if (match.size == 0 && begin >= text.size)
            break;
        if (match.size == 0 && begin == start) {
            cursor->match.search = begin + utf8_offset((StringView){text.data + begin, text.size - begin}, 1);
            continue;
        }
        cursor->match.start = cursor->match.search = begin + match.size;
        return (StringView){text.data + start, begin - start};
    }
    cursor->is_done = true;
    return (StringView){text.data + start, text.size - start};
}

static size_t regex_split_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    size_t count = 0;
    while (count < room && !cursor->is_done)
        result_add(result, at + count++, regex_split_next(cursor));
    return count;
}

/* ---- JSON ---- */

static void json_begin(SetCursor *cursor, const Value *arguments, JsonKind kind, const char *message)
{
    StringView value = view_trim(arguments[0].text);
    if (!json_is_valid(value))
        error_raise(ERROR_INVALID_TEXT, cursor->call.expr->position, "invalid input syntax for type json");
    if (json_kind(value) != kind)
        error_raise(ERROR_INVALID_PARAMETER, cursor->call.expr->position, "%s", message);
    cursor->json.value = value;
    cursor->json.members = (JsonIterator){0};
}

static void json_elements_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    (void)count;
    json_begin(cursor, arguments, JSON_ARRAY, "cannot extract elements from what is no array");
}

static void json_keys_begin(SetCursor *cursor, const Value *arguments, size_t count)
{
    (void)count;
    json_begin(cursor, arguments, JSON_OBJECT, "cannot give the keys of what is no object");
}

static bool json_advance(SetCursor *cursor)
{
    cursor->is_done = cursor->is_done || !json_next(cursor->json.value, &cursor->json.members);
    return !cursor->is_done;
}

static size_t json_elements_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    size_t count = 0;
    while (count < room && json_advance(cursor))
        result_add(result, at + count++, cursor->json.members.value);
    return count;
}

static void json_add_text(SetCursor *cursor, Vector *result, size_t row, StringView value)
{
    JsonKind kind = json_kind(value);
    if (kind == JSON_NULL) {
        vector_set_null(result, row);
        return;
    }
    text_clear(&cursor->scratch);
    if (kind == JSON_STRING)
        json_add_unquoted(&cursor->scratch, value);
    result_add(result, row, kind == JSON_STRING ? text_view(&cursor->scratch) : value);
}

static size_t json_texts_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    size_t count = 0;
    while (count < room && json_advance(cursor))
        json_add_text(cursor, result, at + count++, cursor->json.members.value);
    return count;
}

static size_t json_keys_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    size_t count = 0;
    while (count < room && json_advance(cursor))
        json_add_text(cursor, result, at + count++, cursor->json.members.key);
    return count;
}

/* ---- the list; entries of a name stand together, narrower types first ---- */

#define T(type) TYPE_##type
/* clang-format off */
#define NUMBERS(title, start, text)                                                                                    \
    {.name = title, .signature = "(start BIGINT, stop BIGINT [, step BIGINT]) BIGINT", .description = text,            \
     .argument_count = 3, .optional_count = 1, .arguments = {T(BIGINT), T(BIGINT), T(BIGINT)}, .result = T(BIGINT),    \
     .begin = start, .fill = numbers_fill}
#define MOMENTS(title, type, start, text)                                                                              \
    {.name = title, .signature = "(start " #type ", stop " #type ", step INTERVAL) " #type, .description = text,       \
     .argument_count = 3, .arguments = {T(type), T(type), T(INTERVAL)}, .result = T(type), .begin = start,             \
     .fill = moments_fill}
#define OF_JSON(title, type, limit, column, start, next, text)                                                         \
    {.name = title, .signature = "(json VARCHAR) " #type, .description = text, .argument_count = 1,                    \
     .arguments = {T(VARCHAR)}, .result = T(VARCHAR), .result_limit = limit, .column_name = column, .begin = start,    \
     .fill = next}

static const SetFunction set_functions[] = {
    NUMBERS("generate_series", numbers_begin, "Numbers from start to stop."),
    MOMENTS("generate_series", TIMESTAMP, moments_begin, "Moments from start to stop."),
    MOMENTS("generate_series", TIMESTAMPTZ, moments_begin, "Moments from start to stop."),
    {.name = "range", .signature = "([start BIGINT,] stop BIGINT [, step BIGINT]) BIGINT",
     .description = "Numbers from start, or 0, up to the one before stop.", .argument_count = 3, .optional_count = 2,
     .arguments = {T(BIGINT), T(BIGINT), T(BIGINT)}, .result = T(BIGINT), .begin = range_begin, .fill = numbers_fill},
    MOMENTS("range", TIMESTAMP, moment_range_begin, "Moments from start up to the last one before stop."),
    MOMENTS("range", TIMESTAMPTZ, moment_range_begin, "Moments from start up to the last one before stop."),
    {.name = "string_to_table", .signature = "(text VARCHAR, delimiter VARCHAR [, null_text VARCHAR]) VARCHAR",
     .description = "The parts between delimiters, its characters when that is NULL; null_text becomes NULL.",
     .argument_count = 3, .optional_count = 1, .arguments = {T(VARCHAR), T(VARCHAR), T(VARCHAR)}, .result = T(VARCHAR),
     .is_null_taken = true, .begin = split_begin, .fill = split_fill},
    {.name = "regexp_split_to_table", .signature = "(text VARCHAR, pattern VARCHAR [, flags VARCHAR]) VARCHAR",
     .description = "The parts between matches of a regular expression.", .argument_count = 3, .optional_count = 1,
     .arguments = {T(VARCHAR), T(VARCHAR), T(VARCHAR)}, .result = T(VARCHAR), .begin = regex_split_begin,
     .fill = regex_split_fill},
    OF_JSON("json_array_elements", JSON, LIMIT_JSON, "value", json_elements_begin, json_elements_fill,
            "The elements of an array, as JSON."),
    OF_JSON("json_array_elements_text", VARCHAR, LIMIT_NONE, "value", json_elements_begin, json_texts_fill,
            "The elements of an array, as text."),
    OF_JSON("json_object_keys", VARCHAR, LIMIT_NONE, NULL, json_keys_begin, json_keys_fill,
            "The names of an object's members."),
};
/* clang-format on */
enum { SET_FUNCTION_TOTAL = sizeof set_functions / sizeof *set_functions };

const SetFunction *set_function_at(size_t index)
{
    return index < SET_FUNCTION_TOTAL ? &set_functions[index] : NULL;
}

Type set_function_type(const SetFunction *function)
{
    return (Type){.id = function->result, .limit = function->result_limit};
}

bool set_function_exists(StringView name)
{
    for (size_t i = 0; i < SET_FUNCTION_TOTAL; i++)
        if (view_equal_ignoring_case(name, view_of(set_functions[i].name)))
            return true;
    return false;
}

static bool set_function_takes(const SetFunction *function, const Type *types, const bool *is_untyped, size_t count)
{
    if (count > function->argument_count || count + function->optional_count < function->argument_count)
        return false;
    for (size_t i = 0; i < count; i++) {
        Type wanted = type_of((TypeId)function->arguments[i]);
        if (!is_untyped[i] && types[i].id != TYPE_NULL && types[i].id != wanted.id &&
            !type_casts_implicitly(types[i], wanted))
            return false;
    }
    return true;
}

const SetFunction *set_function_resolve(StringView name, const Type *types, const bool *is_untyped, size_t count)
{
    for (size_t i = 0; i < SET_FUNCTION_TOTAL; i++)
        if (view_equal_ignoring_case(name, view_of(set_functions[i].name)) &&
            set_function_takes(&set_functions[i], types, is_untyped, count))
            return &set_functions[i];
    return NULL;
}

/* ---- cursors ---- */

SetCursor *set_cursor_new(Arena *arena, const Context *context, const SetCall *call)
{
    SetCursor *cursor = arena_new(arena, SetCursor);
    Expr *expr = arena_new(arena, Expr);
    expr->position = call->position;
    cursor->function = call->function;
    cursor->argument_count = call->argument_count;
    cursor->call = (KernelCall){.expr = expr, .context = context, .is_careful = true};
    cursor->is_done = true;
    cursor->regex_arena = arena_new_child(arena);
    cursor->pattern = text_in(arena);
    cursor->flags = text_in(arena);
    cursor->scratch = text_in(arena);
    return cursor;
}

void set_cursor_begin(SetCursor *cursor, const Value *arguments)
{
    cursor->is_done = false;
    for (size_t i = 0; i < cursor->argument_count && !cursor->function->is_null_taken; i++)
        cursor->is_done |= arguments[i].is_null;
    if (!cursor->is_done)
        cursor->function->begin(cursor, arguments, cursor->argument_count);
}

size_t set_cursor_fill(SetCursor *cursor, Vector *result, size_t at, size_t room)
{
    return cursor->is_done ? 0 : cursor->function->fill(cursor, result, at, room);
}
