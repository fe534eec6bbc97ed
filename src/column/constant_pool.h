/* column/constant_pool.h: constant vectors that share buffers: a statement may have a million. */
#ifndef QUERN_COLUMN_CONSTANT_POOL_H
#define QUERN_COLUMN_CONSTANT_POOL_H

#include "column/vector.h"

/* All zero: empty. */
typedef struct ConstantPool {
    Vector *values; /* what is being filled: a slot of the largest layout for each constant; NULL: nothing yet */
    size_t used;    /* of its slots */
} ConstantPool;

/* A constant vector of the type, in its own layout or, for DECIMAL, in I64 where that holds the value. It lives as long
 * as the arena, which is the same at every call; only vector_reference may take it over. */
Vector *constant_pool_vector(ConstantPool *pool, Arena *arena, Type type, const Value *value);

#endif
