/* provider/csv/csv_sample.c: some rows of a file for who plans: those that begin behind places all over it. */
#include "provider/csv/csv_parse.h"
#include "provider/csv/csv_table.h"

enum {
    PLACE_COUNT = 32,
    RECORD_LIMIT = 64 << 10, /* bytes: a place within quotes may make one record of all that follows */
    USUAL_LIMIT = 4 << 10,   /* bytes of a record: of longer ones a sample is dear */
    WHOLE_LIMIT = 16 << 20,  /* bytes of a file that is read whole */
};

typedef struct CsvSampling {
    const CsvShape *shape;
    CsvDialect dialect; /* the file's, but broken rows are left out */
    Context quiet;      /* counts them */
    const size_t *columns;
    CsvBlock block;
    CsvRows rows;
    Batch *batch; /* a vector for each column */
    void (*visit)(void *user, Batch *batch);
    void *user;
} CsvSampling;

/* Text is found by offset, and where a record begins by line ends. */
static bool shape_has_places(const CsvTable *table, const CsvShape *shape)
{
    return table->spool == NULL && shape->compression == COMPRESSION_NONE && shape->encoding == NULL &&
           csv_dialect_is_plain(&shape->dialect) && shape->identity.size / USUAL_LIMIT < shape->row_count;
}

static CsvSampling *sampling_new(CsvTable *table, const CsvShape *shape, const Context *context, Arena *arena,
                                 const size_t *columns, size_t column_count, size_t read_size)
{
    CsvSampling *self = arena_new(arena, CsvSampling);
    self->shape = shape;
    self->dialect = shape->dialect;
    self->dialect.on_error = CSV_ERROR_REJECT;
    self->quiet.cancel = context->cancel;
    self->quiet.memory = context->memory;
    self->quiet.settings = context->settings;
    self->columns = columns;
    self->batch = batch_new_empty(arena, column_count);
    for (size_t i = 0; i < column_count; i++)
        self->batch->columns[i] = vector_new(arena, shape->schema->columns[columns[i]].type);
    csv_block_init(&self->block, arena, &self->quiet, csv_table_source(table, shape, arena, context), &self->dialect,
                   cpu_level(), shape->dialect.data_offset, read_size);
    return self;
}

/* The block's next rows; false: there are none. Values that are none of their column's type are NULL. */
static bool sampling_take(CsvSampling *self)
{
    if (!csv_block_take(&self->block, &self->rows, BATCH_SIZE, true))
        return false;
    self->batch->row_count = self->batch->vector_size = self->rows.count;
    for (size_t i = 0; i < self->batch->column_count; i++) {
        CsvParse parse = {.rows = &self->rows,
                          .column = self->columns[i],
                          .type = self->shape->schema->columns[self->columns[i]].type,
                          .is_declared = self->shape->is_declared[self->columns[i]],
                          .count = self->rows.count,
                          .target = self->batch->columns[i],
                          .nulls_bad = true};
        csv_parse_column(&parse);
    }
    self->visit(self->user, self->batch);
    return true;
}

/* What is left of the record that a place is in goes first. */
static void sampling_read_places(CsvSampling *self)
{
    uint64_t start = self->dialect.data_offset, size = self->shape->identity.size - start;
    self->block.record_limit = RECORD_LIMIT;
    self->block.ends_at_limit = true;
    for (uint64_t place = 0; place < PLACE_COUNT; place++) {
        csv_block_move(&self->block, start + size / PLACE_COUNT * place, UINT64_MAX);
        if (place == 0 || csv_block_take(&self->block, &self->rows, 1, true))
            sampling_take(self);
    }
}

bool csv_sample(TableProvider *base, const Context *context, Arena *arena, const size_t *columns, size_t column_count,
                size_t row_count, void (*visit)(void *user, Batch *batch), void *user)
{
    CsvTable *table = (CsvTable *)base;
    const CsvShape *shape = table->shape;
    for (size_t i = 0; i < column_count; i++)
        if (shape == NULL || columns[i] >= shape->schema->column_count)
            return false; /* its place in the file is told by a scan alone */
    if (shape == NULL || !shape_has_places(table, shape))
        return false;
    bool is_whole = row_count >= shape->row_count / 2;
    if (is_whole && shape->identity.size > WHOLE_LIMIT)
        return false;
    size_t row_size = shape->identity.size / shape->row_count + 1;
    CsvSampling *self = sampling_new(table, shape, context, arena, columns, column_count,
                                     is_whole ? 0 : (row_count / PLACE_COUNT + 1) * row_size);
    self->visit = visit;
    self->user = user;
    if (!is_whole) {
        sampling_read_places(self);
        return false;
    }
    while (sampling_take(self))
        context_check(context);
    return true;
}
