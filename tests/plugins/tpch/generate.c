/* plugins/tpch/generate.c: what stands in each column: TPC-H specification, clauses 4.2.2 and 4.2.3. */
#include "generate.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "random.h"
#include "text_pool.h"
#include "words.h"

enum {
    FIRST_DAY = 8035,             /* 1992-01-01, in days since 1970-01-01 */
    CURRENT_DAY = 9298,           /* 1995-06-17 */
    ORDER_DAYS = 2557 - 121 - 30, /* the last order can be delivered within 1998 */
    MAX_LINES = 7,
    PART_SUPPLIERS = 4,
};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- streams ---- */

static uint64_t stream_at(const Stream *stream, int64_t base_row)
{
    return random_times(stream->seed, random_power((uint64_t)base_row * stream->per_row));
}

/* A draw for each row. */
static void stream_fill(const Block *block, const Stream *stream, int64_t *ret_values)
{
    uint64_t start = stream_at(stream, block->first), jump = random_power(stream->per_row);
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        for (int row = 0; row < block->group_sizes[i]; row++)
            *ret_values++ = random_draw(&seed, stream->low, stream->high);
        start = random_times(start, jump);
    }
}

/* A draw for each base row. */
static void stream_fill_base(const Block *block, const Stream *stream, int64_t *ret_values)
{
    uint64_t start = stream_at(stream, block->first), jump = random_power(stream->per_row);
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        ret_values[i] = random_draw(&seed, stream->low, stream->high);
        start = random_times(start, jump);
    }
}

static void fill_uniform(Block *block, const Column *column, int64_t *ret_values)
{
    stream_fill(block, &column->stream, ret_values);
}

/* ---- streams that several columns look at ---- */

static const Stream stream_order_date = {1066728069, 1, FIRST_DAY, FIRST_DAY + ORDER_DAYS - 1};
static const Stream stream_line_count = {1434868289, 1, 1, MAX_LINES};
static const Stream stream_quantity = {209208115, MAX_LINES, 1, 50};
static const Stream stream_discount = {554590007, MAX_LINES, 0, 10};
static const Stream stream_tax = {721958466, MAX_LINES, 0, 8};
static const Stream stream_supplier_number = {2095021727, MAX_LINES, 0, PART_SUPPLIERS - 1};
static const Stream stream_ship_days = {1769349045, MAX_LINES, 1, 121};
static const Stream stream_commit_days = {904914315, MAX_LINES, 30, 90};
static const Stream stream_receipt_days = {373135028, MAX_LINES, 1, 30};
static const Stream stream_return_flag = {717419739, MAX_LINES, 0, 1};
static const Stream stream_supplier_nation = {110356601, 1, 0, 24};
static const Stream stream_customer_nation = {1489529863, 1, 0, 24};
static const Stream stream_manufacturer = {1, 1, 1, 5};

/* ---- keys ---- */

/* Of each 32 keys orders use the first 8. */
static int64_t order_key(int64_t number)
{
    return number >> 3 << 5 | (number & 7);
}

static int64_t part_price(int64_t part)
{
    return 90000 + part / 10 % 20001 + part % 1000 * 100;
}

static int64_t part_supplier(const Scale *scale, int64_t part, int64_t number)
{
    int64_t count = scale->suppliers;
    return (part + number * (count / PART_SUPPLIERS + (part - 1) / count)) % count + 1;
}

static void fill_key(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        for (int row = 0; row < block->group_sizes[i]; row++)
            *ret_values++ = block->first + i + 1;
}

static void fill_key_from_0(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        ret_values[i] = block->first + i;
}

static void fill_order_key(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        for (int row = 0; row < block->group_sizes[i]; row++)
            *ret_values++ = order_key(block->first + i + 1);
}

/* ---- texts ---- */

static void text_put_outside(TextView *view, const char *text, int64_t size, int32_t buffer, int64_t offset)
{
    view->size = (int32_t)size;
    if (size <= (int64_t)sizeof view->as.inlined) {
        memset(view->as.inlined, 0, sizeof view->as.inlined);
        memcpy(view->as.inlined, text, (size_t)size);
        return;
    }
    memcpy(view->as.outside.prefix, text, sizeof view->as.outside.prefix);
    view->as.outside.buffer = buffer;
    view->as.outside.offset = (int32_t)offset;
}

