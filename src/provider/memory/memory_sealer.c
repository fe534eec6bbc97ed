/* provider/memory/memory_sealer.c: one thread a group, one at a time: a group is tens of milliseconds of work. */
#include "provider/memory/memory_sealer.h"

#include "base/error.h"
#include "base/thread.h"

struct MemorySealer {
    const Context *outer;
    Context context; /* the thread's, with an arena of its own */
    pthread_t thread;
    bool is_running;
    MemoryGroup *group; /* the thread's, with a share; or NULL */
    bool has_failed;
    Error failure;
};

static void group_seal(void *argument)
{
    MemorySealer *sealer = argument;
    context_enter(&sealer->context);
    memory_group_seal(sealer->group, &sealer->context, MEMORY_GROUP_ROWS);
}

static void *sealer_main(void *argument)
{
    MemorySealer *sealer = argument;
    sealer->has_failed = !error_protect(group_seal, sealer, &sealer->failure);
    return NULL;
}

static void sealer_wait(MemorySealer *sealer)
{
    if (sealer->is_running)
        thread_join(sealer->thread);
    sealer->is_running = false;
    memory_group_unref(sealer->group);
    sealer->group = NULL;
}

static void sealer_release(void *object)
{
    MemorySealer *sealer = object;
    sealer_wait(sealer);
    arena_free(sealer->context.arena);
}

MemorySealer *memory_sealer_new(Arena *arena, const Context *context)
{
    MemorySealer *sealer = arena_new(arena, MemorySealer);
    Arena *own = arena_new_child(arena);
    *sealer = (MemorySealer){.outer = context};
    sealer->context = (Context){.cancel = context->cancel,
                                .stop = context->stop,
                                .statement = context_counts(context),
                                .memory = context->memory,
                                .temp = context->temp,
                                .settings = context->settings,
                                .arena = own,
                                .now = context->now};
    arena_set_parent(own, NULL); /* which is another thread's */
    arena_own(arena, sealer, sealer_release);
    return sealer;
}

void memory_sealer_finish(MemorySealer *sealer)
{
    sealer_wait(sealer);
    if (sealer->has_failed)
        error_raise_again(&sealer->failure);
}

void memory_sealer_take(MemorySealer *sealer, MemoryGroup *group)
{
    memory_sealer_finish(sealer);
    if (context_thread_count(sealer->outer) == 1) {
        memory_group_seal(group, sealer->outer, MEMORY_GROUP_ROWS);
        return;
    }
    sealer->group = memory_group_ref(group);
    sealer->thread = thread_start(sealer_main, sealer);
    sealer->is_running = true;
}
