/* column/row_store.c: pages of rows, and of the bytes of their long strings.
 *
 * Pages are filled one after the other, so the first row of each is known when it is made, and rows never move. A page
 * is a quarter of what there is already, and of the memory that is left: a small store takes 4 KiB, a large one few
 * pages. */
#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/memory.h"
#include "column/row.h"

enum { SMALLEST_PAGE = 4 << 10, LARGEST_PAGE = 4 << 20, ROW_ALIGNMENT = 16, LARGE_STRING = 2 << 10 };

typedef struct RowPage {
    Buffer *buffer;
    size_t first_row;
} RowPage;

struct RowStore {
    const RowLayout *layout;
    MemoryBudget *budget;
    Arena *arena;
    size_t size; /* bytes of all pages */
    ARRAY(RowPage) pages;
    size_t row_count;
    size_t capacity;     /* rows that fit into the pages */
    size_t current_page; /* the one that the next row goes to, once there is one */
    ARRAY(Buffer *) string_pages;
    size_t current_string_page;
    size_t string_used;    /* bytes of the current string page */
    size_t largest_string; /* 0: none is large */
    TempFile *file;        /* NULL: all pages are memory */
    size_t memory_size;    /* bytes of pages that are; more stand in the file */
    size_t mapped_size;    /* bytes of those */
};

/* ---- layout ---- */

