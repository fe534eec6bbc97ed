/* provider/csv/csv_insert.c: INSERT INTO a file, all or nothing: whoever fails or is killed, whenever.
 *
 *   append     lock ─▶ spool the rows ─▶ journal ─▶ write the tail, fsync ─▶ remove the journal: committed
 *   overwrite  lock ─▶ spool the rows ─▶ write a new file beside, fsync ─▶ rename it: committed
 *
 * Rows are spooled before the file is touched: a row that fails leaves nothing to undo, and a statement may read the
 * file that it writes to. The lock is advisory, and goes with the arena. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/discard.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/temp_file.h"
#include "column/writer.h"
#include "provider/csv/csv_difference.h"
#include "provider/csv/csv_journal.h"
#include "provider/csv/csv_write.h"

enum { SPOOL_MEMORY = 1 << 20, COPY_SIZE = 1 << 20 };

/* The rows as text, not yet in the file: in memory, and from SPOOL_MEMORY bytes on in an unlinked temporary file. */
typedef struct RowSpool {
    char *memory;
    size_t memory_used;
    int descriptor; /* -1: all is in memory */
    uint64_t file_size;
    int error; /* errno of what failed; 0: nothing did */
    /* line ends are changed on the way: */
    CsvLineEnd line_end;
    char quote;
    bool is_inside;
} RowSpool;

typedef struct Insertion {
    CsvWrite write;
    RowSpool spool;
    uint64_t row_count;
} Insertion;

/* ---- the spool ---- */

static bool spool_flush(RowSpool *spool)
{
    if (!file_write_all(spool->descriptor, spool->memory, spool->memory_used, spool->file_size)) {
        spool->error = errno;
        return false;
    }
    spool->file_size += spool->memory_used;
    spool->memory_used = 0;
    return true;
}

static bool spool_add(Insertion *insertion, const char *data, size_t size)
{
    RowSpool *spool = &insertion->spool;
    while (size > 0) {
        if (spool->memory_used == SPOOL_MEMORY) {
            if (spool->descriptor < 0)
                spool->descriptor = temp_open(insertion->write.context);
            if (spool->descriptor < 0) {
                spool->error = errno;
                return false;
            }
            if (!spool_flush(spool))
                return false;
        }
        size_t room = SPOOL_MEMORY - spool->memory_used, part = size < room ? size : room;
        memcpy(spool->memory + spool->memory_used, data, part);
        spool->memory_used += part;
        data += part, size -= part;
    }
    return true;
}

/* The writer ends lines with LF; the file may do otherwise. Those within quotes are the value's own. */
static bool spool_sink(void *user, const char *data, size_t size)
{
    Insertion *insertion = user;
    RowSpool *spool = &insertion->spool;
    if (spool->line_end == CSV_LINE_LF)
        return spool_add(insertion, data, size);
    const char *line_end = spool->line_end == CSV_LINE_CRLF ? "\r\n" : "\r";
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == spool->quote)
            spool->is_inside = !spool->is_inside;
        if (data[i] != '\n' || spool->is_inside)
            continue;
        if (!spool_add(insertion, data + start, i - start) || !spool_add(insertion, line_end, strlen(line_end)))
            return false;
        start = i + 1;
    }
    return spool_add(insertion, data + start, size - start);
}

static void spool_done(void *object)
{
    RowSpool *spool = object;
    memory_free(spool->memory);
    if (spool->descriptor >= 0)
        file_discard(spool->descriptor);
}

/* What the sink refused. */
static _Noreturn void spool_raise(Insertion *insertion)
{
    int error = insertion->spool.error;
    error_raise_hint(error == ENOSPC || error == EDQUOT ? ERROR_DISK_FULL : ERROR_IO, NO_POSITION,
                     "SET temp_directory names another folder", "%s: keeping the rows before they are written: %s",
                     insertion->write.table->path, strerror(error));
}

static uint64_t spool_size(const RowSpool *spool)
{
    return spool->file_size + spool->memory_used;
}

