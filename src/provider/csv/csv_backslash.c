/* provider/csv/csv_backslash.c: a backslash in a field, as in the text format of PostgreSQL's COPY. */
#include "provider/csv/csv_backslash.h"

#include "base/context.h"

/* The value of a digit in the base; negative: it is none. */
static int digit_value(char byte, int base)
{
    int value = -1;
    if (ascii_is_digit(byte))
        value = byte - '0';
    else if (ascii_lower(byte) >= 'a' && ascii_lower(byte) <= 'f')
        value = ascii_lower(byte) - 'a' + 10;
    return value < base ? value : -1;
}

/* A byte by its number: up to `most` digits at *position, which moves behind them. */
static char number_read(StringView content, size_t *position, int base, size_t most)
{
    int number = 0;
    for (size_t i = 0; i < most && *position < content.size; i++, (*position)++) {
        int digit = digit_value(content.data[*position], base);
        if (digit < 0)
            break;
        number = number * base + digit;
    }
    return (char)(number & 0xFF);
}

size_t csv_backslash_undo(StringView content, char *target)
{
    static const char controls[256] = {
        ['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t', ['v'] = '\v'};
    size_t size = 0;
    for (size_t i = 0; i < content.size;) {
        context_pace(i);
        char byte = content.data[i++];
        if (byte == '\\' && i < content.size) {
            byte = content.data[i];
            if (digit_value(byte, 8) >= 0) {
                byte = number_read(content, &i, 8, 3);
            } else if (byte == 'x' && i + 1 < content.size && digit_value(content.data[i + 1], 16) >= 0) {
                i++;
                byte = number_read(content, &i, 16, 2);
            } else {
                i++;
                byte = controls[(unsigned char)byte] ? controls[(unsigned char)byte] : byte;
            }
        }
        target[size++] = byte;
    }
    return size;
}
