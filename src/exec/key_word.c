/* exec/key_word.c: one loop a layout. */
#include "exec/key_word.h"

bool type_fits_word(Type type)
{
    switch (type_physical(type)) {
    case PHYSICAL_BOOL:
    case PHYSICAL_I32:
    case PHYSICAL_I64:
    case PHYSICAL_U64:
        return true;
    default:
        return false;
    }
}

#define READ_WORDS(name, ctype)                                                                                        \
    static void words_read_##name(const VectorRows *rows, size_t count, uint64_t *words)                               \
    {                                                                                                                  \
        const ctype *values = rows->values;                                                                            \
        for (size_t i = 0; i < count; i++)                                                                             \
            words[i] = (uint64_t)values[rows->index[i]];                                                               \
    }
READ_WORDS(bool, uint8_t)
READ_WORDS(i32, int32_t)
READ_WORDS(i64, int64_t)
READ_WORDS(i128, Int128) /* a DECIMAL of up to 18 digits, whatever its layout */

void key_words_read(const VectorRows *rows, Physical physical, size_t count, uint64_t *ret_words)
{
    static void (*const readers[])(const VectorRows *, size_t, uint64_t *) = {
        [PHYSICAL_BOOL] = words_read_bool, [PHYSICAL_I32] = words_read_i32,   [PHYSICAL_I64] = words_read_i64,
        [PHYSICAL_U64] = words_read_i64,   [PHYSICAL_I128] = words_read_i128,
    };
    readers[physical](rows, count, ret_words);
}
