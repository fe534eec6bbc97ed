/* Rows give back what was written, wherever it came from; equal rows hash equally and match, others do not match. */
#include "test.h"

#include "base/memory.h"
#include "column/row.h"
#include "vectors.h"

enum { ROWS = 200, COLUMNS = KIND_COUNT };

static MemoryBudget budget;
static Context context = {.memory = &budget};

static void test_budget(size_t limit)
{
    budget = (MemoryBudget){.limit = limit};
}

static RowLayout *layout_of_kinds(size_t extra_size)
{
    Type types[COLUMNS];
    for (size_t c = 0; c < COLUMNS; c++)
        types[c] = kinds[c].type;
    return row_layout_new(test_arena, types, COLUMNS, extra_size);
}

/* Equal as SQL compares, and NULL equal to NULL. */
static bool value_equal(const Value *a, const Value *b)
{
    return a->is_null || b->is_null ? a->is_null == b->is_null : value_compare(a, b) == 0;
}

START_TEST(columns_of_a_row_are_aligned_and_apart)
{
    static const size_t extras[] = {0, 1, 8, 16, 24, 100};
    for (size_t e = 0; e < sizeof extras / sizeof *extras; e++) {
        RowLayout *layout = layout_of_kinds(extras[e]);
        char used[1024] = {0};
        ck_assert_uint_le(layout->row_size, sizeof used);
        ck_assert_uint_eq(layout->row_size % 16, 0);
        ck_assert_uint_eq(layout->extra_offset % 16, 0);
        ck_assert_uint_le(layout->extra_offset + extras[e], layout->row_size);
        ck_assert(layout->has_strings);
        memset(used, 1, (COLUMNS + 7) / 8);
        memset(used + layout->extra_offset, 1, extras[e]);
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t size = physical_size(type_physical(kinds[c].type));
            ck_assert_uint_eq(layout->offsets[c] % (type_physical(kinds[c].type) == PHYSICAL_STRING     ? 8
                                                    : type_physical(kinds[c].type) == PHYSICAL_INTERVAL ? 8
                                                                                                        : size),
                              0);
            for (size_t i = 0; i < size; i++)
                ck_assert_int_eq(used[layout->offsets[c] + i]++, 0);
        }
    }
    ck_assert_uint_ge(row_layout_new(test_arena, NULL, 0, 0)->row_size, 1);
}
END_TEST

typedef struct Input {
    Value values[COLUMNS][ROWS];
    Vector *vectors[COLUMNS];
} Input;

static Input *input_new(bool is_nullable)
{
    Input *input = arena_new(test_arena, Input);
    for (size_t c = 0; c < COLUMNS; c++) {
        for (size_t i = 0; i < ROWS; i++)
            input->values[c][i] = random_value(test_arena, kinds[c], is_nullable);
        input->vectors[c] =
            vector_of(test_arena, kinds[c], (VectorForm)random_below(FORM_COUNT), input->values[c], ROWS);
    }
    return input;
}

/* Appends the selected rows of the input. */
static void input_write(const Input *input, RowStore *store, const uint16_t *selection, size_t count,
                        uint8_t **ret_rows)
{
    row_store_append(store, count, ret_rows);
    for (size_t c = 0; c < COLUMNS; c++)
        rows_write(store, c, input->vectors[c], selection, count, ret_rows);
}

START_TEST(rows_give_back_what_was_written_from_every_form)
{
    RowLayout *layout = layout_of_kinds(16);
    test_budget(SIZE_MAX);
    for (int again = 0; again < 30; again++) {
        Arena *arena = arena_new_child(test_arena);
        RowStore *store = row_store_new(arena, &context, layout);
        Input *input = input_new(again % 3);
        uint16_t selection[ROWS];
        size_t count = again % 2 ? random_selection(ROWS, selection) : ROWS;
        uint8_t *rows[ROWS];
        input_write(input, store, again % 2 ? selection : NULL, count, rows);
        for (size_t c = 0; c < COLUMNS; c++) { /* the store keeps bytes of its own */
            vector_unref(input->vectors[c]);
            Vector *target = vector_new(test_arena, type_of(TYPE_NULL));
            rows_read(layout, c, rows, count, target);
            vector_check(target, count);
            for (size_t i = 0; i < count; i++) {
                Value expected = input->values[c][again % 2 ? selection[i] : i];
                ck_assert_value(vector_value(target, i), expected);
            }
        }
        arena_free(arena);
        ck_assert_uint_eq(budget.used, 0);
    }
}
END_TEST

