/* provider/csv/csv_error.c: finding the line of an offset, and showing values in messages. */
#include "provider/csv/csv_error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

enum { READ_SIZE = 64 << 10 };

CsvPlace csv_place_first(const CsvSource *source)
{
    return (CsvPlace){.line = source->lines_before + 1};
}

void csv_place_advance(CsvPlace *place, CsvSource *source, uint64_t offset)
{
    char data[READ_SIZE];
    char previous = '\0';
    while (place->offset < offset) {
        size_t wanted = offset - place->offset < READ_SIZE ? (size_t)(offset - place->offset) : READ_SIZE;
        size_t got = csv_source_read(source, place->offset, data, wanted);
        if (got == 0)
            break;
        for (size_t i = 0; i < got; i++) {
            place->line += data[i] == '\r' || (data[i] == '\n' && previous != '\r');
            previous = data[i];
        }
        place->offset += got;
    }
}

uint64_t csv_line_number(CsvSource *source, uint64_t offset)
{
    CsvPlace place = csv_place_first(source);
    csv_place_advance(&place, source, offset);
    return place.line;
}

void csv_error_raise(CsvSource *source, uint64_t offset, size_t field, ErrorCode code, const char *hint,
                     const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    unsigned long long line = csv_line_number(source, offset);
    if (field == 0)
        error_raise_hint(code, NO_POSITION, hint, "%s:%llu: %s", source->path, line, message);
    error_raise_hint(code, NO_POSITION, hint, "%s:%llu:%zu: %s", source->path, line, field, message);
}

const char *csv_value_quote(StringView value, char *buffer)
{
    size_t size = 0, i = 0;
    while (i < value.size && size < CSV_QUOTE_SIZE - 12) {
        size_t length;
        utf8_decode(value.data + i, value.size - i, &length);
        unsigned char byte = (unsigned char)value.data[i];
        bool is_text = utf8_valid_size((StringView){value.data + i, length}) == length && byte >= 0x20 && byte != 0x7F;
        if (is_text) {
            memcpy(buffer + size, value.data + i, length);
            size += length;
        } else {
            size += (size_t)sprintf(buffer + size, "\\x%02x", byte);
        }
        i += length;
    }
    strcpy(buffer + size, i < value.size ? "..." : "");
    return buffer;
}
