/* tests/bench/generate_shapes.c: writes CSV files that are awkward: quotes.csv of ROWS rows (most fields quoted,
 * commas, doubled quotes and line ends within them) and wide.csv of ROWS / 3 rows and 100 columns. generate_shapes ROWS
 * FOLDER */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static const char *const categories[] = {"books",        "music",  "garden, yard", "kitchen",
                                         "toys \"new\"", "sports", "shoes"};
static const char *const phrases[] = {"said \"\"yes\"\" and left",
                                      "came, saw, went",
                                      "two\nlines",
                                      "nothing to add",
                                      "see\r\nthe, \"\"next\"\" line",
                                      "a rather long remark without anything special in it"};
enum { WIDE_COLUMNS = 100, ROWS_PER_WIDE_ROW = 3 };

static void put_quoted(Output *output, const char *text)
{
    put_byte(output, '"');
    for (; *text; text++) {
        if (*text == '"')
            put_byte(output, '"');
        put_byte(output, *text);
    }
    put_byte(output, '"');
}

/* id,category,amount,title,remark,day */
static void put_quotes_row(Output *output, uint64_t id, uint64_t *state)
{
    uint64_t a = random_next(state), b = random_next(state);
    put_number(output, id, 1);
    put_byte(output, ',');
    put_quoted(output, PICK(categories, a));
    put_byte(output, ',');
    put_number(output, (a >> 16) % 5000, 1);
    put_byte(output, '.');
    put_number(output, (a >> 40) % 100, 2);
    put_text(output, ",\"");
    put_text(output, PICK(phrases, b));
    put_text(output, "\",\"");
    for (int i = 0; i < 4; i++) {
        put_text(output, PICK(phrases, b >> (8 + 8 * i)));
        put_text(output, ". ");
    }
    put_text(output, "\",");
    put_number(output, 1995 + (b >> 48) % 10, 4);
    put_byte(output, '-');
    put_number(output, 1 + (b >> 52) % 12, 2);
    put_byte(output, '-');
    put_number(output, 1 + (b >> 56) % 28, 2);
    put_byte(output, '\n');
}

/* Columns in turn: an integer, a decimal, a word. */
static void put_wide_row(Output *output, uint64_t *state)
{
    for (int column = 0; column < WIDE_COLUMNS; column++) {
        uint64_t a = random_next(state);
        put_text(output, column ? "," : "");
        if (column % 3 == 2) {
            put_text(output, "w");
            put_number(output, a % 1000, 3);
            continue;
        }
        put_number(output, a % 1000000, 1);
        if (column % 3 == 1) {
            put_byte(output, '.');
            put_number(output, (a >> 32) % 100, 2);
        }
    }
    put_byte(output, '\n');
}

int main(int argument_count, char **arguments)
{
    static Output output;
    uint64_t row_count = argument_count == 3 ? strtoull(arguments[1], NULL, 10) : 0, state = 1;
    if (row_count == 0) {
        fprintf(stderr, "usage: generate_shapes ROWS FOLDER\n");
        return 2;
    }
    output_open(&output, arguments[2], "quotes.csv");
    put_text(&output, "id,category,amount,title,remark,day\n");
    for (uint64_t id = 1; id <= row_count; id++) {
        output_reserve(&output);
        put_quotes_row(&output, id, &state);
    }
    output_close(&output);
    output_open(&output, arguments[2], "wide.csv");
    for (int column = 0; column < WIDE_COLUMNS; column++) {
        put_text(&output, column ? ",c" : "c");
        put_number(&output, (uint64_t)column, 1);
    }
    put_byte(&output, '\n');
    for (uint64_t row = 0; row < row_count / ROWS_PER_WIDE_ROW; row++) {
        output_reserve(&output);
        put_wide_row(&output, &state);
    }
    output_close(&output);
    return 0;
}
