/* exec/key_bits.h: a bit for each number between the least and the greatest of a join's keys: set when it is one. What
 * scans are told where keys are integers that lie close enough together. */
#ifndef QUERN_EXEC_KEY_BITS_H
#define QUERN_EXEC_KEY_BITS_H

#include "column/row.h"
#include "exec/block.h"

typedef struct KeyBits {
    Block *words;  /* empty: there are none */
    size_t column; /* of the rows */
    Physical physical;
    uint64_t least, span;
} KeyBits;

/* Of this column, which has values of this type, of rows. */
KeyBits *key_bits_new(Arena *arena, const Context *context, size_t column, Type type);
/* For values from minimum to maximum, of which there are up to `count`, if it is worth it; none is set. */
void key_bits_begin(KeyBits *bits, const Value *minimum, const Value *maximum, size_t count);
/* Sets those of the rows' values, which are not NULL; any copy may. */
void key_bits_add(KeyBits *bits, const RowLayout *layout, uint8_t *const *rows, size_t count);
/* NULL: there are none. */
const uint64_t *key_bits_words(const KeyBits *bits);
void key_bits_clear(KeyBits *bits);

#endif
