/* provider/csv/csv_detect.c: tries dialects on the head of a file, and takes the one in which it is most regular.
 *
 * libcsv reads the head once for each delimiter and quote. A dialect's score is the share of records that have as many
 * fields as most have; a dialect with one field a record counts less than half, and one with broken quotes as well. So
 * a file is cut into columns when that makes it regular, and only then. Where no field is quoted, a quote behind a
 * digit is taken for what it is: a mark of inches or seconds. */
#include "provider/csv/csv_detect.h"

#include <csv.h>
#include <string.h>

#include "base/context.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "provider/csv/csv_careful.h"
#include "provider/csv/csv_foreign.h"

enum {
    HEAD_PADDING = 80,
    HEAD_LIMIT = 64 << 20, /* bytes searched for the first line end */
};

static const double SINGLE_COLUMN_WEIGHT = 0.4, BROKEN_WEIGHT = 0.5;

/* ---- the head ---- */

/* UTF-16 without a byte order mark: most characters have a NUL byte, all on the same side. NULL: that is not what it
 * is. */
static const char *utf16_hint(const char *data, size_t size)
{
    enum { LOOK_SIZE = 256 };
    size_t nul_counts[2] = {0};
    size = size < LOOK_SIZE ? size : LOOK_SIZE;
    for (size_t i = 0; i < size; i++)
        nul_counts[i % 2] += data[i] == '\0';
    if (nul_counts[1] > size / 4 && nul_counts[0] == 0)
        return "OPTIONS (encoding 'utf-16le') may be what it is in";
    if (nul_counts[0] > size / 4 && nul_counts[1] == 0)
        return "OPTIONS (encoding 'utf-16be') may be what it is in";
    return NULL;
}

static void head_check_text(const char *path, const char *data, size_t size)
{
    const char *hint = utf16_hint(data, size);
    if (hint)
        error_raise_hint(ERROR_INVALID_ENCODING, NO_POSITION, hint, "%s: is not in UTF-8: every second byte is NUL",
                         path);
    const char *nul = size ? memchr(data, '\0', size) : NULL;
    StringView view = {data, size};
    size_t valid_size = nul ? utf8_valid_size(view) : size;
    if (nul && size - valid_size >= 4) /* a character that the head's end cuts is fine */
        error_raise(ERROR_INVALID_ENCODING, NO_POSITION, "%s: is no text file: byte %zu is NUL and byte %zu no UTF-8",
                    path, (size_t)(nul - data), valid_size);
}

void csv_head_read(Arena *arena, CsvSource *source, const CsvOptions *options, size_t size, CsvHead *ret_head)
{
    for (;; size *= 4) {
        char *data = arena_allocate(arena, memory_size_add(size, HEAD_PADDING));
        size_t filled = 0, got = 1;
        while (filled < size && got > 0) {
            got = csv_source_read(source, filled, data + filled, size - filled);
            filled += got;
        }
        bool is_whole = got == 0 || filled >= source->size;
        csv_foreign_refuse(source->path, options, (StringView){data, filled});
        head_check_text(source->path, data, filled);
        size_t start = filled >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        for (size_t i = 0; i < options->skip && start < filled; i++)
            start = csv_line_skip(data, start, filled);
        bool has_line = memchr(data + start, '\n', filled - start) || memchr(data + start, '\r', filled - start);
        if (!has_line && !is_whole && size < HEAD_LIMIT)
            continue;
        if (is_whole && filled > start && data[filled - 1] != '\n' && data[filled - 1] != '\r')
            data[filled++] = '\n';
        memset(data + filled, 0, HEAD_PADDING - 1); /* a line end may stand in the first */
        *ret_head = (CsvHead){.data = data + start, .size = filled - start, .offset = start, .is_whole = is_whole};
        return;
    }
}

/* ---- trying one dialect ---- */

typedef struct Trial {
    CsvDialect dialect;
    uint32_t *counts; /* of each record's fields */
    size_t record_count, record_capacity;
    uint32_t field_count; /* of the record being read */
    uint32_t mode;        /* what most records have */
    bool is_irregular;    /* some have another count than the first */
    bool is_lost;         /* cannot be the best: it was not read to its end */
    bool is_broken;
    double score;
} Trial;

static void trial_field(void *text, size_t size, void *user)
{
    (void)text, (void)size;
    ((Trial *)user)->field_count++;
}

static void trial_record(int terminator, void *user)
{
    (void)terminator;
    Trial *trial = user;
    if (trial->record_count < trial->record_capacity)
        trial->counts[trial->record_count++] = trial->field_count;
    trial->is_irregular |= trial->field_count != trial->counts[0];
    trial->field_count = 0;
}

