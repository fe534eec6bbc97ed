/* column/writer_arrow.c: Arrow's IPC formats: a file, or the stream within one.
 *
 *   batches ─▶ rows, up to ROWS of them ─▶ arrays (column/arrow/) ─▶ metadata, then the arrays' buffers */
#include "base/array.h"
#include "column/arrow/arrow_write.h"
#include "column/arrow/ipc.h"
#include "column/arrow/ipc_schema.h"
#include "column/writer_format.h"

enum {
    ROWS = 1 << 16,        /* of a record batch */
    MOST_SIZE = 256 << 20, /* bytes of a record batch, but for a single row */
    MEMORY_PART = 8,       /* and no more than this part of what memory_limit leaves */
};

typedef struct Block {
    uint64_t start, body_size;
    uint32_t metadata_size;
} Block;

typedef struct ArrowOutput {
    Arena *arena;
    Batch *rows;
    size_t row_limit, row_size; /* of `rows`; bytes of each without long strings */
    uint64_t size, most_size;   /* bytes of `rows` */
    uint64_t position;          /* bytes written */
    ARRAY(Block) blocks;
} ArrowOutput;

static void output_put(Writer *writer, const void *data, size_t size)
{
    writer_put(writer, (StringView){data, size});
    ((ArrowOutput *)writer->state)->position += size;
}

/* Zeros up to a multiple of 8. */
static void output_align(Writer *writer)
{
    static const char zeros[IPC_ALIGNMENT];
    output_put(writer, zeros, -((ArrowOutput *)writer->state)->position % IPC_ALIGNMENT);
}

/* ---- messages ---- */

/* The message's table, whose header is a table that the caller adds next. */
static Text message_new(Arena *arena, IpcHeader kind, uint64_t body_size, size_t *ret_header_place)
{
    Text bytes = flat_new(arena);
    FlatField fields[MESSAGE_FIELDS] = {[MESSAGE_VERSION] = FLAT_VALUE(2, IPC_VERSION),
                                        [MESSAGE_HEADER_TYPE] = FLAT_VALUE(1, kind),
                                        [MESSAGE_HEADER] = FLAT_OFFSET,
                                        [MESSAGE_BODY_SIZE] = FLAT_VALUE(8, (int64_t)body_size)};
    flat_point(&bytes, 0, flat_add_table(&bytes, fields, MESSAGE_FIELDS));
    *ret_header_place = fields[MESSAGE_HEADER].place;
    return bytes;
}

/* Returns how many bytes stand before the body. */
static uint32_t message_put(Writer *writer, const Text *bytes)
{
    uint32_t size = (uint32_t)((bytes->size + IPC_ALIGNMENT - 1) / IPC_ALIGNMENT * IPC_ALIGNMENT);
    uint32_t head[2] = {UINT32_MAX, size};
    output_put(writer, head, sizeof head);
    output_put(writer, bytes->data, bytes->size);
    output_align(writer);
    return size + (uint32_t)sizeof head;
}

/* ---- a record batch ---- */

static size_t value_width(Type type)
{
    switch ((TypeId)type.id) {
    case TYPE_SMALLINT:
        return 2;
    case TYPE_DECIMAL:
    case TYPE_INTERVAL:
        return 16;
    default:
        return physical_size(type_physical(type));
    }
}

static size_t buffer_size(Type type, const struct ArrowArray *array, int64_t buffer)
{
    size_t count = (size_t)array->length;
    if (array->buffers[buffer] == NULL)
        return 0;
    if (buffer == 0 || type.id == TYPE_BOOLEAN)
        return (count + 7) / 8;
    if (type_physical(type) != PHYSICAL_STRING)
        return count * value_width(type);
    return buffer == 1 ? (count + 1) * sizeof(int32_t) : (size_t)((const int32_t *)array->buffers[1])[count];
}

static size_t size_aligned(size_t size)
{
    return (size + IPC_ALIGNMENT - 1) / IPC_ALIGNMENT * IPC_ALIGNMENT;
}