START_TEST(a_missing_row_reads_as_null)
{
    RowLayout *layout = layout_of_kinds(0);
    RowStore *store = row_store_new(test_arena, NULL, layout);
    Input *input = input_new(false);
    uint8_t *rows[ROWS];
    input_write(input, store, NULL, ROWS, rows);
    for (size_t i = 0; i < ROWS; i += 3)
        rows[i] = NULL;
    for (size_t c = 0; c < COLUMNS; c++) {
        Vector *target = vector_new(test_arena, type_of(TYPE_NULL));
        rows_read(layout, c, rows, ROWS, target);
        for (size_t i = 0; i < ROWS; i++)
            ck_assert_int_eq(vector_is_null(target, i), i % 3 == 0 || kinds[c].type.id == TYPE_NULL);
    }
}
END_TEST

/* Intervals and long strings are the exceptions. */
START_TEST(keys_of_equal_values_have_equal_bytes)
{
    for (size_t k = 0; k < KIND_COUNT; k++) {
        if (kinds[k].physical == PHYSICAL_INTERVAL)
            continue;
        RowLayout *layout = row_layout_new(test_arena, &kinds[k].type, 1, 0);
        RowStore *store = row_store_new(test_arena, NULL, layout);
        Value values[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            values[i] = random_value(test_arena, kinds[k], true);
            if (kinds[k].physical == PHYSICAL_STRING && values[i].text.size > STRING_INLINE_SIZE)
                values[i].text.size = STRING_INLINE_SIZE;
        }
        uint8_t *rows[ROWS], *keys[ROWS];
        Vector *vector = vector_of(test_arena, kinds[k], VECTOR_FLAT, values, ROWS);
        row_store_append(store, ROWS, rows);
        rows_write(store, 0, vector, NULL, ROWS, rows);
        row_store_append(store, ROWS, keys);
        rows_write_key(store, 0, vector, NULL, ROWS, keys);
        for (size_t a = 0; a < ROWS; a++)
            for (size_t b = 0; b < ROWS; b++) {
                bool is_equal = value_equal(&values[a], &values[b]);
                if (is_equal != (memcmp(keys[a], keys[b], layout->row_size) == 0) ||
                    is_equal != row_equals(layout, 1, rows[a], rows[b]))
                    ck_abort_msg("kind %zu, rows %zu and %zu", k, a, b);
            }
    }
}
END_TEST

