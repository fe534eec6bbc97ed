/* base/memory.h: the one door to malloc. An allocation never returns NULL: running out of memory raises.
 * memory_try_aligned and memory_map may. */
#ifndef QUERN_BASE_MEMORY_H
#define QUERN_BASE_MEMORY_H

#include <stddef.h>
#include <string.h>

/* Uninitialized memory of `size` bytes, aligned for any type. The caller owns it (memory_free). Raises OUT_OF_MEMORY.
 */
void *memory_allocate(size_t size);
/* The same, all zero. */
void *memory_allocate_zero(size_t size);
/* Memory aligned to a cache line (64 bytes), for vector data; large blocks are advised to be huge pages. */
void *memory_allocate_aligned(size_t size);
/* The same for who has something to give back before it raises: NULL when there is none; and raising. */
void *memory_try_aligned(size_t size);
_Noreturn void memory_refuse(size_t size);
/* Grows or shrinks; `pointer` may be NULL. Raises OUT_OF_MEMORY, and then `pointer` is untouched. */
void *memory_resize(void *pointer, size_t size);
void memory_free(void *pointer);
/* Pages that were freed here and there go back to the system, where its allocator can do that. Takes milliseconds. */
void memory_trim(void);

enum { MEMORY_HUGE_PAGE = 2 << 20 };
/* Zeroed memory from the system, aligned to a huge page: NULL when there is none. More than one is advised to be of
 * huge pages: they are cleared faster, and given back fifty times as fast. */
void *memory_map(size_t size);
/* The same memory, and more behind it, elsewhere: its pages move and nothing is copied. NULL: that cannot be done, and
 * it stays where it is. */
void *memory_map_grow(void *pointer, size_t size, size_t grown_size);
void memory_advise_huge(void *pointer, size_t size);
void memory_unmap(void *pointer, size_t size);

enum { MEMORY_PIECE = 1 << 20 }; /* bytes: far below a millisecond, but for pages that are touched for the first time */
void memory_copy_pieces(void *target, const void *source, size_t size);
void memory_zero_pieces(void *target, size_t size);
/* memcpy, and memset to zero; of more than a piece they look now and then whether the thread's statement was cancelled,
 * and let go of what is mapped. */
static inline void memory_copy(void *target, const void *source, size_t size)
{
    if (size > MEMORY_PIECE)
        memory_copy_pieces(target, source, size);
    else if (size > 0)
        memcpy(target, source, size);
}

static inline void memory_zero(void *target, size_t size)
{
    if (size > MEMORY_PIECE)
        memory_zero_pieces(target, size);
    else
        memset(target, 0, size);
}

/* memcmp, the same way of more than MEMORY_COMPARED bytes: there may be many equal ones to compare. */
enum { MEMORY_COMPARED = 64 << 10 };
int memory_compare_pieces(const void *a, const void *b, size_t size) __attribute__((cold));
static inline int memory_compare(const void *a, const void *b, size_t size)
{
    return size > MEMORY_COMPARED ? memory_compare_pieces(a, b, size) : memcmp(a, b, size);
}

/* a * b, a + b; raise OUT_OF_MEMORY where the size would wrap. */
_Noreturn void memory_size_refuse(size_t a, size_t b);
_Noreturn void memory_product_refuse(size_t a, size_t b);
static inline size_t memory_size_add(size_t a, size_t b)
{
    size_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        memory_size_refuse(a, b);
    return sum;
}
static inline size_t memory_size_multiply(size_t a, size_t b)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        memory_product_refuse(a, b);
    return product;
}

/* For tests: the `nth` allocation of this thread from now on (1 is the next) fails; 0 turns it off. Returns whether an
 * armed failure has been used up. */
void memory_fail_at(size_t nth);
int memory_has_failed(void);

#endif
