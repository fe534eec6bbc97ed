/* expr/aggregate/pick.c: one of the values: first, last, any_value, arg_min, arg_max. */
#include "expr/aggregate/family.h"
#include "expr/aggregate/kept.h"

/* The value in the layout of its type; a DECIMAL always wide. */
typedef struct PickState {
    bool has_value;
    bool is_null;
    union {
        char bytes[16];
        StateInt128 i128;
        KeptText text;
    };
} PickState;

static size_t pick_state_size(const AggregateState *self)
{
    (void)self;
    return sizeof(PickState);
}

static bool type_has_text(Type type)
{
    return type.id == TYPE_VARCHAR || type.id == TYPE_BLOB;
}

static void pick_set(AggregateState *self, PickState *state, const Vector *argument, size_t row)
{
    size_t index = argument_index(argument, row);
    state->has_value = true;
    state->is_null = !validity_get(argument->validity, index);
    if (state->is_null)
        return;
    if (argument->type.id == TYPE_DECIMAL) {
        state->i128 = argument_i128(argument, row);
    } else if (type_has_text(argument->type)) {
        kept_text_set(self, &state->text, string_view(&VECTOR_DATA(argument, String)[index]));
    } else {
        size_t size = physical_size((Physical)argument->physical);
        memcpy(state->bytes, (const char *)argument->data + index * size, size);
    }
}

static void pick_copy(AggregateState *self, PickState *state, const PickState *other, Type type)
{
    bool has_text = type_has_text(type);
    state->has_value = true;
    state->is_null = other->is_null;
    if (state->is_null)
        return;
    if (has_text)
        kept_text_set(self, &state->text, kept_text_view(&other->text));
    else
        memcpy(state->bytes, other->bytes, sizeof state->bytes);
}

static void first_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                         uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++)
        if (!((PickState *)states[i])->has_value)
            pick_set(self, (PickState *)states[i], arguments[0], selected_row(selection, i));
}

static void last_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                        uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++)
        pick_set(self, (PickState *)states[i], arguments[0], selected_row(selection, i));
}

static void any_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                       uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        if (!((PickState *)states[i])->has_value && argument_is_valid(arguments[0], row))
            pick_set(self, (PickState *)states[i], arguments[0], row);
    }
}

/* `into` has the earlier rows. */
static void first_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const PickState *other = (const PickState *)from[i];
        PickState *state = (PickState *)into[i];
        if (!state->has_value && other->has_value)
            pick_copy(self, state, other, self->call->type);
    }
}

static void last_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (((const PickState *)from[i])->has_value)
            pick_copy(self, (PickState *)into[i], (const PickState *)from[i], self->call->type);
}

/* ---- arg_min, arg_max: the value of the row whose other value is least or greatest; rows with a NULL do not count
 * ---- */

typedef struct BestState {
    PickState value; /* first, so that pick_finalize serves */
    PickState key;
} BestState;

static Value pick_value(const PickState *state, Type type)
{
    Value value = {.type = type};
    if (type_has_text(type)) {
        value.text = kept_text_view(&state->text);
        return value;
    }
    switch (type_physical(type)) {
    case PHYSICAL_BOOL:
        memcpy(&value.boolean, state->bytes, sizeof value.boolean);
        break;
    case PHYSICAL_I32: {
        int32_t narrow;
        memcpy(&narrow, state->bytes, sizeof narrow);
        value.i64 = narrow;
        break;
    }
    case PHYSICAL_I128:
        value.i128 = state->i128;
        break;
    case PHYSICAL_INTERVAL:
        memcpy(&value.interval, state->bytes, sizeof value.interval);
        break;
    default: /* 64 bits of any kind */
        memcpy(&value.u64, state->bytes, sizeof value.u64);
    }
    if (type.id == TYPE_DECIMAL)
        value.i128 = state->i128;
    return value;
}

/* Of keys that are compared as they stand in the vector and in the state. */
#define BEST_UPDATE(name, ctype, read, compare)                                                                        \
    static void best_update_##name(AggregateState *self, Vector *const *arguments, const uint16_t *selection,          \
                                   size_t count, uint8_t *const *states, int sign)                                     \
    {                                                                                                                  \
        const Vector *keys = arguments[1];                                                                             \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selected_row(selection, i);                                                                   \
            BestState *state = (BestState *)states[i];                                                                 \
            if (!argument_is_valid(arguments[0], row) || !argument_is_valid(keys, row))                                \
                continue;                                                                                              \
            ctype key = read, best;                                                                                    \
            memcpy(&best, state->key.bytes, sizeof best);                                                              \
            if (state->key.has_value && (compare)*sign <= 0)                                                           \
                continue;                                                                                              \
            pick_set(self, &state->value, arguments[0], row);                                                          \
            pick_set(self, &state->key, keys, row);                                                                    \
        }                                                                                                              \
    }
#define KEY_AT(ctype) VECTOR_DATA(keys, ctype)[argument_index(keys, row)]
#define KEY_ORDER     (key > best) - (key < best)
BEST_UPDATE(i32, int32_t, KEY_AT(int32_t), KEY_ORDER)
BEST_UPDATE(i64, int64_t, KEY_AT(int64_t), KEY_ORDER)
BEST_UPDATE(f64, double, KEY_AT(double), double_compare(key, best))
BEST_UPDATE(decimal, Int128, argument_i128(keys, row), KEY_ORDER)

