/* engine/statement_copy.c: COPY TO and COPY FROM: results to files, files to tables. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "column/compressor.h"
#include "column/number.h"
#include "engine/definition.h"
#include "engine/formats.h"

static const char STANDARD_OUTPUT[] = "/dev/stdout";

/* ---- what is written to ---- */

typedef struct OutputFile {
    const char *path;
    NewFile *file;          /* NULL: a device or pipe, which is written to directly */
    int descriptor;         /* of either */
    int error;              /* errno of the first write that failed */
    Compressor *compressor; /* NULL: none */
} OutputFile;

static void descriptor_close(void *object)
{
    close((int)(intptr_t)object - 1);
}

/* The descriptor that a path stands for; -1: none. What it is open on is no file of that name, to be replaced. */
static int path_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, STANDARD_OUTPUT) == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t size = strlen(folders[i]);
        int64_t number;
        bool is_overflow;
        if (strncmp(path, folders[i], size) == 0 && int64_parse(view_of(path + size), &number, &is_overflow) &&
            number >= 0 && number <= INT_MAX)
            return (int)number;
    }
    return -1;
}

static OutputFile *output_open(Statement *statement, const char *path, Position position)
{
    OutputFile *output = arena_new(statement->arena, OutputFile);
    struct stat there;
    bool is_there = stat(path, &there) == 0;
    int descriptor = path_descriptor(path);
    output->path = path;
    if (!is_there && descriptor < 0 && lstat(path, &there) == 0)
        file_raise(path, ENOENT, position); /* a link to nothing */
    if (statement->connection->settings.dry_run) {
        path = "/dev/null";
        descriptor = descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO ? descriptor : -1;
    } else if (descriptor < 0 && (!is_there || S_ISREG(there.st_mode))) {
        output->file = new_file_open(statement->arena, path, is_there ? &there : NULL, position);
        output->descriptor = output->file->descriptor;
        return output;
    }
    output->descriptor = descriptor < 0 ? open(path, O_WRONLY | O_CLOEXEC) : fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (output->descriptor < 0)
        file_raise(path, errno, position);
    arena_own(statement->arena, (void *)(intptr_t)(output->descriptor + 1), descriptor_close);
    return output;
}

static bool output_write(void *user, const char *data, size_t size)
{
    OutputFile *output = user;
    while (size > 0) {
        ssize_t written = write(output->descriptor, data, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            output->error = written < 0 ? errno : ENOSPC;
            return false;
        }
        data += written;
        size -= (size_t)written;
    }
    return true;
}

/* What the writer's sink is: output_write, or what compresses before it. */
static bool output_take(void *user, const char *data, size_t size)
{
    OutputFile *output = user;
    return output->compressor ? compressor_write(output->compressor, data, size) : output_write(output, data, size);
}

static void output_finish(OutputFile *output, Statement *statement, Position position)
{
    if (output->compressor && output->error == 0)
        compressor_end(output->compressor);
    if (output->error == EPIPE && output->file == NULL)
        return; /* who reads it has had enough */
    if (output->error)
        file_raise(output->path, output->error, position);
    if (output->file)
        new_file_commit(output->file, statement->arena, position);
}

/* ---- COPY TO ---- */

static bool option_boolean(const FormatOption *option)
{
    bool value;
    if (!boolean_parse(option->value, &value))
        error_raise(ERROR_INVALID_PARAMETER, option->position, "\"%.*s\" is neither true nor false",
                    VIEW_ARGUMENTS(option->value));
    return value;
}

static char option_character(const FormatOption *option)
{
    if (view_equal(option->value, view_of("\\t")) || view_equal_ignoring_case(option->value, view_of("tab")))
        return '\t';
    if (option->value.size != 1)
        error_raise(ERROR_INVALID_PARAMETER, option->position, "%.*s takes one character, not \"%.*s\"",
                    VIEW_ARGUMENTS(option->name), VIEW_ARGUMENTS(option->value));
    return option->value.data[0];
}

