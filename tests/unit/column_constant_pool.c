/* Constants that share buffers are the values that were put in, and stay while somebody refers to them. */
#include "column/constant_pool.h"
#include "test.h"
#include "vectors.h"

enum { CONSTANTS = 1000 };

typedef struct Constant {
    Value value;
    Vector *vector, *share;
} Constant;

/* Random ones of every type; a text in a few is of some kilobytes, in one of a buffer of its own. */
static Constant *constants_new(Arena *arena, Arena *share_arena)
{
    Constant *constants = arena_array(test_arena, Constant, CONSTANTS);
    ConstantPool pool = {0};
    for (size_t i = 0; i < CONSTANTS; i++) {
        Kind kind = kinds[i % KIND_COUNT];
        Value value = random_value(test_arena, kind, /* is_nullable= */ true);
        if (kind.physical == PHYSICAL_STRING && i % 5 == 0) {
            size_t size = i == 10 ? VECTOR_LARGE_STRING : 3000;
            value = value_text((StringView){memset(arena_allocate(test_arena, size), 'a' + (int)(i % 26), size), size});
            value.type = kind.type;
        }
        constants[i].value = value;
        constants[i].vector = constant_pool_vector(&pool, arena, kind.type, &value);
        constants[i].share = vector_new(share_arena, kind.type);
        vector_reference(constants[i].share, constants[i].vector);
    }
    return constants;
}

static void check(const Vector *vector, const Value *value)
{
    vector_check(vector, BATCH_SIZE);
    ck_assert_int_eq(vector->form, VECTOR_CONSTANT);
    ck_assert_int_eq(vector->type.id, value->type.id);
    ck_assert_value(vector_value(vector, BATCH_SIZE - 1), *value);
}

START_TEST(constants_of_every_type_keep_their_values)
{
    Arena *arena = arena_new_child(test_arena), *share_arena = arena_new_child(test_arena);
    const Constant *constants = constants_new(arena, share_arena);
    for (size_t i = 0; i < CONSTANTS; i++)
        check(constants[i].vector, &constants[i].value);
    arena_free(arena);
    for (size_t i = 0; i < CONSTANTS; i++)
        check(constants[i].share, &constants[i].value);
    arena_free(share_arena);
}
END_TEST

START_TEST(decimals_that_fit_are_narrow)
{
    ConstantPool pool = {0};
    Type type = type_decimal(38, 2);
    Value value = {.type = type, .i128 = INT64_MIN};
    ck_assert_int_eq(constant_pool_vector(&pool, test_arena, type, &value)->physical, PHYSICAL_I64);
    value.i128--;
    ck_assert_int_eq(constant_pool_vector(&pool, test_arena, type, &value)->physical, PHYSICAL_I128);
}
END_TEST

START_TEST(a_vector_that_refers_to_a_constant_can_be_written_again)
{
    ConstantPool pool = {0};
    Value values[2] = {value_integer(type_of(TYPE_BIGINT), 7), value_integer(type_of(TYPE_BIGINT), 8)};
    Vector *seven = constant_pool_vector(&pool, test_arena, values[0].type, &values[0]);
    Vector *share = vector_new(test_arena, values[0].type);
    vector_reference(share, seven);
    vector_set_constant(share, &values[1]);
    ck_assert_value(vector_value(share, 0), values[1]);
    ck_assert_value(vector_value(seven, 0), values[0]);
}
END_TEST

START_TEST(many_constants_take_few_buffers)
{
    ConstantPool pool = {0};
    const Buffer *last = NULL;
    size_t buffer_count = 0;
    for (int64_t i = 0; i < 10000; i++) {
        Value value = value_integer(type_of(TYPE_BIGINT), i);
        const Vector *vector = constant_pool_vector(&pool, test_arena, value.type, &value);
        buffer_count += vector->data_buffer != last;
        last = vector->data_buffer;
    }
    ck_assert_uint_le(buffer_count, 10000 / 50);
}
END_TEST

TEST_PROGRAM(constants_of_every_type_keep_their_values, decimals_that_fit_are_narrow,
             a_vector_that_refers_to_a_constant_can_be_written_again, many_constants_take_few_buffers)
