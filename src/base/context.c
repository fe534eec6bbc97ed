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

enum { PIECE = 8 << 20 }; /* bytes: a few milliseconds, also where pages are touched for the first time */

void context_copy(const Context *context, void *target, const void *source, size_t size)
{
    for (size_t done = 0; done < size; done += PIECE) {
        context_check(context);
        memcpy((char *)target + done, (const char *)source + done, size - done < PIECE ? size - done : PIECE);
    }
}

void context_zero(const Context *context, void *target, size_t size)
{
    for (size_t done = 0; done < size; done += PIECE) {
        context_check(context);
        memset((char *)target + done, 0, size - done < PIECE ? size - done : PIECE);
    }
}

size_t context_thread_count(const Context *context)
{
    size_t count = context->settings ? context->settings->threads : 1;
    return count > 0 ? count : cpu_count();
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
