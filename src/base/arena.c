/* base/arena.c: bump allocation in blocks that double, and a list of owned resources. */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/temp_file.h"

enum {
    ALIGNMENT = 16,
    LARGEST_BLOCK = 1 << 20,
    MUCH_MEMORY = 32 << 20, /* bytes: an arena of so many is of huge pages, which are given back faster */
    MUCH_BLOCK = 4 << 20,   /* so is a block of so many */
};

typedef struct Block {
    struct Block *next;
    size_t size;
    size_t used;
    Buffer *mapped; /* where it stands in a file; or NULL */
    _Alignas(ALIGNMENT) char data[];
} Block;

enum {
    FIRST_BLOCK = 1024 - sizeof(Block), /* glibc has memory of up to 1,032 bytes at hand for each thread */
    HUGE_BLOCK = MEMORY_HUGE_PAGE - sizeof(Block),
};

typedef struct Owned {
    void *object;
    void (*release)(void *);
    struct Owned *next;
} Owned;

struct Arena {
    Block *blocks; /* the first is the one being filled */
    Owned *owned;  /* last registered first */
    size_t size;
    MemoryBudget *budget; /* or NULL */
    size_t counted;       /* bytes taken from it */
    const char *what;
    TempFile *file; /* or NULL */
    size_t memory_size;
    size_t mapped_size;
    Arena *parent;
    Arena *first_child, *previous, *next;
};

static void arena_link(Arena *arena, Arena *parent)
{
    arena->parent = parent;
    arena->previous = NULL;
    arena->next = parent ? parent->first_child : NULL;
    if (arena->next)
        arena->next->previous = arena;
    if (parent)
        parent->first_child = arena;
}

static void arena_unlink(Arena *arena)
{
    if (arena->previous)
        arena->previous->next = arena->next;
    else if (arena->parent)
        arena->parent->first_child = arena->next;
    if (arena->next)
        arena->next->previous = arena->previous;
}

Arena *arena_new_child(Arena *parent)
{
    Arena *arena = memory_allocate_zero(sizeof *arena);
    arena_link(arena, parent);
    return arena;
}

void arena_set_parent(Arena *arena, Arena *parent)
{
    arena_unlink(arena);
    arena_link(arena, parent);
}

static void arena_release_all(Arena *arena)
{
    while (arena->first_child)
        arena_free(arena->first_child);
    while (arena->owned) {
        Owned *owned = arena->owned;
        arena->owned = owned->next;
        owned->release(owned->object);
    }
}

void arena_count(Arena *arena, MemoryBudget *budget, const char *what)
{
    arena->budget = budget;
    arena->what = what;
}

void arena_overflow_to(Arena *arena, TempFile *file, size_t memory_size)
{
    arena->file = file;
    arena->memory_size = memory_size;
}

bool arena_has_memory(const Arena *arena, size_t size)
{
    return arena->file == NULL || arena->size - arena->mapped_size + size <= arena->memory_size;
}

bool arena_is_mapped(const Arena *arena)
{
    return arena->file && temp_file_is_mapped(arena->file);
}

/* All that is counted but for the first `kept` bytes. The blocks are free. */
static void arena_give_back(Arena *arena, size_t kept)
{
    if (arena->counted <= kept)
        return;
    memory_budget_give_freed(arena->budget, arena->counted - kept);
    arena->counted = kept;
}

static bool block_is_huge(size_t size)
{
    return size == HUGE_BLOCK || size >= MUCH_BLOCK;
}

static void arena_drop_blocks(Arena *arena, Block *first)
{
    for (Block *block = first, *next; block; block = next) {
        next = block->next;
        arena->size -= block->size;
        if (block->mapped) {
            arena->mapped_size -= block->size;
            buffer_unref(block->mapped);
        } else if (block_is_huge(block->size)) {
            memory_unmap(block, sizeof *block + block->size);
        } else {
            memory_free(block);
        }
    }
}

void arena_free(Arena *arena)
{
    if (arena == NULL)
        return;
    arena_release_all(arena);
    arena_unlink(arena);
    arena_drop_blocks(arena, arena->blocks);
    arena_give_back(arena, 0);
    memory_free(arena);
}

void arena_reset(Arena *arena)
{
    arena_release_all(arena);
    Block *kept = arena->blocks;
    if (kept && kept->mapped) {
        arena_drop_blocks(arena, kept);
        kept = arena->blocks = NULL;
    }
    if (kept) {
        arena_drop_blocks(arena, kept->next);
        kept->next = NULL;
        kept->used = 0;
    }
    arena_give_back(arena, kept ? kept->size : 0);
}