static uint64_t body_size(const Schema *schema, const struct ArrowArray *array, size_t *ret_buffer_count)
{
    uint64_t size = 0;
    for (size_t c = 0; c < schema->column_count; c++) {
        const struct ArrowArray *column = array->children[c];
        for (int64_t b = 0; b < column->n_buffers; b++)
            size += size_aligned(buffer_size(schema->columns[c].type, column, b));
        *ret_buffer_count += (size_t)column->n_buffers;
    }
    return size;
}

static Text records_message(Arena *arena, const Schema *schema, const struct ArrowArray *array, uint64_t *ret_body_size)
{
    size_t header_place, buffer_count = 0, node, buffer;
    *ret_body_size = body_size(schema, array, &buffer_count);
    Text bytes = message_new(arena, IPC_RECORDS, *ret_body_size, &header_place);
    FlatField fields[] = {[RECORDS_LENGTH] = FLAT_VALUE(8, array->length),
                          [RECORDS_NODES] = FLAT_OFFSET,
                          [RECORDS_BUFFERS] = FLAT_OFFSET};
    flat_point(&bytes, header_place, flat_add_table(&bytes, fields, RECORDS_BUFFERS + 1));
    flat_point(&bytes, fields[RECORDS_NODES].place, flat_add_vector(&bytes, schema->column_count, NODE_SIZE, &node));
    flat_point(&bytes, fields[RECORDS_BUFFERS].place, flat_add_vector(&bytes, buffer_count, BUFFER_SIZE, &buffer));
    size_t offset = 0;
    for (size_t c = 0; c < schema->column_count; c++, node += NODE_SIZE) {
        const struct ArrowArray *column = array->children[c];
        flat_set(&bytes, node, 8, column->length);
        flat_set(&bytes, node + 8, 8, column->null_count);
        for (int64_t b = 0; b < column->n_buffers; b++, buffer += BUFFER_SIZE) {
            size_t size = buffer_size(schema->columns[c].type, column, b);
            flat_set(&bytes, buffer, 8, (int64_t)offset);
            flat_set(&bytes, buffer + 8, 8, (int64_t)size);
            offset += size_aligned(size);
        }
    }
    return bytes;
}

static void array_release(void *object)
{
    struct ArrowArray *array = object;
    if (array->release)
        array->release(array);
}

static void rows_put(Writer *writer)
{
    ArrowOutput *output = writer->state;
    if (output->rows->row_count == 0)
        return;
    Arena *arena = arena_new_child(output->arena);
    struct ArrowArray *array = arena_new(arena, struct ArrowArray);
    arena_own(arena, array, array_release);
    arrow_write_batch(writer->schema, output->rows, array);
    Block block = {.start = output->position};
    Text bytes = records_message(arena, writer->schema, array, &block.body_size);
    block.metadata_size = message_put(writer, &bytes);
    for (size_t c = 0; c < writer->schema->column_count; c++)
        for (int64_t b = 0; b < array->children[c]->n_buffers; b++) {
            output_put(writer, array->children[c]->buffers[b],
                       buffer_size(writer->schema->columns[c].type, array->children[c], b));
            output_align(writer);
        }
    array_add(output->arena, &output->blocks, block);
    arena_free(arena);
    output->rows->row_count = output->rows->vector_size = 0;
    output->size = 0;
}

/* ---- the verbs ---- */

static void rows_prepare(Writer *writer)
{
    ArrowOutput *output = writer->state;
    for (size_t c = 0; c < writer->schema->column_count; c++) {
        Type type = writer->schema->columns[c].type;
        Physical physical = type.id == TYPE_DECIMAL ? PHYSICAL_I128 : type_physical(type);
        vector_prepare_as(output->rows->columns[c], type, physical, output->row_limit);
    }
}

/* How many of the batch's rows from `first` on still fit; counts their bytes. */
static size_t rows_fit(ArrowOutput *output, const Batch *batch, size_t first)
{
    size_t had = output->rows->row_count, count = 0;
    for (; first + count < batch->row_count && had + count < output->row_limit; count++) {
        uint64_t size = output->row_size + vectors_text_size(batch->columns, batch->column_count, first + count);
        if (output->size + size > output->most_size && had + count > 0)
            break;
        output->size += size;
    }
    return count;
}

