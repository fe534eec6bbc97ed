/* provider/memory/memory_reader.c: chunks of a slice as batches. */
#include "provider/memory/memory_reader.h"

#include <assert.h>

MemoryReader *memory_reader_new(Arena *arena, const Schema *schema, const MemoryVersion *version, const size_t *columns,
                                size_t column_count)
{
    MemoryReader *reader = arena_new(arena, MemoryReader);
    reader->version = version;
    reader->columns = columns;
    reader->table_column_count = schema->column_count;
    reader->batch = batch_new_empty(arena, column_count);
    reader->arena = arena;
    for (size_t i = 0; i < column_count; i++) {
        bool is_number = columns[i] == schema->column_count;
        reader->batch->columns[i] =
            vector_new(arena, is_number ? type_of(TYPE_BIGINT) : schema->columns[columns[i]].type);
    }
    return reader;
}

MemoryReader *memory_reader_new_all(Arena *arena, const Schema *schema, const MemoryVersion *version)
{
    size_t *columns = arena_array(arena, size_t, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        columns[c] = c;
    return memory_reader_new(arena, schema, version, columns, schema->column_count);
}

static void row_numbers_write(Vector *target, MemoryRow first, size_t count)
{
    vector_prepare(target, count);
    int64_t *numbers = VECTOR_DATA(target, int64_t);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (int64_t)(first + i);
}

/* Room for so many rows. A lookup by key wants one, and is over before 4 KiB were fetched. */
static uint16_t *reader_selection(MemoryReader *reader, size_t count)
{
    enum { FEW = 8 };
    if (count > reader->selection_size) {
        reader->selection_size = count > FEW ? BATCH_SIZE : FEW;
        reader->selection = arena_allocate(reader->arena, reader->selection_size * sizeof *reader->selection);
    }
    return reader->selection;
}

/* The places from .. end-1 of a chunk, counted from its first row, that the slice has. */
static size_t places_select(const MemorySlice *slice, size_t chunk, size_t from, size_t end, uint16_t *selection)
{
    size_t count = 0;
    for (size_t row = from; row < end; row++)
        if (memory_slice_has(slice, row))
            selection[count++] = (uint16_t)(row - chunk);
    return count;
}

static bool chunk_is_whole(const MemorySlice *slice, size_t chunk, size_t end)
{
    if (slice->gone == NULL)
        return true;
    const uint64_t *gone = slice->gone->data;
    for (size_t word = chunk / 64; word < (end + 63) / 64; word++)
        if (gone[word])
            return false;
    return true;
}

Batch *memory_reader_read(MemoryReader *reader, size_t slice_index, size_t from, size_t end)
{
    const MemorySlice *slice = &reader->version->slices[slice_index];
    size_t chunk = from / BATCH_SIZE * BATCH_SIZE;
    Batch *batch = reader->batch;
    assert(from <= end && end <= slice->row_count && end - chunk <= BATCH_SIZE);
    reader->first_row = slice_index * (MemoryRow)MEMORY_GROUP_ROWS + chunk;
    batch->vector_size = batch->row_count = end - chunk;
    batch->selection = NULL;
    for (size_t i = 0; i < batch->column_count; i++)
        if (reader->columns[i] == reader->table_column_count)
            row_numbers_write(batch->columns[i], reader->first_row, end - chunk);
        else
            memory_column_view(&slice->group->columns[reader->columns[i]], chunk, end - chunk, batch->columns[i]);
    if (from > chunk || !chunk_is_whole(slice, chunk, end)) {
        uint16_t *selection = reader_selection(reader, end - from);
        batch->row_count = places_select(slice, chunk, from, end, selection);
        batch->selection = selection;
    }
    return batch;
}

void memory_reader_each_from(MemoryReader *reader, const Context *context, MemoryRow first,
                             void (*visit)(void *user, Batch *batch), void *user)
{
    size_t from = first % MEMORY_GROUP_ROWS;
    for (size_t s = first / MEMORY_GROUP_ROWS; s < reader->version->slice_count; s++, from = 0) {
        size_t row_count = reader->version->slices[s].row_count;
        for (size_t end; from < row_count; from = end) {
            context_check(context);
            end = memory_chunk_end(from) < row_count ? memory_chunk_end(from) : row_count;
            Batch *batch = memory_reader_read(reader, s, from, end);
            if (batch->row_count > 0)
                visit(user, batch);
        }
    }
}

void memory_reader_each(MemoryReader *reader, const Context *context, void (*visit)(void *user, Batch *batch),
                        void *user)
{
    memory_reader_each_from(reader, context, 0, visit, user);
}

static size_t slice_chunk_count(const MemoryReader *reader, size_t slice)
{
    return (reader->version->slices[slice].row_count + BATCH_SIZE - 1) / BATCH_SIZE;
}

void memory_reader_sample(MemoryReader *reader, size_t row_count, void (*visit)(void *user, Batch *batch), void *user)
{
    enum { MOST_CHUNKS = 64 };
    size_t chunk_count = 0, before = 0, taken = 0;
    for (size_t s = 0; s < reader->version->slice_count; s++)
        chunk_count += slice_chunk_count(reader, s);
    size_t wanted = row_count == SIZE_MAX || chunk_count < MOST_CHUNKS ? chunk_count : MOST_CHUNKS;
    for (size_t s = 0; s < reader->version->slice_count; s++) {
        size_t here = slice_chunk_count(reader, s), rows = reader->version->slices[s].row_count;
        for (; taken < wanted && taken * chunk_count / wanted < before + here; taken++) {
            size_t from = (taken * chunk_count / wanted - before) * BATCH_SIZE, end = from + row_count / wanted;
            end = end < memory_chunk_end(from) ? end : memory_chunk_end(from);
            Batch *batch = memory_reader_read(reader, s, from, end < rows ? end : rows);
            if (batch->row_count > 0)
                visit(user, batch);
        }
        before += here;
    }
}