/* Writes all of it behind `offset`. False: errno says why. */
static bool spool_copy(Insertion *insertion, int target, uint64_t offset)
{
    RowSpool *spool = &insertion->spool;
    char *data = arena_allocate(insertion->write.arena, COPY_SIZE);
    for (uint64_t position = 0, size; position < spool->file_size; position += size) {
        size = spool->file_size - position < COPY_SIZE ? spool->file_size - position : COPY_SIZE;
        if (context_is_over(insertion->write.context)) {
            errno = EINTR;
            return false;
        }
        if (!file_read_all(spool->descriptor, data, size, position) ||
            !file_write_all(target, data, size, offset + position))
            return false;
    }
    return file_write_all(target, spool->memory, spool->memory_used, offset + spool->file_size);
}

/* ---- the rows ---- */

/* Rows whose styled columns are the text that the file has for them. */
typedef struct StyledRows {
    const CsvStyle *style;
    Schema *schema;
    Batch *batch;
    Arena *scratch;
} StyledRows;

/* NULL: no column is styled. */
static StyledRows *styled_rows_new(Arena *arena, const CsvShape *shape)
{
    StyledRows *rows = arena_new(arena, StyledRows);
    bool is_any = false;
    rows->style = &shape->dialect.style;
    rows->schema = schema_copy(arena, shape->schema);
    for (size_t c = 0; c < rows->schema->column_count; c++) {
        if (!csv_style_has(rows->style, rows->schema->columns[c].type))
            continue;
        rows->schema->columns[c].type = type_of(TYPE_VARCHAR);
        is_any = true;
    }
    if (!is_any)
        return NULL;
    rows->batch = batch_new_empty(arena, rows->schema->column_count);
    for (size_t c = 0; c < rows->schema->column_count; c++)
        rows->batch->columns[c] = vector_new(arena, rows->schema->columns[c].type);
    rows->scratch = arena_new_child(arena);
    return rows;
}

static Batch *styled_rows_take(StyledRows *rows, const Batch *batch)
{
    arena_reset(rows->scratch);
    rows->batch->row_count = rows->batch->vector_size = batch->row_count;
    for (size_t c = 0; c < rows->schema->column_count; c++) {
        Vector *target = rows->batch->columns[c];
        vector_prepare(target, batch->row_count);
        for (size_t i = 0; i < batch->row_count; i++) {
            Value value = vector_value(batch->columns[c], batch_row(batch, i));
            if (!value.is_null && csv_style_has(rows->style, value.type))
                value = value_text(csv_style_write(rows->style, rows->scratch, &value));
            else if (value.is_null)
                value = value_null(rows->schema->columns[c].type);
            vector_set_value(target, i, &value);
        }
    }
    return rows->batch;
}

static void insertion_spool_rows(Insertion *insertion, BatchStream *input, bool wants_header)
{
    const CsvDialect *dialect = &insertion->write.shape->dialect;
    RowSpool *spool = &insertion->spool;
    *spool = (RowSpool){.descriptor = -1, .line_end = dialect->line_end, .quote = dialect->quote};
    arena_own(insertion->write.arena, spool, spool_done);
    spool->memory = memory_allocate(SPOOL_MEMORY);
    WriterOptions options = {
        .format = WRITER_CSV,
        .no_header = !wants_header,
        .delimiter = dialect->delimiter,
        .quote = dialect->quote,
        .quote_all = dialect->null_word_count > 0 || dialect->has_comment, /* text that would mean something else */
        .null_text = csv_null_text(dialect),
    };
    StyledRows *styled = styled_rows_new(insertion->write.arena, insertion->write.shape);
    Writer *writer =
        writer_new(insertion->write.arena, insertion->write.context,
                   styled ? styled->schema : insertion->write.shape->schema, &options, spool_sink, insertion);
    bool is_open = writer_begin(writer);
    for (Batch *batch; is_open && (batch = stream_next(input)) != NULL;) {
        context_check(insertion->write.context);
        is_open = writer_batch(writer, styled ? styled_rows_take(styled, batch) : batch);
        insertion->row_count += batch->row_count;
    }
    if (!is_open || !writer_end(writer))
        spool_raise(insertion);
}

/* ---- appending ---- */

