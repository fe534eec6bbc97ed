/* base/memory_pool.c: large blocks of memory, kept for who comes next. */
#include "base/memory_pool.h"

#include <assert.h>
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/thread.h"

enum {
    UNIT = 64 << 10, /* the smallest part of a chunk */
    CHUNK = MEMORY_HUGE_PAGE,
    UNIT_COUNT = CHUNK / UNIT,
    ORDER_COUNT = 5, /* parts are of 1, 2, 4, 8 or 16 units */
    LARGEST_BITS = 46,
    CLASS_COUNT = 4 + 4 * (LARGEST_BITS - 23) + 4,
    MUCH_KEPT = 64 << 20, /* bytes: giving more than that back takes more than ten milliseconds */
};
_Static_assert(UNIT_COUNT == 1 << ORDER_COUNT, "two of the largest parts are a chunk");

/* Stands in the free memory itself. */
typedef struct FreeBlock {
    struct FreeBlock *next, **link; /* link: what points here */
    struct MemoryChunk *chunk;
} FreeBlock;

typedef struct MemoryChunk {
    char *memory;
    uint8_t free_orders[UNIT_COUNT]; /* 1 + the order of the free part that begins there; 0: none does */
} MemoryChunk;

static MemoryChunk no_chunk; /* of blocks that are mapped for themselves */

struct MemoryPool {
    MemoryBudget *budget;
    size_t kept_limit;
    pthread_mutex_t lock;          /* of what follows */
    FreeBlock *parts[ORDER_COUNT]; /* of chunks, some of whose parts are in use */
    FreeBlock *kept[CLASS_COUNT];
    _Atomic size_t kept_size;
    pthread_t trimmer; /* gives back what is kept beyond trimmed_size */
    bool has_trimmer;  /* it was started, and nobody has waited for its end */
    bool is_trimming;  /* it looks at what is kept once more */
    size_t trimmed_size;
};

/* ---- free blocks ---- */

static void free_block_push(FreeBlock **list, void *memory, MemoryChunk *chunk)
{
    FreeBlock *block = memory;
    ASAN_UNPOISON_MEMORY_REGION(block, sizeof *block);
    *block = (FreeBlock){.next = *list, .link = list, .chunk = chunk};
    if (*list)
        (*list)->link = &block->next;
    *list = block;
}

static void free_block_remove(FreeBlock *block)
{
    *block->link = block->next;
    if (block->next)
        block->next->link = block->link;
}

/* For AddressSanitizer: nobody has business there. */
static void memory_guard(void *memory, size_t size)
{
    ASAN_POISON_MEMORY_REGION(memory, size);
    (void)memory, (void)size;
}

/* The bytes behind those that were asked for are guarded. */
static void *memory_unguard(void *memory, size_t size, size_t asked_size)
{
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    ASAN_POISON_MEMORY_REGION((char *)memory + asked_size, size - asked_size);
    (void)size, (void)asked_size;
    return memory;
}

static void memory_return(void *memory, size_t size)
{
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    memory_unmap(memory, size);
}

/* ---- blocks that are mapped ---- */

/* Sizes from 8 MiB on are a quarter of a power of two apart, smaller ones 2 MiB. */
static size_t class_of(size_t size, size_t *ret_size)
{
    size_t bits = size > 4 * (size_t)CHUNK ? 63 - (size_t)__builtin_clzll(size - 1) : 23;
    size_t step = bits == 23 ? CHUNK : (size_t)1 << (bits - 2);
    size_t step_count = (size + step - 1) / step; /* 1 .. 8, above the first sizes 5 .. 8 */
    *ret_size = step_count * step;
    return (bits - 23) * 4 + step_count - 1;
}

static size_t class_size(size_t class)
{
    return class < 8 ? (class + 1) * CHUNK : (size_t)(class % 4 + 5) << (class / 4 + 20);
}

static void *kept_pop(MemoryPool *pool, size_t class, size_t size)
{
    pthread_mutex_lock(&pool->lock);
    FreeBlock *found = pool->kept[class];
    if (found) {
        free_block_remove(found);
        atomic_fetch_sub_explicit(&pool->kept_size, size, memory_order_relaxed);
    }
    pthread_mutex_unlock(&pool->lock);
    return found;
}

/* NULL: there is none. */
static void *mapped_take(MemoryPool *pool, size_t asked_size, size_t *ret_size)
{
    size_t class = class_of(asked_size, ret_size), size = *ret_size;
    void *memory = kept_pop(pool, class, size);
    if (!memory_budget_take(pool->budget, size)) {
        if (memory)
            memory_return(memory, size);
        return NULL;
    }
    if (memory == NULL)
        memory = memory_map(size);
    if (memory == NULL) {
        memory_pool_trim(pool);
        memory = memory_map(size);
    }
    if (memory == NULL)
        memory_budget_give(pool->budget, size);
    return memory;
}

