/* column/vector.c: the memory of a vector: its forms, its shares of buffers, its NULLs and strings.
 *
 * Two rules keep what others refer to unchanged. A buffer is written only while this vector holds its only share, or
 * behind what was handed out (string memory). New shares are taken before old ones are dropped, and what can raise
 * (arena, buffer_new) comes before either, so that whenever an error unwinds each share is held by just one pointer. */
#include "column/vector.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum {
    SMALLEST_CAPACITY = 16,  /* values of a data buffer: `SELECT 1` takes little */
    FIRST_STRINGS = 4 << 10, /* at most */
    LARGEST_STRINGS = 4 * VECTOR_LARGE_STRING,
};

/* ---- shares ---- */

static bool buffer_is_writable(const Buffer *buffer)
{
    return buffer && buffer->release == NULL && !buffer_is_shared(buffer);
}

static void vector_drop_strings(Vector *vector)
{
    for (uint32_t i = 0; i < vector->string_buffer_count; i++)
        buffer_unref(vector->string_buffers[i]);
    vector->string_buffer_count = 0;
    vector->string_used = 0;
    vector->string_is_own = false;
}

static void vector_drop_dictionary(Vector *vector);

static size_t buffer_memory(const Buffer *buffer)
{
    return buffer ? buffer->size + BUFFER_HEADER_SIZE : 0;
}

size_t vector_memory(const Vector *vector)
{
    size_t size = buffer_memory(vector->data_buffer) + buffer_memory(vector->validity_buffer);
    for (uint32_t i = 0; i < vector->string_buffer_count; i++)
        size += buffer_memory(vector->string_buffers[i]);
    return size + (vector->dictionary_share ? vector_memory(vector->dictionary_share) : 0);
}

void vector_unref(Vector *vector)
{
    buffer_unref(vector->data_buffer);
    buffer_unref(vector->validity_buffer);
    vector->data_buffer = vector->validity_buffer = NULL;
    vector->data = NULL;
    vector->validity = NULL;
    vector->form = VECTOR_FLAT;
    vector_drop_strings(vector);
    vector_drop_dictionary(vector);
}

/* A dictionary is flat, so this goes one level deep. */
static void vector_drop_dictionary(Vector *vector)
{
    if (vector->dictionary == NULL)
        return;
    vector->dictionary = NULL;
    vector->dictionary_size = 0;
    vector_unref(vector->dictionary_share);
}

static void vector_release(void *object)
{
    vector_unref(object);
}

Vector *vector_new(Arena *arena, Type type)
{
    Vector *vector = arena_new(arena, Vector);
    vector->type = type;
    vector->physical = (uint8_t)type_physical(type);
    vector->arena = arena;
    arena_own(arena, vector, vector_release);
    return vector;
}

/* Makes data writable with room for `size` values of `value_size` bytes. */
static void vector_prepare_data(Vector *vector, size_t value_size, size_t size)
{
    if (!buffer_is_writable(vector->data_buffer) || vector->data_buffer->size / value_size < size) {
        size_t capacity = SMALLEST_CAPACITY;
        while (capacity < size && capacity < BATCH_SIZE)
            capacity *= 2;
        if (capacity < size)
            capacity = size;
        Buffer *fresh = buffer_new(memory_size_multiply(capacity, value_size), NULL);
        buffer_unref(vector->data_buffer);
        vector->data_buffer = fresh;
    }
    vector->data = vector->data_buffer->data;
}

/* Forgets strings; the buffer that was being written is kept when nobody else looks at it. */
static void vector_prepare_strings(Vector *vector)
{
    if (vector->string_buffer_count == 0)
        return;
    Buffer *last = vector->string_buffers[vector->string_buffer_count - 1];
    bool is_kept = vector->string_is_own && !buffer_is_shared(last);
    if (is_kept)
        vector->string_buffer_count--;
    vector_drop_strings(vector);
    if (is_kept) {
        vector->string_buffers[vector->string_buffer_count++] = last;
        vector->string_is_own = true;
    }
}

void vector_prepare_as(Vector *vector, Type type, Physical physical, size_t size)
{
    assert(physical == type_physical(type) ||
           (type.id == TYPE_DECIMAL && (physical == PHYSICAL_I64 || physical == PHYSICAL_I128)));
    vector_prepare_data(vector, physical_size(physical), size);
    vector_prepare_strings(vector);
    vector_drop_dictionary(vector);
    vector->type = type;
    vector->physical = (uint8_t)physical;
    vector->form = VECTOR_FLAT;
    vector->validity = NULL; /* its buffer stays, for the next NULL */
}

void vector_prepare(Vector *vector, size_t size)
{
    vector_prepare_as(vector, vector->type, type_physical(vector->type), size);
}

