/* provider/csv/csv_parse.c: loops that turn the fields of a column into values, one a type. */
#include "provider/csv/csv_parse.h"

#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "column/convert.h"
#include "column/decimal.h"
#include "provider/csv/csv_careful.h"
#include "provider/csv/csv_error.h"
#include "provider/csv/csv_field.h"
#include "provider/csv/kernel/csv_values.h"

typedef struct Field {
    const char *text; /* without quotes; escapes are still there */
    size_t size;
    bool is_null;
    bool is_quoted;
} Field;

static bool is_null_word(const CsvDialect *dialect, const char *text, size_t size)
{
    for (size_t i = 0; i < dialect->null_word_count; i++)
        if (view_equal(dialect->null_words[i], (StringView){text, size}))
            return true;
    return false;
}

static inline Field field_cut(const CsvDialect *dialect, const char *text, size_t size)
{
    Field field = {.text = text, .size = size};
    if (size > 1 && dialect->has_quote && text[0] == dialect->quote) {
        field.text++;
        field.size -= 2; /* the index ends a quoted field behind its closing quote */
        field.is_quoted = true;
    } else {
        field.is_null = dialect->null_word_count > 0 ? is_null_word(dialect, text, size) : size == 0;
    }
    return field;
}

static inline Field field_of_row(const CsvRows *rows, size_t row, size_t column)
{
    if (rows->is_padded && column >= rows->field_counts[row])
        return (Field){.text = "", .is_null = true};
    StringView text = csv_rows_field(rows, row, column);
    return field_cut(rows->block->dialect, text.data, text.size);
}

static inline Field field_at(const CsvParse *parse, size_t row)
{
    return field_of_row(parse->rows, row, parse->column);
}

static bool field_has_escapes(const CsvDialect *dialect, const Field *field)
{
    if (dialect->has_backslashes)
        return !field->is_quoted && field->size > 0 && memchr(field->text, '\\', field->size) != NULL;
    return field->is_quoted && field->size > 0 && memchr(field->text, dialect->escape, field->size) != NULL;
}

/* ---- kernels ---- */

/* A number that a word of option `null` may be is no number. */
static bool numbers_are_plain(const CsvDialect *dialect)
{
    for (size_t i = 0; i < dialect->null_word_count; i++) {
        StringView word = dialect->null_words[i];
        if (word.size > 0 && (ascii_is_digit(word.data[0]) || word.data[0] == '-'))
            return false;
    }
    return true;
}

static const CsvValuesKernel *values_kernels(CpuLevel level)
{
#if defined(__x86_64__)
    if (level == CPU_AVX512)
        return csv_values_kernels_avx512;
    if (level == CPU_AVX2)
        return csv_values_kernels_avx2;
#endif
    (void)level;
    return csv_values_kernels_portable;
}

static void left_set_all(const uint16_t *selection, size_t count, uint64_t *ret_left)
{
    for (size_t i = 0; i < count; i++)
        validity_set(ret_left, selection ? selection[i] : i);
}

void csv_values_read(const CsvRows *rows, size_t column, TypeId type, int scale, const uint16_t *selection,
                     size_t count, void *values, uint64_t *ret_left)
{
    const CsvBlock *block = rows->block;
    CsvValuesKind kind = type == TYPE_DATE ? CSV_VALUES_DATE : scale > 0 ? CSV_VALUES_DECIMAL : CSV_VALUES_INTEGER;
    memset(ret_left, 0, VALIDITY_WORDS * sizeof *ret_left);
    const CsvDialect *dialect = block->dialect;
    if (rows->is_padded || scale > CSV_VALUES_SCALE || !dialect->style.is_plain || !numbers_are_plain(dialect)) {
        left_set_all(selection, count, ret_left);
        return;
    }
    CsvValuesCall call = {
        .data = block->data,
        .ends = block->index.ends + column,
        .first = rows->first,
        .is_last = column + 1 == block->dialect->column_count,
        .selection = selection,
        .count = count,
        .scale = scale,
        .values = values,
        .left = ret_left,
    };
    values_kernels(block->level)[kind](&call);
}