/* The text has been written behind what is used. */
static void text_put(Texts *texts, TextView *view, int64_t size)
{
    text_put_outside(view, texts->bytes + texts->size, size, 0, texts->size);
    texts->size += (int32_t)size;
}

static char *put_digits(char *at, int64_t number, int width)
{
    for (int i = width; i-- > 0; number /= 10)
        at[i] = (char)('0' + number % 10);
    return at + width;
}

/* "Customer#000000001" */
static int64_t put_name(char *at, const char *head, int64_t number)
{
    size_t size = strlen(head);
    memcpy(at, head, size);
    if (number > 999999999)
        return (int64_t)size + sprintf(at + size, "%lld", (long long)number);
    put_digits(at + size, number, 9);
    return (int64_t)size + 9;
}

static void texts_name(Block *block, Texts *texts, const char *head)
{
    for (int64_t i = 0; i < block->count; i++)
        text_put(texts, &texts->views[i], put_name(texts->bytes + texts->size, head, block->first + i + 1));
}

static void text_supplier_name(Block *block, const Column *column, Texts *texts)
{
    (void)column;
    texts_name(block, texts, "Supplier#");
}

static void text_customer_name(Block *block, const Column *column, Texts *texts)
{
    (void)column;
    texts_name(block, texts, "Customer#");
}

static void text_clerk(Block *block, const Column *column, Texts *texts)
{
    Stream stream = column->stream;
    stream.high = block->scale->clerks;
    stream_fill_base(block, &stream, block->scratch[0]);
    for (int64_t i = 0; i < block->count; i++)
        text_put(texts, &texts->views[i], put_name(texts->bytes + texts->size, "Clerk#", block->scratch[0][i]));
}

/* The average length stands in stream.high: 0.4 to 1.6 times as long. */
static int64_t shortest(const Stream *stream)
{
    return (int64_t)((double)stream->high * 0.4);
}

static int64_t longest(const Stream *stream)
{
    return (int64_t)((double)stream->high * 1.6);
}

static void text_comment(Block *block, const Column *column, Texts *texts)
{
    const Stream *stream = &column->stream;
    int64_t most = longest(stream), least = shortest(stream);
    uint64_t start = stream_at(stream, block->first), jump = random_power(stream->per_row);
    TextView *view = texts->views;
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        for (int row = 0; row < block->group_sizes[i]; row++) {
            int64_t offset = random_draw(&seed, 0, TEXT_POOL_SIZE - most), size = random_draw(&seed, least, most);
            text_put_outside(view++, texts->pool + offset, size, 1, offset);
        }
        start = random_times(start, jump);
    }
}

static void text_address(Block *block, const Column *column, Texts *texts)
{
    static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,";
    const Stream *stream = &column->stream;
    uint64_t start = stream_at(stream, block->first), jump = random_power(stream->per_row);
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        char *at = texts->bytes + texts->size;
        int64_t size = random_draw(&seed, shortest(stream), longest(stream)), bits = 0;
        for (int64_t c = 0; c < size; c++, bits >>= 6) {
            if (c % 5 == 0)
                bits = random_draw_bits(&seed);
            at[c] = characters[bits & 63];
        }
        text_put(texts, &texts->views[i], size);
        start = random_times(start, jump);
    }
}

/* "25-989-741-2988": 10 and the nation, then three numbers. */
static void texts_phone(Block *block, const Column *column, Texts *texts, const Stream *nation)
{
    uint64_t start = stream_at(&column->stream, block->first), jump = random_power(column->stream.per_row);
    stream_fill_base(block, nation, block->scratch[0]);
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        char *at = put_digits(texts->bytes + texts->size, 10 + block->scratch[0][i], 2);
        for (int part = 0; part < 3; part++) {
            *at++ = '-';
            at = part < 2 ? put_digits(at, random_draw(&seed, 100, 999), 3)
                          : put_digits(at, random_draw(&seed, 1000, 9999), 4);
        }
        text_put(texts, &texts->views[i], at - (texts->bytes + texts->size));
        start = random_times(start, jump);
    }
}

static void text_supplier_phone(Block *block, const Column *column, Texts *texts)
{
    texts_phone(block, column, texts, &stream_supplier_nation);
}

static void text_customer_phone(Block *block, const Column *column, Texts *texts)
{
    texts_phone(block, column, texts, &stream_customer_nation);
}

