/* expr/aggregate/text.c: string_agg and group_concat. */
#include "expr/aggregate/family.h"
#include "expr/aggregate/kept.h"

enum { SHORT_PIECE = 8 };

typedef struct JoinState {
    KeptText text;
    bool has_value;
} JoinState;

AGGREGATE_STATE_SIZE(join, JoinState)

/* A large one is counted, and no more than a piece of what was kept is in memory beside it. */
static String join_result(const AggregateState *self, const JoinState *state, Vector *result)
{
    if (state->text.size < VECTOR_LARGE_STRING)
        return vector_add_string(result, kept_text_view(&state->text));
    context_check(self->context);
    char *text = vector_large_string_memory(result, state->text.size, self->context->memory);
    kept_text_copy(self, text, kept_text_view(&state->text));
    return string_make(text, state->text.size);
}

AGGREGATE_FINALIZE(join, JoinState, String, !state->has_value, join_result(self, state, result))

static const StringView comma = {",", 1};

/* The separator of one row: NULL is as empty, none is a comma. */
static StringView separator_at(const AggregateState *self, Vector *const *arguments, size_t row)
{
    if (self->call->argument_count < 2)
        return comma;
    if (!argument_is_valid(arguments[1], row))
        return (StringView){"", 0};
    return string_view(&VECTOR_DATA(arguments[1], String)[argument_index(arguments[1], row)]);
}

/* There is room for it. */
static inline void text_append(const AggregateState *self, KeptText *joined, StringView text)
{
    if (text.size == 0)
        return; /* `data` may be NULL still */
    char *end = joined->data + joined->size;
    if (text.size < SHORT_PIECE)
        for (size_t i = 0; i < text.size; i++) /* most separators: less than what a call takes */
            end[i] = text.data[i];
    else
        kept_text_copy(self, end, text);
    joined->size += text.size;
}

static void join_add(AggregateState *self, JoinState *state, StringView separator, StringView text)
{
    separator.size = state->has_value ? separator.size : 0;
    kept_text_reserve(self, &state->text, state->text.size + separator.size + text.size);
    text_append(self, &state->text, separator);
    text_append(self, &state->text, text);
    state->has_value = true;
    if (state->text.size > STRING_MAX_SIZE)
        error_raise(ERROR_STRING_TOO_LONG, self->call->position, "result of %s is longer than %zu bytes",
                    self->call->aggregate->name, STRING_MAX_SIZE);
}

/* A row's separator stands before its text. */
static void join_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                        uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        if (argument_is_valid(arguments[0], row))
            join_add(self, (JoinState *)states[i], separator_at(self, arguments, row),
                     string_view(&VECTOR_DATA(arguments[0], String)[argument_index(arguments[0], row)]));
    }
}

/* Between two parts stands the constant separator: with one that differs by row the operator does not split groups,
 * because order matters. */
static StringView constant_separator(const AggregateState *self)
{
    if (self->call->argument_count < 2)
        return comma;
    const Expr *separator = self->call->arguments[1];
    if (!expr_is_constant(separator) || separator->constant.is_null)
        return (StringView){"", 0};
    return separator->constant.text;
}

static void join_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const JoinState *other = (const JoinState *)from[i];
        if (other->has_value)
            join_add(self, (JoinState *)into[i], constant_separator(self), kept_text_view(&other->text));
    }
}

static bool resolve_text(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)aggregate, (void)ret_result;
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = type_of(TYPE_VARCHAR);
    return true;
}

/* PostgreSQL joins bytes to bytes: nothing that looks like it. */
static bool resolve_no_bytes(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    for (size_t i = 0; i < argument_count; i++)
        if (argument_types[i].id == TYPE_BLOB)
            return false;
    return resolve_text(aggregate, argument_types, argument_count, ret_result);
}

#define JOIN(aggregate, resolve_types)                                                                                 \
    {                                                                                                                  \
        .name = aggregate, .signature = "(any [, separator VARCHAR]) VARCHAR",                                         \
        .description = "The values that are not NULL as text, joined by commas or the separator.",                     \
        .flags = AGGREGATE_ORDER_MATTERS | AGGREGATE_LISTS, .argument_count = 2, .optional_count = 1,                  \
        .arguments = {ANY, ANY}, .result = TYPE_VARCHAR, .state_size = join_state_size, .update = join_update,         \
        .combine = join_combine, .finalize = join_finalize, .resolve = resolve_types                                   \
    }

AggregateFamily aggregate_family_text = {
    JOIN("string_agg", resolve_no_bytes),
    JOIN("listagg", resolve_no_bytes),
    JOIN("group_concat", resolve_text),
    {0},
};
