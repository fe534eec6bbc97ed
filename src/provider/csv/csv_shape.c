/* provider/csv/csv_shape.c: looks at a file and decides: is there a header, what are the columns, of which types. */
#include "provider/csv/csv_shape.h"

#include <string.h>

#include "base/error.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_careful.h"
#include "provider/csv/csv_detect.h"
#include "provider/csv/csv_header.h"
#include "provider/csv/csv_parse.h"

enum {
    FIRST_RECORD_SIZE = 2 << 10, /* in so many bytes most often a record begins or ends */
    NEAR_FIELDS = 2 << 10,       /* looked at column by column while they are in the nearest cache */
    FEWEST_ROWS = 64,
};

typedef struct Survey {
    Arena *arena;
    const Context *context;
    Context quiet; /* counts rejected rows of its own */
    CsvSource *source;
    const CsvOptions *options;
    CsvDialect dialect; /* as the file's, but broken rows are left out */
    CpuLevel level;
    CsvBlock *block; /* reads all pieces, one after the other */
    CsvRows *rows;
    Arena *block_arena, *scratch;
    char *piece; /* CSV_PIECE_SIZE bytes, to find the first record of a piece in */
    CsvEvidence *evidence;
    CsvHeader header;
    uint64_t row_count, byte_count; /* that were looked at */
    uint64_t stored_byte_count;     /* bytes of the file that those were decoded from */
    bool is_total;
} Survey;

/* ---- looking at rows ---- */

/* Of the rows in `left`; NULL: all. */
static void survey_texts(Survey *survey, const CsvRows *rows, size_t column, const uint64_t *left)
{
    CsvEvidence *evidence = &survey->evidence[column];
    const CsvStyle *style = &survey->dialect.style;
    StringView texts[BATCH_SIZE];
    csv_column_texts(rows, column, left, survey->scratch, texts);
    if (left == NULL && style->is_plain) {
        csv_evidence_add_texts(evidence, texts, rows->count);
        return;
    }
    for (size_t row = 0; row < rows->count; row++) {
        if (left && !validity_get(left, row))
            continue;
        if (texts[row].data == NULL)
            csv_evidence_add_null(evidence);
        else if (style->is_plain)
            csv_evidence_add(evidence, texts[row].data, texts[row].size);
        else
            csv_style_add(style, survey->scratch, evidence, texts[row]);
    }
}

static void survey_column(Survey *survey, const CsvRows *rows, size_t column)
{
    CsvEvidence *evidence = &survey->evidence[column];
    if (!csv_evidence_wants_text(evidence)) { /* no more has to be known than how often there is some */
        size_t null_count = csv_column_null_count(rows, column);
        evidence->null_count += null_count;
        evidence->value_count += rows->count - null_count;
        return;
    }
    Type guess = csv_evidence_guess(evidence);
    if (guess.id == TYPE_VARCHAR) {
        survey_texts(survey, rows, column, NULL);
        return;
    }
    int64_t values[BATCH_SIZE];
    uint64_t left[VALIDITY_WORDS], any = 0;
    csv_values_read(rows, column, (TypeId)guess.id, guess.id == TYPE_DECIMAL ? guess.scale : 0, NULL, rows->count,
                    values, left);
    csv_evidence_add_values(evidence, guess, values, rows->count, left);
    for (size_t w = 0; w < VALIDITY_WORDS; w++)
        any |= left[w];
    if (any)
        survey_texts(survey, rows, column, left);
}

/* Moves the block to `offset`, where a record begins; what is behind `end` is read only where that is not to be helped.
 */
static void survey_move(Survey *survey, uint64_t offset, uint64_t end)
{
    CsvBlock *block = survey->block;
    bool is_plain = csv_dialect_is_plain(&survey->dialect);
    if (is_plain && end - offset <= CSV_PIECE_SIZE) {
        if (!csv_block_rewind(block, offset))
            csv_block_seek(block, offset, end);
    } else {
        csv_block_move(block, offset, is_plain ? end : UINT64_MAX);
    }
    block->record_limit = CSV_RECORD_LIMIT;
    block->ends_at_limit = false;
}

