/* expr/function/format.c: text from a pattern and values: format (%s %I %L), printf (%d %.2f). */
#include "expr/function/family.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/function/quote.h"
#include "expr/function/text_result.h"

enum { FORMAT_MAX_WIDTH = 1 << 20 };

/* One %[n$][flags][width][.precision]letter. */
typedef struct Directive {
    int64_t index; /* of the argument, from 1; 0: the next */
    bool is_left, has_zeros, has_plus, has_blank, has_width_argument;
    int64_t width, precision; /* precision -1: none */
    char letter;
} Directive;

static int64_t take_number(StringView *rest)
{
    int64_t number = 0;
    while (rest->size && ascii_is_digit(rest->data[0])) {
        number = number > FORMAT_MAX_WIDTH ? number : number * 10 + (rest->data[0] - '0');
        rest->data++;
        rest->size--;
    }
    return number;
}

static bool take_char(StringView *rest, char c)
{
    if (rest->size == 0 || rest->data[0] != c)
        return false;
    rest->data++;
    rest->size--;
    return true;
}

/* `rest` stands behind the %. False when the pattern ends within. */
static bool directive_take(StringView *rest, Directive *ret)
{
    *ret = (Directive){.precision = -1};
    StringView ahead = *rest;
    int64_t index = take_number(&ahead);
    if (ahead.data > rest->data && take_char(&ahead, '$')) {
        ret->index = index;
        *rest = ahead;
    }
    for (;;) {
        if (take_char(rest, '-'))
            ret->is_left = true;
        else if (take_char(rest, '0'))
            ret->has_zeros = true;
        else if (take_char(rest, '+'))
            ret->has_plus = true;
        else if (take_char(rest, ' '))
            ret->has_blank = true;
        else
            break;
    }
    if (take_char(rest, '*'))
        ret->has_width_argument = true;
    else
        ret->width = take_number(rest);
    if (take_char(rest, '.'))
        ret->precision = take_number(rest);
    if (rest->size == 0)
        return false;
    ret->letter = *rest->data++;
    rest->size--;
    return ret->width <= FORMAT_MAX_WIDTH && ret->precision <= FORMAT_MAX_WIDTH;
}

static void add_padded(Text *text, const Directive *directive, StringView view)
{
    size_t length = utf8_length(view), width = (size_t)directive->width;
    size_t padding = width > length ? width - length : 0;
    if (!directive->is_left)
        text_add_repeated(text, ' ', padding);
    text_add_view(text, view);
    if (directive->is_left)
        text_add_repeated(text, ' ', padding);
}

/* Zeros go between its sign and its digits. */
static void add_number(Text *text, const Directive *directive, StringView number)
{
    bool has_sign = number.size && !ascii_is_digit(number.data[0]) && !ascii_is_alpha(number.data[0]);
    size_t width = (size_t)directive->width;
    if (!directive->has_zeros || directive->is_left || width <= number.size) {
        add_padded(text, directive, number);
        return;
    }
    text_add_view(text, (StringView){number.data, has_sign});
    text_add_repeated(text, '0', width - number.size);
    text_add_view(text, (StringView){number.data + has_sign, number.size - has_sign});
}

/* ---- a row's walk through its pattern ---- */

typedef struct Walk {
    KernelCall *call;
    size_t row;
    size_t next; /* argument for a directive without an index */
    Text *text;
    bool has_failed;
} Walk;

static void walk_fail(Walk *walk, const char *problem)
{
    if (!walk->has_failed)
        kernel_fail(walk->call, walk->row, ERROR_INVALID_PARAMETER, "%s: %s", walk->call->expr->function->name,
                    problem);
    walk->has_failed = true;
}

/* The argument that a directive takes; 0: there is none, and the row has failed. */
static size_t walk_argument(Walk *walk, int64_t index)
{
    size_t argument = index ? (size_t)index : walk->next;
    if (argument < walk->call->argument_count) {
        walk->next = argument + 1;
        return argument;
    }
    walk_fail(walk, "too few arguments");
    return 0;
}

/* ---- format ---- */

static void add_format(Walk *walk, Directive *directive)
{
    KernelCall *call = walk->call;
    if (directive->has_width_argument) {
        size_t width = walk_argument(walk, 0);
        StringView digits = width ? argument_text(call, width, walk->row) : (StringView){"", 0};
        directive->is_left |= take_char(&digits, '-');
        directive->width = take_number(&digits);
        if (digits.size || directive->width > FORMAT_MAX_WIDTH) {
            walk_fail(walk, "width is no number, or too large");
            return;
        }
    }
    if (!strchr("sIL", directive->letter)) {
        walk_fail(walk, "a directive is %s, %I, %L or %%");
        return;
    }
    size_t argument = walk_argument(walk, directive->index);
    if (argument == 0)
        return;
    bool is_null = argument_is_null(call, argument, walk->row);
    StringView value = argument_text(call, argument, walk->row);
    Text *quoted = second_scratch_text(call);
    if (directive->letter == 'I' && is_null)
        walk_fail(walk, "NULL cannot be a name");
    else if (directive->letter == 'I')
        quote_add_name(quoted, value);
    else if (directive->letter == 'L' && !is_null)
        quote_add_literal(quoted, value);
    else if (directive->letter == 'L')
        text_add(quoted, "NULL");
    add_padded(walk->text, directive,
               directive->letter != 's' ? text_view(quoted)
               : is_null                ? (StringView){"", 0}
                                        : value);
}