START_TEST(rows_stay_where_they_are_and_come_back_in_order)
{
    Type type = type_of(TYPE_BIGINT);
    RowLayout *layout = row_layout_new(test_arena, &type, 1, 8);
    test_budget(SIZE_MAX);
    RowStore *store = row_store_new(test_arena, &context, layout);
    enum { ALL = 300000 };
    uint8_t **addresses = arena_array(test_arena, uint8_t *, ALL);
    for (int round = 0; round < 2; round++) {
        for (size_t done = 0; done < ALL;) {
            size_t count = 1 + random_below(5000);
            count = count < ALL - done ? count : ALL - done;
            row_store_append(store, count, addresses + done);
            for (size_t i = 0; i < count; i++) {
                uint8_t zeros[64] = {0};
                if (memcmp(addresses[done + i], zeros, layout->row_size) != 0)
                    ck_abort_msg("row %zu is not zeroed", done + i);
                size_t index = done + i + 1;
                memcpy(addresses[done + i] + layout->extra_offset, &index, sizeof index);
            }
            done += count;
        }
        ck_assert_uint_eq(row_store_count(store), ALL);
        for (size_t first = 0; first < ALL; first += 777) {
            uint8_t *rows[1000];
            size_t count = row_store_rows(store, first, 1000, rows);
            ck_assert_uint_eq(count, ALL - first < 1000 ? ALL - first : 1000);
            for (size_t i = 0; i < count; i++) {
                size_t index;
                memcpy(&index, rows[i] + layout->extra_offset, sizeof index);
                if (rows[i] != addresses[first + i] || index != first + i + 1)
                    ck_abort_msg("row %zu", first + i);
            }
        }
        ck_assert_uint_eq(row_store_rows(store, ALL, 10, addresses), 0);
        ck_assert_uint_eq(row_store_size(store), budget.used);
        /* once cleared it is filled again without more memory */
        row_store_clear(store);
        ck_assert_uint_eq(row_store_count(store), 0);
        budget.limit = budget.used;
    }
    row_store_release(store);
    ck_assert_uint_eq(budget.used, 0);
    uint8_t *row;
    row_store_append(store, 1, &row);
    ck_assert_uint_eq(row_store_count(store), 1);
    ck_assert_uint_le(budget.used, 4096); /* a few rows take little */
}
END_TEST

START_TEST(strings_of_a_cleared_store_take_no_more_memory)
{
    Type type = type_of(TYPE_VARCHAR);
    RowLayout *layout = row_layout_new(test_arena, &type, 1, 0);
    test_budget(SIZE_MAX);
    RowStore *store = row_store_new(test_arena, &context, layout);
    for (int round = 0; round < 3; round++) {
        uint64_t saved = random_state;
        random_state = 42;
        for (size_t i = 0; i < 3000; i++) {
            size_t size = 1 + random_below(i % 500 == 0 ? 100000 : 300);
            memset(row_store_string_memory(store, size), 'x', size);
        }
        random_state = saved;
        row_store_clear(store);
        budget.limit = budget.used;
    }
    ck_assert_uint_gt(budget.used, 0);
}
END_TEST

