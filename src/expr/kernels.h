/* expr/kernels.h: the innermost loops, over plain arrays: built once for each CPU level, chosen once.
 *
 * Loops compute every slot, with no branch that depends on the data where that can be; what went wrong is gathered in a
 * flag. The files in kernel/ are compiled with KERNEL_LEVEL=portable, avx2, avx512; LEVEL_NAME gives a table the name
 * of its level. */
#ifndef QUERN_EXPR_KERNELS_H
#define QUERN_EXPR_KERNELS_H

#include "column/vector.h"

/* Which operands are one value for all rows. Two constants are two flat arrays of one. */
typedef enum KernelShape { SHAPE_FLAT_FLAT, SHAPE_FLAT_CONSTANT, SHAPE_CONSTANT_FLAT } KernelShape;

/* What an arithmetic loop met; several at once are possible. */
enum { KERNEL_OVERFLOW = 1, KERNEL_ZERO_DIVISOR = 2 };

/* X(NAME) */
#define ARITHMETICS(X)                                                                                                 \
    X(ADD)                                                                                                             \
    X(SUBTRACT)                                                                                                        \
    X(MULTIPLY)                                                                                                        \
    X(DIVIDE)                                                                                                          \
    X(MODULO)

typedef enum Arithmetic {
#define ARITHMETIC_ENUM(name) ARITHMETIC_##name,
    ARITHMETICS(ARITHMETIC_ENUM)
#undef ARITHMETIC_ENUM
        ARITHMETIC_COUNT
} Arithmetic;

/* X(NAME, C type): I16 is a SMALLINT, kept in 32 bits. */
#define ARITHMETIC_TYPES(X)                                                                                            \
    X(I16, int32_t)                                                                                                    \
    X(I32, int32_t)                                                                                                    \
    X(I64, int64_t)                                                                                                    \
    X(U64, uint64_t)                                                                                                   \
    X(F64, double)

typedef enum ArithmeticType {
#define ARITHMETIC_TYPE_ENUM(name, ctype) ARITHMETIC_##name,
    ARITHMETIC_TYPES(ARITHMETIC_TYPE_ENUM)
#undef ARITHMETIC_TYPE_ENUM
        ARITHMETIC_TYPE_COUNT
} ArithmeticType;

/* X(NAME, name in C for swapped operands) */
typedef enum Comparison {
    COMPARE_EQUAL,
    COMPARE_NOT_EQUAL,
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_GREATER,
    COMPARE_GREATER_EQUAL,
    COMPARISON_COUNT
} Comparison;

typedef unsigned (*ArithmeticLoop)(const void *left, const void *right, void *result, size_t count, KernelShape shape);
typedef void (*CompareLoop)(const void *left, const void *right, bool *result, size_t count, KernelShape shape);

typedef struct BooleanLoops {
    /* Bit i of words is values[i]; the last word's spare bits are 0. And back. */
    void (*pack)(const bool *values, size_t count, uint64_t *words);
    void (*unpack)(const uint64_t *words, size_t count, bool *values);
    /* Writes the rows whose bit is set, ascending; `rows` NULL: 0, 1, 2 …, else bit i stands for rows[i]. `ret_rows`
     * may be `rows` and has room for `count`. Returns how many. */
    size_t (*select)(const uint64_t *words, const uint16_t *rows, size_t count, uint16_t *ret_rows);
    /* values[i] = value where bit i is set. */
    void (*mark)(const uint64_t *words, size_t count, uint16_t value, uint16_t *values);
} BooleanLoops;

/* result[i] is value i * steps[c] of sources[c], c = choice[i]; one loop for each size of a value. */
typedef void (*ChooseLoop)(const void *const *sources, const uint8_t *steps, const uint16_t *choice, size_t count,
                           void *result);

typedef struct ChooseLoops {
    ChooseLoop choose_1, choose_4, choose_8, choose_16;
    /* results[i] is whether values[i] is one of a few keys. */
    void (*contains_i32)(const int32_t *values, size_t count, const int64_t *keys, size_t key_count, bool *results);
    void (*contains_i64)(const int64_t *values, size_t count, const int64_t *keys, size_t key_count, bool *results);
} ChooseLoops;

/* What is said of whole arrays; count > 0 for bounds. */
typedef struct FoldLoops {
    int64_t (*sum_i32)(const int32_t *values, size_t count); /* up to 2^31 values */
    Int128 (*sum_i64)(const int64_t *values, size_t count);
    double (*sum_f64)(const double *values, size_t count); /* in eight strands, whatever the machine */
    void (*bounds_i32)(const int32_t *values, size_t count, int32_t *ret_min, int32_t *ret_max);
    void (*bounds_i64)(const int64_t *values, size_t count, int64_t *ret_min, int64_t *ret_max);
    /* NaN is above all: the minimum is NaN only when all are. */
    void (*bounds_f64)(const double *values, size_t count, double *ret_min, double *ret_max);
    /* As integers, those that are whole numbers within 32 bits. Whether all are. */
    bool (*wholes_f64)(const double *values, size_t count, int32_t *ret_wholes);
} FoldLoops;

typedef ArithmeticLoop ArithmeticLoops[ARITHMETIC_COUNT][ARITHMETIC_TYPE_COUNT];
typedef CompareLoop CompareLoops[COMPARISON_COUNT][PHYSICAL_COUNT];

typedef struct Kernels {
    const ArithmeticLoops *arithmetic;
    const CompareLoops *compare;
    const BooleanLoops *boolean;
    const FoldLoops *fold;
    const ChooseLoops *choose;
} Kernels;

/* Those of this machine. */
const Kernels *kernels_get(void);
/* Those of a level that this machine has, for tests. */
const Kernels *kernels_of_level(int level);

#define LEVEL_PASTE(name, level)  name##_##level
#define LEVEL_EXPAND(name, level) LEVEL_PASTE(name, level)
#define LEVEL_NAME(name)          LEVEL_EXPAND(name, KERNEL_LEVEL)

#define KERNEL_TABLES(level)                                                                                           \
    extern const ArithmeticLoops arithmetic_loops_##level;                                                             \
    extern const CompareLoops compare_loops_##level;                                                                   \
    extern const BooleanLoops boolean_loops_##level;                                                                   \
    extern const FoldLoops fold_loops_##level;                                                                         \
    extern const ChooseLoops choose_loops_##level;
KERNEL_TABLES(portable)
KERNEL_TABLES(avx2)
KERNEL_TABLES(avx512)
#undef KERNEL_TABLES

#endif
