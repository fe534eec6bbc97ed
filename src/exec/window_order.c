/* exec/window_order.c: the k-th smallest value of any stretch of rows. */
#include "exec/window_order.h"

#include "column/sort_key.h"
#include "exec/sort_entry.h"

enum { MAX_BITS = 32, WORD_BITS = 64, LOOK_ROWS = 1 << 14, LOOK_LOOKUPS = 1 << 10 };

typedef struct OrderWord {
    uint64_t bits;  /* bit i: of row i of the word */
    uint64_t zeros; /* in the words before */
} OrderWord;

struct WindowOrder {
    const Context *context;
    TempFile *file; /* where what follows may be mapped */
    size_t count;
    unsigned bit_count;     /* of numbers; as many levels */
    Block *levels;          /* words of all levels, the highest bit's first */
    size_t word_count;      /* of a level: a word more than the rows need, for what is asked of their end */
    size_t zeros[MAX_BITS]; /* rows of each level that went left */
    Block *values;          /* doubles by number */
    Block *entries[2];      /* while they are put in order */
    Block *numbers[2];      /* while it is built: of the rows as they stand at a level, and at the next */
};

WindowOrder *window_order_new(const WindowRows *rows)
{
    WindowOrder *order = arena_new(rows->arena, WindowOrder);
    order->context = rows->context;
    order->file = rows->file;
    order->levels = window_block_new(rows, "the order of a window");
    order->values = window_block_new(rows, "the order of a window");
    order->entries[0] = window_block_new(rows, "the order of a window");
    order->entries[1] = window_block_new(rows, "the order of a window");
    order->numbers[0] = window_block_new(rows, "the order of a window");
    order->numbers[1] = window_block_new(rows, "the order of a window");
    return order;
}

/* Before the next of consecutive rows is looked at. */
static void order_look(const WindowOrder *order, size_t row)
{
    if (row % LOOK_ROWS > 0)
        return;
    context_check(order->context);
    temp_file_look(order->file);
}

static void order_sort_entries(const WindowOrder *order)
{
    sort_entries(order->context, order->file, (SortKeyPlace){.is_in_row = false}, order->entries[0]->data,
                 order->entries[1]->data, order->count);
}

/* Numbers the rows in order of their values; equal ones as they stand. Rows are sorted by their values, and then, to
 * write the numbers one after the other, by where they stand. */
static void order_number(WindowOrder *order, const double *values)
{
    for (size_t i = 0; i < 2; i++)
        block_renew(order->entries[i], memory_size_multiply(order->count, sizeof(SortEntry)));
    SortEntry *entries = order->entries[0]->data;
    double *sorted = order->values->data;
    uint32_t *numbers = order->numbers[0]->data;
    for (size_t i = 0; i < order->count; i++) {
        order_look(order, i);
        entries[i] = (SortEntry){.high = sort_key_of_double(values[i]), .row = (uint8_t *)&numbers[i]};
    }
    order_sort_entries(order);
    for (size_t i = 0; i < order->count; i++) {
        order_look(order, i);
        sorted[i] = sort_key_to_double(entries[i].high);
        size_t row = (size_t)((const uint32_t *)(const void *)entries[i].row - numbers);
        entries[i] = (SortEntry){.high = row, .row = (uint8_t *)&numbers[i]};
    }
    order_sort_entries(order);
    for (size_t i = 0; i < order->count; i++) {
        order_look(order, i);
        numbers[i] = (uint32_t)((const uint32_t *)(const void *)entries[i].row - numbers);
    }
    for (size_t i = 0; i < 2; i++)
        block_clear(order->entries[i]);
}

static OrderWord *order_level(const WindowOrder *order, unsigned level)
{
    return (OrderWord *)order->levels->data + level * order->word_count;
}