START_TEST(strings_that_are_shared_outlive_their_rows)
{
    enum { STORES = 3, STRINGS = 2000 };
    Type type = type_of(TYPE_VARCHAR);
    RowLayout *layout = row_layout_new(test_arena, &type, 1, 0);
    test_budget(SIZE_MAX);
    RowStore *stores[STORES];
    const char *strings[STORES][STRINGS];
    for (size_t s = 0; s < STORES; s++) {
        stores[s] = row_store_new(test_arena, &context, layout);
        for (size_t i = 0; i < STRINGS * s / (STORES - 1); i++) /* the first has none */
            strings[s][i] = memset(row_store_string_memory(stores[s], i), 'a' + (int)(i % 26), i);
    }
    Buffer *share = row_stores_share_strings(stores, STORES), *other = buffer_ref(share);
    for (size_t s = 0; s < STORES; s++) {
        row_store_release(stores[s]);
        row_store_string_memory(stores[s], 100000);
    }
    buffer_unref(other);
    for (size_t s = 0; s < STORES; s++)
        for (size_t i = 1; i < STRINGS * s / (STORES - 1); i++)
            ck_assert(strings[s][i][0] == 'a' + (int)(i % 26) && strings[s][i][i - 1] == strings[s][i][0]);
    for (size_t s = 0; s < STORES; s++)
        row_store_release(stores[s]);
    ck_assert_uint_gt(budget.used, STRINGS * (STRINGS - 1) / 2);
    buffer_unref(share);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

typedef struct AppendRequest {
    RowStore *store;
    uint8_t **rows;
} AppendRequest;

static void append_many(void *argument)
{
    AppendRequest *request = argument;
    row_store_append(request->store, 100000, request->rows);
}

START_TEST(a_refused_page_raises_and_appends_nothing)
{
    Type type = type_of(TYPE_BIGINT);
    test_budget(100000);
    RowStore *store = row_store_new(test_arena, &context, row_layout_new(test_arena, &type, 1, 0));
    AppendRequest request = {store, arena_array(test_arena, uint8_t *, 100000)};
    row_store_append(store, 10, request.rows);
    expect_error(ERROR_MEMORY_LIMIT, append_many, &request);
    ck_assert_uint_eq(row_store_count(store), 10);
    ck_assert_uint_eq(row_store_size(store), budget.used);
    row_store_append(store, 100, request.rows); /* what there is can be used */
    ck_assert_uint_eq(row_store_count(store), 110);
}
END_TEST

/* ---- matching ---- */

START_TEST(rows_match_where_all_their_values_are_equal)
{
    for (int again = 0; again < 400; again++) {
        Kind chosen[3];
        Value stored_values[3][ROWS], values[3][ROWS];
        Vector *vectors[3];
        Type types[3];
        size_t column_count = 1 + random_below(3);
        for (size_t c = 0; c < 3; c++) {
            chosen[c] = kinds[again < (int)KIND_COUNT && c == 0 ? (size_t)again : random_below(KIND_COUNT)];
            types[c] = chosen[c].type;
        }
        RowLayout *layout = row_layout_new(test_arena, types, 3, 8);
        RowStore *store = row_store_new(test_arena, NULL, layout);
        uint8_t *rows[ROWS];
        row_store_append(store, ROWS, rows);
        for (size_t c = 0; c < 3; c++) {
            Kind stored = chosen[c];
            if (stored.type.id == TYPE_DECIMAL) /* the layout of the other side may differ */
                stored.physical = random_below(2) ? PHYSICAL_I64 : PHYSICAL_I128;
            for (size_t i = 0; i < ROWS; i++) {
                stored_values[c][i] = random_value(test_arena, (Kind){types[c], PHYSICAL_I64}, again % 2);
                values[c][i] = random_below(2) ? stored_values[c][i]
                                               : random_value(test_arena, (Kind){types[c], PHYSICAL_I64}, again % 3);
            }
            Vector *vector = vector_of(test_arena, stored, VECTOR_FLAT, stored_values[c], ROWS);
            rows_write(store, c, vector, NULL, ROWS, rows);
            vectors[c] = vector_of(test_arena, chosen[c], (VectorForm)random_below(FORM_COUNT), values[c], ROWS);
        }
        uint16_t selection[ROWS], candidates[ROWS], matches[ROWS], others[ROWS];
        bool is_selected = random_below(2), nulls_equal = random_below(2), in_place = random_below(2);
        size_t row_count = is_selected ? random_selection(ROWS, selection) : ROWS;
        size_t count = random_below(4) ? random_selection(row_count, candidates) : 0;
        bool is_candidate[ROWS] = {false}, is_match[ROWS] = {false}, is_other[ROWS] = {false};
        for (size_t k = 0; k < count; k++)
            is_candidate[candidates[k]] = true;

        size_t other_count = 77;
        uint16_t *found = in_place ? candidates : matches;
        size_t match_count =
            rows_match(layout, vectors, column_count, is_selected ? selection : NULL, rows, nulls_equal, candidates,
                       count, found, random_below(2) ? others : NULL, &other_count);
        for (size_t k = 0; k < match_count; k++) {
            ck_assert(k == 0 || found[k - 1] < found[k]);
            is_match[found[k]] = true;
        }
        if (!in_place) {
            size_t again_count = rows_match(layout, vectors, column_count, is_selected ? selection : NULL, rows,
                                            nulls_equal, candidates, count, matches, others, &other_count);
            ck_assert_uint_eq(again_count, match_count);
            ck_assert_uint_eq(match_count + other_count, count);
            for (size_t k = 0; k < other_count; k++)
                is_other[others[k]] = true;
        }
        for (size_t i = 0; i < row_count; i++) {
            bool expected = is_candidate[i];
            for (size_t c = 0; c < column_count; c++) {
                const Value *value = &values[c][is_selected ? selection[i] : i];
                expected &= value_equal(value, &stored_values[c][i]) && (nulls_equal || !value->is_null);
            }
            if (is_match[i] != expected || (!in_place && is_other[i] != (is_candidate[i] && !expected)))
                ck_abort_msg("round %d, row %zu: expected %d", again, i, expected);
        }
    }
}
END_TEST

/* ---- hashing ---- */

START_TEST(equal_values_hash_equally_in_every_form_and_layout_and_others_differ)
{
    for (size_t k = 0; k < KIND_COUNT; k++) {
        Kind other = kinds[k];
        if (other.type.id == TYPE_DECIMAL)
            other.physical = other.physical == PHYSICAL_I64 ? PHYSICAL_I128 : PHYSICAL_I64;
        for (int form = 0; form < FORM_COUNT; form++) {
            Value values[ROWS];
            uint16_t selection[ROWS];
            uint64_t hashes[ROWS], other_hashes[ROWS], selected_hashes[ROWS];
            for (size_t i = 0; i < ROWS; i++)
                values[i] = random_value(test_arena, (Kind){kinds[k].type, PHYSICAL_I64}, form != 1);
            Vector *vector = vector_of(test_arena, kinds[k], (VectorForm)form, values, ROWS);
            Vector *flat = vector_of(test_arena, other, VECTOR_FLAT, values, ROWS);
            vectors_hash(&vector, 1, NULL, ROWS, hashes);
            vectors_hash(&flat, 1, NULL, ROWS, other_hashes);
            size_t count = random_selection(ROWS, selection);
            vectors_hash(&vector, 1, selection, count, selected_hashes);
            for (size_t i = 0; i < count; i++)
                ck_assert_uint_eq(selected_hashes[i], hashes[selection[i]]);
            for (size_t a = 0; a < ROWS; a++)
                for (size_t b = 0; b < ROWS; b++)
                    if (value_equal(&values[a], &values[b]) != (hashes[a] == other_hashes[b]))
                        ck_abort_msg("kind %zu, form %d, rows %zu and %zu", k, form, a, b);
        }
    }
}
END_TEST

START_TEST(the_hash_of_a_row_depends_on_each_column_and_their_order)
{
    Kind kind = {type_of(TYPE_BIGINT), PHYSICAL_I64};
    Value values[2][4] = {
        {value_integer(kind.type, 1), value_integer(kind.type, 2), value_integer(kind.type, 1), value_null(kind.type)},
        {value_integer(kind.type, 2), value_integer(kind.type, 1), value_integer(kind.type, 1), value_null(kind.type)},
    };
    for (int form = 0; form < FORM_COUNT; form += 2) {
        Vector *vectors[] = {vector_of(test_arena, kind, (VectorForm)form, values[0], 4),
                             vector_of(test_arena, kind, VECTOR_FLAT, values[1], 4)};
        uint64_t hashes[4], first[4];
        vectors_hash(vectors, 2, NULL, 4, hashes);
        vectors_hash(vectors, 1, NULL, 4, first);
        for (size_t a = 0; a < 4; a++) {
            ck_assert_uint_ne(hashes[a], first[a]);
            for (size_t b = 0; b < a; b++)
                ck_assert_uint_ne(hashes[a], hashes[b]);
        }
    }
    uint64_t none[2] = {1, 2};
    vectors_hash(NULL, 0, NULL, 2, none);
    ck_assert_uint_eq(none[0], none[1]);
}
END_TEST

START_TEST(wide_decimals_that_differ_only_in_their_high_half_hash_differently)
{
    Kind kind = {type_decimal(38, 0), PHYSICAL_I128};
    Value values[64];
    for (int i = 0; i < 64; i++)
        values[i] = value_decimal(kind.type, (Int128)(i - 32) * ((Int128)1 << 64) + 5);
    Vector *vector = vector_of(test_arena, kind, VECTOR_FLAT, values, 64);
    uint64_t hashes[64];
    vectors_hash(&vector, 1, NULL, 64, hashes);
    for (size_t a = 0; a < 64; a++)
        for (size_t b = 0; b < a; b++)
            ck_assert_uint_ne(hashes[a], hashes[b]);
}
END_TEST

START_TEST(hashes_of_dense_keys_spread_over_low_and_high_bits)
{
    enum { KEYS = 2048, BUCKETS = 256 };
    static const int64_t strides[] = {1, 8, 1000, 4096, INT64_C(1) << 32, INT64_C(1) << 48};
    for (size_t s = 0; s < sizeof strides / sizeof *strides; s++) {
        Vector *vector = vector_new(test_arena, type_of(TYPE_BIGINT));
        vector_prepare(vector, KEYS);
        for (size_t i = 0; i < KEYS; i++)
            VECTOR_DATA(vector, int64_t)[i] = (int64_t)i * strides[s];
        uint64_t hashes[KEYS];
        vectors_hash(&vector, 1, NULL, KEYS, hashes);
        int low[BUCKETS] = {0}, high[BUCKETS] = {0};
        for (size_t i = 0; i < KEYS; i++) {
            low[hashes[i] % BUCKETS]++;
            high[hashes[i] / (UINT64_MAX / BUCKETS + 1)]++;
        }
        for (size_t b = 0; b < BUCKETS; b++) { /* 8 are expected; 40 in one of 256 has odds below 1e-12 */
            ck_assert_int_lt(low[b], 40);
            ck_assert_int_lt(high[b], 40);
        }
    }
}
END_TEST

typedef struct LargeText {
    RowStore *store;
    Vector *vector;
    uint8_t *row;
} LargeText;

static _Atomic bool is_cancelled;
static const Context cancellable = {.cancel = &is_cancelled};

static void large_text_write(void *argument)
{
    LargeText *text = argument;
    context_enter(&cancellable);
    rows_write(text->store, 0, text->vector, NULL, 1, &text->row);
}

static void large_text_copy(void *argument)
{
    LargeText *text = argument;
    context_enter(&cancellable);
    uint8_t *copy;
    row_store_copy(text->store, &text->row, 1, &copy);
}

START_TEST(a_text_of_megabytes_is_copied_until_somebody_cancels)
{
    enum { LARGE = 3 << 20 }; /* bytes */
    Value value = {.type = type_of(TYPE_VARCHAR),
                   .text = {memset(arena_allocate(test_arena, LARGE), 'a', LARGE), LARGE}};
    LargeText text = {.vector = vector_new(test_arena, value.type)};
    vector_set_constant(text.vector, &value);
    text.store = row_store_new(test_arena, NULL, row_layout_new(test_arena, &value.type, 1, 0));
    row_store_append(text.store, 1, &text.row);
    large_text_write(&text);
    is_cancelled = true;
    expect_error(ERROR_INTERRUPTED, large_text_write, &text);
    expect_error(ERROR_INTERRUPTED, large_text_copy, &text);
    vector_unref(text.vector);
}
END_TEST

TEST_PROGRAM(columns_of_a_row_are_aligned_and_apart, rows_give_back_what_was_written_from_every_form,
             a_missing_row_reads_as_null, keys_of_equal_values_have_equal_bytes,
             rows_stay_where_they_are_and_come_back_in_order, strings_of_a_cleared_store_take_no_more_memory,
             strings_that_are_shared_outlive_their_rows, a_refused_page_raises_and_appends_nothing,
             rows_match_where_all_their_values_are_equal,
             equal_values_hash_equally_in_every_form_and_layout_and_others_differ,
             the_hash_of_a_row_depends_on_each_column_and_their_order,
             wide_decimals_that_differ_only_in_their_high_half_hash_differently,
             hashes_of_dense_keys_spread_over_low_and_high_bits, a_text_of_megabytes_is_copied_until_somebody_cancels)
