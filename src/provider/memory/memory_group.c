/* provider/memory/memory_group.c: writing rows into columns, their bounds, and handing out slices. */
#include "provider/memory/memory_group.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "column/vector_rows.h"
#include "provider/memory/memory_dictionary.h"
#include "provider/memory/memory_sketch.h"

enum {
    FIRST_ROWS = 64,
    FIRST_TEXT = 1 << 10,
    USUAL_TEXT = 512 << 10,
    LARGEST_TEXT = 16 << 20, /* longer texts have a buffer of their own */
};

/* ---- shares ---- */

static void group_release(void *object)
{
    memory_group_unref(object);
}

MemoryGroup *memory_group_new(Arena *owner, MemoryBudget *budget, const Schema *schema, bool will_be_full)
{
    Arena *arena = arena_new_child(owner);
    MemoryGroup *group = arena_new(arena, MemoryGroup);
    *group = (MemoryGroup){.share_count = 1, .arena = arena, .budget = budget, .column_count = schema->column_count};
    group->first_rows = will_be_full ? MEMORY_GROUP_ROWS : FIRST_ROWS;
    group->columns = arena_array(arena, MemoryColumn, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++) {
        group->columns[c].values = vector_new(arena, schema->columns[c].type);
        if (schema->columns[c].type.id != TYPE_BOOLEAN)
            group->columns[c].sketch = arena_new(arena, Sketch);
        if (schema->columns[c].type.id == TYPE_DECIMAL)
            group->columns[c].values->physical = PHYSICAL_I64; /* until a value does not fit */
    }
    arena_set_parent(arena, NULL);
    arena_own(owner, group, group_release);
    return group;
}

MemoryGroup *memory_group_ref(MemoryGroup *group)
{
    atomic_fetch_add_explicit(&group->share_count, 1, memory_order_relaxed);
    return group;
}

void memory_group_unref(MemoryGroup *group)
{
    if (group && atomic_fetch_sub_explicit(&group->share_count, 1, memory_order_acq_rel) == 1)
        arena_free(group->arena);
}

/* ---- room ---- */

/* What a buffer becomes that must hold `needed` values: twice as many as before, up to a whole group. */
static size_t rows_grown(const MemoryGroup *group, size_t capacity, size_t needed)
{
    size_t grown = capacity ? capacity : group->first_rows;
    while (grown < needed)
        grown *= 2;
    return grown < MEMORY_GROUP_ROWS ? grown : MEMORY_GROUP_ROWS;
}

static void column_reserve_data(const MemoryGroup *group, MemoryColumn *column, size_t row_count, size_t needed)
{
    Vector *values = column->values;
    size_t size = physical_size(values->physical);
    size_t capacity = values->data_buffer ? values->data_buffer->size / size : 0;
    if (capacity >= needed)
        return;
    Buffer *fresh = buffer_new(rows_grown(group, capacity, needed) * size, group->budget);
    if (row_count)
        memcpy(fresh->data, values->data, row_count * size);
    buffer_unref(values->data_buffer);
    values->data_buffer = fresh;
    values->data = fresh->data;
}

/* Validity for `needed` rows; those before `row_count` keep theirs, or are valid when there was none. */
static void column_reserve_validity(const MemoryGroup *group, MemoryColumn *column, size_t row_count, size_t needed)
{
    Vector *values = column->values;
    size_t capacity = values->validity ? values->validity_buffer->size * 8 : 0;
    if (capacity >= needed)
        return;
    Buffer *fresh = buffer_new((rows_grown(group, capacity, needed) + 63) / 64 * 8, group->budget);
    memset(fresh->data, 0xFF, fresh->size);
    if (values->validity)
        memcpy(fresh->data, values->validity, (row_count + 63) / 64 * 8);
    buffer_unref(values->validity_buffer);
    values->validity_buffer = fresh;
    values->validity = fresh->data;
}