/* ---- printf ---- */

static void add_integer(Walk *walk, const Directive *directive, int64_t value)
{
    char format[32], text[128];
    size_t at = 0;
    format[at++] = '%';
    if (directive->has_plus)
        format[at++] = '+';
    if (directive->has_blank)
        format[at++] = ' ';
    memcpy(format + at, "ll", 2);
    at += 2;
    format[at++] = directive->letter == 'i' ? 'd' : directive->letter;
    format[at] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int size = snprintf(text, sizeof text, format, (long long)value);
#pragma GCC diagnostic pop
    add_number(walk->text, directive, (StringView){text, (size_t)size});
}

static void add_double(Walk *walk, const Directive *directive, double value)
{
    char text[512];
    int precision = directive->precision < 0 ? 6 : directive->precision > 100 ? 100 : (int)directive->precision;
    int size;
    switch (directive->letter) {
    case 'e':
        size = snprintf(text, sizeof text, directive->has_plus ? "%+.*e" : "%.*e", precision, value);
        break;
    case 'g':
        size = snprintf(text, sizeof text, directive->has_plus ? "%+.*g" : "%.*g", precision, value);
        break;
    default:
        size = snprintf(text, sizeof text, directive->has_plus ? "%+.*f" : "%.*f", precision, value);
    }
    add_number(walk->text, directive, (StringView){text, (size_t)size});
}

/* The argument as a value of that type; NULL when it has none. */
static bool walk_value(Walk *walk, size_t argument, Type type, Value *ret_value)
{
    Error error;
    Value value = vector_value(walk->call->arguments[argument], walk->row);
    if (value_cast(walk->text->arena, &value, type, ret_value, &error))
        return !ret_value->is_null;
    walk_fail(walk, error.message);
    return false;
}

static void add_printf(Walk *walk, Directive *directive)
{
    Value value;
    size_t argument = walk_argument(walk, directive->index);
    if (argument == 0)
        return;
    if (strchr("dixXo", directive->letter)) {
        if (walk_value(walk, argument, type_of(TYPE_BIGINT), &value))
            add_integer(walk, directive, value.i64);
    } else if (strchr("feg", directive->letter)) {
        if (walk_value(walk, argument, type_of(TYPE_DOUBLE), &value))
            add_double(walk, directive, value.f64);
    } else if (directive->letter == 's') {
        StringView text = argument_text(walk->call, argument, walk->row);
        if (directive->precision >= 0)
            text.size = utf8_offset(text, (size_t)directive->precision);
        add_padded(walk->text, directive, text);
    } else {
        walk_fail(walk, "a directive is %d, %x, %o, %f, %e, %g, %s or %%");
    }
}

/* ---- both ---- */

static void format_row(KernelCall *call, size_t row, void (*add)(Walk *walk, Directive *directive))
{
    Walk walk = {.call = call, .row = row, .next = 1, .text = scratch_text(call)};
    StringView rest = argument_text(call, 0, row);
    while (rest.size && !walk.has_failed) {
        const char *percent = memchr(rest.data, '%', rest.size);
        size_t plain = percent ? (size_t)(percent - rest.data) : rest.size;
        text_add_view(walk.text, (StringView){rest.data, plain});
        rest.data += plain;
        rest.size -= plain;
        if (rest.size == 0)
            break;
        take_char(&rest, '%');
        Directive directive;
        if (take_char(&rest, '%'))
            text_add_char(walk.text, '%');
        else if (directive_take(&rest, &directive))
            add(&walk, &directive);
        else
            walk_fail(&walk, "a directive has no end, or is too wide");
        if (walk.text->size > STRING_MAX_SIZE)
            break;
    }
    result_copy(call, row, text_view(walk.text));
}

static void format_texts(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        if (argument_is_null(call, 0, i))
            vector_set_null(call->result, i);
        else
            format_row(call, i, add_format);
    }
}

static void printf_texts(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        format_row(call, i, add_printf);
}

static bool resolve_texts(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)ret_result;
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = type_of(TYPE_VARCHAR);
    return true;
}

/* clang-format off */
FunctionFamily function_family_format = {
    {.name = "format", .signature = "(pattern VARCHAR, any, ...) VARCHAR",
     .description = "The pattern with %s replaced by values, %I by names, %L by literals of SQL.",
     .flags = FUNCTION_NOT_STRICT | FUNCTION_VARIADIC | FUNCTION_CAN_FAIL, .optional_count = 1,
     ARGUMENTS(TYPE_VARCHAR, ANY), .result = TYPE_VARCHAR, .kernel = format_texts, .prepare = text_prepare,
     .resolve = resolve_texts},
    {.name = "printf", .signature = "(pattern VARCHAR, any, ...) VARCHAR",
     .description = "The pattern with values as C's printf writes them: %d, %5.2f, %x, %s.",
     .flags = FUNCTION_VARIADIC | FUNCTION_CAN_FAIL, .optional_count = 1, ARGUMENTS(TYPE_VARCHAR, ANY),
     .result = TYPE_VARCHAR, .kernel = printf_texts, .prepare = text_prepare, .resolve = resolve_texts},
    {0},
};
/* clang-format on */
