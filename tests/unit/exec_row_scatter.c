/* Unit tests of exec/row_scatter.h. */
#include "exec/row_scatter.h"

#include <string.h>

#include "test.h"
#include "vectors.h"

enum { BATCHES = 40, ROWS = 2000, TOTAL = BATCHES * ROWS };

/* Row n has the number n, but for every seventh, and a text that tells it; its hash is any. */
static uint64_t hash_of_row(size_t n)
{
    return n * 0x9E3779B97F4A7C15u;
}

static const char *text_of_row(size_t n)
{
    static char text[64];
    snprintf(text, sizeof text, n % 2 ? "%zu" : "a text of more than twelve bytes, of row %zu", n);
    return text;
}

/* Every other slot of the vectors is chosen. */
static void add_rows(RowScatter *scatter, size_t first)
{
    enum { SLOTS = 2 * ROWS };
    Vector *numbers = vector_new(test_arena, type_of(TYPE_BIGINT)),
           *texts = vector_new(test_arena, type_of(TYPE_VARCHAR));
    Vector *columns[] = {numbers, texts};
    uint16_t selection[ROWS];
    uint64_t hashes[ROWS];
    vector_prepare(numbers, SLOTS);
    vector_prepare(texts, SLOTS);
    vector_set_all_null(numbers, SLOTS);
    vector_set_all_null(texts, SLOTS);
    for (size_t i = 0; i < ROWS; i++) {
        Value number = value_integer(type_of(TYPE_BIGINT), (int64_t)(first + i)),
              text = value_text(view_of(text_of_row(first + i)));
        selection[i] = (uint16_t)(2 * i);
        hashes[i] = hash_of_row(first + i);
        if ((first + i) % 7)
            vector_set_value(numbers, 2 * i, &number);
        vector_set_value(texts, 2 * i, &text);
    }
    row_scatter_add(scatter, columns, selection, ROWS, hashes);
}

/* The rows of each partition are those whose hashes begin with its number, in their order. */
static void check_partition(const RowScatter *scatter, size_t partition, Batch *batch)
{
    size_t n = 0, first = 0;
    while (row_scatter_read(scatter, partition, first, batch)) {
        for (size_t i = 0; i < batch->row_count; i++, n++) {
            while (hash_of_row(n) >> 58 != partition)
                n++;
            ck_assert_value(vector_value(batch->columns[0], i),
                            n % 7 ? value_integer(type_of(TYPE_BIGINT), (int64_t)n) : value_null(type_of(TYPE_BIGINT)));
            ck_assert_value(vector_value(batch->columns[1], i), value_text(view_of(text_of_row(n))));
        }
        first += batch->row_count;
    }
    while (n < TOTAL && hash_of_row(n) >> 58 != partition)
        n++;
    ck_assert_uint_eq(n, TOTAL);
}

START_TEST(each_partition_has_its_rows_in_their_order)
{
    MemoryBudget budget = {.limit = SIZE_MAX};
    Context context = {.memory = &budget};
    Type types[] = {type_of(TYPE_BIGINT), type_of(TYPE_VARCHAR)};
    RowScatter *scatter = row_scatter_new(test_arena, &context, types, 2);
    for (size_t b = 0; b < BATCHES; b++)
        add_rows(scatter, b * ROWS);
    ck_assert_uint_eq(row_scatter_count(scatter), TOTAL);
    Batch *batch = row_scatter_new_batch(scatter, test_arena);
    for (size_t p = 0; p < SCATTER_PARTITIONS; p++) {
        size_t size = row_scatter_size(scatter);
        check_partition(scatter, p, batch);
        row_scatter_forget(scatter, p);
        ck_assert_uint_lt(row_scatter_size(scatter), size);
        ck_assert(!row_scatter_read(scatter, p, 0, batch));
    }
    row_scatter_clear(scatter);
    ck_assert_uint_eq(row_scatter_size(scatter), 0);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

TEST_PROGRAM(each_partition_has_its_rows_in_their_order)
