/* column/vector.h: a column of up to BATCH_SIZE values.
 *
 *   flat         data[i] is row i's value
 *   constant     data[0] is every row's value
 *   dictionary   row i's value is value codes[i] of `dictionary`, a flat vector
 *
 *   data      +----+----+----+----+        validity (NULL: no NULLs)
 *             | v0 | v1 |  - | v3 | ...    bit i of word i/64 is set when row i is not NULL: 1 1 0 1
 *             +----+----+----+----+        the slot of a NULL holds some value: kernels may compute on it
 *
 * Memory. data, validity and string bytes stand in counted Buffers that vectors share (vector_reference). A vector that
 * is written again (vector_prepare) keeps its buffers when nobody shares them and takes fresh ones otherwise: so what
 * somebody refers to never changes. Vectors themselves live in an arena, which drops their shares when it is freed. */
#ifndef QUERN_COLUMN_VECTOR_H
#define QUERN_COLUMN_VECTOR_H

#include "base/buffer.h"
#include "column/value.h"

enum { BATCH_SIZE = 2048, VALIDITY_WORDS = BATCH_SIZE / 64 };
enum { VECTOR_LARGE_STRING = 256 << 10 }; /* from here on a string has a buffer of its own */

typedef enum VectorForm { VECTOR_FLAT, VECTOR_CONSTANT, VECTOR_DICTIONARY } VectorForm;

typedef struct Vector Vector;
struct Vector {
    Type type;
    uint8_t physical;         /* Physical: for DECIMAL I64 or I128 */
    uint8_t form;             /* VectorForm */
    void *data;               /* flat: values; constant: one; dictionary: uint32_t codes */
    uint64_t *validity;       /* flat and constant; NULL: no NULLs. A dictionary's NULLs are those of its values */
    const Vector *dictionary; /* dictionary: the values, flat; it is dictionary_share */
    size_t dictionary_size;   /* dictionary: how many values it has */
    Vector *dictionary_share; /* this vector's own reference to the dictionary's memory; kept for reuse */
    /* shares held by this vector; NULL where the memory belongs to something that lives longer */
    Buffer *data_buffer, *validity_buffer;
    Buffer **string_buffers; /* string_buffer_count of them; the last is where vector_add_string writes */
    uint32_t string_buffer_count, string_buffer_capacity;
    size_t string_used; /* bytes used of the last string buffer */
    bool string_is_own; /* the last string buffer is ours to write */
    Arena *arena;
};

#define VECTOR_DATA(vector, ctype) ((ctype *)(vector)->data)

/* An empty flat vector in its type's own layout. Nothing is allocated for values before vector_prepare. */
Vector *vector_new(Arena *arena, Type type);
/* Bytes of the buffers that it has shares of. */
size_t vector_memory(const Vector *vector);
/* Drops its shares before its arena does: what is left is empty and flat, and may be prepared again. */
void vector_unref(Vector *vector);
/* Makes it flat and writable with room for `size` values, no NULLs, strings forgotten. Contents are undefined: whoever
 * writes only some slots sets the others to NULL (vector_set_null zeroes a slot, so that a String points nowhere). For
 * DECIMAL `physical` says how it is stored; vector_prepare takes the type's own (I64 to 18 digits). */
void vector_prepare(Vector *vector, size_t size);
void vector_prepare_as(Vector *vector, Type type, Physical physical, size_t size);
/* Makes it constant: one value, or NULL, of value's type (a bare NULL leaves the vector's type). Text is copied. */
void vector_set_constant(Vector *vector, const Value *value);
/* Makes `vector` the same values as `source` by sharing, no copy. */
void vector_reference(Vector *vector, const Vector *source);
/* Makes it a dictionary vector: codes are written by the caller to data (uint32_t, `size` of them); shares
 * `dictionary`, which must be flat. */
void vector_prepare_dictionary(Vector *vector, const Vector *dictionary, size_t dictionary_size, size_t size);

/* ---- NULLs; of a flat or constant vector that is ours to write ---- */

/* Its validity words, allocated and all set on first use, for `size` rows (up to BATCH_SIZE unless prepared larger). */
uint64_t *vector_validity(Vector *vector, size_t size);
void vector_set_null(Vector *vector, size_t row);
void vector_set_all_null(Vector *vector, size_t size);