static int no_space(unsigned char byte)
{
    (void)byte;
    return 0;
}

static void parser_release(void *object)
{
    csv_free(object);
}

/* As csv_parse, which looks at no cancel flag, nor whether it is worth going on. */
static size_t parse_in_pieces(struct csv_parser *parser, Trial *trial, const CsvHead *head, const Trial *best)
{
    enum { PIECE = 4 << 10 };
    size_t read = 0, size, got;
    do {
        context_check(context_entered());
        size = head->size - read < PIECE ? head->size - read : PIECE;
        got = csv_parse(parser, head->data + read, size, trial_field, trial_record, trial);
        read += got;
        trial->is_lost = trial->is_irregular && best->score == 1;
    } while (got == size && read < head->size && !trial->is_lost);
    return read;
}

/* libcsv knows one quote byte, doubled; without quotes it is told of one that does not occur. */
static void trial_read_strictly(Arena *arena, Trial *trial, const CsvHead *head, const Trial *best)
{
    struct csv_parser *parser = arena_new(arena, struct csv_parser);
    csv_init(parser, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL);
    arena_own(arena, parser, parser_release);
    csv_set_space_func(parser, no_space);
    csv_set_delim(parser, (unsigned char)trial->dialect.delimiter);
    csv_set_quote(parser, trial->dialect.has_quote ? (unsigned char)trial->dialect.quote : '\0');
    size_t read = parse_in_pieces(parser, trial, head, best);
    bool is_done = read == head->size && (!head->is_whole || csv_fini(parser, trial_field, trial_record, trial) == 0);
    int problem = csv_error(parser);
    arena_release(arena, parser);
    if (problem == CSV_ENOMEM || problem == CSV_ETOOBIG)
        error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory while a CSV file's dialect was detected");
    trial->is_broken = !is_done;
}

/* What libcsv does not know: comments, backslashes before quotes, quotes in the middle. */
static void trial_read_carefully(Arena *arena, Trial *trial, const CsvHead *head)
{
    CsvIndex index;
    Arena *scratch = arena_new_child(arena);
    csv_index_init(&index, scratch, head->size + 1);
    csv_careful_run(&index, &trial->dialect, head->data, 0, head->size, head->is_whole);
    uint32_t start = 0;
    for (size_t r = 0; r < index.record_count; r++) {
        uint32_t count = index.records[r] - index.records[(ptrdiff_t)r - 1];
        uint32_t end = index.ends[index.records[r] - 1];
        bool is_blank = csv_record_is_blank(&trial->dialect, head->data, start, end, count);
        bool is_comment = trial->dialect.has_comment && head->data[start] == trial->dialect.comment;
        if (!is_blank && !is_comment && trial->record_count < trial->record_capacity)
            trial->counts[trial->record_count++] = count;
        start = end + 1;
    }
    trial->is_broken = index.problem.kind != CSV_PROBLEM_NONE;
    arena_free(scratch);
}

/* The count that most records have; of two, the larger. */
static uint32_t trial_mode(Arena *arena, const Trial *trial)
{
    uint32_t highest = 0;
    for (size_t i = 0; i < trial->record_count; i++)
        highest = trial->counts[i] > highest ? trial->counts[i] : highest;
    uint32_t *histogram = arena_array(arena, uint32_t, (size_t)highest + 1);
    for (size_t i = 0; i < trial->record_count; i++)
        histogram[trial->counts[i]]++;
    uint32_t mode = highest;
    for (uint32_t count = highest; count > 0; count--)
        if (histogram[count] > histogram[mode])
            mode = count;
    return mode;
}

static void trial_run(Arena *arena, Trial *trial, const CsvHead *head, const Trial *best)
{
    if (csv_dialect_is_plain(&trial->dialect))
        trial_read_strictly(arena, trial, head, best);
    else
        trial_read_carefully(arena, trial, head);
    if (trial->is_lost)
        return;
    trial->mode = trial_mode(arena, trial);
    size_t regular = 0;
    for (size_t i = 0; i < trial->record_count; i++)
        regular += trial->counts[i] == trial->mode;
    trial->score = trial->record_count ? (double)regular / (double)trial->record_count : 0;
    if (trial->mode < 2)
        trial->score *= SINGLE_COLUMN_WEIGHT;
    if (trial->is_broken)
        trial->score *= BROKEN_WEIGHT;
}

