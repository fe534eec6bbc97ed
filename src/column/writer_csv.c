/* column/writer_csv.c: CSV, and TSV with escapes in place of quotes.
 *
 * CSV fields that cannot need quotes (numbers, dates) are formatted straight into the output; a column's function is
 * chosen once a batch. libcsv's csv_write2 does the quoting. */
#include <csv.h>

#include "column/convert.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/number.h"
#include "column/writer_format.h"

enum { QUOTED_PIECE = 16 << 10 }; /* bytes of a field that are quoted at a time: at most twice that come out */

typedef struct CsvWriter CsvWriter;

/* Writes value `index` of a vector, which is not NULL. */
typedef void (*CsvField)(Writer *writer, const CsvWriter *csv, const Vector *values, size_t index);

struct CsvWriter {
    char delimiter;
    unsigned char quote;
    bool quote_all;
    bool numbers_are_plain; /* no number or date needs quotes or equals the NULL text */
    bool needs_quotes[256]; /* bytes that do, wherever they stand */
    StringView null_text;
    CsvField *fields;      /* of each column, for the batch that is being written */
    const Vector **values; /* the column itself, or its dictionary's values */
};

/* ---- fields ---- */

static void csv_put_quoted(Writer *writer, const CsvWriter *csv, StringView text)
{
    writer_put_char(writer, (char)csv->quote);
    while (text.size) {
        if (text.size > WRITER_OUTPUT_SIZE)
            context_check(writer->context);
        size_t size = text.size < QUOTED_PIECE ? text.size : QUOTED_PIECE;
        char *room = writer_reserve(writer, 2 * size + 2);
        size_t written = csv_write2(room, 2 * size + 2, text.data, size, csv->quote);
        memmove(room, room + 1, written - 2); /* the quotes around it are ours */
        writer->output_size += written - 2;
        text.data += size;
        text.size -= size;
    }
    writer_put_char(writer, (char)csv->quote);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool csv_needs_quotes(const CsvWriter *csv, StringView text)
{
    if (csv->quote_all || text.size == 0 || is_blank(text.data[0]) || is_blank(text.data[text.size - 1]) ||
        view_equal(text, csv->null_text))
        return true;
    for (size_t i = 0; i < text.size; i++) {
        context_pace(i);
        if (csv->needs_quotes[(unsigned char)text.data[i]])
            return true;
    }
    return false;
}

static void csv_put_field(Writer *writer, const CsvWriter *csv, StringView text)
{
    if (csv_needs_quotes(csv, text))
        csv_put_quoted(writer, csv, text);
    else
        writer_put(writer, text);
}

static void csv_field_text(Writer *writer, const CsvWriter *csv, const Vector *values, size_t index)
{
    csv_put_field(writer, csv, string_view(&VECTOR_DATA(values, String)[index]));
}

/* Any type, the careful way. */
static void csv_field_any(Writer *writer, const CsvWriter *csv, const Vector *values, size_t index)
{
    char buffer[VALUE_TEXT_SIZE];
    Value value = vector_value(values, index);
    if (value.type.id == TYPE_BLOB)
        arena_reset(writer->scratch); /* of the blob before */
    csv_put_field(writer, csv, value_text_view(&value, buffer, writer->scratch));
}

/* X(NAME, C type, size_t format(value, at)) */
#define PLAIN_FIELDS(X)                                                                                                \
    X(i32, int32_t, int64_format(value, at))                                                                           \
    X(i64, int64_t, int64_format(value, at))                                                                           \
    X(u64, uint64_t, uint64_format(value, at))                                                                         \
    X(decimal_i64, int64_t, decimal_format(value, values->type.scale, at))                                             \
    X(decimal_i128, Int128, decimal_format(value, values->type.scale, at))                                             \
    X(double, double, double_format(value, at))                                                                        \
    X(real, double, real_format(value, at))                                                                            \
    X(date, int32_t, date_format(value, at))                                                                           \
    X(time, int64_t, time_format(value, at))                                                                           \
    X(timestamp, int64_t, timestamp_format(value, at))                                                                 \
    X(timestamptz, int64_t, timestamptz_format(value, at))

#define PLAIN_FIELD(NAME, ctype, format)                                                                               \
    static void csv_field_##NAME(Writer *writer, const CsvWriter *csv, const Vector *values, size_t index)             \
    {                                                                                                                  \
        (void)csv;                                                                                                     \
        ctype value = VECTOR_DATA(values, ctype)[index];                                                               \
        char *at = writer_reserve(writer, VALUE_TEXT_SIZE);                                                            \
        writer->output_size += (format);                                                                               \
    }
PLAIN_FIELDS(PLAIN_FIELD)
#undef PLAIN_FIELD

static CsvField csv_field_of(const CsvWriter *csv, const Vector *values)
{
    if (values->type.id == TYPE_VARCHAR)
        return csv_field_text;
    if (!csv->numbers_are_plain)
        return csv_field_any;
    switch ((TypeId)values->type.id) {
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
        return csv_field_i32;
    case TYPE_BIGINT:
        return csv_field_i64;
    case TYPE_UBIGINT:
        return csv_field_u64;
    case TYPE_DECIMAL:
        return values->physical == PHYSICAL_I64 ? csv_field_decimal_i64 : csv_field_decimal_i128;
    case TYPE_DOUBLE:
        return values->type.limit == LIMIT_REAL ? csv_field_real : csv_field_double;
    case TYPE_DATE:
        return csv_field_date;
    case TYPE_TIME:
        return csv_field_time;
    case TYPE_TIMESTAMP:
        return csv_field_timestamp;
    case TYPE_TIMESTAMPTZ:
        return csv_field_timestamptz;
    default:
        return csv_field_any;
    }
}

/* ---- CSV ---- */

/* Whether a byte can stand in the text of a number, date or time. */
static bool is_number_byte(char c)
{
    return ascii_is_digit(c) || ascii_is_alpha(c) || c == '+' || c == '-' || c == '.' || c == ':' || c == ' ';
}

static void csv_begin(Writer *writer)
{
    size_t column_count = writer->schema->column_count;
    CsvWriter *csv = arena_new(writer->arena, CsvWriter);
    writer->state = csv;
    csv->delimiter = writer->options.delimiter ? writer->options.delimiter : ',';
    csv->quote = (unsigned char)(writer->options.quote ? writer->options.quote : '"');
    csv->quote_all = writer->options.quote_all;
    csv->null_text = writer_null_text(writer, "");
    csv->numbers_are_plain = !csv->quote_all && csv->null_text.size == 0 && !is_number_byte(csv->delimiter) &&
                             !is_number_byte((char)csv->quote);
    csv->needs_quotes[(unsigned char)csv->delimiter] = true;
    csv->needs_quotes[csv->quote] = true;
    csv->needs_quotes['\n'] = csv->needs_quotes['\r'] = true;
    csv->fields = arena_array(writer->arena, CsvField, column_count);
    csv->values = arena_array(writer->arena, const Vector *, column_count);
    if (writer->options.no_header || column_count == 0)
        return;
    for (size_t i = 0; i < column_count; i++) {
        if (i)
            writer_put_char(writer, csv->delimiter);
        csv_put_field(writer, csv, view_of(writer->schema->columns[i].name));
    }
    writer_put_char(writer, '\n');
}

static void csv_batch(Writer *writer, const Batch *batch)
{
    CsvWriter *csv = writer->state;
    size_t column_count = batch->column_count;
    if (column_count == 0)
        return;
    for (size_t c = 0; c < column_count; c++) {
        const Vector *column = batch->columns[c];
        csv->values[c] = column->form == VECTOR_DICTIONARY ? column->dictionary : column;
        csv->fields[c] = csv_field_of(csv, csv->values[c]);
    }
    for (size_t i = 0; i < batch->row_count && !writer->is_refused; i++) {
        size_t row = batch_row(batch, i);
        for (size_t c = 0; c < column_count; c++) {
            if (c)
                writer_put_char(writer, csv->delimiter);
            size_t index = vector_index(batch->columns[c], row);
            if (validity_get(csv->values[c]->validity, index))
                csv->fields[c](writer, csv, csv->values[c], index);
            else
                writer_put(writer, csv->null_text);
        }
        writer_put_char(writer, '\n');
    }
}

const WriterOps writer_csv_ops = {.begin = csv_begin, .batch = csv_batch, .has_parts = true};

/* ---- TSV ---- */

typedef struct TsvWriter {
    char delimiter;
    char delimiter_escape[3];
    const char *escapes[256];
} TsvWriter;

static void tsv_begin(Writer *writer)
{
    TsvWriter *tsv = arena_new(writer->arena, TsvWriter);
    writer->state = tsv;
    tsv->delimiter = writer->options.delimiter ? writer->options.delimiter : '\t';
    tsv->delimiter_escape[0] = '\\';
    tsv->delimiter_escape[1] = tsv->delimiter;
    tsv->escapes[(unsigned char)tsv->delimiter] = tsv->delimiter_escape;
    tsv->escapes['\t'] = "\\t";
    tsv->escapes['\n'] = "\\n";
    tsv->escapes['\r'] = "\\r";
    tsv->escapes['\\'] = "\\\\";
    if (writer->options.no_header || writer->schema->column_count == 0)
        return;
    for (size_t i = 0; i < writer->schema->column_count; i++) {
        if (i)
            writer_put_char(writer, tsv->delimiter);
        writer_put_escaped(writer, view_of(writer->schema->columns[i].name), tsv->escapes);
    }
    writer_put_char(writer, '\n');
}

static void tsv_batch(Writer *writer, const Batch *batch)
{
    if (batch->column_count == 0)
        return;
    const TsvWriter *tsv = writer->state;
    StringView null_text = writer_null_text(writer, "");
    writer_show_batch(writer, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        for (size_t c = 0; c < batch->column_count; c++) {
            StringView text;
            TypeId type = batch->columns[c]->type.id;
            if (c)
                writer_put_char(writer, tsv->delimiter);
            if (!writer_shown(writer, c, batch_row(batch, i), &text))
                writer_put(writer, null_text);
            else if (type == TYPE_VARCHAR || type == TYPE_BLOB || tsv->delimiter != '\t')
                writer_put_escaped(writer, text, tsv->escapes);
            else
                writer_put(writer, text);
        }
        writer_put_char(writer, '\n');
    }
}

const WriterOps writer_tsv_ops = {.begin = tsv_begin, .batch = tsv_batch, .has_parts = true};
