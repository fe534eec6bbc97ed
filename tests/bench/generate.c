/* tests/bench/generate.c: writes the files that the benchmarks read: sales.csv of ROWS rows and customers.csv, one row
 * a key. The same arguments always give the same bytes. generate ROWS FOLDER */
#include <stdio.h>
#include <stdlib.h>

#include "output.h"

enum { ROWS_PER_CUSTOMER = 50 };

static const char *const categories[] = {"books",   "music",  "garden", "kitchen", "toys",   "sports", "shoes",
                                         "jewelry", "office", "health", "beauty",  "travel", "pets",   "baby",
                                         "tools",   "auto",   "games",  "grocery", "movies", "phones"};
static const char *const words[] = {"paid",   "late",  "gift",    "return", "express", "fragile",   "called", "again",
                                    "before", "after", "weekend", "office", "door",    "neighbour", "",       "signed"};
static const char *const regions[] = {"north", "east", "south", "west", "centre"};

/* id,key,category,amount,weight,day,note */
static void put_sale(Output *output, uint64_t id, uint64_t customer_count, uint64_t *state)
{
    uint64_t a = random_next(state), b = random_next(state), c = random_next(state);
    put_number(output, id, 1);
    put_byte(output, ',');
    put_number(output, a % customer_count + 1, 1);
    put_byte(output, ',');
    put_text(output, PICK(categories, a >> 40));
    put_byte(output, ',');
    put_number(output, b % 2000, 1);
    put_byte(output, '.');
    put_number(output, (b >> 32) % 100, 2);
    put_byte(output, ',');
    put_number(output, c % 9 + 1, 1); /* 3.4821e+02 */
    put_byte(output, '.');
    put_number(output, (c >> 8) % 10000, 4);
    put_text(output, c >> 60 ? "e+0" : "e-0");
    put_number(output, (c >> 32) % 4, 1);
    put_byte(output, ',');
    put_number(output, 1995 + (b >> 48) % 10, 4);
    put_byte(output, '-');
    put_number(output, 1 + (b >> 40) % 12, 2);
    put_byte(output, '-');
    put_number(output, 1 + (a >> 20) % 28, 2);
    put_byte(output, ',');
    put_text(output, PICK(words, c >> 36));
    put_byte(output, ' ');
    put_text(output, PICK(words, c >> 44));
    put_byte(output, ' ');
    put_number(output, c >> 50, 1);
    put_byte(output, '\n');
}

/* key,name,region,credit */
static void put_customer(Output *output, uint64_t key, uint64_t *state)
{
    uint64_t a = random_next(state);
    put_number(output, key, 1);
    put_text(output, ",customer ");
    put_number(output, key, 9);
    put_byte(output, ',');
    put_text(output, PICK(regions, a));
    put_byte(output, ',');
    put_number(output, (a >> 32) % 10000, 1);
    put_byte(output, '\n');
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
