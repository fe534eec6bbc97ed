/* provider/csv/csv_header.c: rules for telling names from data.
 *
 *   text above a column that is not text           a header: "age" above 31 and 47
 *   nothing but empty fields                       a header without names
 *   all columns are text                           a header, unless a name is missing, stands twice, comes again below,
 * or looks as all values below it do ("1/1/2020" above "5/7/1995") otherwise                                      data
 */
#include "provider/csv/csv_header.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/map.h"
#include "base/utf8.h"
#include "provider/csv/csv_field.h"
#include "provider/csv/csv_hidden.h"
#include "provider/csv/csv_parse.h"

void csv_header_read(CsvHeader *header, Arena *arena, const CsvDialect *dialect, const char *data, const uint32_t *ends,
                     size_t count)
{
    header->count = count;
    header->fields = arena_array(arena, CsvHeaderField, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t start = ends[(ptrdiff_t)i - 1] + 1;
        uint32_t end = csv_field_end(data, start, ends[i]);
        StringView text;
        CsvHeaderField *field = &header->fields[i];
        field->is_null = !csv_field_text(arena, dialect, (StringView){data + start, end - start}, &text);
        char *copy = arena_allocate_zero(arena, text.size + CSV_FIELD_PADDING);
        memcpy(copy, text.data, text.size);
        field->text = (StringView){copy, text.size};
        field->plain = csv_style_plain(&dialect->style, arena, field->text);
        field->shares_pattern = true;
    }
}

/* Letters and digits by their kind, others as they are: two texts of one pattern give equal hashes. */
static uint64_t pattern_hash(StringView text)
{
    uint64_t hash = 0;
    char previous = '\0';
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        char kind = ascii_is_digit(byte) ? '9' : ascii_is_alpha(byte) || (byte & 0x80) ? 'a' : byte;
        if (kind != previous || (kind != '9' && kind != 'a'))
            hash = hash_combine(hash, (unsigned char)kind);
        previous = kind;
    }
    return hash;
}

/* Digits and a mark between them: names have no dates and amounts in them. */
static bool has_telling_pattern(StringView text)
{
    bool has_digit = false, has_mark = false;
    for (size_t i = 0; i < text.size; i++) {
        has_digit |= ascii_is_digit(text.data[i]);
        has_mark |=
            text.data[i] > ' ' && text.data[i] != '_' && !ascii_is_digit(text.data[i]) && !ascii_is_alpha(text.data[i]);
    }
    return has_digit && has_mark;
}

void csv_header_compare(CsvHeader *header, const CsvRows *rows, size_t column)
{
    if (column >= header->count)
        return;
    CsvHeaderField *field = &header->fields[column];
    uint64_t pattern = pattern_hash(field->text);
    header->compared_count = rows->count;
    field->shares_pattern = has_telling_pattern(field->text);
    for (size_t row = 0; row < rows->count; row++) {
        if (rows->is_padded && column >= rows->field_counts[row])
            continue;
        StringView text = csv_rows_field(rows, row, column);
        const CsvDialect *dialect = rows->block->dialect;
        if (text.size >= 2 && dialect->has_quote && text.data[0] == dialect->quote)
            text = (StringView){text.data + 1, text.size - 2};
        if (text.size == 0)
            continue;
        field->comes_again |= view_equal(text, field->text);
        if (field->shares_pattern)
            field->shares_pattern = pattern_hash(text) == pattern;
    }
}

static bool field_is_text(const CsvHeaderField *field)
{
    CsvEvidence evidence;
    csv_evidence_init(&evidence);
    csv_evidence_add(&evidence, field->plain.data, field->plain.size);
    return csv_evidence_type(&evidence).id == TYPE_VARCHAR;
}

static bool names_are_unique(const CsvHeader *header, Arena *scratch)
{
    Map names = map_in(scratch);
    for (size_t i = 0; i < header->count; i++) {
        if (map_get(&names, header->fields[i].text))
            return false;
        map_set(&names, header->fields[i].text, (void *)header);
    }
    return true;
}