/* Records that begin at offset .. end-1; `offset` is where one begins. The last may end far behind `end`. */
static void survey_rows(Survey *survey, uint64_t offset, uint64_t end, bool is_start)
{
    CsvRows *rows = survey->rows;
    uint64_t rows_end = offset;
    size_t near_rows = NEAR_FIELDS / survey->dialect.column_count;
    near_rows = near_rows < FEWEST_ROWS ? FEWEST_ROWS : near_rows;
    survey_move(survey, offset, end);
    while (csv_block_take(survey->block, rows, is_start ? BATCH_SIZE : near_rows, true)) {
        context_check(survey->context);
        size_t count = rows->count;
        while (rows->count > 0 && csv_rows_offset(rows, rows->count - 1) >= end)
            rows->count--;
        for (size_t c = 0; c < survey->dialect.column_count; c++) {
            survey_column(survey, rows, c);
            if (is_start)
                csv_header_compare(&survey->header, rows, c);
        }
        is_start = false;
        survey->row_count += rows->count;
        if (rows->count > 0)
            rows_end = csv_rows_end(rows, rows->count - 1);
        arena_reset(survey->scratch);
        if (rows->count < count)
            break;
    }
    survey->byte_count += rows_end - offset;
}

/* Whether rows that begin at `offset` are regular up to `end`. */
static bool survey_is_regular(Survey *survey, uint64_t offset, uint64_t end)
{
    CsvRows *rows = survey->rows;
    uint64_t rejects = atomic_load(&survey->quiet.rejects), row_count = 0;
    survey_move(survey, offset, end);
    /* a wrong guess about quotes may make one record of all that follows */
    survey->block->record_limit = CSV_PIECE_RECORD_LIMIT;
    survey->block->ends_at_limit = true;
    bool is_plain = csv_dialect_is_plain(&survey->dialect); /* the block itself stops at the end */
    while (csv_block_take(survey->block, rows, BATCH_SIZE, !is_plain)) {
        row_count += rows->count;
        if (!is_plain && csv_rows_offset(rows, rows->count - 1) >= end)
            break;
    }
    bool is_regular = atomic_load(&survey->quiet.rejects) == rejects && row_count > 0;
    atomic_store(&survey->quiet.rejects, rejects);
    return is_regular;
}

/* Behind the first line end at or behind `offset`, if that is within quotes or not; 0: none in a piece. */
static uint64_t survey_find_record(Survey *survey, uint64_t offset, bool is_inside)
{
    for (size_t size = FIRST_RECORD_SIZE; size <= CSV_PIECE_SIZE; size *= 8) {
        size_t got = csv_source_read(survey->source, offset, survey->piece, size);
        size_t end = got == 0 ? 0 : csv_record_end(&survey->dialect, survey->piece, 0, got - 1, is_inside);
        if (end > 0)
            return offset + end;
    }
    return 0;
}

/* A piece in the middle: where its first record begins depends on whether it begins within quotes, so both are tried,
 * and a piece that neither makes regular is left out (Ge et al., "Speculative distributed CSV parsing", 2019). */
static void survey_piece(Survey *survey, uint64_t offset, uint64_t end)
{
    for (int is_inside = 0; is_inside < 2; is_inside++) {
        uint64_t start = survey_find_record(survey, offset, is_inside);
        if (start == 0 || start >= end || !survey_is_regular(survey, start, end))
            continue;
        survey_rows(survey, start, end, false);
        return;
    }
}

/* `read_size` as csv_block_init has it. */
static void survey_block_new(Survey *survey, size_t read_size)
{
    survey->block = arena_new(survey->block_arena, CsvBlock);
    survey->rows = arena_new(survey->block_arena, CsvRows);
    survey->scratch = arena_new_child(survey->block_arena);
    survey->piece = arena_allocate(survey->block_arena, CSV_PIECE_SIZE);
    csv_block_init(survey->block, survey->block_arena, &survey->quiet, survey->source, &survey->dialect, survey->level,
                   0, read_size);
}

