/* column/constant_pool.c: constant vectors as slots of a few flat ones.
 *
 * Such a vector points at buffers of which only the flat one holds shares: so there is nothing to do for it when the
 * arena is freed. It is written by nobody, because its buffers are not its own. */
#include "column/constant_pool.h"

enum { POOL_SLOTS = 64 };

_Static_assert(sizeof(Int128) <= sizeof(String) && sizeof(Interval) <= sizeof(String), "any value fits a slot");

static const uint64_t no_valid_rows[1];

static Physical constant_physical(Type type, const Value *value)
{
    bool is_narrow = type.id == TYPE_DECIMAL && !value->is_null && value->i128 == (int64_t)value->i128;
    return is_narrow ? PHYSICAL_I64 : type_physical(type);
}

Vector *constant_pool_vector(ConstantPool *pool, Arena *arena, Type type, const Value *value)
{
    if (pool->values == NULL || pool->used == POOL_SLOTS) {
        pool->values = vector_new(arena, type_of(TYPE_VARCHAR));
        vector_prepare(pool->values, POOL_SLOTS);
        pool->used = 0;
    }
    String *slot = VECTOR_DATA(pool->values, String) + pool->used++;
    Vector *vector = arena_new(arena, Vector);
    *vector = (Vector){.type = type,
                       .physical = (uint8_t)constant_physical(type, value),
                       .form = VECTOR_CONSTANT,
                       .data = slot,
                       .data_buffer = pool->values->data_buffer,
                       .arena = arena};
    if (value->is_null) {
        *slot = (String){0};
        vector->validity = (uint64_t *)no_valid_rows;
    } else if (vector->physical != PHYSICAL_STRING) {
        vector_set_value(vector, 0, value);
    } else {
        *slot = vector_add_string(pool->values, value->text);
        vector->string_buffer_count = pool->values->string_buffer_count;
        vector->string_buffers = arena_copy(arena, pool->values->string_buffers,
                                            vector->string_buffer_count * sizeof *vector->string_buffers);
    }
    return vector;
}