/* A DECIMAL column in 64 bits goes over to 128. */
static void column_widen(const MemoryGroup *group, MemoryColumn *column, size_t row_count, size_t needed)
{
    Vector *values = column->values;
    Buffer *fresh = buffer_new(rows_grown(group, 0, needed) * sizeof(Int128), group->budget);
    const int64_t *from = values->data;
    Int128 *to = fresh->data;
    for (size_t i = 0; i < row_count; i++)
        to[i] = from[i];
    buffer_unref(values->data_buffer);
    values->data_buffer = fresh;
    values->data = fresh->data;
    values->physical = PHYSICAL_I128;
}

/* Of the buffer for `size` more bytes: twice the last one at first, then an eighth of all: little stays empty. */
static size_t text_capacity(const MemoryColumn *column, size_t size)
{
    size_t least = column->text_size < USUAL_TEXT ? column->text_size : USUAL_TEXT - 1, capacity = FIRST_TEXT;
    if (least < column->text_size / 8)
        least = column->text_size / 8;
    while (capacity < LARGEST_TEXT && (capacity <= least || capacity - BUFFER_HEADER_SIZE < size))
        capacity *= 2;
    return capacity - BUFFER_HEADER_SIZE;
}

static char *column_text_memory(MemoryColumn *column, MemoryBudget *budget, size_t size)
{
    if (column->text && column->text->size - column->text_used >= size) {
        char *memory = (char *)column->text->data + column->text_used;
        column->text_used += size;
        return memory;
    }
    bool is_alone = size > LARGEST_TEXT - BUFFER_HEADER_SIZE;
    size_t capacity = is_alone ? size : text_capacity(column, size);
    Arena *keeper = arena_new_child(column->values->arena);
    Buffer *buffer = buffer_new(capacity, budget);
    arena_own(keeper, buffer, (void (*)(void *))buffer_unref);
    vector_keep_buffer(column->values, buffer); /* from here on the column's share */
    arena_free(keeper);
    if (!is_alone) {
        column->text = buffer;
        column->text_used = size;
        column->text_size += capacity;
    }
    return buffer->data;
}

/* ---- writing ---- */

#define WRITE_VALUES(name, ctype)                                                                                      \
    static void name(void *target, const VectorRows *rows, size_t count)                                               \
    {                                                                                                                  \
        ctype *to = target;                                                                                            \
        const ctype *from = rows->values;                                                                              \
        for (size_t i = 0; i < count; i++)                                                                             \
            to[i] = from[rows->index[i]];                                                                              \
    }
WRITE_VALUES(values_write_1, uint8_t)
WRITE_VALUES(values_write_4, uint32_t)
WRITE_VALUES(values_write_8, uint64_t)
WRITE_VALUES(values_write_16, UInt128)

static void values_write(void *target, const VectorRows *rows, size_t value_size, size_t count)
{
    switch (value_size) {
    case 1:
        values_write_1(target, rows, count);
        break;
    case 4:
        values_write_4(target, rows, count);
        break;
    case 8:
        values_write_8(target, rows, count);
        break;
    default:
        assert(value_size == 16);
        values_write_16(target, rows, count);
    }
}

static bool decimals_fit(const VectorRows *rows, size_t count)
{
    const Int128 *values = rows->values;
    for (size_t i = 0; i < count; i++)
        if (validity_get(rows->validity, rows->index[i]) && values[rows->index[i]] != (int64_t)values[rows->index[i]])
            return false;
    return true;
}

/* Between the two layouts; a NULL's slot may hold anything. */
static void decimals_write(MemoryColumn *column, size_t row, const VectorRows *rows, Physical source, size_t count)
{
    if (source == PHYSICAL_I64)
        for (size_t i = 0; i < count; i++)
            VECTOR_DATA(column->values, Int128)[row + i] = ((const int64_t *)rows->values)[rows->index[i]];
    else
        for (size_t i = 0; i < count; i++)
            VECTOR_DATA(column->values, int64_t)[row + i] = (int64_t)((const Int128 *)rows->values)[rows->index[i]];
}