/* DataFusion writes 'format.delimiter' where others write delimiter. */
static StringView option_name(StringView name)
{
    static const char prefix[] = "format.";
    size_t size = sizeof prefix - 1;
    if (name.size > size && memcmp(name.data, prefix, size) == 0)
        return (StringView){name.data + size, name.size - size};
    return name;
}

/* That the path's ending stands for; COUNT: one that no writer is for. */
static WriterFormat path_format(StringView path)
{
    static const char *const foreign[] = {"parquet", "xlsx", "ods", "db", "sqlite"};
    WriterFormat format;
    const char *dot = path.size ? memrchr(path.data, '.', path.size) : NULL;
    if (dot == NULL)
        return WRITER_CSV;
    StringView extension = {dot + 1, (size_t)(path.data + path.size - dot - 1)};
    if (view_equal_ignoring_case(extension, view_of("md")))
        return WRITER_MARKDOWN;
    if (view_equal_ignoring_case(extension, view_of("sql")))
        return WRITER_INSERT;
    if (view_equal_ignoring_case(extension, view_of("jsonl")))
        return WRITER_NDJSON;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (view_equal_ignoring_case(extension, view_of(foreign[i])))
            return WRITER_FORMAT_COUNT;
    return writer_format_parse(extension, &format) ? format : WRITER_CSV;
}

static Compression option_compression(const FormatOption *option, StringView path)
{
    Compression compression;
    if (view_equal_ignoring_case(option->value, view_of("auto")))
        return compression_of_path(path, &path);
    if (!compression_parse(option->value, &compression))
        error_raise_hint(ERROR_INVALID_PARAMETER, option->position, "there are auto, none, gzip, zstd, bzip2 and xz",
                         "there is no compression \"%.*s\"", VIEW_ARGUMENTS(option->value));
    return compression;
}

static bool option_is_delimiter(const FormatOption *option)
{
    StringView name = option_name(option->name);
    return view_equal(name, view_of("delimiter")) || view_equal(name, view_of("delim")) ||
           view_equal(name, view_of("sep"));
}

/* Of PostgreSQL's text: these say something else behind a backslash, as they say \. alone in a line. */
static void require_text_delimiter(const FormatOption *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (option_is_delimiter(&options[i]) && options[i].value.size == 1 &&
            strchr("\\.abcdefghijklmnopqrstuvwxyz0123456789", options[i].value.data[0]))
            error_raise_hint(ERROR_INVALID_PARAMETER, options[i].position,
                             "a lower case letter, a digit, a point or a backslash has a meaning of its own there",
                             "the delimiter of FORMAT text cannot be \"%.*s\"", VIEW_ARGUMENTS(options[i].value));
}