/* Of 10000 suppliers 10 have "Customer … Complaints" or "Customer … Recommends" written over their comment. */
static void text_supplier_comment(Block *block, const Column *column, Texts *texts)
{
    static const Stream chosen = {202794285, 1, 1, 10000}, junk = {263032577, 1, 0, 0}, place = {715851524, 1, 0, 0},
                        type = {753643799, 1, 0, 100};
    enum { WORD_SIZE = 10, HEAD_SIZE = 9, PERCENT_COMPLAINING = 50, COMMENTING = 10 };
    text_comment(block, column, texts);
    stream_fill_base(block, &chosen, block->scratch[0]);
    stream_fill_base(block, &type, block->scratch[1]);
    for (int64_t i = 0; i < block->count; i++) {
        if (block->scratch[0][i] > COMMENTING)
            continue;
        TextView *view = &texts->views[i];
        int64_t size = view->size;
        uint64_t junk_seed = stream_at(&junk, block->first + i), place_seed = stream_at(&place, block->first + i);
        int64_t noise = random_draw(&junk_seed, 0, size - (HEAD_SIZE + WORD_SIZE));
        int64_t offset = random_draw(&place_seed, 0, size - (HEAD_SIZE + WORD_SIZE + noise));
        char *at = texts->bytes + texts->size;
        memcpy(at, texts->pool + view->as.outside.offset, (size_t)size);
        memcpy(at + offset, "Customer ", HEAD_SIZE);
        memcpy(at + offset + HEAD_SIZE + noise,
               block->scratch[1][i] < PERCENT_COMPLAINING ? "Complaints" : "Recommends", WORD_SIZE);
        text_put(texts, view, size);
    }
}

/* Five colours, none twice. */
static void text_part_name(Block *block, const Column *column, Texts *texts)
{
    enum { WORDS = 5 };
    const Stream *stream = &column->stream;
    uint64_t start = stream_at(stream, block->first), jump = random_power(stream->per_row);
    uint8_t colors[COLOR_COUNT], chosen[WORDS];
    for (int i = 0; i < COLOR_COUNT; i++)
        colors[i] = (uint8_t)i;
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        char *at = texts->bytes + texts->size;
        for (int w = 0; w < WORDS; w++) {
            int64_t other = random_draw(&seed, w, COLOR_COUNT - 1);
            uint8_t color = colors[other];
            colors[other] = colors[w];
            colors[w] = color;
            chosen[w] = (uint8_t)other;
            size_t size = strlen(word_colors[color]);
            memcpy(at, word_colors[color], size);
            at += size;
            *at++ = ' ';
        }
        for (int w = WORDS; w-- > 0;) { /* the next name begins with the colours in their order again */
            uint8_t color = colors[chosen[w]];
            colors[chosen[w]] = colors[w];
            colors[w] = color;
        }
        text_put(texts, &texts->views[i], at - 1 - (texts->bytes + texts->size));
        start = random_times(start, jump);
    }
}

/* ---- REGION, NATION ---- */

static void fill_nation_region(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        ret_values[i] = nation_regions[block->first + i];
}

/* ---- PART, PARTSUPP ---- */

static void fill_manufacturer(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    stream_fill_base(block, &stream_manufacturer, ret_values);
    for (int64_t i = 0; i < block->count; i++)
        ret_values[i]--;
}

static void fill_brand(Block *block, const Column *column, int64_t *ret_values)
{
    stream_fill_base(block, &stream_manufacturer, block->scratch[0]);
    stream_fill_base(block, &column->stream, ret_values);
    for (int64_t i = 0; i < block->count; i++)
        ret_values[i] += (block->scratch[0][i] - 1) * 5 - 1;
}

static void fill_retail_price(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        ret_values[i] = part_price(block->first + i + 1);
}

static void fill_part_supplier(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        for (int number = 0; number < PART_SUPPLIERS; number++)
            *ret_values++ = part_supplier(block->scale, block->first + i + 1, number);
}

/* ---- ORDERS, LINEITEM ---- */

/* Every third customer has no orders. */
static void fill_order_customer(Block *block, const Column *column, int64_t *ret_values)
{
    Stream stream = column->stream;
    int64_t most = stream.high = block->scale->customers;
    stream_fill_base(block, &stream, ret_values);
    for (int64_t i = 0; i < block->count; i++)
        for (int64_t step = 1; ret_values[i] % 3 == 0; step = -step)
            ret_values[i] = ret_values[i] + step < most ? ret_values[i] + step : most;
}

