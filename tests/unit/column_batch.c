/* Batches select rows without copying, and one that is kept stays as it was; schemas find names; streams end. */
#include "test.h"

#include "column/batch.h"
#include "column/stream.h"
#include "vectors.h"

static Batch *batch_of_numbers(size_t count)
{
    Schema *schema = schema_new(test_arena, 2);
    schema->columns[0] = (Column){"number", type_of(TYPE_BIGINT), false};
    schema->columns[1] = (Column){"text", type_of(TYPE_VARCHAR), true};
    Batch *batch = batch_new(test_arena, schema);
    batch->row_count = batch->vector_size = count;
    vector_prepare(batch->columns[0], count);
    vector_prepare(batch->columns[1], count);
    for (size_t i = 0; i < count; i++) {
        VECTOR_DATA(batch->columns[0], int64_t)[i] = (int64_t)i * 10;
        Value text = value_text(view_of(arena_format(test_arena, "the text of row number %zu", i)));
        vector_set_value(batch->columns[1], i, &text);
    }
    return batch;
}

static int64_t batch_number(const Batch *batch, size_t i)
{
    return vector_value(batch->columns[0], batch_row(batch, i)).i64;
}

/* The numbers of the rows that count, and that the texts are theirs. */
static const char *batch_rows(const Batch *batch)
{
    batch_check(batch);
    const char *rows = "";
    for (size_t i = 0; i < batch->row_count; i++) {
        int64_t number = batch_number(batch, i);
        StringView text = vector_value(batch->columns[1], batch_row(batch, i)).text;
        const char *expected = arena_format(test_arena, "the text of row number %d", (int)number / 10);
        ck_assert(view_equal(text, view_of(expected)));
        rows = arena_format(test_arena, "%s%s%d", rows, i ? " " : "", (int)number);
    }
    return rows;
}

START_TEST(selection_all_holds_every_row_once)
{
    for (size_t i = 0; i < BATCH_SIZE; i++)
        ck_assert_uint_eq(selection_all[i], i);
}
END_TEST

START_TEST(slices_narrow_with_and_without_a_selection)
{
    static const uint16_t odd[] = {1, 3, 5, 7, 9};
    static const struct {
        const uint16_t *selection;
        size_t row_count, first, count;
        const char *rows;
    } cases[] = {
        {NULL, 10, 0, 10, "0 10 20 30 40 50 60 70 80 90"},
        {NULL, 10, 0, 3, "0 10 20"},
        {NULL, 10, 7, 3, "70 80 90"},
        {NULL, 10, 10, 0, ""},
        {NULL, 10, 0, 0, ""},
        {odd, 5, 0, 5, "10 30 50 70 90"},
        {odd, 5, 0, 2, "10 30"},
        {odd, 5, 3, 2, "70 90"},
        {odd, 5, 5, 0, ""},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        Batch *batch = batch_of_numbers(10);
        batch->selection = cases[c].selection;
        batch->row_count = cases[c].row_count;
        uint16_t selection[BATCH_SIZE];
        batch_slice(batch, cases[c].first, cases[c].count, selection);
        ck_assert_str_eq(batch_rows(batch), cases[c].rows);
        if (batch->row_count < 2)
            continue;
        batch_slice(batch, 1, 1, selection); /* a slice of a slice: into the same memory */
        ck_assert_int_eq(batch->row_count, 1);
        ck_assert_str_eq(batch_rows(batch), arena_format(test_arena, "%d", atoi(strchr(cases[c].rows, ' '))));
    }
}
END_TEST

START_TEST(a_slice_into_a_full_batch_works_to_its_end)
{
    Batch *batch = batch_of_numbers(BATCH_SIZE);
    uint16_t selection[BATCH_SIZE];
    batch_slice(batch, 1, BATCH_SIZE - 1, selection);
    batch_check(batch);
    ck_assert_int_eq(batch_number(batch, 0), 10);
    ck_assert_int_eq(batch_number(batch, BATCH_SIZE - 2), (BATCH_SIZE - 1) * 10);
}
END_TEST

START_TEST(compact_keeps_just_the_selected_rows)
{
    Batch *batch = batch_of_numbers(10);
    Batch *target = batch_of_numbers(3);
    static const uint16_t selection[] = {0, 4, 9};
    batch->selection = selection;
    batch->row_count = 3;
    batch_compact(target, batch);
    ck_assert_ptr_null(target->selection);
    ck_assert_str_eq(batch_rows(target), "0 40 90");
    batch->selection = NULL;
    batch->row_count = 10;
    batch_compact(target, batch);
    ck_assert_str_eq(batch_rows(target), "0 10 20 30 40 50 60 70 80 90");
    ck_assert_ptr_eq(target->columns[0]->data, batch->columns[0]->data); /* nothing to drop: nothing copied */
}
END_TEST