static size_t size_align(size_t size, size_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

static size_t column_alignment(Type type)
{
    switch (type_physical(type)) {
#define ALIGNMENT_CASE(name, ctype)                                                                                    \
    case PHYSICAL_##name:                                                                                              \
        return _Alignof(ctype);
        PHYSICALS(ALIGNMENT_CASE)
#undef ALIGNMENT_CASE
    case PHYSICAL_COUNT:
        break;
    }
    assert(!"a physical layout");
    return ROW_ALIGNMENT;
}

RowLayout *row_layout_new(Arena *arena, const Type *types, size_t column_count, size_t extra_size)
{
    RowLayout *layout = arena_new(arena, RowLayout);
    layout->column_count = column_count;
    layout->types = arena_array(arena, Type, column_count);
    layout->offsets = arena_array(arena, uint32_t, column_count);
    if (column_count)
        memcpy(layout->types, types, column_count * sizeof *types);
    size_t end = (column_count + 7) / 8;
    /* Behind the few NULL bits the least aligned columns waste the least. */
    for (size_t alignment = 1; alignment <= ROW_ALIGNMENT; alignment *= 2) {
        for (size_t c = 0; c < column_count; c++) {
            if (column_alignment(types[c]) != alignment)
                continue;
            Physical physical = type_physical(types[c]);
            layout->has_strings |= physical == PHYSICAL_STRING;
            end = size_align(end, alignment);
            layout->offsets[c] = (uint32_t)end;
            end += physical_size(physical);
        }
    }
    end = size_align(end, ROW_ALIGNMENT);
    layout->extra_offset = (uint32_t)end;
    end = size_align(end + extra_size, ROW_ALIGNMENT);
    layout->row_size = end ? (uint32_t)end : ROW_ALIGNMENT;
    return layout;
}

/* ---- store ---- */

void row_store_release(RowStore *store)
{
    for (size_t i = 0; i < store->pages.count; i++)
        buffer_unref(store->pages.items[i].buffer);
    for (size_t i = 0; i < store->string_pages.count; i++)
        buffer_unref(store->string_pages.items[i]);
    store->pages.count = store->string_pages.count = 0;
    store->capacity = store->size = store->mapped_size = 0;
    row_store_clear(store);
}

static void row_store_release_owned(void *store)
{
    row_store_release(store);
}

RowStore *row_store_new(Arena *arena, const Context *context, const RowLayout *layout)
{
    RowStore *store = arena_new(arena, RowStore);
    store->layout = layout;
    store->budget = context ? context->memory : NULL;
    store->arena = arena;
    arena_own(arena, store, row_store_release_owned);
    return store;
}

size_t row_store_count(const RowStore *store)
{
    return store->row_count;
}

size_t row_store_size(const RowStore *store)
{
    return store->size;
}

const RowLayout *row_store_layout(const RowStore *store)
{
    return store->layout;
}

void row_store_overflow_to(RowStore *store, TempFile *file, size_t memory_size)
{
    assert(store->capacity == 0);
    store->file = file;
    store->memory_size = memory_size;
}

static void row_store_rest(const RowStore *store)
{
    if (store->mapped_size == 0)
        return;
    for (size_t i = 0; i < store->pages.count; i++)
        temp_buffer_rest(store->pages.items[i].buffer);
    for (size_t i = 0; i < store->string_pages.count; i++)
        temp_buffer_rest(store->string_pages.items[i]);
}

bool row_store_is_mapped(const RowStore *store)
{
    return store->mapped_size > 0;
}

void row_store_look(const RowStore *store)
{
    if (row_store_is_mapped(store))
        temp_memory_look();
}

void row_store_clear(RowStore *store)
{
    store->row_count = 0;
    store->current_page = 0;
    store->current_string_page = 0;
    store->string_used = 0;
    store->largest_string = 0;
}

/* Powers of two, which memory is cut into; small again where little of the budget is left. */
static Buffer *row_store_new_page(RowStore *store, size_t least_size)
{
    size_t size = SMALLEST_PAGE, left = memory_budget_left(store->budget);
    while (size < LARGEST_PAGE && size < (store->size + store->mapped_size) / 8 && size < left / 8)
        size *= 2;
    if (store->file && store->size >= store->memory_size) {
        row_store_rest(store);
        Buffer *mapped = temp_file_map(store->file, size > least_size ? size : least_size);
        store->mapped_size += mapped->size;
        return mapped;
    }
    size -= BUFFER_HEADER_SIZE;
    Buffer *buffer = buffer_new(size > least_size ? size : least_size, store->budget);
    store->size += buffer->size + BUFFER_HEADER_SIZE;
    return buffer;
}

static void row_store_add_page(RowStore *store)
{
    /* room first: between taking a page and keeping it nothing raises */
    store->pages.items = array_grow(store->arena, store->pages.items, sizeof *store->pages.items, store->pages.count,
                                    &store->pages.capacity);
    Buffer *buffer = row_store_new_page(store, store->layout->row_size);
    store->pages.items[store->pages.count++] = (RowPage){buffer, store->capacity};
    store->capacity += buffer->size / store->layout->row_size;
}

void row_store_append(RowStore *store, size_t count, uint8_t **ret_rows)
{
    while (store->capacity - store->row_count < count)
        row_store_add_page(store);
    size_t row_size = store->layout->row_size;
    while (count > 0) {
        const RowPage *page = &store->pages.items[store->current_page];
        size_t used = store->row_count - page->first_row;
        size_t room = page->buffer->size / row_size - used;
        size_t taken = count < room ? count : room;
        uint8_t *rows = (uint8_t *)page->buffer->data + used * row_size;
        memset(rows, 0, taken * row_size);
        for (size_t i = 0; i < taken; i++)
            *ret_rows++ = rows + i * row_size;
        store->row_count += taken;
        count -= taken;
        if (taken == room)
            store->current_page++;
    }
}

/* The page with this row. */
static size_t row_store_find_page(const RowStore *store, size_t row)
{
    size_t low = 0, high = store->pages.count; /* first_row[low] <= row < first_row[high] */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (store->pages.items[middle].first_row <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

size_t row_store_rows(const RowStore *store, size_t first, size_t count, uint8_t **ret_rows)
{
    if (first >= store->row_count)
        return 0;
    if (count > store->row_count - first)
        count = store->row_count - first;
    size_t row_size = store->layout->row_size;
    size_t page_index = row_store_find_page(store, first);
    for (size_t row = first; row < first + count; page_index++) {
        const RowPage *page = &store->pages.items[page_index];
        size_t end = page->first_row + page->buffer->size / row_size;
        if (end > first + count)
            end = first + count;
        uint8_t *rows = (uint8_t *)page->buffer->data;
        for (; row < end; row++)
            *ret_rows++ = rows + (row - page->first_row) * row_size;
    }
    return count;
}

void row_store_read(const RowStore *store, size_t index, uint8_t *target)
{
    const RowPage *page = &store->pages.items[row_store_find_page(store, index)];
    size_t row_size = store->layout->row_size;
    temp_buffer_read(page->buffer, (index - page->first_row) * row_size, target, row_size);
}

size_t row_store_largest_string(const RowStore *store)
{
    return store->largest_string;
}

char *row_store_string_memory(RowStore *store, size_t size)
{
    if (size >= LARGE_STRING && size > store->largest_string)
        store->largest_string = size;
    while (store->current_string_page < store->string_pages.count) {
        const Buffer *page = store->string_pages.items[store->current_string_page];
        if (page->size - store->string_used >= size) {
            char *memory = (char *)page->data + store->string_used;
            store->string_used += size;
            return memory;
        }
        store->current_string_page++;
        store->string_used = 0;
    }
    store->string_pages.items = array_grow(store->arena, store->string_pages.items, sizeof *store->string_pages.items,
                                           store->string_pages.count, &store->string_pages.capacity);
    Buffer *page = row_store_new_page(store, size);
    store->string_pages.items[store->string_pages.count++] = page;
    store->string_used = size;
    return page->data;
}

static void shared_pages_release(void *share)
{
    Buffer *const *pages = ((Buffer *)share)->data;
    for (size_t i = 0; i < ((Buffer *)share)->size / sizeof *pages; i++)
        buffer_unref(pages[i]);
}

Buffer *row_stores_share_strings(RowStore *const *stores, size_t count)
{
    size_t page_count = 0;
    for (size_t i = 0; i < count; i++)
        page_count += stores[i]->string_pages.count;
    Buffer *share = buffer_new(page_count * sizeof(Buffer *), NULL), **page = share->data;
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < stores[i]->string_pages.count; p++)
            *page++ = buffer_ref(stores[i]->string_pages.items[p]);
    share->release = shared_pages_release;
    share->foreign = share;
    return share;
}

static void row_copy_strings(RowStore *store, uint8_t *row)
{
    const RowLayout *layout = store->layout;
    for (size_t c = 0; c < layout->column_count; c++) {
        String *string = row_long_string(layout, row, c);
        if (string == NULL)
            continue;
        char *copy = row_store_string_memory(store, string->size);
        memory_copy(copy, string->pointer, string->size);
        string->pointer = copy;
    }
}

void row_store_copy(RowStore *store, uint8_t *const *rows, size_t count, uint8_t **ret_rows)
{
    row_store_append(store, count, ret_rows);
    for (size_t i = 0; i < count; i++)
        memcpy(ret_rows[i], rows[i], store->layout->row_size);
    for (size_t i = 0; i < count && store->layout->has_strings; i++)
        row_copy_strings(store, ret_rows[i]);
}