static void survey_all(Survey *survey, uint64_t data_offset, const CsvHead *head)
{
    uint64_t size = survey->source->size;
    bool is_stream = size == UINT64_MAX; /* a pipe, or what is decoded: only its reader knows where it ends */
    bool has_types = survey->options->columns != NULL || survey->options->is_all_text;
    if (survey->source->spool && has_types &&
        !head->is_whole) { /* rows can leave as they come: nothing is to be found out */
        survey_block_new(survey, CSV_HEAD_SIZE);
        survey_rows(survey, data_offset, head->offset + head->size / 2, true); /* no more is read */
        return;
    }
    survey->is_total = is_stream || size <= CSV_TOTAL_SIZE;
    if (survey->is_total) {
        survey_block_new(survey, 0);
        survey_rows(survey, data_offset, is_stream ? CSV_TOTAL_SIZE : UINT64_MAX, true);
        survey->stored_byte_count = survey->source->decoder_offset;
        if (is_stream && csv_source_reaches(survey->source, CSV_TOTAL_SIZE))
            survey->is_total = false;
        survey->byte_count = (survey->is_total ? size : CSV_TOTAL_SIZE) - data_offset;
        return;
    }
    survey_block_new(survey, CSV_PIECE_SIZE);
    survey_rows(survey, data_offset, data_offset + CSV_PIECE_SIZE, true);
    uint64_t step = (size - data_offset - CSV_PIECE_SIZE) / (CSV_PIECE_COUNT - 1);
    for (uint64_t i = 1; i < CSV_PIECE_COUNT; i++) {
        uint64_t offset = data_offset + i * step;
        survey_piece(survey, offset, i + 1 < CSV_PIECE_COUNT ? offset + CSV_PIECE_SIZE : size);
    }
}

/* ---- deciding ---- */

static void survey_init(Survey *survey, Arena *arena, const Context *context, CsvSource *source,
                        const CsvOptions *options)
{
    survey->arena = arena;
    survey->context = context;
    survey->quiet.cancel = context->cancel;
    survey->quiet.memory = context->memory;
    survey->quiet.settings = context->settings;
    survey->source = source;
    survey->options = options;
    survey->level = cpu_level();
}

/* The first record in head->data[0 .. size-1] that is no comment and no blank line, as fields; returns where the next
 * begins, 0: there is none. */
static size_t first_record_find(Survey *survey, const CsvHead *head, size_t size, Arena *scratch, size_t *ret_start)
{
    CsvIndex index;
    csv_index_init(&index, scratch, size + 1);
    csv_careful_run(&index, &survey->dialect, head->data, 0, size, head->is_whole && size == head->size);
    for (size_t r = 0; r < index.record_count; r++) {
        const uint32_t *ends = index.ends + index.records[(ptrdiff_t)r - 1];
        size_t count = index.records[r] - index.records[(ptrdiff_t)r - 1];
        uint32_t start = ends[-1] + 1;
        bool is_blank = csv_record_is_blank(&survey->dialect, head->data, start, ends[0], count);
        bool is_comment = survey->dialect.has_comment && head->data[start] == survey->dialect.comment;
        if (is_blank || is_comment)
            continue;
        csv_header_read(&survey->header, survey->arena, &survey->dialect, head->data, ends, count);
        *ret_start = start;
        return ends[count - 1] + 1;
    }
    return 0;
}

static size_t first_record_read(Survey *survey, const CsvHead *head, size_t *ret_start)
{
    Arena *scratch = arena_new_child(survey->arena);
    size_t next = 0;
    for (size_t size = FIRST_RECORD_SIZE; next == 0; size *= 8) { /* most often it is short */
        bool is_all = size >= head->size;
        next = first_record_find(survey, head, is_all ? head->size : size, scratch, ret_start);
        arena_reset(scratch);
        if (is_all)
            break;
    }
    arena_free(scratch);
    return next;
}

