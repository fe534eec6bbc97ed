/* expr/function/number_pattern.c: numbers by PostgreSQL's patterns: 9 and 0 are digits, . or D the point, , or G a
 * separator, S MI PL SG PR the sign, L a currency sign, V moves the point, FM leaves blanks and zeros out, EEEE is an
 * exponent, RN Roman digits, TH an ordinal's ending. */
#include "expr/function/number_pattern.h"

#include <stdio.h>
#include <string.h>

#include "column/decimal.h"
#include "expr/function/family.h"
#include "expr/function/text_result.h"

enum { PATTERN_MAX_DIGITS = 200 };

typedef enum SignPlace { SIGN_LEADING, SIGN_S_FRONT, SIGN_S_BACK, SIGN_MI, SIGN_PL, SIGN_SG, SIGN_PR } SignPlace;

typedef struct NumberPattern {
    StringView text;
    int whole, fraction; /* digits before and behind the point */
    int first_zero;      /* the first 0 among the digits before the point; `whole` when there is none */
    int last_zero;       /* the last digit behind the point that is written as 0; 0: none */
    int shift;           /* digits behind V */
    SignPlace sign;
    bool is_plain, has_sign, is_roman, has_exponent;
} NumberPattern;

static bool begins(StringView view, const char *word)
{
    size_t size = strlen(word);
    return view.size >= size && view_equal_ignoring_case((StringView){view.data, size}, view_of(word));
}

static void pattern_set_sign(NumberPattern *pattern, SignPlace sign)
{
    pattern->has_sign = true;
    pattern->sign = sign;
}

static void pattern_add_digit(NumberPattern *pattern, bool is_zero, bool is_behind, bool is_shifted)
{
    if (is_behind) {
        pattern->fraction++;
        if (is_zero)
            pattern->last_zero = pattern->fraction;
        return;
    }
    if (is_zero && pattern->first_zero < 0)
        pattern->first_zero = pattern->whole;
    pattern->whole++;
    pattern->shift += is_shifted;
}

/* How many bytes the word at the start takes, and what it means for the whole. */
static size_t pattern_word(NumberPattern *pattern, StringView rest, bool *is_behind, bool *is_shifted)
{
    char c = ascii_lower(rest.data[0]);
    if (c == '9' || c == '0') {
        pattern_add_digit(pattern, c == '0', *is_behind, *is_shifted);
        return 1;
    }
    if (begins(rest, "FM"))
        return pattern->is_plain = true, 2;
    if (begins(rest, "EEEE"))
        return pattern->has_exponent = true, 4;
    if (begins(rest, "RN"))
        return pattern->is_roman = true, 2;
    if (begins(rest, "MI"))
        return pattern_set_sign(pattern, SIGN_MI), 2;
    if (begins(rest, "PL"))
        return pattern_set_sign(pattern, SIGN_PL), 2;
    if (begins(rest, "SG"))
        return pattern_set_sign(pattern, SIGN_SG), 2;
    if (begins(rest, "PR"))
        return pattern_set_sign(pattern, SIGN_PR), 2;
    if (c == 's')
        return pattern_set_sign(pattern, pattern->whole + pattern->fraction ? SIGN_S_BACK : SIGN_S_FRONT), 1;
    if (c == '.' || c == 'd')
        return *is_behind = true, 1;
    if (c == 'v')
        return *is_shifted = true, 1;
    return 1;
}

static NumberPattern pattern_parse(StringView text)
{
    NumberPattern pattern = {.text = text, .first_zero = -1};
    bool is_behind = false, is_shifted = false, is_quoted = false;
    for (size_t at = 0; at < text.size;) {
        context_pace(at);
        if (text.data[at] == '"' || is_quoted) {
            is_quoted ^= text.data[at++] == '"';
            continue;
        }
        at += pattern_word(&pattern, (StringView){text.data + at, text.size - at}, &is_behind, &is_shifted);
    }
    if (pattern.first_zero < 0)
        pattern.first_zero = pattern.whole;
    return pattern;
}

/* A number's decimal digits, as many behind the point as the pattern has. */
typedef struct Digits {
    bool is_negative, is_too_long;
    int whole_count;
    char whole[PATTERN_MAX_DIGITS + 400], fraction[PATTERN_MAX_DIGITS + 1];
} Digits;