static void fill_line_part(Block *block, const Column *column, int64_t *ret_values)
{
    Stream stream = {1808217256, MAX_LINES, 1, block->scale->parts};
    (void)column;
    stream_fill(block, &stream, ret_values);
}

static void fill_line_supplier(Block *block, const Column *column, int64_t *ret_values)
{
    int64_t *parts = block->scratch[0];
    fill_line_part(block, column, parts);
    stream_fill(block, &stream_supplier_number, ret_values);
    for (int64_t i = 0; i < block->row_count; i++)
        ret_values[i] = part_supplier(block->scale, parts[i], ret_values[i]);
}

static void fill_line_number(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    for (int64_t i = 0; i < block->count; i++)
        for (int row = 0; row < block->group_sizes[i]; row++)
            *ret_values++ = row + 1;
}

static void fill_hundredfold(Block *block, const Column *column, int64_t *ret_values)
{
    stream_fill(block, &column->stream, ret_values);
    for (int64_t i = 0; i < block->row_count; i++)
        ret_values[i] *= 100;
}

static void fill_extended_price(Block *block, const Column *column, int64_t *ret_values)
{
    int64_t *parts = block->scratch[0];
    fill_line_part(block, column, parts);
    stream_fill(block, &stream_quantity, ret_values);
    for (int64_t i = 0; i < block->row_count; i++)
        ret_values[i] *= part_price(parts[i]);
}

/* Days behind the order's date. Uses scratch[3]. */
static void fill_days_behind(Block *block, const Stream *days, int64_t *ret_values)
{
    int64_t *order_dates = block->scratch[3];
    stream_fill_base(block, &stream_order_date, order_dates);
    stream_fill(block, days, ret_values);
    for (int64_t i = 0; i < block->count; i++)
        for (int row = 0; row < block->group_sizes[i]; row++)
            *ret_values++ += order_dates[i];
}

static void fill_ship_date(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    fill_days_behind(block, &stream_ship_days, ret_values);
}

static void fill_commit_date(Block *block, const Column *column, int64_t *ret_values)
{
    (void)column;
    fill_days_behind(block, &stream_commit_days, ret_values);
}

/* Uses scratch[2]. */
static void fill_receipt_date(Block *block, const Column *column, int64_t *ret_values)
{
    int64_t *ship_dates = block->scratch[2];
    fill_ship_date(block, column, ship_dates);
    stream_fill(block, &stream_receipt_days, ret_values);
    for (int64_t i = 0; i < block->row_count; i++)
        ret_values[i] += ship_dates[i];
}

/* What has arrived was returned or accepted; only such lines draw. */
static void fill_return_flag(Block *block, const Column *column, int64_t *ret_values)
{
    enum { NOT_ARRIVED = 2 };
    const int64_t *receipt_dates = block->scratch[1];
    fill_receipt_date(block, column, block->scratch[1]);
    uint64_t start = stream_at(&stream_return_flag, block->first), jump = random_power(MAX_LINES);
    for (int64_t i = 0; i < block->count; i++) {
        uint64_t seed = start;
        for (int row = 0; row < block->group_sizes[i]; row++)
            *ret_values++ = *receipt_dates++ <= CURRENT_DAY ? random_draw(&seed, 0, 1) : NOT_ARRIVED;
        start = random_times(start, jump);
    }
}

static void fill_line_status(Block *block, const Column *column, int64_t *ret_values)
{
    fill_ship_date(block, column, ret_values);
    for (int64_t i = 0; i < block->row_count; i++)
        ret_values[i] = ret_values[i] <= CURRENT_DAY;
}

/* Of an order, whose lines are looked at: the block becomes one of lines, and back. */
static void block_open_lines(Block *block)
{
    int64_t *counts = block->scratch[0];
    stream_fill_base(block, &stream_line_count, counts);
    block->row_count = 0;
    for (int64_t i = 0; i < block->count; i++)
        block->row_count += block->group_sizes[i] = (uint8_t)counts[i];
}

static void block_close_lines(Block *block)
{
    memset(block->group_sizes, 1, sizeof block->group_sizes);
    block->row_count = block->count;
}