static void strings_write(MemoryColumn *column, MemoryBudget *budget, size_t row, const VectorRows *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        String string = {0};
        if (validity_get(rows->validity, rows->index[i]))
            string = ((const String *)rows->values)[rows->index[i]];
        if (string.size > STRING_INLINE_SIZE) {
            char *copy = column_text_memory(column, budget, string.size);
            memory_copy(copy, string.pointer, string.size);
            string.pointer = copy;
        }
        VECTOR_DATA(column->values, String)[row + i] = string;
    }
}

static void validity_write(const MemoryGroup *group, MemoryColumn *column, size_t row, const VectorRows *rows,
                           size_t count)
{
    if (rows->validity == NULL && column->values->validity == NULL)
        return;
    column_reserve_validity(group, column, row, row + count);
    uint64_t *validity = column->values->validity;
    for (size_t i = 0; i < count; i++) {
        if (validity_get(rows->validity, rows->index[i]))
            validity_set(validity, row + i);
        else
            validity_clear(validity, row + i);
    }
}

static void column_write(const MemoryGroup *group, MemoryColumn *column, size_t row, const Vector *source,
                         const uint16_t *selection, size_t count)
{
    VectorRows rows;
    vector_rows_init(&rows, source, selection, count);
    Vector *values = column->values;
    if (source->physical == PHYSICAL_I128 && values->physical == PHYSICAL_I64 && !decimals_fit(&rows, count))
        column_widen(group, column, row, row + count);
    column_reserve_data(group, column, row, row + count);
    size_t size = physical_size(values->physical);
    char *target = (char *)values->data + row * size;
    if (values->physical == PHYSICAL_STRING)
        strings_write(column, group->budget, row, &rows, count);
    else if (values->physical != source->physical)
        decimals_write(column, row, &rows, source->physical, count);
    else if (source->form == VECTOR_FLAT && selection == NULL)
        memcpy(target, source->data, count * size);
    else
        values_write(target, &rows, size, count);
    validity_write(group, column, row, &rows, count);
}

void memory_group_write(MemoryGroup *group, size_t row, Vector *const *columns, const uint16_t *selection, size_t count)
{
    assert(!group->is_sealed && row >= group->row_count && row + count <= MEMORY_GROUP_ROWS);
    if (count == 0)
        return;
    for (size_t c = 0; c < group->column_count; c++)
        column_write(group, &group->columns[c], row, columns[c], selection, count);
}

/* ---- bounds ---- */

/* Takes rows first .. end-1 into the column's bounds. */
#define BOUNDS(name, ctype, is_less)                                                                                   \
    static void name(MemoryColumn *column, size_t first, size_t end)                                                   \
    {                                                                                                                  \
        const ctype *values = column->values->data;                                                                    \
        const uint64_t *validity = column->values->validity;                                                           \
        size_t low = column->minimum_row, high = column->maximum_row;                                                  \
        bool has_bounds = column->has_bounds, is_unordered = column->is_unordered;                                     \
        for (size_t i = first; i < end; i++) {                                                                         \
            if (!validity_get(validity, i))                                                                            \
                continue;                                                                                              \
            is_unordered = is_unordered || (i > 0 && is_less(values[i], values[i - 1]));                               \
            if (!has_bounds)                                                                                           \
                low = high = i, has_bounds = true;                                                                     \
            else if (is_less(values[i], values[low]))                                                                  \
                low = i;                                                                                               \
            else if (is_less(values[high], values[i]))                                                                 \
                high = i;                                                                                              \
        }                                                                                                              \
        column->minimum_row = (uint32_t)low;                                                                           \
        column->maximum_row = (uint32_t)high;                                                                          \
        column->has_bounds = has_bounds;                                                                               \
        column->is_unordered = is_unordered;                                                                           \
    }