static void digits_from_text(Digits *digits, StringView text, const NumberPattern *pattern)
{
    digits->is_negative = text.size && text.data[0] == '-';
    if (digits->is_negative) {
        text.data++;
        text.size--;
    }
    const char *point = memchr(text.data, '.', text.size);
    size_t whole = point ? (size_t)(point - text.data) : text.size;
    size_t start = whole == 1 && text.data[0] == '0' ? 1 : 0;
    digits->whole_count = (int)(whole - start);
    memcpy(digits->whole, text.data + start, whole - start);
    memset(digits->fraction, '0', sizeof digits->fraction);
    if (point)
        memcpy(digits->fraction, point + 1, text.size - whole - 1);
    digits->is_too_long = digits->whole_count > pattern->whole;
    bool is_zero = digits->whole_count == 0;
    for (int i = 0; i < pattern->fraction; i++)
        is_zero &= digits->fraction[i] == '0';
    digits->is_negative &= !is_zero;
    bool shows_zero = pattern->fraction == 0 || (pattern->is_plain && is_zero && pattern->last_zero == 0);
    if (digits->whole_count == 0 && shows_zero)
        digits->whole[digits->whole_count++] = '0';
}

/* ---- writing ---- */

typedef struct Writer {
    Text *text;
    const NumberPattern *pattern;
    const Digits *digits;
    int at;      /* digit before the point that is next */
    int behind;  /* digit behind the point that is next */
    int written; /* digits to write behind the point, where zeros are left out */
    bool is_sign_written, is_behind;
} Writer;

static bool writer_shows(const Writer *writer, int at)
{
    int first = writer->pattern->whole - writer->digits->whole_count;
    return at >= first || at >= writer->pattern->first_zero || writer->digits->is_too_long;
}

/* Directly before the first thing that is written, unless the pattern says where. */
static void write_sign(Writer *writer)
{
    const NumberPattern *pattern = writer->pattern;
    bool is_negative = writer->digits->is_negative;
    if (writer->is_sign_written)
        return;
    writer->is_sign_written = true;
    if (!pattern->has_sign || pattern->sign == SIGN_LEADING)
        text_add(writer->text, is_negative ? "-" : pattern->is_plain ? "" : " ");
    else if (pattern->sign == SIGN_S_FRONT)
        text_add(writer->text, is_negative ? "-" : "+");
    else if (pattern->sign == SIGN_PR)
        text_add(writer->text, is_negative ? "<" : pattern->is_plain ? "" : " ");
    else if (pattern->sign == SIGN_PL && is_negative)
        text_add(writer->text, "-");
    else if (pattern->sign == SIGN_PL && !pattern->is_plain)
        text_add(writer->text, " ");
}

static void write_digit(Writer *writer)
{
    const NumberPattern *pattern = writer->pattern;
    if (writer->is_behind) {
        int index = writer->behind++;
        if (!pattern->is_plain || index < writer->written)
            text_add_char(writer->text, writer->digits->is_too_long ? '#' : writer->digits->fraction[index]);
        return;
    }
    int at = writer->at++, first = pattern->whole - writer->digits->whole_count;
    if (!writer_shows(writer, at)) {
        if (!pattern->is_plain)
            text_add_char(writer->text, ' ');
        return;
    }
    write_sign(writer);
    text_add_char(writer->text, writer->digits->is_too_long ? '#'
                                : at < first                ? '0'
                                                            : writer->digits->whole[at - first]);
}

static void write_ordinal(Writer *writer, bool is_upper)
{
    const Digits *digits = writer->digits;
    int last = digits->whole_count ? digits->whole[digits->whole_count - 1] - '0' : 0;
    bool is_teen = digits->whole_count > 1 && digits->whole[digits->whole_count - 2] == '1';
    static const char *const lower[] = {"th", "st", "nd", "rd"}, *const upper[] = {"TH", "ST", "ND", "RD"};
    if (!digits->is_negative)
        text_add(writer->text, (is_upper ? upper : lower)[last <= 3 && !is_teen ? last : 0]);
}