/* ---- fields that are no values ---- */

static void parse_fail(CsvParse *parse, size_t row)
{
    if (parse->rejected)
        parse->rejected[row / 64] |= (uint64_t)1 << (row % 64);
    else if (!parse->nulls_bad && parse->bad_row == SIZE_MAX)
        parse->bad_row = row;
    vector_set_null(parse->target, row);
}

/* What the strict readers do not take: for a declared column whatever a cast takes. */
static void parse_loosely(CsvParse *parse, size_t row, const Field *field)
{
    if (!parse->is_declared) {
        parse_fail(parse, row);
        return;
    }
    const CsvDialect *dialect = parse->rows->block->dialect;
    StringView text = {field->text, field->size};
    Vector *target = parse->target;
    if (field_has_escapes(dialect, field)) {
        char *plain = arena_allocate(target->arena, field->size);
        text = (StringView){plain, csv_unescape(dialect, text, plain)};
    }
    Value value;
    Error error;
    if (value_parse(target->arena, text, parse->type, &value, &error)) {
        vector_set_value(target, row, &value);
        return;
    }
    if (parse->bad_row == SIZE_MAX)
        parse->error = error;
    parse_fail(parse, row);
}

/* Numbers and dates that the file writes in a way of its own. */
static void parse_styled(CsvParse *parse)
{
    const CsvDialect *dialect = parse->rows->block->dialect;
    Arena *scratch = arena_new_child(parse->target->arena);
    for (size_t i = 0; i < parse->count; i++) {
        size_t row = parse->selection ? parse->selection[i] : i;
        Field field = field_at(parse, row);
        StringView text = {field.text, field.size};
        Value value;
        Error error = {0};
        if (field.is_null)
            vector_set_null(parse->target, row);
        else if (csv_style_read(&dialect->style, scratch, text, parse->type, !parse->is_declared, &value, &error))
            vector_set_value(parse->target, row, &value);
        else {
            parse->error = parse->bad_row == SIZE_MAX ? error : parse->error;
            parse_fail(parse, row);
        }
    }
    arena_free(scratch);
}

/* ---- one loop a type ---- */

#define EACH_ROW(parse, row)                                                                                           \
    for (size_t each = 0, row = 0;                                                                                     \
         each < (parse)->count && (row = (parse)->selection ? (parse)->selection[each] : each, true); each++)

#define EACH_LEFT_ROW(parse, row)                                                                                      \
    for (size_t word = 0, row = 0; word < VALIDITY_WORDS; word++)                                                      \
        for (uint64_t left = (parse)->left[word]; left && (row = word * 64 + (size_t)__builtin_ctzll(left), true);     \
             left &= left - 1)

/* Rows that are left; the kernels have read the others. */
#define PARSE_LOOP(NAME, ctype, READ)                                                                                  \
    static void parse_##NAME(CsvParse *parse)                                                                          \
    {                                                                                                                  \
        ctype *values = parse->target->data;                                                                           \
        EACH_LEFT_ROW(parse, row)                                                                                      \
        {                                                                                                              \
            Field field = field_at(parse, row);                                                                        \
            if (field.is_null)                                                                                         \
                vector_set_null(parse->target, row);                                                                   \
            else if (!(READ))                                                                                          \
                parse_loosely(parse, row, &field);                                                                     \
        }                                                                                                              \
    }

static inline bool read_i32(const Field *field, int64_t lowest, int64_t highest, int32_t *ret_value)
{
    int64_t value;
    if (!csv_integer_read(field->text, field->size, &value) || value < lowest || value > highest)
        return false;
    *ret_value = (int32_t)value;
    return true;
}