static bool header_decide(Survey *survey)
{
    if (survey->options->has_header != CSV_CHOICE_AUTO)
        return survey->options->has_header == CSV_CHOICE_YES;
    return csv_header_is_likely(&survey->header, survey->arena, survey->evidence, survey->dialect.column_count,
                                survey->options->columns);
}

/* The first record is data after all. */
static void first_record_add(Survey *survey)
{
    size_t column_count = survey->dialect.column_count;
    if (survey->header.count > column_count || (survey->header.count < column_count && !survey->dialect.pads_rows)) {
        atomic_fetch_add(&survey->quiet.rejects, 1); /* whoever reads it will say so */
        return;
    }
    for (size_t c = 0; c < column_count; c++) {
        const CsvHeaderField *field = c < survey->header.count ? &survey->header.fields[c] : NULL;
        if (field == NULL || field->is_null)
            csv_evidence_add_null(&survey->evidence[c]);
        else
            csv_evidence_add(&survey->evidence[c], field->plain.data, field->plain.size);
    }
    survey->row_count++;
}

static void types_declare(CsvShape *shape, const CsvOptions *options, const char *path)
{
    Schema *schema = shape->schema;
    for (size_t c = 0; c < schema->column_count; c++) {
        shape->is_declared[c] = options->columns != NULL || options->is_all_text;
        if (options->columns)
            schema->columns[c].type = options->columns->columns[c].type;
        else if (options->is_all_text)
            schema->columns[c].type = type_of(TYPE_VARCHAR);
    }
    for (size_t i = 0; i < options->type_count; i++) {
        const CsvTypeOption *given = &options->types[i];
        ptrdiff_t c = given->name.size ? schema_find(schema, given->name) : (ptrdiff_t)i;
        if (c < 0)
            error_raise(ERROR_INVALID_PARAMETER, NO_POSITION, "%s: option types names a column %.*s that is not there",
                        path, VIEW_ARGUMENTS(given->name));
        if ((size_t)c >= schema->column_count)
            error_raise(ERROR_INVALID_PARAMETER, NO_POSITION,
                        "%s: option types has more types than the file columns (%zu)", path, schema->column_count);
        schema->columns[c].type = given->type;
        shape->is_declared[c] = true;
    }
}

static void shape_describe(Arena *arena, CsvShape *shape, uint64_t file_size, bool is_exact)
{
    size_t column_count = shape->schema->column_count;
    Statistics *statistics = arena_new(arena, Statistics);
    statistics->row_count.count = shape->row_count;
    statistics->row_count.precision = is_exact                  ? PRECISION_EXACT
                                      : file_size == UINT64_MAX ? PRECISION_ABSENT
                                                                : PRECISION_ESTIMATE;
    statistics->byte_size.count = file_size;
    statistics->byte_size.precision = file_size == UINT64_MAX ? PRECISION_ABSENT : PRECISION_EXACT;
    statistics->column_count = column_count;
    statistics->columns = arena_array(arena, ColumnStatistics, column_count);
    for (size_t c = 0; c < column_count; c++)
        statistics->columns[c] =
            csv_evidence_statistics(&shape->evidence[c], shape->schema->columns[c].type, shape->row_count, is_exact);
    shape->statistics = statistics;
}

static CsvShape *shape_make(Survey *survey, const CsvHead *head, const CsvIdentity *identity)
{
    Arena *arena = survey->arena;
    const CsvOptions *options = survey->options;
    CsvShape *shape = arena_new(arena, CsvShape);
    shape->identity = *identity;
    shape->compression = survey->source->compression;
    shape->encoding = survey->source->encoding ? arena_string(arena, survey->source->encoding) : NULL;
    shape->dialect = survey->dialect;
    shape->dialect.on_error = options->on_error;
    shape->evidence = survey->evidence;
    shape->is_total = survey->is_total;
    shape->schema = csv_header_schema(&survey->header, arena, &shape->dialect, options->columns, survey->source->path);
    size_t column_count = shape->schema->column_count;
    shape->is_declared = arena_array(arena, bool, column_count);
    for (size_t c = 0; c < column_count; c++) {
        shape->schema->columns[c].type = csv_evidence_type(&shape->evidence[c]);
        shape->schema->columns[c].is_nullable = true;
    }
    types_declare(shape, options, survey->source->path);
    shape->row_count = survey->row_count;
    uint64_t size = survey->source->size;
    if (!survey->is_total && survey->byte_count > 0 && size != UINT64_MAX)
        shape->row_count =
            (uint64_t)((double)survey->row_count * (double)(size - head->offset) / (double)survey->byte_count);
    if (!survey->is_total && size == UINT64_MAX && survey->source->spool == NULL) {
        size = survey->source->stored_size;
        shape->row_count = (uint64_t)((double)survey->row_count * (double)size / (double)survey->stored_byte_count);
    }
    bool is_exact = survey->is_total && atomic_load(&survey->quiet.rejects) == 0;
    shape_describe(arena, shape, size, is_exact);
    return shape;
}