static void best_update_any(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                            uint8_t *const *states, int sign)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        BestState *state = (BestState *)states[i];
        if (!argument_is_valid(arguments[0], row) || !argument_is_valid(arguments[1], row))
            continue;
        Value key = vector_value(arguments[1], row);
        Value best = state->key.has_value ? pick_value(&state->key, arguments[1]->type) : key;
        if (state->key.has_value && value_compare(&key, &best) * sign <= 0)
            continue;
        pick_set(self, &state->value, arguments[0], row);
        pick_set(self, &state->key, arguments[1], row);
    }
}

static void best_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                        uint8_t *const *states, int sign)
{
    const Vector *keys = arguments[1];
    void (*update)(AggregateState *, Vector *const *, const uint16_t *, size_t, uint8_t *const *, int) =
        keys->type.id == TYPE_DECIMAL    ? best_update_decimal
        : keys->physical == PHYSICAL_I32 ? best_update_i32
        : keys->physical == PHYSICAL_I64 ? best_update_i64
        : keys->physical == PHYSICAL_F64 ? best_update_f64
                                         : best_update_any;
    update(self, arguments, selection, count, states, sign);
}

static void best_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count, int sign)
{
    Type key_type = self->argument_types[1];
    for (size_t i = 0; i < count; i++) {
        const BestState *other = (const BestState *)from[i];
        BestState *state = (BestState *)into[i];
        if (!other->key.has_value)
            continue;
        Value key = pick_value(&other->key, key_type);
        Value best = state->key.has_value ? pick_value(&state->key, key_type) : key;
        if (state->key.has_value && value_compare(&key, &best) * sign <= 0)
            continue;
        pick_copy(self, &state->value, &other->value, self->call->type);
        pick_copy(self, &state->key, &other->key, key_type);
    }
}

#define BEST(name, sign)                                                                                               \
    static void name##_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count, \
                              uint8_t *const *states)                                                                  \
    {                                                                                                                  \
        best_update(self, arguments, selection, count, states, sign);                                                  \
    }                                                                                                                  \
    static void name##_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)         \
    {                                                                                                                  \
        best_combine(self, from, into, count, sign);                                                                   \
    }
BEST(least, -1)
BEST(greatest, 1)

static size_t best_state_size(const AggregateState *self)
{
    (void)self;
    return sizeof(BestState);
}

static void pick_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    Type type = self->call->type;
    size_t size = physical_size((Physical)result->physical);
    for (size_t i = 0; i < count; i++) {
        const PickState *state = (const PickState *)states[i];
        if (!state->has_value || state->is_null)
            vector_set_null(result, i);
        else if (type_has_text(type))
            VECTOR_DATA(result, String)[i] = vector_add_string(result, kept_text_view(&state->text));
        else if (type.id == TYPE_DECIMAL && result->physical == PHYSICAL_I64)
            VECTOR_DATA(result, int64_t)[i] = (int64_t)state->i128;
        else
            memcpy((char *)result->data + i * size, state->bytes, size);
    }
}

static bool resolve_same(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)aggregate;
    for (size_t i = 0; i < argument_count; i++)
        if (argument_types[i].id == TYPE_NULL)
            argument_types[i] = type_of(TYPE_VARCHAR);
    *ret_result = argument_types[0];
    return true;
}

#define PICK(aggregate, text, updates, combiner, flag)                                                                 \
    {                                                                                                                  \
        .name = aggregate, .signature = "(any) any", .description = text, .flags = flag, .argument_count = 1,          \
        .arguments = {ANY}, .result = ANY, .state_size = pick_state_size, .update = updates, .combine = combiner,      \
        .finalize = pick_finalize, .resolve = resolve_same                                                             \
    }

#define BEST_OF(aggregate, side, text)                                                                                 \
    {                                                                                                                  \
        .name = aggregate, .signature = "(any, any) any", .description = text,                                         \
        .flags = AGGREGATE_ORDER_MATTERS | AGGREGATE_KEEPS_NULLS, .argument_count = 2, .arguments = {ANY, ANY},        \
        .result = ANY, .state_size = best_state_size, .update = side##_update, .combine = side##_combine,              \
        .finalize = pick_finalize, .resolve = resolve_same                                                             \
    }

AggregateFamily aggregate_family_pick = {
    PICK("first", "The first row's value, also if NULL.", first_update, first_combine,
         AGGREGATE_KEEPS_NULLS | AGGREGATE_ORDER_MATTERS),
    PICK("last", "The last row's value, also if NULL.", last_update, last_combine,
         AGGREGATE_KEEPS_NULLS | AGGREGATE_ORDER_MATTERS),
    PICK("first_value", "The first row's value, also if NULL.", first_update, first_combine,
         AGGREGATE_KEEPS_NULLS | AGGREGATE_ORDER_MATTERS),
    PICK("last_value", "The last row's value, also if NULL.", last_update, last_combine,
         AGGREGATE_KEEPS_NULLS | AGGREGATE_ORDER_MATTERS),
    PICK("any_value", "Some value that is not NULL.", any_update, first_combine, AGGREGATE_ORDER_MATTERS),
    PICK("arbitrary", "Some value that is not NULL.", any_update, first_combine, AGGREGATE_ORDER_MATTERS),
    BEST_OF("arg_min", least, "The first value where the second is least."),
    BEST_OF("min_by", least, "The first value where the second is least."),
    BEST_OF("argmin", least, "The first value where the second is least."),
    BEST_OF("arg_max", greatest, "The first value where the second is greatest."),
    BEST_OF("max_by", greatest, "The first value where the second is greatest."),
    BEST_OF("argmax", greatest, "The first value where the second is greatest."),
    {0},
};