/* Within the declared precision; detected columns have 18 or 38 digits, which the readers hold to. */
static inline bool decimal_is_in(const CsvParse *parse, Int128 value)
{
    return value < parse->decimal_bound && value > -parse->decimal_bound;
}

PARSE_LOOP(bigint, int64_t, csv_integer_read(field.text, field.size, &values[row]))
PARSE_LOOP(integer, int32_t, read_i32(&field, INT32_MIN, INT32_MAX, &values[row]))
PARSE_LOOP(smallint, int32_t, read_i32(&field, INT16_MIN, INT16_MAX, &values[row]))
PARSE_LOOP(decimal, int64_t,
           csv_decimal_read(field.text, field.size, parse->type.scale, &values[row]) &&
               decimal_is_in(parse, values[row]))
PARSE_LOOP(wide_decimal, Int128,
           csv_decimal_read_wide(field.text, field.size, parse->type.scale, &values[row]) &&
               decimal_is_in(parse, values[row]))
PARSE_LOOP(double, double, csv_double_read(field.text, field.size, &values[row]))
PARSE_LOOP(boolean, bool, csv_boolean_read(field.text, field.size, &values[row]))
PARSE_LOOP(date, int32_t, csv_date_read(field.text, field.size, &values[row]))
PARSE_LOOP(time, int64_t, csv_time_read(field.text, field.size, &values[row]))
PARSE_LOOP(timestamp, int64_t, csv_timestamp_read(field.text, field.size, &values[row]))
PARSE_LOOP(other, char, ((void)values, false))

/* ---- text ---- */

/* Bytes 0x80 to 0x9F are control characters in latin1, which no text has: where there are some, windows-1252 was meant.
 */
const char *csv_encoding_hint(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        if (byte >= 0x80 && byte < 0xA0)
            return "the file is not in UTF-8: OPTIONS (encoding 'windows-1252') may be what it is in";
    }
    return "the file is not in UTF-8: OPTIONS (encoding 'latin1') may be what it is in";
}

static _Noreturn void raise_encoding(const CsvRows *rows, size_t row, size_t field, unsigned byte)
{
    csv_error_raise(rows->block->source, csv_rows_offset(rows, row), field, ERROR_INVALID_ENCODING,
                    byte ? csv_encoding_hint(rows->block->data, rows->block->size) : NULL,
                    byte ? "invalid UTF-8: byte 0x%02x" : "a NUL byte in text", byte);
}

/* How much of it is UTF-8 without NUL bytes. */
static size_t text_valid_size(const CsvRows *rows, StringView text)
{
    size_t valid_size = view_is_ascii(text) ? text.size : utf8_valid_size(text);
    const char *nul = rows->block->index.has_nul && valid_size > 0 ? memchr(text.data, '\0', valid_size) : NULL;
    return nul ? (size_t)(nul - text.data) : valid_size;
}

void csv_text_require(const CsvRows *rows, size_t row, size_t field, StringView text)
{
    size_t valid_size = text_valid_size(rows, text);
    if (valid_size < text.size)
        raise_encoding(rows, row, field, (unsigned char)text.data[valid_size]);
}

/* False when the row is to be handled as one with a bad value. */
static bool text_is_valid(CsvParse *parse, size_t row, const Field *field)
{
    StringView text = {field->text, field->size};
    size_t valid_size = text_valid_size(parse->rows, text);
    if (valid_size == text.size)
        return true;
    if (!parse->nulls_bad && parse->rejected == NULL)
        raise_encoding(parse->rows, row, parse->column + 1, (unsigned char)text.data[valid_size]);
    parse_fail(parse, row);
    return false;
}