static WriterOptions writer_options(Statement *statement, const AstCopy *copy, Compression *ret_compression)
{
    StringView stem;
    *ret_compression = compression_of_path(copy->file, &stem);
    WriterOptions options = {.format = path_format(stem)};
    bool is_text = false; /* PostgreSQL's */
    size_t count;
    const FormatOption *list = statement_format_options(statement, &copy->options, &count);
    for (size_t i = 0; i < count; i++) {
        StringView name = option_name(list[i].name);
        if (view_equal(name, view_of("format")) && view_equal_ignoring_case(list[i].value, view_of("text"))) {
            is_text = true;
            options.format = WRITER_TSV;
            options.no_header = true;
            options.null_text = options.null_text ? options.null_text : "\\N";
        } else if (view_equal(name, view_of("format"))) {
            is_text = false;
            if (!writer_format_parse(list[i].value, &options.format))
                error_raise_hint(
                    ERROR_INVALID_PARAMETER, list[i].position,
                    "there are csv, text, tsv, json, ndjson, markdown, table, line, html, insert, arrow and arrows",
                    "there is no format \"%.*s\"", VIEW_ARGUMENTS(list[i].value));
        } else if (view_equal(name, view_of("header")) || view_equal(name, view_of("has_header"))) {
            options.no_header = !option_boolean(&list[i]);
        } else if (option_is_delimiter(&list[i])) {
            options.delimiter = option_character(&list[i]);
        } else if (view_equal(name, view_of("quote"))) {
            options.quote = option_character(&list[i]);
        } else if (view_equal(name, view_of("null")) || view_equal(name, view_of("nullstr"))) {
            options.null_text = arena_view(statement->arena, list[i].value).data;
        } else if (view_equal(name, view_of("force_quote")) || view_equal(name, view_of("quote_all"))) {
            options.quote_all = option_boolean(&list[i]);
        } else if (view_equal(name, view_of("compression"))) {
            *ret_compression = option_compression(&list[i], copy->file);
        } else {
            error_raise_hint(ERROR_INVALID_PARAMETER, list[i].position,
                             "there are format, header, delimiter, quote, null, force_quote and compression",
                             "COPY TO has no option \"%.*s\"", VIEW_ARGUMENTS(list[i].name));
        }
    }
    if (options.format == WRITER_FORMAT_COUNT)
        error_raise_hint(ERROR_NOT_SUPPORTED, copy->file_position,
                         "FORMAT csv writes CSV under any name; .arrow is a binary format that others read",
                         "COPY does not write files that end so");
    if (is_text) {
        require_text_delimiter(list, count);
    } else if (options.format == WRITER_TSV) { /* a file is what reading one takes it for: CSV with tabs */
        options.format = WRITER_CSV;
        options.delimiter = options.delimiter ? options.delimiter : '\t';
    }
    bool is_arrow = options.format == WRITER_ARROW || options.format == WRITER_ARROW_STREAM;
    if (is_arrow && *ret_compression != COMPRESSION_NONE)
        error_raise_hint(ERROR_NOT_SUPPORTED, copy->file_position,
                         "its readers take no such file; csv and ndjson can be compressed",
                         "Arrow's formats are not compressed as a whole");
    return options;
}

static size_t copied_column(const AstName *name, const AstCopy *copy, TableProvider *table, const Schema *schema)
{
    ptrdiff_t column = schema_find(schema, name->text);
    if (column < 0)
        error_raise(ERROR_UNDEFINED_COLUMN, name->position, "column \"%.*s\" of table \"%.*s\" does not exist",
                    VIEW_ARGUMENTS(name->text), VIEW_ARGUMENTS(copy->table.name));
    if (provider_column_generated(table, (size_t)column))
        error_raise(ERROR_INVALID_COLUMN_REFERENCE, name->position, "column \"%.*s\" is generated: it is not copied",
                    VIEW_ARGUMENTS(name->text));
    return (size_t)column;
}

/* Those that are listed, or all that are not generated. */
static size_t *copied_columns(Statement *statement, const AstCopy *copy, TableProvider *table, size_t *ret_count)
{
    const Schema *schema = table->ops->schema(table, &statement->context);
    bool *is_taken = arena_array(statement->arena, bool, schema->column_count);
    size_t *columns = arena_array(statement->arena, size_t, schema->column_count), count = 0;
    for (size_t i = 0; i < copy->columns.count; i++) {
        const AstName *name = &copy->columns.items[i];
        size_t column = copied_column(name, copy, table, schema);
        if (is_taken[column])
            error_raise(ERROR_DUPLICATE_COLUMN, name->position, "column \"%.*s\" is named more than once",
                        VIEW_ARGUMENTS(name->text));
        is_taken[column] = true;
        columns[count++] = column;
    }
    for (size_t c = 0; c < schema->column_count && copy->columns.count == 0; c++)
        if (provider_column_generated(table, c) == NULL)
            columns[count++] = c;
    *ret_count = count;
    return columns;
}

