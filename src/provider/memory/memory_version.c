/* provider/memory/memory_version.c: making versions, sharing them, marking rows as gone. */
#include "provider/memory/memory_version.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "provider/memory/memory_index.h"
#include "provider/memory/memory_key.h"

static void version_release(void *object)
{
    memory_version_unref(object);
}

static MemoryVersion *version_allocate(Arena *owner, size_t key_count, size_t index_count, size_t slice_capacity)
{
    MemoryVersion *version = memory_allocate_zero(sizeof *version);
    version->share_count = 1;
    arena_own(owner, version, version_release);
    version->keys = memory_allocate_zero(memory_size_multiply(key_count, sizeof *version->keys));
    version->indexes = memory_allocate_zero(memory_size_multiply(index_count, sizeof *version->indexes));
    version->slices = memory_allocate(memory_size_multiply(slice_capacity, sizeof *version->slices));
    version->slice_capacity = slice_capacity;
    return version;
}

static void version_add_empty(MemoryVersion *version, Arena *owner, MemoryBudget *budget, size_t key_count,
                              size_t index_count)
{
    for (; version->key_count < key_count; version->key_count++)
        version->keys[version->key_count] = memory_key_ref(memory_key_new(owner, budget));
    for (; version->index_count < index_count; version->index_count++)
        version->indexes[version->index_count] = memory_index_ref(memory_index_new(owner));
    version->index_count += key_count;
}

MemoryVersion *memory_version_new(Arena *owner, MemoryBudget *budget, size_t key_count, size_t index_count)
{
    MemoryVersion *version = version_allocate(owner, key_count, index_count + key_count, /* slice_capacity= */ 1);
    version_add_empty(version, owner, budget, key_count, index_count);
    return version;
}

static void version_add_slices(MemoryVersion *copy, const MemoryVersion *version)
{
    for (; copy->slice_count < version->slice_count; copy->slice_count++) {
        MemorySlice slice = version->slices[copy->slice_count];
        memory_group_ref(slice.group);
        if (slice.gone)
            buffer_ref(slice.gone);
        copy->slices[copy->slice_count] = slice;
    }
}

MemoryVersion *memory_version_copy(Arena *owner, const MemoryVersion *version)
{
    MemoryVersion *copy = version_allocate(owner, version->key_count, version->index_count, version->slice_count + 1);
    for (; copy->key_count < version->key_count; copy->key_count++)
        copy->keys[copy->key_count] = memory_key_ref(version->keys[copy->key_count]);
    for (; copy->index_count < version->index_count; copy->index_count++)
        memory_version_set_index(copy, copy->index_count, version->indexes[copy->index_count]);
    version_add_slices(copy, version);
    return copy;
}

MemoryVersion *memory_version_copy_rows(Arena *owner, MemoryBudget *budget, const MemoryVersion *version,
                                        size_t key_count, size_t index_count)
{
    MemoryVersion *copy = version_allocate(owner, key_count, index_count + key_count, version->slice_count + 1);
    version_add_empty(copy, owner, budget, key_count, index_count);
    version_add_slices(copy, version);
    return copy;
}

MemoryVersion *memory_version_ref(MemoryVersion *version)
{
    atomic_fetch_add_explicit(&version->share_count, 1, memory_order_relaxed);
    return version;
}

void memory_version_unref(MemoryVersion *version)
{
    if (version == NULL || atomic_fetch_sub_explicit(&version->share_count, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < version->slice_count; i++) {
        memory_group_unref(version->slices[i].group);
        buffer_unref(version->slices[i].gone);
    }
    for (size_t i = 0; i < version->key_count; i++)
        memory_key_unref(version->keys[i]);
    for (size_t i = 0; i < version->index_count; i++)
        memory_index_unref(version->indexes[i]);
    arena_free(version->statistics_arena);
    memory_free(version->slices);
    memory_free(version->indexes);
    memory_free(version->keys);
    memory_free(version);
}

void memory_version_add(MemoryVersion *version, MemoryGroup *group, size_t row_count)
{
    if (version->slice_count == version->slice_capacity) {
        size_t capacity = version->slice_capacity * 2;
        version->slices = memory_resize(version->slices, memory_size_multiply(capacity, sizeof *version->slices));
        version->slice_capacity = capacity;
    }
    version->slices[version->slice_count++] =
        (MemorySlice){.group = memory_group_ref(group), .row_count = (uint32_t)row_count};
}

void memory_version_set_key(MemoryVersion *version, size_t key_index, MemoryKey *key)
{
    memory_key_ref(key);
    memory_key_unref(version->keys[key_index]);
    version->keys[key_index] = key;
}

void memory_version_set_index(MemoryVersion *version, size_t index_number, MemoryIndex *index)
{
    if (index)
        memory_index_ref(index);
    memory_index_unref(version->indexes[index_number]);
    version->indexes[index_number] = index;
}

bool memory_version_delete(MemoryVersion *version, MemoryBudget *budget, MemoryRow row)
{
    MemorySlice *slice = &version->slices[row / MEMORY_GROUP_ROWS];
    size_t place = row % MEMORY_GROUP_ROWS;
    if (!memory_slice_has(slice, place))
        return false;
    if (slice->gone == NULL || buffer_is_shared(slice->gone)) {
        Buffer *own = buffer_new(MEMORY_GROUP_ROWS / 8, budget);
        if (slice->gone)
            memcpy(own->data, slice->gone->data, own->size);
        else
            memset(own->data, 0, own->size);
        buffer_unref(slice->gone);
        slice->gone = own;
    }
    ((uint64_t *)slice->gone->data)[place / 64] |= (uint64_t)1 << (place % 64);
    slice->gone_count++;
    return true;
}

uint64_t memory_version_row_count(const MemoryVersion *version)
{
    uint64_t count = 0;
    for (size_t i = 0; i < version->slice_count; i++)
        count += version->slices[i].row_count - version->slices[i].gone_count;
    return count;
}

uint64_t memory_version_gone_count(const MemoryVersion *version)
{
    uint64_t count = 0;
    for (size_t i = 0; i < version->slice_count; i++)
        count += version->slices[i].gone_count;
    return count;
}

uint64_t memory_version_byte_size(const MemoryVersion *version)
{
    uint64_t size = 0;
    for (size_t s = 0; s < version->slice_count; s++) {
        const MemoryGroup *group = version->slices[s].group;
        for (size_t c = 0; c < group->column_count; c++) {
            const Vector *values = group->columns[c].values;
            size += values->data_buffer ? values->data_buffer->size : 0;
            for (size_t b = 0; b < values->string_buffer_count; b++)
                size += values->string_buffers[b]->size;
        }
    }
    return size;
}