static size_t write_word(Writer *writer, StringView rest)
{
    const NumberPattern *pattern = writer->pattern;
    bool is_negative = writer->digits->is_negative;
    char c = ascii_lower(rest.data[0]);
    if (c == '9' || c == '0')
        return write_digit(writer), 1;
    if (begins(rest, "FM"))
        return 2;
    if (begins(rest, "MI"))
        return text_add(writer->text, is_negative ? "-" : pattern->is_plain ? "" : " "), 2;
    if (begins(rest, "SG"))
        return text_add(writer->text, is_negative ? "-" : "+"), 2;
    if (begins(rest, "PL"))
        return text_add(writer->text, is_negative ? (pattern->is_plain ? "" : " ") : "+"), 2;
    if (begins(rest, "PR"))
        return text_add(writer->text, is_negative ? ">" : pattern->is_plain ? "" : " "), 2;
    if (begins(rest, "TH"))
        return write_ordinal(writer, rest.data[0] == 'T'), 2;
    if (c == 's') {
        if (pattern->sign == SIGN_S_BACK)
            text_add(writer->text, is_negative ? "-" : "+");
        return 1;
    }
    if (c == '.' || c == 'd') {
        write_sign(writer);
        writer->is_behind = true;
        text_add_char(writer->text, '.');
        return 1;
    }
    if (c == ',' || c == 'g') {
        if (writer_shows(writer, writer->at - 1) && writer->at > 0)
            text_add_char(writer->text, ',');
        else if (!pattern->is_plain)
            text_add_char(writer->text, ' ');
        return 1;
    }
    if (c == 'l')
        return text_add(writer->text, pattern->is_plain ? "" : " "), 1;
    if (c != 'v')
        text_add_char(writer->text, rest.data[0]);
    return 1;
}

static void write_number(Text *text, const NumberPattern *pattern, const Digits *digits)
{
    Writer writer = {.text = text, .pattern = pattern, .digits = digits, .written = pattern->fraction};
    while (writer.written > pattern->last_zero && digits->fraction[writer.written - 1] == '0')
        writer.written--;
    if (pattern->sign == SIGN_S_BACK || pattern->sign == SIGN_MI || pattern->sign == SIGN_SG)
        writer.is_sign_written = pattern->has_sign;
    StringView rest = pattern->text;
    while (rest.size) {
        context_pace(rest.size);
        size_t taken = 1;
        if (rest.data[0] == '"') {
            const char *end = memchr(rest.data + 1, '"', rest.size - 1);
            size_t size = end ? (size_t)(end - rest.data) - 1 : rest.size - 1;
            text_add_view(text, (StringView){rest.data + 1, size});
            taken = end ? size + 2 : size + 1;
        } else {
            taken = write_word(&writer, rest);
        }
        rest.data += taken;
        rest.size -= taken;
    }
}

