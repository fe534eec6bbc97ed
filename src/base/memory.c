/* base/memory.c: malloc that raises, with a failure that tests can plant. */
#include "base/memory.h"

#include <stdint.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <sys/mman.h>

#include "base/context.h"
#include "base/error.h"
#include "base/temp_file.h"

enum { CACHE_LINE = 64 };

static _Thread_local size_t fail_countdown;
static _Thread_local int has_failed;

void memory_fail_at(size_t nth)
{
    fail_countdown = nth;
    has_failed = 0;
}

int memory_has_failed(void)
{
    return has_failed;
}

static int memory_fails_now(void)
{
    if (fail_countdown == 0 || --fail_countdown > 0)
        return 0;
    has_failed = 1;
    return 1;
}

void memory_refuse(size_t size)
{
    error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory: %zu bytes were not to be had", size);
}

static void *memory_check(void *pointer, size_t size)
{
    if (pointer == NULL)
        memory_refuse(size);
    return pointer;
}

void *memory_allocate(size_t size)
{
    return memory_check(memory_fails_now() ? NULL : malloc(size ? size : 1), size);
}

void *memory_allocate_zero(size_t size)
{
    return memory_check(memory_fails_now() ? NULL : calloc(1, size ? size : 1), size);
}

void *memory_try_aligned(size_t size)
{
    size_t alignment = size >= MEMORY_HUGE_PAGE ? MEMORY_HUGE_PAGE : CACHE_LINE, rounded;
    if (size == 0)
        size = 1;
    if (memory_fails_now() || __builtin_add_overflow(size, alignment - 1, &rounded))
        return NULL;
    rounded = rounded / alignment * alignment;
    void *pointer = aligned_alloc(alignment, rounded);
    if (pointer && rounded >= MEMORY_HUGE_PAGE)
        (void)madvise(pointer, rounded, MADV_HUGEPAGE); /* advice: where it is refused, small pages do */
    return pointer;
}

void *memory_allocate_aligned(size_t size)
{
    return memory_check(memory_try_aligned(size), size);
}

void *memory_resize(void *pointer, size_t size)
{
    return memory_check(memory_fails_now() ? NULL : realloc(pointer, size ? size : 1), size);
}

void memory_free(void *pointer)
{
    free(pointer);
}

void memory_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

enum { LARGEST_PAGE = 64 << 10 }; /* that a system's small pages are of */

/* What is mapped for so many bytes. */
static size_t map_size(size_t size)
{
    return (size + LARGEST_PAGE - 1) / LARGEST_PAGE * LARGEST_PAGE;
}

void *memory_map(size_t size)
{
    if (memory_fails_now() || size > SIZE_MAX - MEMORY_HUGE_PAGE - LARGEST_PAGE)
        return NULL;
    size = map_size(size);
    char *map = mmap(NULL, size + MEMORY_HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)map % MEMORY_HUGE_PAGE, after = MEMORY_HUGE_PAGE - before;
    if (before)
        (void)munmap(map, before);
    if (after)
        (void)munmap(map + before + size, after);
    if (size > MEMORY_HUGE_PAGE)
        memory_advise_huge(map + before, size);
    return map + before;
}

void *memory_map_grow(void *pointer, size_t size, size_t grown_size)
{
#ifdef MREMAP_FIXED
    void *place = memory_map(grown_size); /* aligned: else huge pages would be split */
    if (place == NULL)
        return NULL;
    if (mremap(pointer, map_size(size), map_size(grown_size), MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED) {
        memory_unmap(place, grown_size);
        return NULL;
    }
    memory_advise_huge(place, grown_size);
    return place;
#else
    (void)pointer, (void)size, (void)grown_size;
    return NULL;
#endif
}

void memory_advise_huge(void *pointer, size_t size)
{
    (void)madvise(pointer, size / MEMORY_HUGE_PAGE * MEMORY_HUGE_PAGE, MADV_HUGEPAGE);
}

void memory_unmap(void *pointer, size_t size)
{
    (void)munmap(pointer, map_size(size));
}

void memory_copy_pieces(void *target, const void *source, size_t size)
{
    for (size_t done = 0; done < size; done += MEMORY_PIECE) {
        context_check(context_entered());
        temp_memory_look();
        size_t left = size - done;
        memcpy((char *)target + done, (const char *)source + done, left < MEMORY_PIECE ? left : MEMORY_PIECE);
    }
}

void memory_zero_pieces(void *target, size_t size)
{
    for (size_t done = 0; done < size; done += MEMORY_PIECE) {
        context_check(context_entered());
        temp_memory_look();
        size_t left = size - done;
        memset((char *)target + done, 0, left < MEMORY_PIECE ? left : MEMORY_PIECE);
    }
}

int memory_compare_pieces(const void *a, const void *b, size_t size)
{
    int order = 0;
    for (size_t done = 0; a != b && order == 0 && done < size; done += MEMORY_PIECE) {
        context_check(context_entered());
        temp_memory_look();
        size_t left = size - done;
        order = memcmp((const char *)a + done, (const char *)b + done, left < MEMORY_PIECE ? left : MEMORY_PIECE);
    }
    return order;
}

_Noreturn void memory_product_refuse(size_t a, size_t b)
{
    error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory: %zu values of %zu bytes", a, b);
}

_Noreturn void memory_size_refuse(size_t a, size_t b)
{
    error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory: %zu bytes and %zu more", a, b);
}