/* As string_make, with whole words: the bytes behind the text may be read. */
static inline String string_make_padded(const char *text, size_t size)
{
    static const uint32_t head_masks[5] = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF};
    String string = {.size = (uint32_t)size};
    if (size > STRING_INLINE_SIZE) {
        memcpy(string.prefix, text, 4);
        string.pointer = text;
        return string;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t head;
    uint64_t rest;
    memcpy(&head, text, 4);
    memcpy(&rest, text + 4, 8);
    head &= head_masks[size < 4 ? size : 4];
    rest = size <= 4 ? 0 : rest & (UINT64_MAX >> (8 * (12 - size)));
    memcpy(string.prefix, &head, 4);
    memcpy(string.rest, &rest, 8);
    return string;
#else
    (void)head_masks;
    return string_make(text, size);
#endif
}

static void parse_text(CsvParse *parse)
{
    const CsvBlock *block = parse->rows->block;
    const CsvDialect *dialect = block->dialect;
    Vector *target = parse->target;
    String *values = target->data;
    bool is_checked = !block->index.is_ascii || block->index.has_nul, points_to_block = false;
    EACH_ROW(parse, row)
    {
        Field field = field_at(parse, row);
        if (field.is_null) {
            vector_set_null(target, row);
            continue;
        }
        if (is_checked && !text_is_valid(parse, row, &field))
            continue;
        if (field.size > STRING_MAX_SIZE)
            csv_error_raise(block->source, csv_rows_offset(parse->rows, row), parse->column + 1, ERROR_STRING_TOO_LONG,
                            NULL, "a text of %zu bytes is longer than the %zu that a value holds", field.size,
                            STRING_MAX_SIZE);
        if (field_has_escapes(dialect, &field)) {
            char *plain = vector_string_memory(target, field.size);
            size_t size = csv_unescape(dialect, (StringView){field.text, field.size}, plain);
            if (dialect->has_backslashes) /* they make any bytes */
                csv_text_require(parse->rows, row, parse->column + 1, (StringView){plain, size});
            values[row] = string_make(plain, size);
            continue;
        }
        values[row] = string_make_padded(field.text, field.size);
        points_to_block |= field.size > STRING_INLINE_SIZE;
    }
    if (points_to_block)
        vector_keep_buffer(target, block->buffer);
}

/* ---- ---- */

/* What a kernel reads of 64 bits must still be within a narrower precision. */
static void decimals_check(CsvParse *parse)
{
    const int64_t *values = parse->target->data;
    if (parse->type.precision >= CSV_VALUES_DIGITS)
        return;
    int64_t bound = (int64_t)parse->decimal_bound;
    EACH_ROW(parse, row)
    {
        if (values[row] >= bound || values[row] <= -bound)
            validity_set(parse->left, row);
    }
}

/* Lets kernels read what they can, and says what is left. */
static void parse_quickly(CsvParse *parse)
{
    TypeId type = (TypeId)parse->type.id;
    int scale = type == TYPE_DECIMAL ? parse->type.scale : 0;
    if (type == TYPE_BIGINT || type == TYPE_DATE || (type == TYPE_DECIMAL && parse->target->physical == PHYSICAL_I64)) {
        csv_values_read(parse->rows, parse->column, type, scale, parse->selection, parse->count, parse->target->data,
                        parse->left);
        if (type == TYPE_DECIMAL)
            decimals_check(parse);
        return;
    }
    memset(parse->left, 0, sizeof parse->left);
    left_set_all(parse->selection, parse->count, parse->left);
}

static void parse_run(CsvParse *parse)
{
    const CsvStyle *style = &parse->rows->block->dialect->style;
    if (!style->is_plain && csv_style_has(style, parse->type)) {
        parse_styled(parse);
        return;
    }
    if (parse->type.id != TYPE_VARCHAR)
        parse_quickly(parse);
    switch ((TypeId)parse->type.id) {
    case TYPE_VARCHAR:
        parse_text(parse);
        return;
    case TYPE_BIGINT:
        parse_bigint(parse);
        return;
    case TYPE_INTEGER:
        parse_integer(parse);
        return;
    case TYPE_SMALLINT:
        parse_smallint(parse);
        return;
    case TYPE_DECIMAL:
        if (parse->target->physical == PHYSICAL_I64)
            parse_decimal(parse);
        else
            parse_wide_decimal(parse);
        return;
    case TYPE_DOUBLE:
        parse_double(parse);
        return;
    case TYPE_BOOLEAN:
        parse_boolean(parse);
        return;
    case TYPE_DATE:
        parse_date(parse);
        return;
    case TYPE_TIME:
        parse_time(parse);
        return;
    case TYPE_TIMESTAMP:
        parse_timestamp(parse);
        return;
    default:
        parse_other(parse);
        return;
    }
}