static void fill_total_price(Block *block, const Column *column, int64_t *ret_values)
{
    block_open_lines(block);
    const int64_t *prices = block->scratch[1], *discounts = block->scratch[2], *taxes = block->scratch[3];
    fill_extended_price(block, column, block->scratch[1]);
    stream_fill(block, &stream_discount, block->scratch[2]);
    stream_fill(block, &stream_tax, block->scratch[3]);
    for (int64_t i = 0; i < block->count; i++) {
        ret_values[i] = 0;
        for (int row = 0; row < block->group_sizes[i]; row++)
            ret_values[i] += *prices++ * (100 - *discounts++) / 100 * (100 + *taxes++) / 100;
    }
    block_close_lines(block);
}

static void fill_order_status(Block *block, const Column *column, int64_t *ret_values)
{
    enum { OPEN, FINISHED, PARTLY };
    block_open_lines(block);
    const int64_t *ship_dates = block->scratch[0];
    fill_ship_date(block, column, block->scratch[0]);
    for (int64_t i = 0; i < block->count; i++) {
        int shipped = 0;
        for (int row = 0; row < block->group_sizes[i]; row++)
            shipped += *ship_dates++ <= CURRENT_DAY;
        ret_values[i] = shipped == block->group_sizes[i] ? FINISHED : shipped > 0 ? PARTLY : OPEN;
    }
    block_close_lines(block);
}

/* ---- the tables ---- */

static int64_t five(const Scale *scale)
{
    (void)scale;
    return 5;
}

static int64_t nations(const Scale *scale)
{
    (void)scale;
    return 25;
}

static int64_t suppliers(const Scale *scale)
{
    return scale->suppliers;
}

static int64_t customers(const Scale *scale)
{
    return scale->customers;
}

static int64_t parts(const Scale *scale)
{
    return scale->parts;
}

static int64_t orders(const Scale *scale)
{
    return scale->orders;
}

static const char *types[150], *containers[40], *manufacturers[5], *brands[25];

static void compose(char (*memory)[32], const char **ret_words, const char *const *first, size_t first_count,
                    const char *const *second, size_t second_count)
{
    for (size_t i = 0; i < first_count * second_count; i++) {
        (void)snprintf(memory[i], sizeof memory[i], "%s %s", first[i / second_count], second[i % second_count]);
        ret_words[i] = memory[i];
    }
}

static void words_init(void)
{
    static char memory[150 + 30 + 40 + 5 + 25][32];
    char(*at)[32] = memory;
    const char *heads[30];
    compose(at, heads, word_type_sizes, 6, word_type_finishes, 5);
    compose(at + 30, types, heads, 30, word_type_metals, 5);
    compose(at + 180, containers, word_container_sizes, 5, word_container_kinds, 8);
    for (int i = 0; i < 5; i++) {
        (void)snprintf(at[220 + i], sizeof *at, "Manufacturer#%d", i + 1);
        manufacturers[i] = at[220 + i];
    }
    for (int i = 0; i < 25; i++) {
        (void)snprintf(at[225 + i], sizeof *at, "Brand#%d%d", i / 5 + 1, i % 5 + 1);
        brands[i] = at[225 + i];
    }
}