void vector_set_constant(Vector *vector, const Value *value)
{
    Type type = value->type.id == TYPE_NULL ? vector->type : value->type;
    vector_prepare_as(vector, type, type_physical(type), 1);
    vector_set_value(vector, 0, value);
    vector->form = VECTOR_CONSTANT;
}

static void vector_reserve_strings(Vector *vector, uint32_t count)
{
    if (count <= vector->string_buffer_capacity)
        return;
    uint32_t capacity = vector->string_buffer_capacity ? vector->string_buffer_capacity : 4;
    while (capacity < count)
        capacity *= 2;
    Buffer **grown = arena_array(vector->arena, Buffer *, capacity);
    if (vector->string_buffer_count)
        memcpy(grown, vector->string_buffers, vector->string_buffer_count * sizeof *grown);
    vector->string_buffers = grown;
    vector->string_buffer_capacity = capacity;
}

static Vector *vector_dictionary_share(Vector *vector)
{
    if (vector->dictionary_share == NULL) {
        vector->dictionary_share = arena_new(vector->arena, Vector);
        vector->dictionary_share->arena = vector->arena; /* its shares are dropped with this vector's */
    }
    return vector->dictionary_share;
}

static Buffer *buffer_share(Buffer *buffer)
{
    return buffer ? buffer_ref(buffer) : NULL;
}

/* `vector` takes over source's values, but for a dictionary. Does not raise once it has begun to change. */
static void vector_share_values(Vector *vector, const Vector *source)
{
    uint32_t count = source->string_buffer_count;
    vector_reserve_strings(vector, count);
    Buffer *data_buffer = buffer_share(source->data_buffer);
    Buffer *validity_buffer = source->validity ? buffer_share(source->validity_buffer) : NULL;
    for (uint32_t i = 0; i < count; i++)
        buffer_ref(source->string_buffers[i]);

    vector_drop_strings(vector);
    if (count)
        memcpy(vector->string_buffers, source->string_buffers, count * sizeof *vector->string_buffers);
    vector->string_buffer_count = count;
    buffer_unref(vector->data_buffer);
    vector->data_buffer = data_buffer;
    vector->data = source->data;
    buffer_unref(vector->validity_buffer);
    vector->validity_buffer = validity_buffer;
    vector->validity = source->validity;
    vector->type = source->type;
    vector->physical = source->physical;
    vector->form = source->form;
}

void vector_reference(Vector *vector, const Vector *source)
{
    if (vector == source)
        return;
    if (source->form == VECTOR_DICTIONARY) {
        Vector *share = vector_dictionary_share(vector);
        vector_share_values(share, source->dictionary);
        vector->dictionary = share;
        vector->dictionary_size = source->dictionary_size;
        vector_share_values(vector, source);
    } else {
        vector_share_values(vector, source); /* `source` may be our own dictionary: shared before it is dropped */
        vector_drop_dictionary(vector);
    }
}

void vector_prepare_dictionary(Vector *vector, const Vector *dictionary, size_t dictionary_size, size_t size)
{
    assert(dictionary->form == VECTOR_FLAT && dictionary != vector);
    Vector *share = vector_dictionary_share(vector);
    if (share != dictionary)
        vector_share_values(share, dictionary);
    vector->dictionary = share;
    vector->dictionary_size = dictionary_size;
    vector_prepare_data(vector, sizeof(uint32_t), size);
    vector_prepare_strings(vector);
    vector->validity = NULL;
    vector->type = share->type;
    vector->physical = share->physical;
    vector->form = VECTOR_DICTIONARY;
}

/* ---- NULLs ---- */

static size_t validity_word_count(size_t size)
{
    return (size + 63) / 64;
}

uint64_t *vector_validity(Vector *vector, size_t size)
{
    size_t needed = validity_word_count(size) * sizeof(uint64_t);
    Buffer *buffer = vector->validity_buffer;
    assert(vector->validity == NULL || buffer_is_writable(buffer));
    if (vector->validity && buffer->size >= needed)
        return vector->validity;
    if (!buffer_is_writable(buffer) || buffer->size < needed) {
        size_t prepared = vector->data_buffer ? vector->data_buffer->size / physical_size(vector->physical) : 0;
        size_t capacity = prepared > size ? prepared : size;
        size_t words = validity_word_count(capacity > BATCH_SIZE ? capacity : BATCH_SIZE);
        buffer = buffer_new(memory_size_multiply(words, sizeof(uint64_t)), NULL);
    }
    memset(buffer->data, 0xFF, buffer->size);
    if (vector->validity) /* it had less room */
        memcpy(buffer->data, vector->validity, vector->validity_buffer->size);
    if (buffer != vector->validity_buffer)
        buffer_unref(vector->validity_buffer);
    vector->validity_buffer = buffer;
    vector->validity = buffer->data;
    return vector->validity;
}