static bool header_matches(const CsvHeader *header, const Schema *declared)
{
    for (size_t i = 0; i < header->count; i++)
        if (!view_equal_ignoring_case(header->fields[i].text, view_of(declared->columns[i].name)))
            return false;
    return true;
}

bool csv_header_is_likely(const CsvHeader *header, Arena *scratch, const CsvEvidence *evidence, size_t column_count,
                          const Schema *declared)
{
    if (header->count != column_count)
        return false;
    if (declared && header_matches(header, declared))
        return true;
    size_t null_count = 0;
    bool has_typed = false, is_text = true, is_named = true;
    for (size_t c = 0; c < column_count; c++) {
        const CsvHeaderField *field = &header->fields[c];
        bool below_is_typed = evidence[c].value_count > 0 && csv_evidence_type(&evidence[c]).id != TYPE_VARCHAR;
        bool field_is_name = !field->is_null && field->text.size > 0 && field_is_text(field);
        if (below_is_typed && field_is_name)
            return true;
        has_typed |= below_is_typed;
        null_count += field->is_null;
        is_named &= !field->is_null && field->text.size > 0;
        is_text &= field_is_name;
    }
    if (null_count == column_count)
        return column_count > 1 && header->compared_count > 0;
    if (has_typed || !is_text || !is_named)
        return false;
    for (size_t c = 0; c < column_count; c++) {
        const CsvHeaderField *field = &header->fields[c];
        if (field->comes_again || (field->shares_pattern && header->compared_count > 0))
            return false;
    }
    return names_are_unique(header, scratch);
}

/* ---- names ---- */

/* "name", or "name_1", "name_2" … where that is taken: in `used` already, or by another field of the header. `used`
 * maps a name to the number that was tried last. */
static const char *name_make_unique(Arena *arena, Map *used, const Map *taken, const char *name)
{
    unsigned *number = map_get(used, view_of(name));
    if (number == NULL)
        return name;
    for (;;) {
        const char *numbered = arena_format(arena, "%s_%u", name, ++*number);
        if (map_get(used, view_of(numbered)) == NULL && map_get(taken, view_of(numbered)) == NULL)
            return numbered;
    }
}

static const char *header_name(const CsvHeader *header, Arena *arena, const CsvDialect *dialect, size_t column)
{
    if (!dialect->has_header || column >= header->count || header->fields[column].text.size == 0)
        return arena_format(arena, "column%zu", column);
    StringView text = header->fields[column].text;
    return arena_string_n(arena, text.data, text.size);
}

static void header_check_encoding(const CsvHeader *header, const char *path)
{
    for (size_t i = 0; i < header->count; i++) {
        StringView text = header->fields[i].text;
        if (utf8_valid_size(text) < text.size)
            error_raise_hint(ERROR_INVALID_ENCODING, NO_POSITION, csv_encoding_hint(text.data, text.size),
                             "%s: the name of column %zu is invalid UTF-8", path, i + 1);
        if (text.size && memchr(text.data, '\0', text.size))
            error_raise(ERROR_INVALID_ENCODING, NO_POSITION, "%s: the name of column %zu has a NUL byte", path, i + 1);
    }
}

Schema *csv_header_schema(const CsvHeader *header, Arena *arena, const CsvDialect *dialect, const Schema *declared,
                          const char *path)
{
    Schema *schema = schema_new(arena, dialect->column_count);
    if (dialect->has_header && declared == NULL)
        header_check_encoding(header, path);
    Map used = map_in(arena), taken = map_in(arena);
    for (size_t c = 0; dialect->has_header && c < header->count; c++)
        if (header->fields[c].text.size)
            map_set(&taken, header->fields[c].text, schema);
    for (size_t c = 0; c < schema->column_count; c++) {
        if (declared) {
            schema->columns[c].name = declared->columns[c].name;
            continue;
        }
        const char *name = name_make_unique(arena, &used, &taken, header_name(header, arena, dialect, c));
        map_set(&used, view_of(name), arena_new(arena, unsigned));
        schema->columns[c].name = name;
    }
    schema_add_hidden(schema, arena, csv_hidden_columns, CSV_HIDDEN_COUNT);
    return schema;
}
