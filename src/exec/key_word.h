/* exec/key_word.h: keys of one value that fits into a word: hash tables place and compare these as words. */
#ifndef QUERN_EXEC_KEY_WORD_H
#define QUERN_EXEC_KEY_WORD_H

#include "column/types.h"
#include "column/vector_rows.h"

bool type_fits_word(Type type);
/* Of a vector's values of such a type; `physical`: as they are stored. A NULL's word may be anything. */
void key_words_read(const VectorRows *rows, Physical physical, size_t count, uint64_t *ret_words);

#endif
