/* base/error.c: raising and catching. */
#include "base/error.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"

typedef struct Handler {
    jmp_buf jump;
    Error *error; /* where the handler wants it */
    struct Handler *outer;
    const Context *entered; /* outside */
} Handler;

static _Thread_local Handler *innermost;

static const struct {
    const char *state;
    ErrorClass class;
} codes[] = {{"00000", ERROR_CLASS_INTERNAL},
#define ERROR_ENTRY(name, state, class) {state, ERROR_CLASS_##class},
             ERROR_CODES(ERROR_ENTRY)
#undef ERROR_ENTRY
};

static void text_format(char *text, size_t size, const char *format, va_list arguments)
{
    int length = vsnprintf(text, size, format, arguments);
    if (length < 0 || (size_t)length < size)
        return;
    size_t end = size - 4;
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--; /* not in the middle of a character */
    strcpy(text + end, "...");
}

static _Noreturn void error_throw(const Error *error)
{
    Handler *handler = innermost;
    if (handler == NULL) { /* a bug: only entries call code that raises */
        fprintf(stderr, "quern: unhandled error: %s\n", error->message);
        abort();
    }
    if (handler->error != error)
        *handler->error = *error;
    innermost = handler->outer;
    longjmp(handler->jump, 1);
}

void error_raise(ErrorCode code, Position position, const char *format, ...)
{
    Error error = {.code = code, .position = position};
    va_list arguments;
    va_start(arguments, format);
    text_format(error.message, sizeof error.message, format, arguments);
    va_end(arguments);
    error_throw(&error);
}

void error_raise_hint(ErrorCode code, Position position, const char *hint, const char *format, ...)
{
    Error error = {.code = code, .position = position};
    va_list arguments;
    va_start(arguments, format);
    text_format(error.message, sizeof error.message, format, arguments);
    va_end(arguments);
    snprintf(error.hint, sizeof error.hint, "%s", hint ? hint : "");
    error_throw(&error);
}

void error_raise_again(const Error *error)
{
    error_throw(error);
}

void error_set(Error *error, ErrorCode code, Position position, const char *format, ...)
{
    va_list arguments;
    *error = (Error){.code = code, .position = position};
    va_start(arguments, format);
    text_format(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
}

bool error_protect(void (*body)(void *argument), void *argument, Error *ret_error)
{
    Handler handler = {.error = ret_error, .outer = innermost, .entered = context_entered()};
    if (setjmp(handler.jump) != 0) { /* error_throw has popped the handler */
        context_enter(handler.entered);
        return false;
    }
    innermost = &handler;
    body(argument);
    innermost = handler.outer;
    context_enter(handler.entered);
    return true;
}

const char *error_sqlstate(ErrorCode code)
{
    return codes[code].state;
}

ErrorClass error_class(ErrorCode code)
{
    return codes[code].class;
}