/* ---- choosing ---- */

/* Every comma stands between two digits: "1,5;2,5" is a file of decimal commas. */
static bool commas_are_decimal(const CsvHead *head)
{
    size_t count = 0;
    for (size_t i = 0; i < head->size; i++) {
        if (head->data[i] != ',')
            continue;
        count++;
        if (i == 0 || !ascii_is_digit(head->data[i - 1]) || !ascii_is_digit(head->data[i + 1]))
            return false;
    }
    return count > 0;
}

static bool trial_is_better(const Trial *trial, const Trial *best, const CsvHead *head)
{
    if (best->record_count == 0 || trial->score != best->score)
        return trial->score > best->score;
    if (best->dialect.delimiter == ',' && trial->dialect.delimiter == ';' && trial->mode > 1 &&
        commas_are_decimal(head))
        return true;
    return trial->mode > best->mode && best->dialect.quote == trial->dialect.quote;
}

static Trial trial_make(Arena *arena, const CsvOptions *options, const CsvHead *head)
{
    Trial trial = {.record_capacity = csv_index_line_count(cpu_level(), head->data, head->size) + 1};
    trial.counts = arena_array(arena, uint32_t, trial.record_capacity);
    trial.dialect = (CsvDialect){
        .has_comment = options->has_comment,
        .comment = options->comment,
        .is_lenient = options->is_lenient,
        .has_backslashes = options->has_backslashes,
        .pads_rows = options->pads_rows,
        .on_error = options->on_error,
        .null_words = options->null_words,
        .null_word_count = options->null_word_count,
        .style = options->style,
    };
    return trial;
}

/* Delimiters to try, the likeliest first. */
static const char *delimiter_candidates(const char *path, const CsvOptions *options, char *buffer)
{
    if (options->has_delimiter) {
        buffer[0] = options->delimiter, buffer[1] = '\0';
        return buffer;
    }
    size_t size = strlen(path);
    if (size > 4 && text_equal_ignoring_case(path + size - 4, ".tsv"))
        return "\t,;|";
    if (size > 4 && text_equal_ignoring_case(path + size - 4, ".psv"))
        return "|,;\t";
    return ",;\t|";
}

typedef struct Quoting {
    char quote;
    bool has_quote;
    char escape;
} Quoting;

/* Ways of quoting to try, each only when those before leave the file irregular. */
static size_t quoting_candidates(const CsvOptions *options, Quoting *quotings)
{
    if (options->has_quote == CSV_CHOICE_NO) {
        quotings[0] = (Quoting){0};
        return 1;
    }
    static const char quotes[2] = {'"', '\''};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        char quote = options->has_quote == CSV_CHOICE_YES ? options->quote : quotes[i];
        quotings[count++] = (Quoting){quote, true, options->has_escape ? options->escape : quote};
        if (!options->has_escape)
            quotings[count++] = (Quoting){quote, true, '\\'};
        if (options->has_quote == CSV_CHOICE_YES)
            break;
    }
    return count;
}

/* Whether some field of the head begins with the quote, or might. */
static bool quote_is_used(const CsvHead *head, char delimiter, char quote)
{
    char previous = '\n';
    for (size_t i = 0; i < head->size; i++) {
        context_pace(i);
        if (head->data[i] == quote && (previous == delimiter || previous == '\n' || previous == '\r'))
            return true;
        previous = head->data[i];
    }
    return false;
}

static CsvLineEnd line_end_detect(const CsvHead *head)
{
    const char *lf = head->size ? memchr(head->data, '\n', head->size) : NULL;
    const char *cr = head->size ? memchr(head->data, '\r', head->size) : NULL;
    if (lf == NULL)
        return cr ? CSV_LINE_CR : CSV_LINE_LF;
    return cr && cr + 1 == lf ? CSV_LINE_CRLF : CSV_LINE_LF;
}