static size_t column_count_decide(const Survey *survey, size_t first_count)
{
    const CsvOptions *options = survey->options;
    size_t usual = survey->dialect.column_count;
    if (options->columns)
        return options->columns->column_count;
    if (usual == 0 || (options->has_header == CSV_CHOICE_YES && first_count > 0) ||
        (options->pads_rows && first_count > usual))
        return first_count;
    return usual;
}

/* There is no record: the file is empty, or its first one cannot be read. */
static _Noreturn void survey_raise_empty(Survey *survey, const CsvHead *head)
{
    CsvBlock *block = arena_new(survey->arena, CsvBlock);
    CsvRows *rows = arena_new(survey->arena, CsvRows);
    survey->dialect.column_count = 1;
    survey->dialect.on_error = CSV_ERROR_FAIL;
    csv_block_init(block, survey->arena, &survey->quiet, survey->source, &survey->dialect, survey->level, head->offset,
                   CSV_HEAD_SIZE);
    csv_block_take(block, rows, 1, true);
    error_raise_hint(ERROR_BAD_DATA, NO_POSITION, "CREATE EXTERNAL TABLE t (column type, …) says what columns it has",
                     "%s: is empty: it has no columns", survey->source->path);
}

/* The first record is none of the table's: notes may stand above that. As first_record_read, behind them. */
static size_t preamble_skip(Survey *survey, CsvHead *head, size_t *ret_start, size_t next)
{
    size_t line_count = csv_preamble_skip(survey->arena, &survey->dialect, head);
    if (line_count == 0)
        return next;
    csv_dialect_detect(survey->arena, survey->source->path, survey->options, head, &survey->dialect);
    survey->dialect.preamble_lines = line_count;
    return first_record_read(survey, head, ret_start);
}

/* Names of all columns, above some of numbers or dates, also where the options say that there is a header: what stands
 * above them is no part of the table. */
static bool preamble_is_plain(const Survey *survey)
{
    size_t column_count = survey->dialect.column_count;
    if (!survey->dialect.has_header ||
        !csv_header_is_likely(&survey->header, survey->arena, survey->evidence, column_count, survey->options->columns))
        return false;
    bool has_typed = false;
    for (size_t c = 0; c < column_count; c++) {
        const CsvEvidence *evidence = &survey->evidence[c];
        if (survey->header.fields[c].is_null)
            return false;
        has_typed |= evidence->value_count > 0 && csv_evidence_type(evidence).id != TYPE_VARCHAR;
    }
    return has_typed;
}

static void preamble_tell(const Survey *survey)
{
    size_t count = survey->dialect.preamble_lines;
    context_warn(survey->context,
                 "%s: skipped %zu line%s above the table; OPTIONS (skip '%zu') says so, (skip '0') does not",
                 survey->source->path, count, count == 1 ? "" : "s", count);
}