static size_t pool_kept_limit(const MemoryPool *pool)
{
    size_t share = pool->budget->limit / 4;
    return pool->kept_limit < share ? pool->kept_limit : share;
}

/* Under the lock: the largest of what is kept. */
static void *kept_pop_any(MemoryPool *pool, size_t *ret_size)
{
    size_t class = CLASS_COUNT;
    while (pool->kept[--class] == NULL)
        ;
    FreeBlock *block = pool->kept[class];
    free_block_remove(block);
    *ret_size = class_size(class);
    atomic_fetch_sub_explicit(&pool->kept_size, *ret_size, memory_order_relaxed);
    return block;
}

static void *pool_trim_kept(void *argument)
{
    MemoryPool *pool = argument;
    pthread_mutex_lock(&pool->lock);
    while (memory_pool_kept_size(pool) > pool->trimmed_size) {
        size_t size;
        void *memory = kept_pop_any(pool, &size);
        pthread_mutex_unlock(&pool->lock);
        memory_return(memory, size);
        pthread_mutex_lock(&pool->lock);
    }
    pool->is_trimming = false;
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Under the lock: whether a thread gives back what is kept beyond `kept_limit`. Of small pages a gigabyte takes a tenth
 * of a second, for which nobody who has cancelled a statement should wait. */
static bool pool_has_trimmer(MemoryPool *pool, size_t kept_limit)
{
    if (kept_limit < MUCH_KEPT)
        return false;
    pool->trimmed_size = kept_limit;
    if (pool->is_trimming)
        return true;
    if (pool->has_trimmer)
        thread_join(pool->trimmer); /* it is about to end, and takes no lock any more */
    return pool->is_trimming = pool->has_trimmer = thread_try(pool_trim_kept, pool, &pool->trimmer) == 0;
}

static void mapped_give(MemoryPool *pool, void *memory, size_t asked_size)
{
    size_t size, class = class_of(asked_size, &size), kept_limit = pool_kept_limit(pool);
    memory_guard(memory, size);
    pthread_mutex_lock(&pool->lock);
    bool is_kept = memory_pool_kept_size(pool) + size <= kept_limit || pool_has_trimmer(pool, kept_limit);
    if (is_kept) {
        free_block_push(&pool->kept[class], memory, &no_chunk);
        atomic_fetch_add_explicit(&pool->kept_size, size, memory_order_relaxed);
    }
    pthread_mutex_unlock(&pool->lock);
    if (!is_kept)
        memory_return(memory, size);
    memory_budget_give(pool->budget, size);
}

/* ---- parts of chunks ---- */

static size_t order_of(size_t size)
{
    size_t order = 0;
    while ((size_t)UNIT << order < size)
        order++;
    return order;
}

static void part_push(MemoryPool *pool, MemoryChunk *chunk, size_t unit, size_t order)
{
    chunk->free_orders[unit] = (uint8_t)(order + 1);
    free_block_push(&pool->parts[order], chunk->memory + unit * UNIT, chunk);
}

static void part_remove(MemoryChunk *chunk, size_t unit)
{
    chunk->free_orders[unit] = 0;
    free_block_remove((FreeBlock *)(chunk->memory + unit * UNIT));
}

/* The part at `unit`, which is nobody's, becomes one of `order` and free ones. */
static void part_cut(MemoryPool *pool, MemoryChunk *chunk, size_t unit, size_t from_order, size_t order)
{
    while (from_order-- > order)
        part_push(pool, chunk, unit + ((size_t)1 << from_order), from_order);
}

/* A free part of the chunks that there are; or NULL. */
static void *part_find(MemoryPool *pool, size_t order, MemoryChunk **ret_chunk)
{
    for (size_t from = order; from < ORDER_COUNT; from++) {
        FreeBlock *block = pool->parts[from];
        if (block == NULL)
            continue;
        MemoryChunk *chunk = *ret_chunk = block->chunk;
        size_t unit = (size_t)((char *)block - chunk->memory) / UNIT;
        part_remove(chunk, unit);
        part_cut(pool, chunk, unit, from, order);
        return block;
    }
    return NULL;
}

static MemoryChunk *chunk_new(MemoryPool *pool)
{
    MemoryChunk *chunk = memory_allocate_zero(sizeof *chunk);
    size_t size;
    chunk->memory = mapped_take(pool, CHUNK, &size);
    if (chunk->memory)
        return chunk;
    memory_free(chunk);
    return NULL;
}

static void *part_take(MemoryPool *pool, size_t order, MemoryChunk **ret_chunk)
{
    pthread_mutex_lock(&pool->lock);
    void *memory = part_find(pool, order, ret_chunk);
    pthread_mutex_unlock(&pool->lock);
    if (memory)
        return memory;
    MemoryChunk *chunk = *ret_chunk = chunk_new(pool);
    if (chunk == NULL)
        return NULL;
    pthread_mutex_lock(&pool->lock);
    part_cut(pool, chunk, 0, ORDER_COUNT, order);
    pthread_mutex_unlock(&pool->lock);
    return chunk->memory;
}

static void part_give(MemoryPool *pool, MemoryChunk *chunk, void *memory, size_t order)
{
    size_t unit = (size_t)((char *)memory - chunk->memory) / UNIT;
    memory_guard(memory, (size_t)UNIT << order);
    pthread_mutex_lock(&pool->lock);
    for (size_t buddy; order < ORDER_COUNT && chunk->free_orders[buddy = unit ^ ((size_t)1 << order)] == order + 1;
         order++) {
        part_remove(chunk, buddy);
        unit &= ~((size_t)1 << order);
    }
    if (order < ORDER_COUNT)
        part_push(pool, chunk, unit, order);
    pthread_mutex_unlock(&pool->lock);
    if (order < ORDER_COUNT)
        return;
    mapped_give(pool, chunk->memory, CHUNK);
    memory_free(chunk);
}

/* ---- the pool ---- */

static void memory_pool_done(void *object)
{
    MemoryPool *pool = object;
    memory_pool_trim(pool);
    if (pool->has_trimmer)
        thread_join(pool->trimmer);
    pool->budget->pool = NULL;
    pthread_mutex_destroy(&pool->lock);
}

MemoryPool *memory_pool_new(Arena *arena, MemoryBudget *budget, size_t kept_limit)
{
    MemoryPool *pool = arena_new(arena, MemoryPool);
    pool->budget = budget;
    pool->kept_limit = kept_limit;
    pthread_mutex_init(&pool->lock, NULL);
    arena_own(arena, pool, memory_pool_done);
    return pool;
}

bool memory_pool_take(MemoryPool *pool, size_t size, CountedMemory *ret_memory)
{
    if (size < MEMORY_POOL_LEAST || size >> LARGEST_BITS)
        return false;
    CountedMemory memory = {.size = size, .budget = pool->budget, .chunk = &no_chunk};
    size_t order = order_of(size), whole_size = (size_t)UNIT << order;
    if (order < ORDER_COUNT)
        memory.data = part_take(pool, order, &memory.chunk);
    else
        memory.data = mapped_take(pool, size, &whole_size);
    if (memory.data == NULL)
        return false;
    memory_unguard(memory.data, whole_size, size);
    *ret_memory = memory;
    return true;
}

bool memory_pool_grow(CountedMemory *memory, size_t size)
{
    size_t old_size, new_size;
    if (memory->chunk != &no_chunk || size >> LARGEST_BITS)
        return false;
    class_of(memory->size, &old_size);
    class_of(size, &new_size);
    if (!memory_budget_take(memory->budget, new_size - old_size))
        return false;
    void *grown = memory->data;
    ASAN_UNPOISON_MEMORY_REGION(memory->data, old_size);
    if (new_size > old_size)
        grown = memory_map_grow(memory->data, old_size, new_size);
    if (grown == NULL) {
        memory_budget_give(memory->budget, new_size - old_size);
        memory_unguard(memory->data, old_size, memory->size);
        return false;
    }
    memory->data = memory_unguard(grown, new_size, size);
    memory->size = size;
    return true;
}

bool memory_pool_give(MemoryPool *pool, CountedMemory memory)
{
    if (memory.chunk == NULL)
        return false;
    if (memory.chunk == &no_chunk)
        mapped_give(pool, memory.data, memory.size);
    else
        part_give(pool, memory.chunk, memory.data, order_of(memory.size));
    return true;
}

size_t memory_pool_kept_size(const MemoryPool *pool)
{
    return atomic_load_explicit(&pool->kept_size, memory_order_relaxed);
}

void memory_pool_trim(MemoryPool *pool)
{
    for (size_t class = 0; class < CLASS_COUNT; class ++) {
        size_t size = class_size(class);
        for (void *memory; (memory = kept_pop(pool, class, size)) != NULL;)
            memory_return(memory, size);
    }
}