static void insertion_append(Insertion *insertion)
{
    const char *path = insertion->write.table->path;
    const char *line_end = csv_missing_line_end(&insertion->write);
    uint64_t old_size = (uint64_t)insertion->write.status.st_size, start = old_size + strlen(line_end);
    csv_write_require_same(&insertion->write);
    CsvJournal journal = {.old_size = old_size, .new_size = start + spool_size(&insertion->spool)};
    csv_journal_write(insertion->write.arena, path, &journal);
    bool is_done = file_write_all(insertion->write.descriptor, line_end, strlen(line_end), old_size) &&
                   spool_copy(insertion, insertion->write.descriptor, start) && file_sync(insertion->write.descriptor);
    if (!is_done) {
        int error = errno;
        /* If not even cutting it works, the journal stays, and keeps readers from the tail. */
        if (ftruncate(insertion->write.descriptor, (off_t)old_size) == 0 && fsync(insertion->write.descriptor) == 0)
            csv_journal_remove(insertion->write.arena, path);
        file_raise(path, error, NO_POSITION);
    }
    csv_journal_remove(insertion->write.arena, path);
}

static void insertion_note_rows(Insertion *insertion)
{
    CsvIdentity identity;
    csv_identity_read_open(insertion->write.arena, insertion->write.descriptor, insertion->write.table->path,
                           &identity);
    pthread_mutex_lock(&insertion->write.table->mutex);
    csv_shape_add_rows(insertion->write.shape, &identity, insertion->row_count);
    pthread_mutex_unlock(&insertion->write.table->mutex);
}

/* ---- ---- */

/* The bytes before the first row stay as they are: byte order mark, skipped lines, header. */
static void insertion_overwrite(Insertion *insertion)
{
    uint64_t head_size = insertion->write.shape->dialect.data_offset;
    NewFile *file = csv_new_file_open(&insertion->write);
    if (!csv_write_copy(&insertion->write, file->descriptor, 0, head_size, 0) ||
        !spool_copy(insertion, file->descriptor, head_size))
        file_raise(insertion->write.table->path, errno, NO_POSITION);
    csv_new_file_commit(&insertion->write, file);
}

/* The rows as they would stand in the file. */
static StringView spool_text(Insertion *insertion)
{
    const RowSpool *spool = &insertion->spool;
    size_t size = (size_t)spool_size(spool), spilled = (size_t)spool->file_size;
    char *data = arena_allocate(insertion->write.arena, size + 1);
    if (!file_read_all(spool->descriptor, data, spilled, 0))
        file_raise(insertion->write.table->path, errno, NO_POSITION);
    memcpy(data + spilled, spool->memory, spool->memory_used);
    return (StringView){data, size};
}

static void insertion_tell(Insertion *insertion, InsertOp op)
{
    CsvWrite *write = &insertion->write;
    uint64_t size = write->shape->identity.size,
             start = op == INSERT_OVERWRITE ? write->shape->dialect.data_offset : size;
    csv_difference_add(write->difference, start, csv_write_read(write, start, size), spool_text(insertion));
}

uint64_t csv_insert_into(TableProvider *base, const Context *context, InsertOp op, BatchStream *input)
{
    CsvTable *table = (CsvTable *)base;
    if (op == INSERT_REPLACE)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: a CSV file has no keys that rows could replace",
                    table->path);
    Arena *arena = arena_new_child(context->arena);
    Insertion *insertion = arena_new(arena, Insertion); /* not on the stack: its spool is the arena's to release */
    csv_write_begin(&insertion->write, arena, table, context);
    bool is_new = insertion->write.status.st_size == 0 && table->options->has_header != CSV_CHOICE_NO;
    insertion_spool_rows(insertion, input, is_new);
    if (insertion->write.difference) {
        insertion_tell(insertion, op);
    } else if (op == INSERT_OVERWRITE) {
        insertion_overwrite(insertion);
    } else if (insertion->row_count > 0) {
        insertion_append(insertion);
        if (!is_new)
            insertion_note_rows(insertion);
    }
    uint64_t row_count = insertion->row_count;
    arena_free(arena);
    return row_count;
}
