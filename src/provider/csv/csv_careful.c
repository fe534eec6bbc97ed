/* provider/csv/csv_careful.c: RFC 4180 and the ways in which real files differ from it, one byte at a time. */
#include "provider/csv/csv_careful.h"

#include <string.h>

#include "base/context.h"
#include "provider/csv/csv_backslash.h"

typedef struct CarefulReader {
    const CsvDialect *dialect;
    const char *data;
    size_t size;
    bool is_end;
    CsvProblem problem;
} CarefulReader;

enum { INCOMPLETE = SIZE_MAX }; /* more data is needed to tell */

static bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

/* Where the line end that begins at `position` ends the record: the LF of CR LF. */
static size_t line_end_finish(const CarefulReader *reader, size_t position)
{
    if (reader->data[position] == '\n')
        return position;
    if (position + 1 == reader->size)
        return reader->is_end ? position : INCOMPLETE;
    return reader->data[position + 1] == '\n' ? position + 1 : position;
}

static void problem_note(CarefulReader *reader, CsvProblemKind kind, size_t field_start, size_t position)
{
    size_t resume = position;
    while (resume < reader->size && !is_line_end(reader->data[resume]))
        resume++;
    if (resume < reader->size && line_end_finish(reader, resume) != INCOMPLETE)
        resume = line_end_finish(reader, resume) + 1;
    reader->problem.kind = kind;
    reader->problem.field_start = (uint32_t)field_start;
    reader->problem.position = (uint32_t)position;
    reader->problem.resume = (uint32_t)resume;
}

/* The position behind a field's text: its delimiter or line end. `start` is not an opening quote. */
static size_t unquoted_end(CarefulReader *reader, size_t start)
{
    const CsvDialect *dialect = reader->dialect;
    for (size_t i = start; i < reader->size; i++) {
        context_pace(i);
        char byte = reader->data[i];
        bool is_before_end = reader->is_end && i + 2 == reader->size; /* the text's last line end is always one */
        if (byte == '\\' && dialect->has_backslashes && !is_before_end) {
            i++; /* whatever the next byte is, it ends nothing */
            continue;
        }
        if (byte == dialect->delimiter || is_line_end(byte))
            return i;
        bool is_mark = dialect->takes_marks && i > start && ascii_is_digit(reader->data[i - 1]);
        if (dialect->has_quote && byte == dialect->quote && !dialect->is_lenient && !is_mark) {
            problem_note(reader, CSV_PROBLEM_STRAY_QUOTE, start, i);
            return INCOMPLETE;
        }
    }
    return INCOMPLETE;
}

static size_t quoted_end(CarefulReader *reader, size_t start)
{
    const CsvDialect *dialect = reader->dialect;
    const char *data = reader->data;
    size_t size = reader->size;
    for (size_t i = start + 1; i < size; i++) {
        context_pace(i);
        bool is_quote = data[i] == dialect->quote;
        if (!is_quote && (data[i] != dialect->escape || dialect->escape == dialect->quote))
            continue;
        if (i + 1 == size)
            break;
        bool is_escape = is_quote ? dialect->escape == dialect->quote && data[i + 1] == dialect->quote : true;
        if (is_escape) {
            i++;
            continue;
        }
        if (data[i + 1] == dialect->delimiter || is_line_end(data[i + 1]))
            return i + 1;
        if (dialect->is_lenient)
            continue;
        problem_note(reader, CSV_PROBLEM_TEXT_AFTER_QUOTE, start, i + 1);
        return INCOMPLETE;
    }
    if (reader->is_end) {
        problem_note(reader, CSV_PROBLEM_UNCLOSED_QUOTE, start, start);
        reader->problem.resume = (uint32_t)size;
    }
    return INCOMPLETE;
}

