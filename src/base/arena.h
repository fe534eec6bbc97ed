/* base/arena.h: memory, and other resources, freed all at once.
 *
 *   session > table > query > scratch: an arena made from a parent dies with it, or before.
 *
 * What lives in an arena may point to memory that lives as long or longer, never shorter. Files, SQLite statements,
 * counted buffers are registered with arena_own: whatever unwinds, freeing the arena releases them, last first.
 * An arena belongs to one thread at a time. Release functions never raise. */
#ifndef QUERN_BASE_ARENA_H
#define QUERN_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/string_view.h"

typedef struct Arena Arena;

/* A new arena; `parent` may be NULL, and then the caller owns it. */
Arena *arena_new_child(Arena *parent);
/* Hands it to another parent, or to the caller (NULL). So an object with an arena of its own is made below the
 * statement's arena, which frees it if anything raises, and set free when it is whole. */
void arena_set_parent(Arena *arena, Arena *parent);
/* Releases all that it owns and the arenas made from it. NULL is fine. */
void arena_free(Arena *arena);
/* What it takes from the system from here on counts against the budget: then arena_allocate raises MEMORY_LIMIT too,
 * saying that `what` needed it. Not inherited. */
struct MemoryBudget;
void arena_count(Arena *arena, struct MemoryBudget *budget, const char *what);
/* Of what it takes from here on no more than `memory_size` bytes are memory: the rest stands in the file, which
 * outlives it. Not inherited. */
struct TempFile;
void arena_overflow_to(Arena *arena, struct TempFile *file, size_t memory_size);
/* Whether so many bytes more would all be memory. */
bool arena_has_memory(const Arena *arena, size_t size);
/* Whether there is such a rest, or other memory in that file. Any thread. */
bool arena_is_mapped(const Arena *arena);
/* Empties it for reuse: as arena_free and arena_new_child, but the first block is kept. */
void arena_reset(Arena *arena);

/* Uninitialized, aligned to 16 bytes. Zero bytes give a pointer that must not be read. */
void *arena_allocate(Arena *arena, size_t size);
/* All zero. */
void *arena_allocate_zero(Arena *arena, size_t size);
/* One zeroed `type`, and `count` of them (an overflow of the size raises). */
#define arena_new(arena, type)          ((type *)arena_allocate_zero((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_allocate_array((arena), sizeof(type), (count)))
void *arena_allocate_array(Arena *arena, size_t item_size, size_t count);
void *arena_copy(Arena *arena, const void *data, size_t size);
/* NUL-terminated copies. */
char *arena_string(Arena *arena, const char *text);
char *arena_string_n(Arena *arena, const char *text, size_t size);
StringView arena_view(Arena *arena, StringView view);
char *arena_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_format_list(Arena *arena, const char *format, va_list arguments);

/* The arena takes `object`: release(object) is called when the arena is freed or reset. If registering fails (out of
 * memory) `object` is released before the error is raised. */
void arena_own(Arena *arena, void *object, void (*release)(void *object));
/* Call its release function now, and forget it. `object` must be owned by `arena`. */
void arena_release(Arena *arena, void *object);
/* Forget it without releasing: the caller owns it again. */
void arena_disown(Arena *arena, void *object);

/* Bytes taken from the system by this arena, children not counted. */
size_t arena_size(const Arena *arena);

#endif