/* SELECT columns FROM table. */
static AstQuery *table_query(Statement *statement, const AstCopy *copy)
{
    Arena *arena = statement->arena;
    TableProvider *table = statement_require_table(statement, &copy->table);
    const Schema *schema = table->ops->schema(table, &statement->context);
    size_t count;
    const size_t *columns = copied_columns(statement, copy, table, &count);
    bool is_all = copy->columns.count == 0 && count == schema->column_count;
    AstName *names = arena_array(arena, AstName, count);
    AstTableRef *from = arena_new(arena, AstTableRef);
    *from = (AstTableRef){.kind = AST_FROM_TABLE, .height = 1, .position = copy->table.position, .table = copy->table};
    AstSelect *select = arena_new(arena, AstSelect);
    array_add(arena, &select->from, from);
    for (size_t i = 0; i < (is_all ? 1 : count); i++) {
        AstExpr *item = arena_new(arena, AstExpr);
        item->position = copy->table.position;
        item->height = 1;
        item->kind = AST_STAR;
        if (!is_all) {
            names[i] = (AstName){view_of(schema->columns[columns[i]].name), copy->table.position};
            item->kind = AST_COLUMN;
            item->column.parts = &names[i];
            item->column.part_count = 1;
        }
        array_add(arena, &select->items, ((AstItem){.expr = item}));
    }
    AstQuery *query = arena_new(arena, AstQuery);
    query->kind = AST_QUERY_SELECT;
    query->height = 2;
    query->position = copy->table.position;
    query->select = select;
    return query;
}

static BatchStream *copy_to(Statement *statement, const AstCopy *copy)
{
    const Schema *schema;
    Compression compression;
    WriterOptions options = writer_options(statement, copy, &compression);
    BoundQuery *query = bind_query(&statement->environment, copy->query ? copy->query : table_query(statement, copy));
    Execution *execution = statement_start_query(statement, query, &schema);
    const char *path = copy->file.data ? arena_view(statement->arena, copy->file).data : STANDARD_OUTPUT;
    OutputFile *output = output_open(statement, path, copy->file_position);
    if (compression != COMPRESSION_NONE)
        output->compressor = compressor_new(statement->arena, &statement->context, compression, output_write, output);
    Writer *writer = writer_new(statement->arena, &statement->context, schema, &options, output_take, output);
    bool is_fine = writer_begin(writer);
    execution_write(execution, writer);
    for (Batch *batch; is_fine && (batch = execution_next(execution)) != NULL;) {
        Batch shown = *batch;
        shown.column_count = schema->column_count; /* text has none that counts */
        is_fine = writer_batch(writer, &shown);
    }
    if (is_fine)
        writer_end(writer);
    output_finish(output, statement, copy->file_position);
    if (copy->file.data == NULL)
        return NULL; /* the rows alone stand there */
    return statement_count_row(statement, writer_row_count(writer));
}

/* ---- COPY FROM ---- */

/* What PostgreSQL's two formats are as options of the CSV reader, which the statement's own options come behind. */
static const struct {
    const char *name, *text, *csv; /* NULL: not said */
} copy_defaults[] = {
    {"delimiter", "\t", ","},     {"quote", "", "\""}, {"null", "\\N", NULL},
    {"header", "false", "false"}, {"skip", "0", "0"},  {"backslashes", "true", NULL},
};

static size_t copy_defaults_add(FormatOption *options, bool is_text, Position position)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof copy_defaults / sizeof *copy_defaults; i++) {
        const char *value = is_text ? copy_defaults[i].text : copy_defaults[i].csv;
        if (value)
            options[count++] = (FormatOption){view_of(copy_defaults[i].name), view_of(value), position};
    }
    return count;
}