/* The slots of NULLs are zeroed: kernels compute on them, and a String must not point anywhere. */
void vector_set_null(Vector *vector, size_t row)
{
    assert(buffer_is_writable(vector->data_buffer));
    size_t value_size = physical_size(vector->physical);
    memset((char *)vector->data + row * value_size, 0, value_size);
    validity_clear(vector_validity(vector, row + 1), row);
}

void vector_set_all_null(Vector *vector, size_t size)
{
    if (vector->form == VECTOR_CONSTANT)
        size = 1;
    if (size == 0)
        return;
    assert(buffer_is_writable(vector->data_buffer));
    memset(vector->data, 0, size * physical_size(vector->physical));
    uint64_t *validity = vector_validity(vector, size);
    memset(validity, 0, size / 64 * sizeof *validity);
    if (size % 64)
        validity[size / 64] &= UINT64_MAX << (size % 64);
}

/* ---- strings ---- */

/* Adds a buffer and takes the caller's share of it; room must be reserved. The one we write to stays the last. */
static void vector_take_buffer(Vector *vector, Buffer *buffer)
{
    uint32_t end = vector->string_buffer_count++;
    if (vector->string_is_own) {
        vector->string_buffers[end] = vector->string_buffers[end - 1];
        end--;
    }
    vector->string_buffers[end] = buffer;
}

char *vector_large_string_memory(Vector *vector, size_t size, MemoryBudget *budget)
{
    vector_reserve_strings(vector, vector->string_buffer_count + 1);
    Buffer *buffer = buffer_new(size, budget);
    vector_take_buffer(vector, buffer);
    return buffer->data;
}

static void vector_add_string_buffer(Vector *vector, size_t capacity)
{
    vector_reserve_strings(vector, vector->string_buffer_count + 1);
    Buffer *buffer = buffer_new(capacity < LARGEST_STRINGS ? capacity : LARGEST_STRINGS, NULL);
    vector->string_buffers[vector->string_buffer_count++] = buffer;
    vector->string_is_own = true;
    vector->string_used = 0;
}

/* Few values need little: of a batch of a thousand columns all of them together count. */
static size_t vector_first_strings(const Vector *vector)
{
    size_t size = vector->data_buffer ? 2 * vector->data_buffer->size : FIRST_STRINGS;
    return size < FIRST_STRINGS ? size : FIRST_STRINGS;
}

static char *vector_grow_strings(Vector *vector, size_t size)
{
    if (size >= VECTOR_LARGE_STRING)
        return vector_large_string_memory(vector, size, NULL);
    size_t capacity = vector_first_strings(vector);
    if (vector->string_is_own)
        capacity = vector->string_buffers[vector->string_buffer_count - 1]->size * 2;
    while (capacity < size)
        capacity *= 2;
    vector_add_string_buffer(vector, capacity);
    vector->string_used = size;
    return vector->string_buffers[vector->string_buffer_count - 1]->data;
}

void vector_expect_strings(Vector *vector, size_t size)
{
    if (vector_string_room(vector) < size)
        vector_add_string_buffer(vector, size);
}

char *vector_string_memory(Vector *vector, size_t size)
{
    if (!vector->string_is_own || vector_string_room(vector) < size)
        return vector_grow_strings(vector, size);
    char *memory = (char *)vector->string_buffers[vector->string_buffer_count - 1]->data + vector->string_used;
    vector->string_used += size;
    return memory;
}

String vector_add_string(Vector *vector, StringView text)
{
    if (text.size <= STRING_INLINE_SIZE)
        return string_make(text.data, text.size);
    if (text.size > STRING_MAX_SIZE)
        error_raise(ERROR_STRING_TOO_LONG, NO_POSITION, "a text of %zu bytes is longer than the %zu that a value holds",
                    text.size, STRING_MAX_SIZE);
    char *copy = vector_string_memory(vector, text.size);
    memory_copy(copy, text.data, text.size);
    return string_make(copy, text.size);
}

size_t vector_uncounted_strings_size(const Vector *vector)
{
    size_t size = 0;
    for (uint32_t i = 0; i < vector->string_buffer_count; i++)
        size += vector->string_buffers[i]->budget ? 0 : vector->string_buffers[i]->size;
    return size;
}

void vector_keep_buffer(Vector *vector, Buffer *buffer)
{
    for (uint32_t i = vector->string_buffer_count; i-- > 0;)
        if (vector->string_buffers[i] == buffer)
            return;
    vector_reserve_strings(vector, vector->string_buffer_count + 1);
    vector_take_buffer(vector, buffer_ref(buffer));
}

void vector_keep_strings_of(Vector *vector, const Vector *source)
{
    if (source->form == VECTOR_DICTIONARY)
        source = source->dictionary;
    if (source == vector)
        return;
    for (uint32_t i = 0; i < source->string_buffer_count; i++)
        vector_keep_buffer(vector, source->string_buffers[i]);
}
