/* tests/bench/output.c: a buffered file of rows. */
#include "output.h"

#include <errno.h>
#include <stdlib.h>

static void write_fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void output_flush(Output *output)
{
    size_t size = (size_t)(output->end - output->bytes);
    if (fwrite(output->bytes, 1, size, output->file) != size)
        write_fail("write");
    output->end = output->bytes;
}

void output_reserve(Output *output)
{
    if (output->end + ROW_SIZE_LIMIT > output->bytes + sizeof output->bytes)
        output_flush(output);
}

void put_number(Output *output, uint64_t number, int width)
{
    char digits[20];
    int count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count < width)
        digits[count++] = '0';
    while (count > 0)
        *output->end++ = digits[--count];
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void output_open(Output *output, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    output->file = fopen(path, "w");
    if (output->file == NULL)
        write_fail(path);
    output->end = output->bytes;
}

void output_close(Output *output)
{
    output_flush(output);
    if (fclose(output->file) != 0)
        write_fail("close");
}