/* 1 to 3999; right-aligned to 15 places. */
static void write_roman(Text *text, const NumberPattern *pattern, double value)
{
    static const struct Roman {
        int value;
        const char *digits;
    } romans[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
                  {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    char digits[32] = "";
    int rest = value > 0.5 && value < 3999.5 ? (int)rint(value) : 0;
    if (rest == 0) {
        text_add_repeated(text, '#', 15);
        return;
    }
    for (size_t i = 0; i < sizeof romans / sizeof *romans; i++)
        for (; rest >= romans[i].value; rest -= romans[i].value)
            strcat(digits, romans[i].digits);
    size_t size = strlen(digits);
    if (!pattern->is_plain && size < 15)
        text_add_repeated(text, ' ', 15 - size);
    text_add(text, digits);
}

static bool pattern_is_usable(KernelCall *call, size_t row, const NumberPattern *pattern)
{
    if (pattern->whole <= PATTERN_MAX_DIGITS && pattern->fraction <= PATTERN_MAX_DIGITS)
        return true;
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "a pattern has at most %d digits", PATTERN_MAX_DIGITS);
    result_empty(call, row);
    return false;
}

static void write_double(KernelCall *call, size_t row, double value)
{
    NumberPattern pattern = pattern_parse(argument_text(call, 1, row));
    if (!pattern_is_usable(call, row, &pattern))
        return;
    Text *text = scratch_text(call);
    if (pattern.is_roman) {
        write_roman(text, &pattern, value);
    } else if (pattern.has_exponent) {
        text_add_format(text, "%s%.*e", value >= 0 && !pattern.is_plain ? " " : "", pattern.fraction, value);
    } else {
        char plain[PATTERN_MAX_DIGITS + 400];
        Digits digits = {0};
        double moved = pattern.shift ? value * pow(10, pattern.shift) : value;
        int size = snprintf(plain, sizeof plain, "%.*f", pattern.fraction, isfinite(moved) ? moved : 0);
        digits_from_text(&digits, (StringView){plain, (size_t)size}, &pattern);
        digits.is_too_long |= !isfinite(moved);
        write_number(text, &pattern, &digits);
    }
    result_copy(call, row, text_view(text));
}

static void write_decimal(KernelCall *call, size_t row, Int128 value, int scale)
{
    NumberPattern pattern = pattern_parse(argument_text(call, 1, row));
    if (pattern.is_roman || pattern.has_exponent) {
        write_double(call, row, decimal_to_double(value, scale));
        return;
    }
    if (!pattern_is_usable(call, row, &pattern))
        return;
    int kept = pattern.fraction < scale ? pattern.fraction : scale;
    bool fits = pattern.shift <= DECIMAL_MAX_PRECISION &&
                !__builtin_mul_overflow(value, decimal_power(pattern.shift), &value) &&
                decimal_rescale(value, scale, kept, &value);
    char plain[DECIMAL_TEXT_SIZE];
    Digits digits = {0};
    digits_from_text(&digits, (StringView){plain, decimal_format(fits ? value : 0, kept, plain)}, &pattern);
    digits.is_too_long |= !fits;
    Text *text = scratch_text(call);
    write_number(text, &pattern, &digits);
    result_copy(call, row, text_view(text));
}

void kernel_bigint_to_char(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        write_decimal(call, i, ARGUMENT(call, 0, int64_t, i), 0);
}

void kernel_decimal_to_char(KernelCall *call)
{
    const Vector *x = call->arguments[0];
    for (size_t i = 0; i < call->count; i++)
        write_decimal(
            call, i, x->physical == PHYSICAL_I64 ? (Int128)ARGUMENT(call, 0, int64_t, i) : ARGUMENT(call, 0, Int128, i),
            x->type.scale);
}

void kernel_double_to_char(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        write_double(call, i, ARGUMENT(call, 0, double, i));
}

/* ---- reading: the digits, the point and a minus sign, whatever else stands between ---- */

static void read_number(KernelCall *call, size_t row)
{
    StringView x = argument_text(call, 0, row);
    Type type = call->result->type;
    Text *text = scratch_text(call);
    bool is_negative = false, has_digits = false, overflows = false;
    for (size_t i = 0; i < x.size; i++) {
        context_pace(i);
        char c = x.data[i];
        is_negative |= c == '-' || c == '<';
        has_digits |= ascii_is_digit(c);
        if (ascii_is_digit(c) || c == '.')
            text_add_char(text, c);
    }
    Int128 value = 0;
    if (!has_digits || !decimal_parse(text_view(text), type, &value, &overflows)) {
        kernel_fail(call, row, overflows ? ERROR_OUT_OF_RANGE : ERROR_INVALID_TEXT, "'%.*s' is no number",
                    VIEW_ARGUMENTS(x));
        value = 0;
    }
    VECTOR_DATA(call->result, Int128)[row] = is_negative ? -value : value;
}

void kernel_to_number(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        read_number(call, i);
}

void to_number_refine(Expr *call)
{
    const Expr *pattern = call->arguments[1];
    if (!expr_is_constant(pattern) || pattern->constant.is_null)
        return;
    int fraction = pattern_parse(pattern->constant.text).fraction;
    call->type = type_decimal(DECIMAL_MAX_PRECISION, fraction > 20 ? 20 : fraction);
}

bool to_number_resolve(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    argument_types[0] = argument_types[1] = type_of(TYPE_VARCHAR);
    *ret_result = type_decimal(DECIMAL_MAX_PRECISION, 10);
    return true;
}
