/* column/row_numbers.h: 0, 1, 2 … BATCH_SIZE-1, to initialize an array with. */
#ifndef QUERN_COLUMN_ROW_NUMBERS_H
#define QUERN_COLUMN_ROW_NUMBERS_H

#define ROW_NUMBERS_4(first) (first), (first) + 1, (first) + 2, (first) + 3
#define ROW_NUMBERS_16(first)                                                                                          \
    ROW_NUMBERS_4(first), ROW_NUMBERS_4(first + 4), ROW_NUMBERS_4(first + 8), ROW_NUMBERS_4(first + 12)
#define ROW_NUMBERS_64(first)                                                                                          \
    ROW_NUMBERS_16(first), ROW_NUMBERS_16(first + 16), ROW_NUMBERS_16(first + 32), ROW_NUMBERS_16(first + 48)
#define ROW_NUMBERS_256(first)                                                                                         \
    ROW_NUMBERS_64(first), ROW_NUMBERS_64(first + 64), ROW_NUMBERS_64(first + 128), ROW_NUMBERS_64(first + 192)
#define ROW_NUMBERS_1024(first)                                                                                        \
    ROW_NUMBERS_256(first), ROW_NUMBERS_256(first + 256), ROW_NUMBERS_256(first + 512), ROW_NUMBERS_256(first + 768)
#define ROW_NUMBERS ROW_NUMBERS_1024(0), ROW_NUMBERS_1024(1024)

#endif
