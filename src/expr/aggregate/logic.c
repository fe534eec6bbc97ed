/* expr/aggregate/logic.c: bool_and, bool_or, and the bits of integers. */
#include "expr/aggregate/family.h"

typedef struct LogicState {
    uint64_t bits; /* of a BOOLEAN the lowest */
    bool has_value;
} LogicState;

AGGREGATE_STATE_SIZE(logic, LogicState)
AGGREGATE_FINALIZE(bool, LogicState, bool, !state->has_value, state->bits != 0)
AGGREGATE_FINALIZE(i32, LogicState, int32_t, !state->has_value, (int32_t)state->bits)
AGGREGATE_FINALIZE(i64, LogicState, int64_t, !state->has_value, (int64_t)state->bits)

#define STEP(operation, value)                                                                                         \
    (state->bits = state->has_value ? state->bits operation(uint64_t)(value) : (uint64_t)(value),                      \
     state->has_value = true)
#define LOGIC(name, operation)                                                                                         \
    AGGREGATE_UPDATE(i32_##name, LogicState, int32_t, STEP(operation, value))                                          \
    AGGREGATE_UPDATE(i64_##name, LogicState, int64_t, STEP(operation, value))                                          \
    AGGREGATE_COMBINE(name, LogicState, if (other->has_value) STEP(operation, other->bits))

AGGREGATE_UPDATE(bool_and, LogicState, bool, STEP(&, value))
AGGREGATE_UPDATE(bool_or, LogicState, bool, STEP(|, value))
LOGIC(and, &)
LOGIC(or, |)
LOGIC(xor, ^)

#define ENTRY(aggregate, text, type, layout, operation)                                                                \
    {                                                                                                                  \
        .name = aggregate, .signature = "(" #type ") " #type, .description = text, .argument_count = 1,                \
        .arguments = {TYPE_##type}, .result = TYPE_##type, .state_size = logic_state_size,                             \
        .update = layout##_##operation##_update, .update_all = layout##_##operation##_update_rows,                     \
        .combine = operation##_combine, .finalize = layout##_finalize                                                  \
    }
#define BITS(aggregate, text, operation)                                                                               \
    ENTRY(aggregate, text, SMALLINT, i32, operation), ENTRY(aggregate, text, INTEGER, i32, operation),                 \
        ENTRY(aggregate, text, BIGINT, i64, operation), ENTRY(aggregate, text, UBIGINT, i64, operation)

AggregateFamily aggregate_family_logic = {
    ENTRY("bool_and", "Whether all are TRUE.", BOOLEAN, bool, and),
    ENTRY("bool_or", "Whether any is TRUE.", BOOLEAN, bool, or),
    ENTRY("every", "Whether all are TRUE.", BOOLEAN, bool, and),
    BITS("bit_and", "Bits that are set in all.", and),
    BITS("bit_or", "Bits that are set in any.", or),
    BITS("bit_xor", "Bits that are set in an odd number.", xor),
    {0},
};
