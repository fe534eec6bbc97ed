/* tests/bench/generate.c: writes the files that the benchmarks read: sales.csv of ROWS rows and customers.csv, one row
 * a key. The same arguments always give the same bytes. generate ROWS FOLDER */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_PER_CUSTOMER = 50, ROW_SIZE_LIMIT = 256 };

typedef struct Output {
    FILE *file;
    char *end; /* behind the last byte of `bytes` that is in use */
    char bytes[1 << 16];
} Output;

static void fail(const char *what)
{
    fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void output_flush(Output *output)
{
    size_t size = (size_t)(output->end - output->bytes);
    if (fwrite(output->bytes, 1, size, output->file) != size)
        fail("write");
    output->end = output->bytes;
}

/* Called before each row, so that a row always fits. */
static void output_reserve(Output *output)
{
    if (output->end + ROW_SIZE_LIMIT > output->bytes + sizeof output->bytes)
        output_flush(output);
}

static void put_text(Output *output, const char *text)
{
    size_t size = strlen(text);
    memcpy(output->end, text, size);
    output->end += size;
}

/* With leading zeros up to `width` digits. */
static void put_number(Output *output, uint64_t number, int width)
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
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static const char *const categories[] = {"books",   "music",  "garden", "kitchen", "toys",   "sports", "shoes",
                                         "jewelry", "office", "health", "beauty",  "travel", "pets",   "baby",
                                         "tools",   "auto",   "games",  "grocery", "movies", "phones"};
static const char *const words[] = {"paid",   "late",  "gift",    "return", "express", "fragile",   "called", "again",
                                    "before", "after", "weekend", "office", "door",    "neighbour", "",       "signed"};
static const char *const regions[] = {"north", "east", "south", "west", "centre"};
#define PICK(list, number) (list)[(number) % (sizeof(list) / sizeof *(list))]

/* id,key,category,amount,weight,day,note */
static void put_sale(Output *output, uint64_t id, uint64_t customer_count, uint64_t *state)
{
    uint64_t a = random_next(state), b = random_next(state), c = random_next(state);
    put_number(output, id, 1);
    *output->end++ = ',';
    put_number(output, a % customer_count + 1, 1);
    *output->end++ = ',';
    put_text(output, PICK(categories, a >> 40));
    *output->end++ = ',';
    put_number(output, b % 2000, 1);
    *output->end++ = '.';
    put_number(output, (b >> 32) % 100, 2);
    *output->end++ = ',';
    put_number(output, c % 9 + 1, 1); /* 3.4821e+02 */
    *output->end++ = '.';
    put_number(output, (c >> 8) % 10000, 4);
    put_text(output, c >> 60 ? "e+0" : "e-0");
    put_number(output, (c >> 32) % 4, 1);
    *output->end++ = ',';
    put_number(output, 1995 + (b >> 48) % 10, 4);
    *output->end++ = '-';
    put_number(output, 1 + (b >> 40) % 12, 2);
    *output->end++ = '-';
    put_number(output, 1 + (a >> 20) % 28, 2);
    *output->end++ = ',';
    put_text(output, PICK(words, c >> 36));
    *output->end++ = ' ';
    put_text(output, PICK(words, c >> 44));
    *output->end++ = ' ';
    put_number(output, c >> 50, 1);
    *output->end++ = '\n';
}

/* key,name,region,credit */
static void put_customer(Output *output, uint64_t key, uint64_t *state)
{
    uint64_t a = random_next(state);
    put_number(output, key, 1);
    put_text(output, ",customer ");
    put_number(output, key, 9);
    *output->end++ = ',';
    put_text(output, PICK(regions, a));
    *output->end++ = ',';
    put_number(output, (a >> 32) % 10000, 1);
    *output->end++ = '\n';
}

static void output_open(Output *output, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    output->file = fopen(path, "w");
    if (output->file == NULL)
        fail(path);
    output->end = output->bytes;
}

static void output_close(Output *output)
{
    output_flush(output);
    if (fclose(output->file) != 0)
        fail("close");
}

int main(int argument_count, char **arguments)
{
    static Output output;
    uint64_t row_count = argument_count == 3 ? strtoull(arguments[1], NULL, 10) : 0;
    if (row_count == 0) {
        fprintf(stderr, "usage: generate ROWS FOLDER\n");
        return 2;
    }
    uint64_t customer_count = row_count / ROWS_PER_CUSTOMER + 1, state = 1;
    output_open(&output, arguments[2], "customers.csv");
    put_text(&output, "key,name,region,credit\n");
    for (uint64_t key = 1; key <= customer_count; key++) {
        output_reserve(&output);
        put_customer(&output, key, &state);
    }
    output_close(&output);
    output_open(&output, arguments[2], "sales.csv");
    put_text(&output, "id,key,category,amount,weight,day,note\n");
    for (uint64_t id = 1; id <= row_count; id++) {
        output_reserve(&output);
        put_sale(&output, id, customer_count, &state);
    }
    output_close(&output);
    return 0;
}
