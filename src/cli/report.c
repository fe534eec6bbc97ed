/* cli/report.c: what goes to standard error: errors with their place in the text, warnings. */
#include "cli/report.h"

#include <locale.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "cli/progress.h"
#include "cli/text.h"

/* Of a longer line only the neighbourhood of the place is shown. */
#define SHOWN_BEFORE 80
#define SHOWN_BEHIND 60

static bool byte_continues(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

void place_move(Place *place, const char *text, size_t size)
{
    const char *end = text + size;
    for (const char *line_end; (line_end = memchr(text, '\n', (size_t)(end - text))) != NULL; text = line_end + 1) {
        place->line++;
        place->column = 0;
    }
    for (; text < end; text++)
        place->column += !byte_continues(*text);
}

/* Decodes a character; returns its bytes. What is not UTF-8 counts as characters of one byte. */
static size_t character_decode(const char *text, size_t size, wchar_t *ret_character)
{
    mbstate_t state = {0};
    size_t taken = mbrtowc(ret_character, text, size, &state);
    if (taken == 0 || taken > size) {
        *ret_character = L'?';
        return 1;
    }
    return taken;
}

/* Blanks as wide as the text is on the terminal; tabs stay tabs. */
static void text_add_padding(Text *text, const char *before, size_t size)
{
    for (size_t i = 0; i < size;) {
        wchar_t character;
        if (before[i] == '\t') {
            text_add(text, "\t");
            i++;
            continue;
        }
        i += character_decode(before + i, size - i, &character);
        int width = wcwidth(character);
        text_add_format(text, "%*s", width < 0 ? 1 : width, "");
    }
}

/* The line that holds `position`, and a caret under it. */
static void text_add_caret(Text *text, const char *sql, size_t size, size_t position)
{
    setlocale(LC_CTYPE, ""); /* for the width of characters; not at start-up, which it would delay */
    size_t begin = position, end = position;
    while (begin > 0 && sql[begin - 1] != '\n' && position - begin < SHOWN_BEFORE)
        begin--;
    while (begin < position && byte_continues(sql[begin]))
        begin++;
    while (end < size && sql[end] != '\n' && end - position < SHOWN_BEHIND)
        end++;
    while (end > position && end < size && byte_continues(sql[end]))
        end--;
    text_add(text, "    ");
    for (size_t i = begin; i < end; i++) {
        char byte = sql[i];
        bool is_control = ((unsigned char)byte < 0x20 && byte != '\t') || byte == 0x7f;
        text_add_bytes(text, is_control ? "?" : &byte, 1); /* nothing that would move the terminal's cursor */
    }
    text_add(text, "\n    ");
    text_add_padding(text, sql + begin, position - begin);
    text_add(text, "^\n");
}

static void text_add_place(Text *text, const char *source, size_t line, size_t column)
{
    text_add(text, "quern: ");
    if (source)
        text_add_format(text, "%s: ", source);
    if (line && column)
        text_add_format(text, "line %zu, column %zu: ", line, column);
    else if (line)
        text_add_format(text, "line %zu: ", line);
}

static void text_print(Text *text)
{
    progress_hide();
    fwrite(text_string(text), 1, text->size, stderr);
    fflush(stderr);
    text_done(text);
}

void report_error(const QuernConnection *connection, Place place, const char *sql, size_t size)
{
    Text text = {0};
    int64_t position = quern_error_position(connection);
    bool is_placed = position >= 0 && (uint64_t)position <= size;
    size_t line_count = 1;
    Place error = place;
    if (is_placed)
        place_move(&error, sql, (size_t)position);
    for (size_t i = 0; i < size && line_count == 1; i++)
        line_count += sql[i] == '\n' && i + 1 < size;
    if (place.source == NULL && place.line == 1 && line_count == 1)
        text_add_place(&text, NULL, 0, 0); /* the caret alone shows it */
    else
        text_add_place(&text, place.source, error.line, is_placed ? error.column + 1 : 0);
    text_add_format(&text, "error %s: %s\n", quern_error_sqlstate(connection), quern_error_message(connection));
    if (is_placed)
        text_add_caret(&text, sql, size, (size_t)position);
    const char *hint = quern_error_hint(connection);
    if (*hint)
        text_add_format(&text, "hint: %s\n", hint);
    text_print(&text);
}

void report_trouble(Place place, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    Text text = {0};
    text_add_place(&text, place.source, place.source ? place.line : 0, 0);
    text_add_format(&text, "%s\n", message);
    text_print(&text);
}

void report_warning(void *unused, const char *message)
{
    (void)unused;
    Text text = {0};
    text_add_format(&text, "quern: warning: %s\n", message);
    text_print(&text);
}