CsvShape *csv_shape_detect(Arena *arena, const Context *context, CsvSource *source, const CsvOptions *options,
                           const CsvIdentity *identity)
{
    Survey survey = {0};
    CsvHead head;
    survey_init(&survey, arena, context, source, options);
    Arena *scratch = arena_new_child(arena);
    size_t start = 0, next = 0;
    for (size_t size = CSV_HEAD_SIZE;; size *= 8) { /* the head holds at least the first record */
        csv_head_read(scratch, source, options, size, &head);
        csv_dialect_detect(scratch, source->path, options, &head, &survey.dialect);
        next = first_record_read(&survey, &head, &start);
        if (next > 0 || head.is_whole || head.size > CSV_RECORD_LIMIT)
            break;
        arena_reset(scratch);
    }
    if (!options->has_skip && survey.header.count != survey.dialect.column_count)
        next = preamble_skip(&survey, &head, &start, next);
    size_t first_count = survey.header.count;
    survey.dialect.column_count = column_count_decide(&survey, first_count);
    if (survey.dialect.column_count == 0)
        survey_raise_empty(&survey, &head);
    survey.dialect.on_error = CSV_ERROR_REJECT;
    survey.evidence = arena_array(arena, CsvEvidence, survey.dialect.column_count);
    for (size_t c = 0; c < survey.dialect.column_count; c++)
        csv_evidence_init(&survey.evidence[c]);
    survey.block_arena = arena_new_child(scratch);
    survey_all(&survey, head.offset + next, &head);
    arena_free(survey.block_arena);
    survey.dialect.has_header = first_count > 0 && header_decide(&survey);
    if (!survey.dialect.has_header && first_count > 0)
        first_record_add(&survey);
    if (survey.dialect.preamble_lines > 0) {
        if (!preamble_is_plain(&survey)) {
            CsvOptions whole = *options;
            whole.has_skip = true;
            return csv_shape_detect(arena, context, source, &whole, identity);
        }
        preamble_tell(&survey);
    }
    survey.dialect.data_offset = head.offset + (survey.dialect.has_header ? next : start);
    CsvShape *shape = shape_make(&survey, &head, identity);
    arena_free(scratch);
    return shape;
}

CsvShape *csv_shape_widen(Arena *arena, const CsvShape *shape)
{
    CsvShape *wider = arena_copy(arena, shape, sizeof *shape);
    wider->schema = schema_copy(arena, shape->schema);
    wider->evidence = arena_copy(arena, shape->evidence, shape->schema->column_count * sizeof *shape->evidence);
    for (size_t c = 0; c < wider->schema->column_count; c++)
        if (!wider->is_declared[c])
            wider->schema->columns[c].type = csv_evidence_type(&wider->evidence[c]);
    shape_describe(arena, wider, shape->statistics->byte_size.count, false);
    return wider;
}

CsvShape *csv_shape_retype(Arena *arena, const CsvShape *shape, const Type *types, const bool *is_declared)
{
    size_t column_count = shape->schema->column_count;
    CsvShape *other = arena_copy(arena, shape, sizeof *shape);
    other->schema = schema_copy(arena, shape->schema);
    other->is_declared = arena_copy(arena, is_declared, column_count * sizeof *is_declared);
    for (size_t c = 0; c < column_count; c++)
        other->schema->columns[c].type = types[c];
    const StatisticsCount size = shape->statistics->byte_size, rows = shape->statistics->row_count;
    shape_describe(arena, other, size.count, rows.precision == PRECISION_EXACT);
    other->statistics->row_count.precision = rows.precision;
    other->statistics->byte_size.precision = size.precision;
    return other;
}

void csv_shape_add_rows(CsvShape *shape, const CsvIdentity *identity, uint64_t row_count)
{
    Statistics *statistics = shape->statistics;
    shape->identity = *identity;
    shape->row_count += row_count;
    statistics->row_count.count += row_count;
    statistics->byte_size.count = identity->size;
    for (size_t c = 0; c < statistics->column_count; c++) {
        ColumnStatistics *column = &statistics->columns[c];
        if (column->null_count.precision == PRECISION_EXACT)
            column->null_count.precision = PRECISION_ESTIMATE;
        if (column->minimum.precision == PRECISION_EXACT)
            column->minimum.precision = column->maximum.precision = PRECISION_ESTIMATE;
    }
}