/* Writes the ends of one record's fields; returns where the next record begins, or INCOMPLETE. */
static size_t record_read(CarefulReader *reader, CsvIndex *index, size_t start, size_t *field_count)
{
    const CsvDialect *dialect = reader->dialect;
    if (dialect->has_comment && start < reader->size && reader->data[start] == dialect->comment) {
        size_t end = start;
        while (end < reader->size && !is_line_end(reader->data[end]))
            end++;
        size_t finish = end < reader->size ? line_end_finish(reader, end) : INCOMPLETE;
        if (finish == INCOMPLETE)
            return INCOMPLETE;
        index->ends[(*field_count)++] = (uint32_t)finish;
        return finish + 1;
    }
    for (size_t field_start = start; *field_count < index->capacity;) {
        reader->problem.field_number++;
        bool is_quoted =
            dialect->has_quote && field_start < reader->size && reader->data[field_start] == dialect->quote;
        size_t end = is_quoted ? quoted_end(reader, field_start) : unquoted_end(reader, field_start);
        if (end == INCOMPLETE)
            return INCOMPLETE;
        if (reader->data[end] == dialect->delimiter) {
            index->ends[(*field_count)++] = (uint32_t)end;
            field_start = end + 1;
            continue;
        }
        size_t finish = line_end_finish(reader, end);
        if (finish == INCOMPLETE)
            return INCOMPLETE;
        index->ends[(*field_count)++] = (uint32_t)finish;
        return finish + 1;
    }
    index->is_full = true;
    return INCOMPLETE;
}

/* \. alone, which PostgreSQL's text may end with. */
static bool record_is_end_mark(const CarefulReader *reader, size_t start, size_t next)
{
    return reader->dialect->has_backslashes && next - start > 2 && memcmp(reader->data + start, "\\.", 2) == 0 &&
           is_line_end(reader->data[start + 2]);
}

void csv_careful_run(CsvIndex *index, const CsvDialect *dialect, const char *data, size_t start, size_t size,
                     bool is_end)
{
    CarefulReader reader = {.dialect = dialect, .data = data, .size = size, .is_end = is_end};
    index->ends[-1] = (uint32_t)start - 1;
    index->has_ends = true;
    index->is_full = false;
    index->is_ascii = false; /* not looked at: every field is */
    index->has_nul = true;
    index->has_quotes = true;
    index->record_count = 0;
    size_t field_count = 0;
    while (start < size) {
        if (field_count == index->capacity) {
            index->is_full = true;
            break;
        }
        reader.problem = (CsvProblem){.record_start = (uint32_t)start};
        size_t next = record_read(&reader, index, start, &field_count);
        if (next == INCOMPLETE)
            break;
        if (record_is_end_mark(&reader, start, next)) {
            if (next < size)
                problem_note(&reader, CSV_PROBLEM_TEXT_AFTER_END, start, start);
            else if (is_end)
                start = next;
            break;
        }
        index->records[index->record_count++] = (uint32_t)field_count;
        start = next;
    }
    index->end = start;
    bool is_known = reader.problem.kind != CSV_PROBLEM_NONE && (is_end || reader.problem.resume < size);
    index->problem = is_known ? reader.problem : (CsvProblem){0};
}

/* What begins at *at .. end-1, which comes to its end; the bytes at `target`. */
static size_t unescape_part(const CsvDialect *dialect, StringView content, size_t *at, size_t end, char *target)
{
    size_t size = 0, i = *at;
    for (; i < end; i++) {
        char byte = content.data[i];
        if (byte == dialect->escape && i + 1 < content.size) {
            char next = content.data[i + 1];
            if (next == dialect->quote || next == dialect->escape)
                byte = next, i++;
        }
        target[size++] = byte;
    }
    *at = i;
    return size;
}

size_t csv_unescape(const CsvDialect *dialect, StringView content, char *target)
{
    enum { PART = 256 << 10 };
    if (dialect->has_backslashes)
        return csv_backslash_undo(content, target);
    size_t size = 0;
    for (size_t at = 0; at < content.size;) {
        size_t end = content.size - at < PART ? content.size : at + PART;
        size += unescape_part(dialect, content, &at, end, target + size);
        if (end < content.size)
            context_check(context_entered());
    }
    return size;
}