static inline bool validity_get(const uint64_t *validity, size_t row)
{
    return validity == NULL || (validity[row / 64] >> (row % 64) & 1);
}

static inline void validity_set(uint64_t *validity, size_t row)
{
    validity[row / 64] |= (uint64_t)1 << (row % 64);
}

static inline void validity_clear(uint64_t *validity, size_t row)
{
    validity[row / 64] &= ~((uint64_t)1 << (row % 64));
}

/* Where row's value stands in `data` (of the dictionary, for a dictionary vector). */
static inline size_t vector_index(const Vector *vector, size_t row)
{
    return vector->form == VECTOR_FLAT ? row : vector->form == VECTOR_CONSTANT ? 0 : VECTOR_DATA(vector, uint32_t)[row];
}

static inline bool vector_is_null(const Vector *vector, size_t row)
{
    size_t index = vector_index(vector, row);
    return !validity_get(vector->form == VECTOR_DICTIONARY ? vector->dictionary->validity : vector->validity, index);
}

/* Whether any of it may be NULL: false is certain. */
static inline bool vector_may_have_nulls(const Vector *vector)
{
    return (vector->form == VECTOR_DICTIONARY ? vector->dictionary->validity : vector->validity) != NULL;
}

/* ---- strings; of a vector that is ours to write ---- */

/* Bytes that the buffer has left which strings are written to now. */
static inline size_t vector_string_room(const Vector *vector)
{
    return vector->string_is_own ? vector->string_buffers[vector->string_buffer_count - 1]->size - vector->string_used
                                 : 0;
}

/* `size` bytes of string memory that live as long as the vector's value does. */
char *vector_string_memory(Vector *vector, size_t size);
/* The same in a buffer of its own, counted: for who makes strings of VECTOR_LARGE_STRING bytes and more. */
char *vector_large_string_memory(Vector *vector, size_t size, MemoryBudget *budget);
/* So many bytes of strings are about to be added: there will be a buffer for them that is no larger than they need. */
void vector_expect_strings(Vector *vector, size_t size);
/* A String with a copy of the text (inline when it is short). Raises when it is over STRING_MAX_SIZE. */
String vector_add_string(Vector *vector, StringView text);
/* Bytes of the buffers that its strings stand in, without those that are counted against a budget. */
size_t vector_uncounted_strings_size(const Vector *vector);
/* Keep a buffer that our strings point into; takes one share of its own. */
void vector_keep_buffer(Vector *vector, Buffer *buffer);
/* Our strings may point to where source's do: keep those buffers too. */
void vector_keep_strings_of(Vector *vector, const Vector *source);

/* ---- any form ---- */

/* Bytes of the texts that these columns have in row `row`. */
size_t vectors_text_size(Vector *const *vectors, size_t count, size_t row);
/* Row `row` as a scalar; text points into the vector. */
Value vector_value(const Vector *vector, size_t row);
/* Writes a scalar of the vector's type into a prepared flat vector; text is copied. */
void vector_set_value(Vector *vector, size_t row, const Value *value);
/* `target` becomes flat with `size` values: a reference when the source is flat, else its values written out. */
void vector_flatten(Vector *target, const Vector *source, size_t size);
/* `target` becomes the rows of `source` at rows[0..count-1], flat or constant; a dictionary stays one. Strings are
 * shared, not copied. `target` is not `source`. */
void vector_gather(Vector *target, const Vector *source, const uint16_t *rows, size_t count);
/* Copies `count` values of source from `source_row` into a prepared flat target at `target_row`. Same type and layout
 * (a DECIMAL in I64 is widened into an I128 target). Strings are shared, not copied. */
void vector_copy(Vector *target, size_t target_row, const Vector *source, size_t source_row, size_t count);
/* `target` becomes the values of a DECIMAL vector as I128: constant when `source` is, shared when it is I128 already,
 * else flat. */
void vector_widen_decimal(Vector *target, const Vector *source, size_t size);
/* Asserts what must hold of a vector with `size` rows (forms, sizes, strings); for debug builds and tests. */
void vector_check(const Vector *vector, size_t size);

#endif
