/* Unit tests of provider/arrow/: files that are damaged are errors, or have other rows; nothing worse. */
#include "provider/arrow/arrow.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "column/arrow/ipc.h"
#include "column/arrow/ipc_schema.h"
#include "test.h"

static MemoryBudget budget = {.limit = 64 << 20};
static Settings settings = {.batch_size = BATCH_SIZE};
static atomic_bool is_cancelled;

/* Written by pyarrow; tests/slt/arrow_files.slt says what is in them. */
static const char *const samples[] = {"tests/slt/arrow_types.arrow", "tests/slt/arrow_zstd.arrows",
                                      "tests/slt/arrow_lz4.arrow"};
enum { SAMPLE_SIZE = 1 << 14, ROUNDS = 1500, MOST_ROWS_READ = 10000 };

typedef struct Sample {
    char bytes[SAMPLE_SIZE];
    size_t size;
    const char *path; /* where changed bytes are written */
} Sample;

static void path_release(void *path)
{
    unlink(path);
}

static Sample *sample_read(const char *from)
{
    Sample *sample = arena_new(test_arena, Sample);
    FILE *file = fopen(from, "rb");
    ck_assert_ptr_nonnull(file);
    sample->size = fread(sample->bytes, 1, SAMPLE_SIZE, file);
    fclose(file);
    sample->path = arena_format(test_arena, "/tmp/quern-test-%d.arrow", (int)getpid());
    arena_own(test_arena, (void *)sample->path, path_release);
    return sample;
}

static void sample_write(const Sample *sample, const char *bytes, size_t size)
{
    int descriptor = open(sample->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, bytes, size), (ssize_t)size);
    close(descriptor);
}

static void table_unref(void *table)
{
    provider_unref(table);
}

/* All columns, up to MOST_ROWS_READ rows: damaged numbers may promise any. */
static void table_read(void *argument)
{
    const Sample *sample = argument;
    Arena *arena = arena_new_child(test_arena);
    Context context = {.memory = &budget, .settings = &settings, .arena = arena, .cancel = &is_cancelled};
    FormatArgs args = {.location = sample->path, .position = NO_POSITION, .context = &context};
    TableProvider *table = arrow_format.table(&args);
    arena_own(arena, table, table_unref);
    const Schema *schema = table->ops->schema(table, &context);
    size_t *columns = arena_array(arena, size_t, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        columns[c] = c;
    ScanArgs scan_args = {.context = &context,
                          .arena = arena,
                          .projection_count = schema->column_count,
                          .projection = columns,
                          .limit = MOST_ROWS_READ};
    BatchStream *stream = scan_read(table->ops->scan(table, &scan_args), arena, &context);
    for (const Batch *batch; (batch = stream_next(stream)) != NULL;)
        for (size_t c = 0; c < batch->column_count; c++)
            for (size_t row = 0; row < batch->row_count; row++) {
                Value value = vector_value(batch->columns[c], row);
                if (!value.is_null && type_physical(value.type) == PHYSICAL_STRING)
                    (void)arena_string_n(arena, value.text.data, value.text.size); /* a sanitizer looks on */
            }
    arena_free(arena);
}

/* An error, if any, is one of those that say what is wrong with the file. */
static void sample_try(const Sample *sample, const char *bytes, size_t size)
{
    Error error;
    sample_write(sample, bytes, size);
    if (!error_protect(table_read, (void *)sample, &error))
        ck_assert_int_ne(error.code, ERROR_INTERNAL);
}

START_TEST(files_that_are_cut_short_are_errors)
{
    for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
        Sample *sample = sample_read(samples[s]);
        for (size_t size = 0; size < sample->size; size += 7)
            sample_try(sample, sample->bytes, size);
    }
}
END_TEST

START_TEST(files_with_changed_bytes_do_no_harm)
{
    srandom(1);
    for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
        Sample *sample = sample_read(samples[s]);
        char bytes[SAMPLE_SIZE];
        for (int round = 0; round < ROUNDS; round++) {
            memcpy(bytes, sample->bytes, sample->size);
            for (long change = random() % 4; change >= 0; change--) {
                size_t at = (size_t)random() % sample->size;
                bytes[at] = random() % 2 ? (char)random() : (char)(bytes[at] ^ 1 << random() % 8);
            }
            sample_try(sample, bytes, sample->size);
        }
    }
}
END_TEST

/* ---- metadata that say the same bytes over and over ---- */

enum { SHARED_FIELDS = 4000, LONG_NAME = 1 << 16 };

/* A schema of so many columns, which are all one field. */
static void shared_schema_read(void *argument)
{
    size_t items, vector, field, field_count = *(size_t *)argument;
    Text bytes = flat_new(test_arena);
    FlatField schema[] = {[SCHEMA_ENDIANNESS] = FLAT_VALUE(2, 0), [SCHEMA_FIELDS] = FLAT_OFFSET};
    FlatField fields[] = {[FIELD_NAME] = FLAT_OFFSET,
                          [FIELD_NULLABLE] = FLAT_VALUE(1, true),
                          [FIELD_TYPE_TYPE] = FLAT_VALUE(1, IPC_BOOL),
                          [FIELD_TYPE] = FLAT_OFFSET};
    char *name = arena_allocate(test_arena, LONG_NAME);
    memset(name, 'x', LONG_NAME - 1);
    name[LONG_NAME - 1] = '\0';
    flat_point(&bytes, 0, flat_add_table(&bytes, schema, SCHEMA_FIELDS + 1));
    vector = flat_add_vector(&bytes, field_count, 4, &items);
    flat_point(&bytes, schema[SCHEMA_FIELDS].place, vector);
    field = flat_add_table(&bytes, fields, FIELD_TYPE + 1);
    for (size_t i = 0; i < field_count; i++)
        flat_point(&bytes, items + 4 * i, field);
    flat_point(&bytes, fields[FIELD_NAME].place, flat_add_string(&bytes, name));
    flat_point(&bytes, fields[FIELD_TYPE].place, flat_add_table(&bytes, NULL, 0));
    FlatBytes flat = {.data = (const uint8_t *)bytes.data, .size = bytes.size, .source = "test"};
    FlatTable root = flat_root(&flat);
    ck_assert_uint_eq(ipc_schema_read(test_arena, &root).schema->column_count, field_count);
}

START_TEST(few_bytes_do_not_become_much_memory)
{
    Error error;
    ck_assert(error_protect(shared_schema_read, &(size_t){2}, &error));
    ck_assert(!error_protect(shared_schema_read, &(size_t){SHARED_FIELDS}, &error));
    ck_assert_int_eq(error.code, ERROR_BAD_DATA);
    ck_assert_str_eq(error.message, "test: its Arrow metadata are damaged");
}
END_TEST

TEST_PROGRAM(few_bytes_do_not_become_much_memory, files_that_are_cut_short_are_errors,
             files_with_changed_bytes_do_no_harm)
