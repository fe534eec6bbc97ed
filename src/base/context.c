/* base/context.c: cancelling and warning. */
#include "base/context.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cpu.h"
#include "base/error.h"

bool context_is_over(const Context *context)
{
    return (context->cancel && atomic_load_explicit(context->cancel, memory_order_relaxed)) ||
           (context->stop && atomic_load_explicit(context->stop, memory_order_relaxed));
}

void context_check(const Context *context)
{
    if (context_is_over(context))
        error_raise(ERROR_INTERRUPTED, NO_POSITION, "interrupted");
}

static const Context uncancelled;
static _Thread_local const Context *entered = &uncancelled;

void context_enter(const Context *context)
{
    entered = context;
}

const Context *context_entered(void)
{
    return entered;
}

/* What a thread's cursors, batches and rows on their way to disk take at most, in bytes: a limit that is enough for one
 * thread is enough for many. */
enum { THREAD_MEMORY = 8 << 20 };

/* As many as SET threads says, where `size` bytes are enough for them. */
static size_t threads_that_fit(const Context *context, size_t size, size_t thread_size)
{
    size_t wanted = context->settings ? context->settings->threads : 1;
    size_t count = wanted > 0 ? wanted : cpu_count(), most = size / thread_size;
    return count <= most ? count : most > 0 ? most : 1;
}

size_t context_thread_count(const Context *context)
{
    return context_thread_count_of(context, 0);
}

size_t context_thread_count_of(const Context *context, size_t size)
{
    return threads_that_fit(context, memory_budget_left(context->memory), THREAD_MEMORY + size);
}

size_t context_batch_memory(const Context *context)
{
    enum {
        BATCHES = 64, /* more than a thread's operators and queues hold, as others need memory too */
        MOST = 16 << 20,
    };
    size_t limit = context->memory ? context->memory->limit : SIZE_MAX;
    size_t size = limit / threads_that_fit(context, limit, THREAD_MEMORY) / BATCHES;
    return size < MOST ? size : MOST;
}

void context_warn(const Context *context, const char *format, ...)
{
    if (context->warn == NULL)
        return;
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    context->warn(context->warn_user, message);
}