START_TEST(a_kept_batch_stays_whatever_its_producer_does)
{
    Batch *batch = batch_of_numbers(10);
    uint16_t selection[] = {2, 3};
    batch->selection = selection;
    batch->row_count = 2;
    Arena *arena = arena_new_child(test_arena);
    Batch *kept = batch_ref(arena, batch);
    Batch *twice = batch_ref(arena, kept);
    selection[0] = 0;
    vector_prepare(batch->columns[0], 10);
    vector_prepare(batch->columns[1], 10);
    for (size_t i = 0; i < 10; i++) {
        VECTOR_DATA(batch->columns[0], int64_t)[i] = -1;
        Value text = value_text(view_of("another text that takes memory"));
        vector_set_value(batch->columns[1], i, &text);
    }
    ck_assert_str_eq(batch_rows(kept), "20 30");
    batch_unref(kept);
    ck_assert_str_eq(batch_rows(twice), "20 30");
    batch_unref(twice);
    batch_unref(NULL);
    arena_free(arena);
}
END_TEST

START_TEST(a_batch_without_columns_has_rows)
{
    Batch *batch = batch_new_empty(test_arena, 0);
    batch->row_count = batch->vector_size = 7;
    uint16_t selection[BATCH_SIZE];
    batch_slice(batch, 2, 4, selection);
    batch_check(batch);
    ck_assert_int_eq(batch_ref(test_arena, batch)->row_count, 4);
    Batch *target = batch_new_empty(test_arena, 0);
    batch_compact(target, batch);
    batch_check(target);
    ck_assert_int_eq(target->row_count, 4);
}
END_TEST

START_TEST(names_are_found_exactly_or_else_ignoring_case_if_that_is_clear)
{
    static const char *const names[] = {"id", "Id", "Name", "a", "A", "B b"};
    static const struct {
        const char *name;
        int index;
    } cases[] = {{"id", 0}, {"Id", 1},  {"ID", -1}, {"name", 2}, {"NAME", 2}, {"a", 3},
                 {"A", 4},  {"b B", 5}, {"b", -1},  {"", -1},    {"nam", -1}};
    Schema *schema = schema_new(test_arena, 6);
    for (size_t c = 0; c < 6; c++)
        schema->columns[c] = (Column){names[c], type_decimal(10, (int)c), c % 2};
    Schema *copy = schema_copy(test_arena, schema);
    memset(schema->columns, 0, 6 * sizeof *schema->columns);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        ck_assert_int_eq(schema_find(copy, view_of(cases[c].name)), cases[c].index);
    ck_assert_int_eq(copy->columns[5].type.scale, 5);
    ck_assert(copy->columns[5].is_nullable && !copy->columns[4].is_nullable);
}
END_TEST

START_TEST(batches_of_wide_rows_have_fewer_of_them_where_memory_is_limited)
{
    enum { WIDE = 8000 };
    MemoryBudget budget = {.limit = 64 << 20};
    Settings settings = {.threads = 4};
    const Context free = {.settings = &settings}, limited = {.settings = &settings, .memory = &budget};
    ck_assert_int_eq(batch_rows_that_fit(&free, WIDE), BATCH_SIZE);
    ck_assert_int_eq(batch_rows_that_fit(&limited, 0), BATCH_SIZE);
    ck_assert_int_eq(batch_rows_that_fit(&limited, 64), BATCH_SIZE);
    ck_assert_int_eq(batch_rows_that_fit(&limited, WIDE), 32); /* a 64th of each thread's 16 MiB */
    settings.threads = 1;
    ck_assert_int_eq(batch_rows_that_fit(&limited, WIDE), 131);
    budget.limit = 8 << 20;
    ck_assert_int_eq(batch_rows_that_fit(&limited, 1 << 20), 16);
    settings.batch_size = 3;
    ck_assert_int_eq(batch_rows_that_fit(&limited, WIDE), 3);
}
END_TEST

START_TEST(a_stream_over_batches_ends_and_stays_at_its_end)
{
    Batch *batches[] = {batch_of_numbers(1), batch_of_numbers(2)};
    Schema *schema = schema_new(test_arena, 0);
    BatchStream *stream = stream_of_batches(test_arena, schema, batches, 2);
    ck_assert_ptr_eq(stream->schema, schema);
    ck_assert_ptr_eq(stream_next(stream), batches[0]);
    ck_assert_ptr_eq(stream_next(stream), batches[1]);
    ck_assert_ptr_null(stream_next(stream));
    ck_assert_ptr_null(stream_next(stream));
    stream_close(stream);
    stream_close(NULL);
}
END_TEST

TEST_PROGRAM(selection_all_holds_every_row_once, slices_narrow_with_and_without_a_selection,
             a_slice_into_a_full_batch_works_to_its_end, compact_keeps_just_the_selected_rows,
             a_kept_batch_stays_whatever_its_producer_does, a_batch_without_columns_has_rows,
             names_are_found_exactly_or_else_ignoring_case_if_that_is_clear,
             batches_of_wide_rows_have_fewer_of_them_where_memory_is_limited,
             a_stream_over_batches_ends_and_stays_at_its_end)