#define NUMBER_LESS(a, b)   ((a) < (b))
#define DOUBLE_LESS(a, b)   (double_compare((a), (b)) < 0)
#define STRING_LESS(a, b)   (string_compare(&(a), &(b)) < 0)
#define INTERVAL_LESS(a, b) (interval_order(a) < interval_order(b))
BOUNDS(bounds_bool, bool, NUMBER_LESS)
BOUNDS(bounds_i32, int32_t, NUMBER_LESS)
BOUNDS(bounds_i64, int64_t, NUMBER_LESS)
BOUNDS(bounds_u64, uint64_t, NUMBER_LESS)
BOUNDS(bounds_i128, Int128, NUMBER_LESS)
BOUNDS(bounds_f64, double, DOUBLE_LESS)
BOUNDS(bounds_string, String, STRING_LESS)
BOUNDS(bounds_interval, Interval, INTERVAL_LESS)

static void (*const bounds_loops[PHYSICAL_COUNT])(MemoryColumn *column, size_t first, size_t end) = {
    [PHYSICAL_BOOL] = bounds_bool,     [PHYSICAL_I32] = bounds_i32,           [PHYSICAL_I64] = bounds_i64,
    [PHYSICAL_U64] = bounds_u64,       [PHYSICAL_I128] = bounds_i128,         [PHYSICAL_F64] = bounds_f64,
    [PHYSICAL_STRING] = bounds_string, [PHYSICAL_INTERVAL] = bounds_interval,
};

static bool column_is_text(const MemoryColumn *column)
{
    return column->values->physical == PHYSICAL_STRING;
}

static void group_take(MemoryGroup *group, size_t row_count, bool is_sealing)
{
    size_t first = group->row_count;
    if (first >= row_count || group->is_sealed)
        return;
    for (size_t c = 0; c < group->column_count; c++) {
        MemoryColumn *column = &group->columns[c];
        bounds_loops[column->values->physical](column, first, row_count);
        if (!is_sealing || !column_is_text(column)) /* which may become few values */
            memory_column_sketch(column, first, row_count);
        if (column->values->validity)
            for (size_t i = first; i < row_count; i++)
                column->null_count += !validity_get(column->values->validity, i);
    }
    group->row_count = (uint32_t)row_count;
}

void memory_group_accept(MemoryGroup *group, size_t row_count)
{
    group_take(group, row_count, /* is_sealing= */ false);
}

void memory_group_seal(MemoryGroup *group, const Context *context, size_t row_count)
{
    if (group->is_sealed)
        return;
    size_t first = group->row_count;
    group_take(group, row_count, /* is_sealing= */ true);
    group->is_sealed = true;
    for (size_t c = 0; c < group->column_count; c++) {
        if (!column_is_text(&group->columns[c]))
            continue;
        context_check(context); /* a column is milliseconds of work */
        memory_column_encode(&group->columns[c], context, group->budget, row_count);
        memory_column_sketch(&group->columns[c], first, row_count);
    }
}

/* ---- reading ---- */

/* Whether rows first_row .. +row_count-1 hold a NULL. */
static bool validity_has_null(const uint64_t *validity, size_t first_row, size_t row_count)
{
    const uint64_t *words = validity + first_row / 64;
    for (size_t i = 0; i < row_count / 64; i++)
        if (words[i] != UINT64_MAX)
            return true;
    return row_count % 64 && (~words[row_count / 64] & (((uint64_t)1 << row_count % 64) - 1));
}

void memory_column_view(const MemoryColumn *column, size_t first_row, size_t row_count, Vector *target)
{
    const Vector *values = column->values;
    assert(first_row % 64 == 0);
    bool is_same = target->data_buffer == values->data_buffer && target->validity_buffer == values->validity_buffer &&
                   target->string_buffer_count == values->string_buffer_count && target->form == values->form;
    if (!is_same)
        vector_reference(target, values);
    size_t value_size = values->form == VECTOR_DICTIONARY ? sizeof(uint32_t) : physical_size(values->physical);
    target->data = (char *)values->data + first_row * value_size;
    target->validity = NULL;
    if (values->validity && validity_has_null(values->validity, first_row, row_count))
        target->validity = values->validity + first_row / 64;
}