/* clang-format off */
#define KEY(NAME, KIND, FILL, OF) {.name = NAME, .kind = COLUMN_##KIND, .numbers = FILL, .distinct = OF}
#define UNIFORM(NAME, KIND, SEED, DRAWS, LOW, HIGH) \
    {.name = NAME, .kind = COLUMN_##KIND, .numbers = fill_uniform, .stream = {SEED, DRAWS, LOW, HIGH}, .least = LOW, .most = HIGH}
#define WORDS(NAME, FILL, LIST, SEED, DRAWS) \
    {.name = NAME, .kind = COLUMN_WORD, .numbers = FILL, .stream = {SEED, DRAWS, 0, COUNT_OF(LIST) - 1}, .words = LIST, .word_count = COUNT_OF(LIST)}
#define COMMENT(NAME, SEED, DRAWS, AVERAGE) \
    {.name = NAME, .kind = COLUMN_TEXT, .texts = text_comment, .stream = {SEED, DRAWS, 0, AVERAGE}, .uses_pool = true}
#define TEXT(NAME, FILL, SIZE, SEED, DRAWS, MOST) \
    {.name = NAME, .kind = COLUMN_TEXT, .texts = FILL, .stream = {SEED, DRAWS, 1, MOST}, .text_size = SIZE}
#define DATE(NAME, FILL, BEHIND_FIRST, BEHIND_LAST) \
    {.name = NAME, .kind = COLUMN_DATE, .numbers = FILL, .least = FIRST_DAY + (BEHIND_FIRST), .most = FIRST_DAY + ORDER_DAYS - 1 + (BEHIND_LAST)}

static const Table tables[] = {
    {"region", 3, {
        KEY("r_regionkey", INTEGER, fill_key_from_0, five),
        WORDS("r_name", fill_key_from_0, word_regions, 0, 0),
        COMMENT("r_comment", 1500869201, 2, 72),
    }, five, 1, 1, {0}},
    {"nation", 4, {
        KEY("n_nationkey", INTEGER, fill_key_from_0, nations),
        WORDS("n_name", fill_key_from_0, word_nations, 0, 0),
        KEY("n_regionkey", INTEGER, fill_nation_region, five),
        COMMENT("n_comment", 606179079, 2, 72),
    }, nations, 1, 1, {0}},
    {"supplier", 7, {
        KEY("s_suppkey", BIGINT, fill_key, suppliers),
        TEXT("s_name", text_supplier_name, 32, 0, 0, 0),
        TEXT("s_address", text_address, 40, 706178559, 9, 25),
        {.name = "s_nationkey", .kind = COLUMN_INTEGER, .numbers = fill_uniform, .stream = {110356601, 1, 0, 24}, .most = 24, .distinct = nations},
        TEXT("s_phone", text_supplier_phone, 16, 884434366, 3, 0),
        UNIFORM("s_acctbal", MONEY, 962338209, 1, -99999, 999999),
        {.name = "s_comment", .kind = COLUMN_TEXT, .texts = text_supplier_comment, .stream = {1341315363, 2, 0, 63}, .text_size = 104, .uses_pool = true},
    }, suppliers, 1, 1, {0}},
    {"customer", 8, {
        KEY("c_custkey", BIGINT, fill_key, customers),
        TEXT("c_name", text_customer_name, 32, 0, 0, 0),
        TEXT("c_address", text_address, 40, 881155353, 9, 25),
        {.name = "c_nationkey", .kind = COLUMN_INTEGER, .numbers = fill_uniform, .stream = {1489529863, 1, 0, 24}, .most = 24, .distinct = nations},
        TEXT("c_phone", text_customer_phone, 16, 1521138112, 3, 0),
        UNIFORM("c_acctbal", MONEY, 298370230, 1, -99999, 999999),
        WORDS("c_mktsegment", fill_uniform, word_segments, 1140279430, 1),
        COMMENT("c_comment", 1335826707, 2, 73),
    }, customers, 1, 1, {0}},
    {"part", 9, {
        KEY("p_partkey", BIGINT, fill_key, parts),
        TEXT("p_name", text_part_name, 64, 709314158, COLOR_COUNT, 0),
        WORDS("p_mfgr", fill_manufacturer, manufacturers, 1, 1),
        {.name = "p_brand", .kind = COLUMN_WORD, .numbers = fill_brand, .stream = {46831694, 1, 1, 5}, .words = brands, .word_count = 25},
        WORDS("p_type", fill_uniform, types, 1841581359, 1),
        UNIFORM("p_size", INTEGER, 1193163244, 1, 1, 50),
        WORDS("p_container", fill_uniform, containers, 727633698, 1),
        {.name = "p_retailprice", .kind = COLUMN_MONEY, .numbers = fill_retail_price, .least = 90000, .most = 209900},
        COMMENT("p_comment", 804159733, 2, 14),
    }, parts, 1, 1, {0}},
    {"partsupp", 5, {
        KEY("ps_partkey", BIGINT, fill_key, parts),
        KEY("ps_suppkey", BIGINT, fill_part_supplier, suppliers),
        UNIFORM("ps_availqty", INTEGER, 1671059989, PART_SUPPLIERS, 1, 9999),
        UNIFORM("ps_supplycost", MONEY, 1051288424, PART_SUPPLIERS, 100, 100000),
        COMMENT("ps_comment", 1961692154, 2 * PART_SUPPLIERS, 124),
    }, parts, PART_SUPPLIERS, 2, {0, 1}},
    {"orders", 9, {
        KEY("o_orderkey", BIGINT, fill_order_key, orders),
        {.name = "o_custkey", .kind = COLUMN_BIGINT, .numbers = fill_order_customer, .stream = {851767375, 1, 1, 0}, .distinct = customers},
        WORDS("o_orderstatus", fill_order_status, word_statuses, 0, 0),
        {.name = "o_totalprice", .kind = COLUMN_MONEY, .numbers = fill_total_price, .least = 80000, .most = 60000000},
        {.name = "o_orderdate", .kind = COLUMN_DATE, .numbers = fill_uniform, .stream = {1066728069, 1, FIRST_DAY, FIRST_DAY + ORDER_DAYS - 1}, .least = FIRST_DAY, .most = FIRST_DAY + ORDER_DAYS - 1},
        WORDS("o_orderpriority", fill_uniform, word_priorities, 591449447, 1),
        TEXT("o_clerk", text_clerk, 32, 1171034773, 1, 0),
        {.name = "o_shippriority", .kind = COLUMN_INTEGER, .numbers = fill_uniform, .stream = {1, 0, 0, 0}},
        COMMENT("o_comment", 276090261, 2, 49),
    }, orders, 1, 1, {0}},
    {"lineitem", 16, {
        KEY("l_orderkey", BIGINT, fill_order_key, orders),
        KEY("l_partkey", BIGINT, fill_line_part, parts),
        KEY("l_suppkey", BIGINT, fill_line_supplier, suppliers),
        {.name = "l_linenumber", .kind = COLUMN_INTEGER, .numbers = fill_line_number, .least = 1, .most = MAX_LINES},
        {.name = "l_quantity", .kind = COLUMN_MONEY, .numbers = fill_hundredfold, .stream = {209208115, MAX_LINES, 1, 50}, .least = 100, .most = 5000},
        {.name = "l_extendedprice", .kind = COLUMN_MONEY, .numbers = fill_extended_price, .least = 90000, .most = 10495000},
        UNIFORM("l_discount", MONEY, 554590007, MAX_LINES, 0, 10),
        UNIFORM("l_tax", MONEY, 721958466, MAX_LINES, 0, 8),
        WORDS("l_returnflag", fill_return_flag, word_return_flags, 0, 0),
        WORDS("l_linestatus", fill_line_status, word_line_statuses, 0, 0),
        DATE("l_shipdate", fill_ship_date, 1, 121),
        DATE("l_commitdate", fill_commit_date, 30, 90),
        DATE("l_receiptdate", fill_receipt_date, 2, 151),
        WORDS("l_shipinstruct", fill_uniform, word_instructions, 1371272478, MAX_LINES),
        WORDS("l_shipmode", fill_uniform, word_modes, 675466456, MAX_LINES),
        COMMENT("l_comment", 1095462486, 2 * MAX_LINES, 27),
    }, orders, 0, 2, {0, 3}},
};
/* clang-format on */

void tables_init(void)
{
    words_init();
}

const Table *table_of_name(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        if (strcasecmp(tables[i].name, name) == 0)
            return &tables[i];
    return NULL;
}

static bool has_order_keys(const Table *table)
{
    return table->base_rows == orders;
}

static int64_t key_of_first(const Table *table)
{
    return table->columns[0].numbers == fill_key_from_0 ? 0 : 1;
}

int64_t table_key(const Table *table, int64_t base_row)
{
    return has_order_keys(table) ? order_key(base_row + 1) : base_row + key_of_first(table);
}

int64_t table_rows_below(const Table *table, const Scale *scale, int64_t key)
{
    if (key <= table_key(table, 0))
        return 0;
    int64_t count = table->base_rows(scale), below = key - key_of_first(table);
    if (has_order_keys(table))
        below = (key >> 5 << 3) + ((key & 31) < 8 ? key & 31 : 8) - 1;
    return below < count ? below : count;
}

int64_t table_row_count(const Table *table, const Scale *scale)
{
    int64_t base_rows = table->base_rows(scale), count = 0;
    if (table->group_size)
        return base_rows * table->group_size;
    uint64_t seed = stream_line_count.seed;
    for (int64_t i = 0; i < base_rows; i++)
        count += random_draw(&seed, 1, MAX_LINES);
    return count;
}

void block_init(Block *block, const Table *table, const Scale *scale, int64_t first, int64_t count)
{
    block->scale = scale;
    block->first = first;
    block->count = count;
    block->row_count = count * table->group_size;
    memset(block->group_sizes, (int)table->group_size, sizeof block->group_sizes);
    if (table->group_size == 0)
        block_open_lines(block);
}