/* Writes the level's bits, and puts the rows where they stand at the next one. */
static void order_build_level(WindowOrder *order, unsigned level)
{
    OrderWord *words = order_level(order, level);
    const uint32_t *numbers = order->numbers[level % 2]->data;
    uint32_t *next = order->numbers[(level + 1) % 2]->data;
    uint32_t bit = (uint32_t)1 << (order->bit_count - 1 - level);
    size_t zeros = 0;
    for (size_t i = 0; i < order->count; i++) {
        order_look(order, i);
        if (i % WORD_BITS == 0)
            words[i / WORD_BITS] = (OrderWord){.zeros = zeros};
        words[i / WORD_BITS].bits |= (uint64_t)((numbers[i] & bit) != 0) << i % WORD_BITS;
        zeros += (numbers[i] & bit) == 0;
    }
    if (order->count % WORD_BITS == 0)
        words[order->count / WORD_BITS] = (OrderWord){.zeros = zeros};
    order->zeros[level] = zeros;
    size_t left = 0, right = zeros;
    for (size_t i = 0; i < order->count; i++) {
        order_look(order, i);
        next[(numbers[i] & bit) != 0 ? right++ : left++] = numbers[i];
    }
}

void window_order_build(WindowOrder *order, const double *values, size_t count)
{
    if (count > UINT32_MAX)
        error_raise(ERROR_LIMIT_EXCEEDED, NO_POSITION, "a window orders more than %u values", UINT32_MAX);
    order->count = count;
    order->bit_count = 0;
    while (order->bit_count < MAX_BITS && (uint64_t)1 << order->bit_count < count)
        order->bit_count++;
    order->word_count = count / WORD_BITS + 1;
    block_renew(order->values, memory_size_multiply(count, sizeof(double)));
    block_renew(order->numbers[0], count * sizeof(uint32_t));
    block_renew(order->numbers[1], count * sizeof(uint32_t));
    block_renew(order->levels, memory_size_multiply(order->bit_count * order->word_count, sizeof(OrderWord)));
    order_number(order, values);
    for (unsigned level = 0; level < order->bit_count; level++)
        order_build_level(order, level);
    block_clear(order->numbers[0]);
    block_clear(order->numbers[1]);
}

/* How many of the level's rows before `row` went left. */
static inline size_t zeros_before(const OrderWord *words, size_t row)
{
    const OrderWord *word = &words[row / WORD_BITS];
    uint64_t before = ((uint64_t)1 << row % WORD_BITS) - 1;
    return (size_t)word->zeros + (size_t)__builtin_popcountll(~word->bits & before);
}

/* The next bit of the value's number. */
static void lookup_descend(WindowLookup *lookup, const OrderWord *words, size_t zeros)
{
    WindowRange left[WINDOW_MAX_RANGES] = {0};
    size_t left_count = 0;
    for (size_t i = 0; i < lookup->range_count; i++) {
        left[i] =
            (WindowRange){zeros_before(words, lookup->ranges[i].start), zeros_before(words, lookup->ranges[i].end)};
        left_count += left[i].end - left[i].start;
    }
    bool is_right = lookup->index >= left_count;
    lookup->number = lookup->number << 1 | is_right;
    lookup->index -= is_right ? left_count : 0;
    for (size_t i = 0; i < lookup->range_count; i++) {
        WindowRange *range = &lookup->ranges[i];
        *range =
            is_right ? (WindowRange){zeros + range->start - left[i].start, zeros + range->end - left[i].end} : left[i];
    }
}

void window_order_find(const WindowOrder *order, WindowLookup *lookups, size_t count)
{
    for (unsigned level = 0; level < order->bit_count; level++)
        for (size_t i = 0; i < count; i++) {
            if (i % LOOK_LOOKUPS == 0)
                temp_file_look(order->file);
            lookup_descend(&lookups[i], order_level(order, level), order->zeros[level]);
        }
    for (size_t i = 0; i < count; i++)
        block_read(order->values, lookups[i].number, &lookups[i].value, sizeof lookups[i].value);
}

size_t window_order_size(const WindowOrder *order)
{
    return order->levels->size + order->values->size;
}

void window_order_clear(WindowOrder *order)
{
    block_clear(order->levels);
    block_clear(order->values);
    for (size_t i = 0; i < 2; i++) {
        block_clear(order->entries[i]);
        block_clear(order->numbers[i]);
    }
}
