/* tests/bench/output.h: what the programs that write data share: a buffered file, numbers as text, numbers at random.
 */
#ifndef QUERN_BENCH_OUTPUT_H
#define QUERN_BENCH_OUTPUT_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ROW_SIZE_LIMIT = 4096 };

typedef struct Output {
    FILE *file;
    char *end; /* behind the last byte of `bytes` that is in use */
    char bytes[1 << 16];
} Output;

#define PICK(list, number) (list)[(number) % (sizeof(list) / sizeof *(list))]

/* FOLDER/NAME. A failure ends the program. */
void output_open(Output *output, const char *folder, const char *name);
void output_close(Output *output);
/* Called before each row, so that a row of up to ROW_SIZE_LIMIT bytes always fits. */
void output_reserve(Output *output);
/* With leading zeros up to `width` digits. */
void put_number(Output *output, uint64_t number, int width);
uint64_t random_next(uint64_t *state);

static inline void put_byte(Output *output, char byte)
{
    *output->end++ = byte;
}

static inline void put_text(Output *output, const char *text)
{
    size_t size = strlen(text);
    memcpy(output->end, text, size);
    output->end += size;
}

#endif
