/* column/arrow/flat_write.c: tables, each behind its vtable. */
#include "column/arrow/flat_write.h"

#include <assert.h>
#include <string.h>

enum { VTABLE_HEAD = 4, MOST_FIELDS = 8, OFFSET_SIZE = 4, MOST_ALIGNMENT = 8 };

static void bytes_add_zero(Text *bytes, size_t count)
{
    text_add_repeated(bytes, '\0', count);
}

/* So that what stands `head` bytes behind the end begins at a multiple of 8. */
static void bytes_align(Text *bytes, size_t head)
{
    bytes_add_zero(bytes, (MOST_ALIGNMENT - (bytes->size + head) % MOST_ALIGNMENT) % MOST_ALIGNMENT);
}

Text flat_new(Arena *arena)
{
    Text bytes = text_in(arena);
    bytes_add_zero(&bytes, OFFSET_SIZE);
    return bytes;
}

void flat_set(Text *bytes, size_t place, size_t width, int64_t value)
{
    memcpy(bytes->data + place, &value, width); /* Arrow's and ours: the low byte first */
}

void flat_point(Text *bytes, size_t place, size_t target)
{
    flat_set(bytes, place, OFFSET_SIZE, (int64_t)(target - place));
}

size_t flat_add_table(Text *bytes, FlatField *fields, size_t count)
{
    assert(count <= MOST_FIELDS);
    size_t vtable_size = VTABLE_HEAD + 2 * count;
    bytes_align(bytes, vtable_size);
    size_t vtable = bytes->size, table = vtable + vtable_size, size = OFFSET_SIZE;
    bytes_add_zero(bytes, vtable_size);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].width == 0)
            continue;
        size = (size + fields[i].width - 1) / fields[i].width * fields[i].width;
        fields[i].place = table + size;
        flat_set(bytes, vtable + VTABLE_HEAD + 2 * i, 2, (int64_t)size);
        size += fields[i].width;
    }
    bytes_add_zero(bytes, size);
    flat_set(bytes, vtable, 2, (int64_t)vtable_size);
    flat_set(bytes, vtable + 2, 2, (int64_t)size);
    flat_set(bytes, table, OFFSET_SIZE, (int64_t)vtable_size);
    for (size_t i = 0; i < count; i++)
        flat_set(bytes, fields[i].place, fields[i].width, fields[i].value);
    return table;
}

size_t flat_add_vector(Text *bytes, size_t count, size_t item_size, size_t *ret_items)
{
    bytes_align(bytes, OFFSET_SIZE);
    size_t start = bytes->size;
    bytes_add_zero(bytes, OFFSET_SIZE + count * item_size);
    flat_set(bytes, start, OFFSET_SIZE, (int64_t)count);
    *ret_items = start + OFFSET_SIZE;
    return start;
}

size_t flat_add_string(Text *bytes, const char *string)
{
    size_t items, size = strlen(string), start = flat_add_vector(bytes, size, 1, &items);
    memcpy(bytes->data + items, string, size);
    text_add_char(bytes, '\0');
    return start;
}