/* The format that the options name; NULL: none. *ret_is_text: PostgreSQL's own, which is a way of writing CSV. */
static const Format *copy_format(const Statement *statement, const FormatOption *options, size_t count,
                                 bool *ret_is_text)
{
    const Format *format = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!view_equal(options[i].name, view_of("format")))
            continue;
        *ret_is_text = view_equal_ignoring_case(options[i].value, view_of("text"));
        format = *ret_is_text ? engine_formats[0] : catalog_format(statement->connection->catalog, options[i].value);
        if (format == NULL)
            error_raise(ERROR_UNDEFINED_OBJECT, options[i].position, "there is no format \"%.*s\"",
                        VIEW_ARGUMENTS(options[i].value));
    }
    return format;
}

/* `columns`: as which text is read; what is no text has types of its own, which the insert casts. */
static TableProvider *copy_source(Statement *statement, const AstCopy *copy, const Schema *columns)
{
    size_t count, kept = 0;
    const FormatOption *given = statement_format_options(statement, &copy->options, &count);
    FormatOption *options =
        arena_array(statement->arena, FormatOption, count + sizeof copy_defaults / sizeof *copy_defaults);
    bool is_input = copy->file.data == NULL, is_text = false;
    const Format *format = copy_format(statement, given, count, &is_text);
    if (format == NULL && is_input)
        is_text = true;
    else if (format == NULL)
        format = catalog_format_of_file(statement->connection->catalog, copy->file);
    if (format == NULL || format->table == NULL)
        format = engine_formats[0];
    if (is_text)
        require_text_delimiter(given, count);
    if (is_text || (is_input && format == engine_formats[0]))
        kept = copy_defaults_add(options, is_text, copy->file_position);
    for (size_t i = 0; i < count; i++)
        if (!view_equal(given[i].name, view_of("format")))
            options[kept++] = given[i];
    FormatArgs args = {.format = format,
                       .location = is_input ? "-" : arena_view(statement->arena, copy->file).data,
                       .position = copy->file_position,
                       .columns = format == engine_formats[0] ? columns : NULL,
                       .option_count = kept,
                       .options = options,
                       .context = &statement->context};
    return provider_own(statement->arena, format->table(&args));
}

static BatchStream *copy_from(Statement *statement, const AstCopy *copy)
{
    TableProvider *table = statement_require_table(statement, &copy->table);
    const Schema *schema = table->ops->schema(table, &statement->context);
    size_t count;
    const size_t *columns = copied_columns(statement, copy, table, &count);
    Schema *wanted = schema_new(statement->arena, count);
    for (size_t i = 0; i < count; i++) {
        wanted->columns[i] = schema->columns[columns[i]];
        wanted->columns[i].is_nullable = true; /* the insert sees to NULLs */
    }
    TableProvider *source = copy_source(statement, copy, wanted);
    const Schema *given = source->ops->schema(source, &statement->context);
    if (given->column_count != count)
        error_raise(ERROR_BAD_DATA, copy->file_position, "%.*s has %zu columns where %zu are expected",
                    VIEW_ARGUMENTS(copy->file), given->column_count, count);
    PlanScan *scan = plan_scan_new(&statement->columns, source, given, "file");
    const char **names = arena_array(statement->arena, const char *, count);
    bool *is_untyped = arena_array(statement->arena, bool, count);
    for (size_t i = 0; i < count; i++)
        names[i] = wanted->columns[i].name;
    BoundQuery query = {&scan->base, count, names, is_untyped};
    const char *count_name = "count";
    BoundQuery insert = {.column_count = 1, .names = &count_name};
    insert.plan = bind_insert_query(&statement->environment, table, arena_view(statement->arena, copy->table.name).data,
                                    INSERT_APPEND, &query, columns, count, copy->table.position);
    return statement_run_write(statement, &insert);
}

BatchStream *statement_copy(Statement *statement, const AstStatement *ast)
{
    statement_require_unsafe(statement, "COPY", ast->position);
    return ast->copy->is_from ? copy_from(statement, ast->copy) : copy_to(statement, ast->copy);
}
