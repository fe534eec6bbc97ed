/* column/arrow/flat_read.c: following offsets that may lead anywhere. */
#include "column/arrow/flat_read.h"

#include <string.h>

#include "base/error.h"

enum { VTABLE_HEAD = 4, OFFSET_SIZE = 4 };
enum { MOST_SHARING = 16 }; /* tables and strings may stand for several, as builders of some languages let them */

static _Noreturn void flat_raise(const FlatBytes *bytes)
{
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: its Arrow metadata are damaged", bytes->source);
}

/* Whether `size` bytes are there. */
static void flat_check(const FlatBytes *bytes, size_t at, size_t size)
{
    if (at > bytes->size || size > bytes->size - at)
        flat_raise(bytes);
}

static void flat_take(FlatBytes *bytes, size_t size)
{
    bytes->taken += size;
    if (bytes->taken / MOST_SHARING > bytes->size)
        flat_raise(bytes);
}

static int64_t integer_at(const FlatBytes *bytes, size_t at, size_t width)
{
    int64_t wide;
    int32_t narrow;
    int16_t small;
    flat_check(bytes, at, width);
    switch (width) {
    case 1:
        return bytes->data[at];
    case 2:
        memcpy(&small, bytes->data + at, sizeof small);
        return small;
    case 4:
        memcpy(&narrow, bytes->data + at, sizeof narrow);
        return narrow;
    default:
        memcpy(&wide, bytes->data + at, sizeof wide);
        return wide;
    }
}

/* Where a forward offset leads. */
static size_t offset_follow(const FlatBytes *bytes, size_t at)
{
    uint32_t offset = (uint32_t)integer_at(bytes, at, OFFSET_SIZE);
    flat_check(bytes, at, offset);
    return at + offset;
}

static FlatTable table_at(FlatBytes *bytes, size_t at)
{
    int64_t back = integer_at(bytes, at, OFFSET_SIZE);
    int64_t fields_at = (int64_t)at - back;
    if (fields_at < 0 || fields_at > (int64_t)bytes->size)
        flat_raise(bytes);
    size_t fields_size = (uint16_t)integer_at(bytes, (size_t)fields_at, 2);
    size_t size = (uint16_t)integer_at(bytes, (size_t)fields_at + 2, 2);
    if (fields_size < VTABLE_HEAD)
        flat_raise(bytes);
    flat_check(bytes, (size_t)fields_at, fields_size);
    flat_check(bytes, at, size);
    flat_take(bytes, OFFSET_SIZE + size);
    return (FlatTable){bytes, at, size, (size_t)fields_at + VTABLE_HEAD, (fields_size - VTABLE_HEAD) / 2};
}

FlatTable flat_root(FlatBytes *bytes)
{
    return table_at(bytes, offset_follow(bytes, 0));
}

/* Where the field stands; 0: nowhere. */
static size_t field_find(const FlatTable *table, size_t field, size_t width)
{
    if (field >= table->field_count)
        return 0;
    size_t place = (uint16_t)integer_at(table->bytes, table->fields_at + 2 * field, 2);
    if (place == 0)
        return 0;
    if (place > table->size || width > table->size - place)
        flat_raise(table->bytes);
    return table->at + place;
}

int64_t flat_integer(const FlatTable *table, size_t field, size_t width, int64_t otherwise)
{
    size_t at = field_find(table, field, width);
    return at ? integer_at(table->bytes, at, width) : otherwise;
}

bool flat_table(const FlatTable *table, size_t field, FlatTable *ret_table)
{
    size_t at = field_find(table, field, OFFSET_SIZE);
    if (at == 0)
        return false;
    *ret_table = table_at(table->bytes, offset_follow(table->bytes, at));
    return true;
}

FlatVector flat_vector(const FlatTable *table, size_t field, size_t item_size)
{
    size_t at = field_find(table, field, OFFSET_SIZE);
    if (at == 0)
        return (FlatVector){table->bytes, 0, 0};
    size_t start = offset_follow(table->bytes, at);
    size_t count = (uint32_t)integer_at(table->bytes, start, OFFSET_SIZE);
    flat_check(table->bytes, start + OFFSET_SIZE, count * item_size);
    return (FlatVector){table->bytes, start + OFFSET_SIZE, count};
}

FlatTable flat_item(const FlatVector *vector, size_t index)
{
    return table_at(vector->bytes, offset_follow(vector->bytes, vector->at + index * OFFSET_SIZE));
}

int64_t flat_item_i64(const FlatVector *vector, size_t offset)
{
    return integer_at(vector->bytes, vector->at + offset, 8);
}

const char *flat_string(Arena *arena, const FlatTable *table, size_t field)
{
    FlatVector bytes = flat_vector(table, field, 1);
    flat_take(table->bytes, bytes.count);
    return bytes.at ? arena_string_n(arena, (const char *)table->bytes->data + bytes.at, bytes.count) : NULL;
}