void csv_parse_column(CsvParse *parse)
{
    Vector *target = parse->target;
    parse->bad_row = SIZE_MAX;
    if (parse->type.id == TYPE_DECIMAL)
        parse->decimal_bound = decimal_power(parse->type.precision);
    vector_prepare(target, parse->rows->count);
    if (parse->selection) /* slots that are not parsed must be safe to compute on */
        memset(target->data, 0, parse->rows->count * physical_size(target->physical));
    parse_run(parse);
}

/* Without its escapes, which are undone into the arena; readable for CSV_FIELD_PADDING bytes more. */
static inline StringView field_plain(Arena *arena, const CsvDialect *dialect, const Field *field)
{
    StringView text = {field->text, field->size};
    if (!field_has_escapes(dialect, field))
        return text;
    char *plain = arena_allocate(arena, memory_size_add(field->size, CSV_FIELD_PADDING));
    return (StringView){plain, csv_unescape(dialect, text, plain)};
}

bool csv_field_text(Arena *arena, const CsvDialect *dialect, StringView field, StringView *ret_text)
{
    Field cut = field_cut(dialect, field.data, field.size);
    *ret_text = field_plain(arena, dialect, &cut);
    return !cut.is_null;
}

static StringView field_text_or_null(Arena *arena, const CsvDialect *dialect, const Field *field)
{
    return field->is_null ? (StringView){NULL, 0} : field_plain(arena, dialect, field);
}

/* Where only an empty field is NULL. Most are not quoted, and end before a delimiter. */
static void column_texts_usual(const CsvRows *rows, size_t column, Arena *arena, StringView *ret_texts)
{
    const CsvDialect *dialect = rows->block->dialect;
    const char *data = rows->block->data;
    const uint32_t *ends = rows->block->index.ends + column;
    bool is_last = column + 1 == dialect->column_count, has_quote = dialect->has_quote;
    char quote = dialect->quote;
    for (size_t row = 0; row < rows->count; row++) {
        uint32_t start = ends[(ptrdiff_t)rows->first[row] - 1] + 1, end = ends[rows->first[row]];
        if (is_last || (has_quote && data[start] == quote)) {
            Field field = field_of_row(rows, row, column);
            ret_texts[row] = field_text_or_null(arena, dialect, &field);
        } else {
            ret_texts[row] = (StringView){end > start ? data + start : NULL, end - start};
        }
    }
}

void csv_column_texts(const CsvRows *rows, size_t column, const uint64_t *wanted, Arena *arena, StringView *ret_texts)
{
    const CsvDialect *dialect = rows->block->dialect;
    if (wanted == NULL && csv_dialect_is_plain(dialect) && dialect->null_word_count == 0 && !rows->is_padded) {
        column_texts_usual(rows, column, arena, ret_texts);
        return;
    }
    for (size_t row = 0; row < rows->count; row++) {
        if (wanted && !validity_get(wanted, row))
            continue;
        Field field = field_of_row(rows, row, column);
        ret_texts[row] = field_text_or_null(arena, dialect, &field);
    }
}

size_t csv_column_null_count(const CsvRows *rows, size_t column)
{
    size_t count = 0;
    for (size_t row = 0; row < rows->count; row++)
        count += field_of_row(rows, row, column).is_null;
    return count;
}