static void output_limit(ArrowOutput *output, const Writer *writer)
{
    size_t most = memory_budget_left(writer->context->memory) / MEMORY_PART;
    output->most_size = most < MOST_SIZE ? most : MOST_SIZE;
    output->row_size = schema_row_size(writer->schema);
    size_t rows = output->row_size > 0 ? output->most_size / output->row_size : ROWS;
    output->row_limit = rows == 0 ? 1 : rows < ROWS ? rows : ROWS;
}

static void arrow_begin(Writer *writer)
{
    ArrowOutput *output = arena_new(writer->arena, ArrowOutput);
    output->arena = writer->arena;
    output->rows = batch_new(writer->arena, writer->schema);
    output_limit(output, writer);
    writer->state = output;
    if (writer->options.format == WRITER_ARROW) {
        output_put(writer, IPC_MAGIC, IPC_MAGIC_SIZE);
        output_align(writer);
    }
    size_t header_place;
    Text bytes = message_new(writer->scratch, IPC_SCHEMA, 0, &header_place);
    flat_point(&bytes, header_place, ipc_schema_write(&bytes, writer->schema));
    message_put(writer, &bytes);
}

static void arrow_batch(Writer *writer, const Batch *batch)
{
    ArrowOutput *output = writer->state;
    Batch *compact = batch_new(writer->scratch, writer->schema);
    batch_compact(compact, batch);
    for (size_t done = 0, count; done < compact->row_count; done += count) {
        size_t first = output->rows->row_count;
        count = rows_fit(output, compact, done);
        if (count == 0) {
            rows_put(writer);
            continue;
        }
        if (first == 0)
            rows_prepare(writer);
        for (size_t c = 0; c < writer->schema->column_count; c++)
            vector_copy(output->rows->columns[c], first, compact->columns[c], done, count);
        output->rows->row_count = output->rows->vector_size = first + count;
    }
}

/* Where everything stands, for readers that do not begin at the beginning. */
static void footer_put(Writer *writer)
{
    ArrowOutput *output = writer->state;
    Text bytes = flat_new(output->arena);
    FlatField fields[FOOTER_FIELDS] = {[FOOTER_VERSION] = FLAT_VALUE(2, IPC_VERSION),
                                       [FOOTER_SCHEMA] = FLAT_OFFSET,
                                       [FOOTER_DICTIONARIES] = FLAT_OFFSET,
                                       [FOOTER_RECORDS] = FLAT_OFFSET};
    size_t item;
    flat_point(&bytes, 0, flat_add_table(&bytes, fields, FOOTER_FIELDS));
    flat_point(&bytes, fields[FOOTER_SCHEMA].place, ipc_schema_write(&bytes, writer->schema));
    flat_point(&bytes, fields[FOOTER_DICTIONARIES].place, flat_add_vector(&bytes, 0, BLOCK_SIZE, &item));
    flat_point(&bytes, fields[FOOTER_RECORDS].place, flat_add_vector(&bytes, output->blocks.count, BLOCK_SIZE, &item));
    for (size_t i = 0; i < output->blocks.count; i++, item += BLOCK_SIZE) {
        flat_set(&bytes, item, 8, (int64_t)output->blocks.items[i].start);
        flat_set(&bytes, item + 8, 4, output->blocks.items[i].metadata_size);
        flat_set(&bytes, item + 16, 8, (int64_t)output->blocks.items[i].body_size);
    }
    uint32_t size = (uint32_t)bytes.size;
    output_put(writer, bytes.data, bytes.size);
    output_put(writer, &size, sizeof size);
    output_put(writer, IPC_MAGIC, IPC_MAGIC_SIZE);
}

static void arrow_end(Writer *writer)
{
    static const uint32_t end[2] = {UINT32_MAX, 0};
    rows_put(writer);
    output_put(writer, end, sizeof end);
    if (writer->options.format == WRITER_ARROW)
        footer_put(writer);
}

const WriterOps writer_arrow_ops = {.begin = arrow_begin, .batch = arrow_batch, .end = arrow_end};
