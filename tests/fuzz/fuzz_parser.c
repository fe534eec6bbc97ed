/* tests/fuzz/fuzz_parser.c: any bytes to the parser: it takes what lexer_statement_size says, and what parses prints to
 * text that parses to the same tree. Built by tests/fuzz/Makefile for libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/printer.h"

typedef struct Trip {
    Arena *arena;
    StringView text;
    PrinterMode mode;
    size_t taken;
    StringView printed; /* data NULL: there was no statement */
} Trip;

static void trip_body(void *argument)
{
    Trip *trip = argument;
    AstStatement *statement = parser_parse(trip->arena, trip->text, &trip->taken);
    if (statement == NULL)
        return;
    Text text = text_in(trip->arena);
    printer_print_statement(&text, statement, trip->mode);
    trip->printed = text_view(&text);
}

static _Noreturn void fail(const char *what, StringView first, StringView second)
{
    fprintf(stderr, "%s\n  %.*s\n  %.*s\n", what, VIEW_ARGUMENTS(first), VIEW_ARGUMENTS(second));
    abort();
}

/* Prints a tree, parses that, and prints again: the two must be equal. Trees near the limit of depth may pass it when
 * their parentheses are written out. */
static void check_round_trip(Arena *arena, StringView text, PrinterMode mode)
{
    Error error = {0};
    Trip first = {.arena = arena, .text = text, .mode = mode};
    if (!error_protect(trip_body, &first, &error) || first.printed.data == NULL)
        return;
    Trip second = {.arena = arena, .text = first.printed, .mode = mode};
    if (!error_protect(trip_body, &second, &error)) {
        if (error.code != ERROR_TOO_COMPLEX)
            fail(error.message, text, first.printed);
    } else if (!view_equal(first.printed, second.printed)) {
        fail("the printed text means something else", first.printed, second.printed);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *arena = arena_new_child(NULL);
    char *copy = malloc(size ? size : 1); /* of exactly this size, so that reading behind it is seen */
    memcpy(copy, data, size);
    StringView text = {copy, size};
    size_t statement_size = lexer_statement_size(text);
    if (statement_size > size || (statement_size && copy[statement_size - 1] != ';'))
        fail("lexer_statement_size is wrong", text, text);
    check_round_trip(arena, text, PRINTER_PLAIN);
    check_round_trip(arena, text, PRINTER_PARENTHESES);
    arena_free(arena);
    free(copy);
    return 0;
}