/* One that is a part of the file. */
static Block *arena_map_block(Arena *arena, size_t size)
{
    Buffer *mapped = temp_file_map(arena->file, memory_size_add(sizeof(Block), size));
    Block *block = mapped->data;
    block->mapped = mapped;
    block->size = mapped->size - sizeof *block;
    arena->mapped_size += block->size;
    return block;
}

static Block *arena_take_block(Arena *arena, size_t size)
{
    if (!arena_has_memory(arena, size))
        return arena_map_block(arena, size);
    if (arena->budget) {
        memory_budget_require(arena->budget, size, arena->what);
        arena->counted += size;
    }
    size_t block_size = memory_size_add(sizeof(Block), size);
    Block *block = block_is_huge(size) ? memory_map(block_size) : memory_allocate(block_size);
    if (block == NULL)
        memory_refuse(block_size);
    if (size == HUGE_BLOCK)
        memory_advise_huge(block, block_size);
    block->mapped = NULL;
    block->size = size;
    return block;
}

static Block *arena_add_block(Arena *arena, size_t needed)
{
    size_t size = arena->blocks ? arena->blocks->size * 2 : FIRST_BLOCK;
    if (size >= LARGEST_BLOCK) {
        size = arena->size < MUCH_MEMORY || arena->file ? LARGEST_BLOCK : HUGE_BLOCK;
        context_check(context_entered()); /* so all that makes much, as planning does, can be interrupted */
    }
    bool is_large = needed > size; /* a block of its own, behind the one being filled */
    if (is_large)
        size = needed;
    Block *block = arena_take_block(arena, size);
    block->used = 0;
    if (is_large && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    arena->size += block->size;
    return block;
}

static bool arena_has_room(const Arena *arena, size_t size)
{
    return arena->blocks && arena->blocks->size - arena->blocks->used >= size;
}

void *arena_allocate(Arena *arena, size_t size)
{
    size = memory_size_add(size, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    Block *block = arena_has_room(arena, size) ? arena->blocks : arena_add_block(arena, size);
    void *memory = block->data + block->used;
    block->used += size;
    return memory;
}

void *arena_allocate_zero(Arena *arena, size_t size)
{
    void *memory = arena_allocate(arena, size);
    memory_zero(memory, size);
    return memory;
}

void *arena_allocate_array(Arena *arena, size_t item_size, size_t count)
{
    return arena_allocate_zero(arena, memory_size_multiply(item_size, count));
}

void *arena_copy(Arena *arena, const void *data, size_t size)
{
    void *copy = arena_allocate(arena, size);
    memory_copy(copy, data, size);
    return copy;
}

char *arena_string_n(Arena *arena, const char *text, size_t size)
{
    char *copy = arena_allocate(arena, memory_size_add(size, 1));
    memory_copy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *arena_string(Arena *arena, const char *text)
{
    return arena_string_n(arena, text, strlen(text));
}

StringView arena_view(Arena *arena, StringView view)
{
    return (StringView){arena_string_n(arena, view.data, view.size), view.size};
}

char *arena_format_list(Arena *arena, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    assert(length >= 0);
    char *text = arena_allocate(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_format(Arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

enum { OWNED_ROOM = (sizeof(Owned) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT };

static void arena_make_room_for_owned(void *arena)
{
    arena_add_block(arena, OWNED_ROOM);
}

void arena_own(Arena *arena, void *object, void (*release)(void *object))
{
    Error error;
    if (!arena_has_room(arena, OWNED_ROOM) && !error_protect(arena_make_room_for_owned, arena, &error)) {
        release(object);
        error_raise_again(&error);
    }
    Owned *owned = arena_allocate(arena, sizeof *owned);
    *owned = (Owned){object, release, arena->owned};
    arena->owned = owned;
}

static Owned *arena_take_owned(Arena *arena, void *object)
{
    Owned **link = &arena->owned;
    while (*link && (*link)->object != object)
        link = &(*link)->next;
    Owned *owned = *link;
    assert(owned != NULL);
    *link = owned->next;
    return owned;
}

void arena_release(Arena *arena, void *object)
{
    arena_take_owned(arena, object)->release(object);
}

void arena_disown(Arena *arena, void *object)
{
    (void)arena_take_owned(arena, object);
}

size_t arena_size(const Arena *arena)
{
    return arena->size;
}
