/* unit/provider_scan_filter.c: which rows pass a scan's filters while more and more becomes known. */
#include "provider/scan_filter.h"

#include "expr_test.h"

/* Batch b holds the numbers b * BATCH_SIZE and on, and those modulo 8. */
static Batch *numbers(size_t b)
{
    Batch *batch = batch_new_empty(test_arena, 2);
    for (size_t c = 0; c < 2; c++) {
        batch->columns[c] = vector_new(test_arena, type_of(TYPE_INTEGER));
        vector_prepare(batch->columns[c], BATCH_SIZE);
    }
    for (size_t i = 0; i < BATCH_SIZE; i++) {
        VECTOR_DATA(batch->columns[0], int32_t)[i] = (int32_t)(b * BATCH_SIZE + i);
        VECTOR_DATA(batch->columns[1], int32_t)[i] = (int32_t)(i % 8);
    }
    batch->row_count = batch->vector_size = BATCH_SIZE;
    return batch;
}

static Schema *schema_of_integers(void)
{
    Schema *schema = schema_new(test_arena, 2);
    for (size_t c = 0; c < 2; c++)
        schema->columns[c] = (Column){.name = "n", .type = type_of(TYPE_INTEGER)};
    return schema;
}

static DynamicSnapshot range(int64_t minimum, int64_t maximum)
{
    Type type = type_of(TYPE_INTEGER);
    return (DynamicSnapshot){
        .type = type, .minimum = value_integer(type, minimum), .maximum = value_integer(type, maximum)};
}

START_TEST(what_becomes_known_narrows_from_then_on)
{
    Schema *schema = schema_of_integers();
    Expr *filters[] = {expr_of("(< $1 4)", schema), expr_of("(<> $1 1)", schema)};
    DynamicFilter range_of_numbers = {NULL}, never = {NULL};
    const DynamicFilter *dynamics[] = {&range_of_numbers, &never};
    const size_t places[] = {0, 1};
    ScanFilter *filter = scan_filter_new(test_arena, test_context(), filters, 2, dynamics, places, 2);
    DynamicSnapshot wide = range(0, 1 << 30), narrow = range(300 * BATCH_SIZE + 80, 300 * BATCH_SIZE + 159);
    for (size_t b = 0; b <= 300; b++) {
        if (b == 10)
            dynamic_filter_publish(&range_of_numbers, &wide);
        if (b == 290)
            dynamic_filter_publish(&range_of_numbers, &narrow);
        Batch *batch = numbers(b);
        scan_filter_narrow(filter, batch);
        if (b < 290)
            ck_assert_uint_eq(batch->row_count, BATCH_SIZE / 8 * 3);
        else
            ck_assert_uint_eq(batch->row_count, b < 300 ? 0 : 80 / 8 * 3);
        for (size_t i = 0; i < batch->row_count; i++) {
            int32_t rest = VECTOR_DATA(batch->columns[1], int32_t)[batch_row(batch, i)];
            ck_assert(rest == 0 || rest == 2 || rest == 3);
        }
    }
}
END_TEST

START_TEST(a_scan_that_nobody_tells_anything_has_its_filters)
{
    Schema *schema = schema_of_integers();
    Expr *filters[] = {expr_of("(= $1 5)", schema)};
    const size_t places[] = {0};
    ScanFilter *filter = scan_filter_new(test_arena, test_context(), filters, 1, NULL, places, 1);
    Batch *batch = numbers(0);
    scan_filter_narrow(filter, batch);
    ck_assert_uint_eq(batch->row_count, BATCH_SIZE / 8);
}
END_TEST

TEST_PROGRAM(what_becomes_known_narrows_from_then_on, a_scan_that_nobody_tells_anything_has_its_filters)