void csv_dialect_detect(Arena *arena, const char *path, const CsvOptions *options, const CsvHead *head,
                        CsvDialect *ret_dialect)
{
    char delimiter[2];
    const char *delimiters = delimiter_candidates(path, options, delimiter);
    Quoting quotings[4];
    size_t quoting_count = quoting_candidates(options, quotings);
    Arena *scratch = arena_new_child(arena);
    Trial best = {0};
    for (size_t q = 0; q < quoting_count; q++) {
        if (best.score == 1)
            break;
        for (const char *d = delimiters; *d; d++) {
            Quoting quoting = quotings[q];
            if (quoting.has_quote && quoting.quote == *d)
                continue;
            if (q > 0 && !quote_is_used(head, *d, quoting.quote))
                continue;
            if (best.score >= SINGLE_COLUMN_WEIGHT && memchr(head->data, *d, head->size) == NULL)
                continue; /* it would make one column */
            Trial trial = trial_make(scratch, options, head);
            trial.dialect.delimiter = *d;
            trial.dialect.quote = quoting.quote;
            trial.dialect.has_quote = quoting.has_quote;
            trial.dialect.escape = quoting.escape;
            trial_run(scratch, &trial, head, &best);
            if ((d == delimiters && q == 0) || trial_is_better(&trial, &best, head))
                best = trial;
        }
    }
    if (best.is_broken && best.dialect.has_quote && !options->is_strict &&
        !quote_is_used(head, best.dialect.delimiter, best.dialect.quote)) {
        Trial trial = trial_make(scratch, options, head); /* no field is quoted: 5.2" has no end to look for */
        CsvDialect dialect = best.dialect;
        dialect.takes_marks = true;
        trial.dialect = dialect;
        trial_run(scratch, &trial, head, &best);
        if (!trial.is_broken && trial.mode == best.mode)
            best = trial;
    }
    arena_free(scratch);
    *ret_dialect = best.dialect;
    ret_dialect->line_end = line_end_detect(head);
    ret_dialect->column_count = best.mode;
}

/* ---- what stands above the table ---- */

static bool has_letter(const char *data, uint32_t start, uint32_t end)
{
    for (; start < end; start++)
        if (ascii_is_alpha(data[start]) || (data[start] & 0x80))
            return true;
    return false;
}

static size_t record_count_of(const CsvIndex *index, size_t record)
{
    return index->records[record] - index->records[(ptrdiff_t)record - 1];
}

static bool record_is_blank(const CsvIndex *index, const CsvDialect *dialect, const char *data, size_t record)
{
    const uint32_t *ends = index->ends + index->records[(ptrdiff_t)record - 1];
    return csv_record_is_blank(dialect, data, ends[-1] + 1, ends[0], record_count_of(index, record));
}

/* A line that is none of the table's: text, which is no header of rows with more fields than that. Such a header names
 * each of its columns, and has no blank line below it; the usual ones lack one name: of row names, or behind the last
 * delimiter. */
static bool record_is_note(const CsvIndex *index, const CsvDialect *dialect, const char *data, size_t record)
{
    const uint32_t *ends = index->ends + index->records[(ptrdiff_t)record - 1];
    size_t count = record_count_of(index, record), named_count = 0;
    if (count >= dialect->column_count)
        return false;
    for (size_t f = 0; f < count; f++)
        named_count += has_letter(data, ends[(ptrdiff_t)f - 1] + 1, ends[f]);
    if (named_count == 0 || named_count < count)
        return named_count > 0;
    bool is_above_blank = record + 1 < index->record_count && record_is_blank(index, dialect, data, record + 1);
    return count == 1 && (dialect->column_count > 2 || is_above_blank);
}

/* Where the first record of the table begins; 0: at the start, or that is not plain. */
static uint32_t preamble_end(const CsvIndex *index, const CsvDialect *dialect, const char *data)
{
    uint32_t start = 0, end = 0;
    size_t row_count = 0;
    for (size_t r = 0; r < index->record_count; r++) {
        bool is_full = record_count_of(index, r) == dialect->column_count;
        if (is_full && row_count++ == 0)
            end = start;
        else if (!is_full && !record_is_blank(index, dialect, data, r) &&
                 (row_count > 0 || !record_is_note(index, dialect, data, r)))
            return 0;
        start = index->ends[index->records[r] - 1] + 1;
    }
    return row_count >= 2 ? end : 0;
}

size_t csv_preamble_skip(Arena *arena, const CsvDialect *dialect, CsvHead *head)
{
    if (dialect->column_count < 2 || dialect->pads_rows || dialect->has_comment)
        return 0;
    CsvIndex index;
    Arena *scratch = arena_new_child(arena);
    csv_index_init(&index, scratch, head->size + 1);
    csv_careful_run(&index, dialect, head->data, 0, head->size, head->is_whole);
    uint32_t size = index.problem.kind == CSV_PROBLEM_NONE ? preamble_end(&index, dialect, head->data) : 0;
    arena_free(scratch);
    size_t line_count = 0;
    for (size_t i = 0; i < size; i = csv_line_skip(head->data, i, size))
        line_count++;
    head->data += size;
    head->size -= size;
    head->offset += size;
    return line_count;
}
