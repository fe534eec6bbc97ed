/* column/arrow/arrow_type.c: Arrow's type formats to our types, and back. */
#include "column/arrow/arrow_type.h"

#include <stdlib.h>

#include "base/error.h"
#include "column/datetime.h"

enum { MAX_COLUMNS = 1 << 16, MAX_FIXED_SIZE = 1 << 20 };

/* ---- formats ---- */

static const struct {
    const char *format;
    TypeId type;
    ArrowLayout layout;
    size_t width;
} plain_formats[] = {
    {"n", TYPE_VARCHAR, ARROW_NULLS, 0},
    {"b", TYPE_BOOLEAN, ARROW_BITS, 0},
    {"c", TYPE_SMALLINT, ARROW_SIGNED, 1},
    {"C", TYPE_SMALLINT, ARROW_UNSIGNED, 1},
    {"s", TYPE_SMALLINT, ARROW_SIGNED, 2},
    {"S", TYPE_INTEGER, ARROW_UNSIGNED, 2},
    {"i", TYPE_INTEGER, ARROW_SIGNED, 4},
    {"I", TYPE_BIGINT, ARROW_UNSIGNED, 4},
    {"l", TYPE_BIGINT, ARROW_SIGNED, 8},
    {"L", TYPE_UBIGINT, ARROW_UNSIGNED, 8},
    {"f", TYPE_DOUBLE, ARROW_FLOAT, 4},
    {"g", TYPE_DOUBLE, ARROW_DOUBLE, 8},
    {"u", TYPE_VARCHAR, ARROW_TEXT, 4},
    {"U", TYPE_VARCHAR, ARROW_TEXT, 8},
    {"z", TYPE_BLOB, ARROW_TEXT, 4},
    {"Z", TYPE_BLOB, ARROW_TEXT, 8},
    {"vu", TYPE_VARCHAR, ARROW_VIEWS, 16},
    {"vz", TYPE_BLOB, ARROW_VIEWS, 16},
    {"tdD", TYPE_DATE, ARROW_SIGNED, 4},
    {"tiM", TYPE_INTERVAL, ARROW_MONTHS, 4},
    {"tiD", TYPE_INTERVAL, ARROW_DAY_MILLIS, 8},
    {"tin", TYPE_INTERVAL, ARROW_MONTH_DAY_NS, 16},
};

/* Those with a unit: value * multiplier / divisor is ours (microseconds, or days for "tdm"). */
static const struct {
    const char *format;
    TypeId type;
    ArrowLayout layout;
    size_t width;
    int64_t multiplier, divisor;
} unit_formats[] = {
    {"tdm", TYPE_DATE, ARROW_SIGNED, 8, 1, 86400000},   {"tts", TYPE_TIME, ARROW_SIGNED, 4, 1000000, 1},
    {"ttm", TYPE_TIME, ARROW_SIGNED, 4, 1000, 1},       {"ttu", TYPE_TIME, ARROW_SIGNED, 8, 1, 1},
    {"ttn", TYPE_TIME, ARROW_SIGNED, 8, 1, 1000},       {"tss:", TYPE_TIMESTAMP, ARROW_SIGNED, 8, 1000000, 1},
    {"tsm:", TYPE_TIMESTAMP, ARROW_SIGNED, 8, 1000, 1}, {"tsu:", TYPE_TIMESTAMP, ARROW_SIGNED, 8, 1, 1},
    {"tsn:", TYPE_TIMESTAMP, ARROW_SIGNED, 8, 1, 1000}, {"tDs", TYPE_INTERVAL, ARROW_DURATION, 8, 1000000, 1},
    {"tDm", TYPE_INTERVAL, ARROW_DURATION, 8, 1000, 1}, {"tDu", TYPE_INTERVAL, ARROW_DURATION, 8, 1, 1},
    {"tDn", TYPE_INTERVAL, ARROW_DURATION, 8, 1, 1000},
};

static bool unit_format_read(const char *format, ArrowType *type)
{
    for (size_t i = 0; i < sizeof unit_formats / sizeof *unit_formats; i++) {
        size_t size = strlen(unit_formats[i].format);
        bool has_zone = unit_formats[i].type == TYPE_TIMESTAMP;
        if (strncmp(format, unit_formats[i].format, size) != 0 || (!has_zone && format[size]))
            continue;
        type->type = type_of(has_zone && format[size] ? TYPE_TIMESTAMPTZ : unit_formats[i].type);
        type->layout = unit_formats[i].layout;
        type->width = unit_formats[i].width;
        type->multiplier = unit_formats[i].multiplier;
        type->divisor = unit_formats[i].divisor;
        return true;
    }
    return false;
}

/* "d:precision,scale" and "d:precision,scale,bits". */
static bool decimal_format_read(const char *format, ArrowType *type)
{
    int precision = 0, scale = 0, bits = 128, end = 0;
    int found = sscanf(format, "d:%5d,%5d%n,%5d%n", &precision, &scale, &end, &bits, &end);
    int most = bits == 32 ? 9 : bits == 64 ? 18 : bits == 128 ? DECIMAL_MAX_PRECISION : 0;
    if (found < 2 || format[end] || precision < 1 || precision > most || scale < 0 || scale > precision)
        return false;
    type->type = type_decimal(precision, scale);
    type->layout = ARROW_DECIMAL;
    type->width = (size_t)bits / 8;
    return true;
}

static bool fixed_format_read(const char *format, ArrowType *type)
{
    int size = -1, end = 0;
    if (sscanf(format, "w:%8d%n", &size, &end) != 1 || format[end] || size < 0 || size > MAX_FIXED_SIZE)
        return false;
    type->type = type_of(TYPE_BLOB);
    type->layout = ARROW_FIXED;
    type->width = (size_t)size;
    return true;
}

static bool format_read(const char *format, ArrowType *type)
{
    type->multiplier = type->divisor = 1;
    for (size_t i = 0; i < sizeof plain_formats / sizeof *plain_formats; i++)
        if (strcmp(format, plain_formats[i].format) == 0) {
            type->type = type_of(plain_formats[i].type);
            type->layout = plain_formats[i].layout;
            type->width = plain_formats[i].width;
            return true;
        }
    return unit_format_read(format, type) || decimal_format_read(format, type) || fixed_format_read(format, type);
}

const ArrowType *arrow_type_of_format(Arena *arena, const char *format, const char *name)
{
    ArrowType *type = arena_new(arena, ArrowType);
    if (format == NULL || !format_read(format, type))
        return NULL;
    type->column = name;
    type->is_nullable = true;
    return type;
}

/* ---- schemas in ---- */

static const char *schema_name(Arena *arena, const struct ArrowSchema *schema)
{
    return schema->name ? arena_string(arena, schema->name) : "";
}

static _Noreturn void schema_refuse(const ArrowType *type, const char *source, const char *format)
{
    error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: column \"%s\" has the Arrow type \"%s\", which is not supported",
                source, type->column, format);
}

static ArrowType *plain_type_of(Arena *arena, const struct ArrowSchema *schema, const char *column, const char *source)
{
    ArrowType *type = arena_new(arena, ArrowType);
    type->column = column;
    if (schema == NULL || schema->release == NULL || schema->format == NULL)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the schema of column \"%s\" is malformed", source, column);
    type->is_nullable = (schema->flags & ARROW_FLAG_NULLABLE) != 0;
    if (!format_read(schema->format, type))
        schema_refuse(type, source, schema->format);
    return type;
}

static bool is_integer_layout(const ArrowType *type)
{
    return (type->layout == ARROW_SIGNED || type->layout == ARROW_UNSIGNED) && type_is_integer(type->type);
}

const ArrowType *arrow_type_of(Arena *arena, const struct ArrowSchema *schema, const char *source)
{
    const char *column = schema_name(arena, schema);
    ArrowType *type;
    if (schema->format && strcmp(schema->format, "+r") == 0) {
        if (schema->n_children != 2 || schema->children == NULL)
            error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the schema of column \"%s\" is malformed", source, column);
        const ArrowType *ends = plain_type_of(arena, schema->children[0], column, source);
        ArrowType *values = plain_type_of(arena, schema->children[1], column, source);
        if (ends->layout != ARROW_SIGNED || !is_integer_layout(ends) || schema->children[1]->dictionary)
            schema_refuse(values, source, schema->format);
        type = arena_copy(arena, values, sizeof *values);
        type->layout = ARROW_RUNS;
        type->codes = ends;
        type->values = values;
        type->is_nullable = values->is_nullable = (schema->flags & ARROW_FLAG_NULLABLE) || values->is_nullable;
        return type;
    }
    type = plain_type_of(arena, schema, column, source);
    if (schema->dictionary == NULL)
        return type;
    ArrowType *values = plain_type_of(arena, schema->dictionary, column, source);
    if (!is_integer_layout(type) || schema->dictionary->dictionary)
        schema_refuse(type, source, schema->format);
    ArrowType *codes = type;
    type = arena_copy(arena, values, sizeof *values);
    type->layout = ARROW_CODES;
    type->codes = codes;
    type->values = values;
    type->is_nullable = values->is_nullable = codes->is_nullable;
    return type;
}

Schema *arrow_schema_import(Arena *arena, const struct ArrowSchema *schema, const char *source,
                            const ArrowType ***ret_types)
{
    if (schema->release == NULL || schema->format == NULL || strcmp(schema->format, "+s") != 0)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: its schema is not a struct (\"+s\")", source);
    if (schema->n_children < 0 || schema->n_children > MAX_COLUMNS || (schema->n_children && !schema->children))
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: its schema says it has %lld columns", source,
                    (long long)schema->n_children);
    size_t count = (size_t)schema->n_children;
    Schema *columns = schema_new(arena, count);
    const ArrowType **types = arena_array(arena, const ArrowType *, count);
    for (size_t i = 0; i < count; i++) {
        if (schema->children[i] == NULL)
            error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the schema of column %zu is missing", source, i + 1);
        types[i] = arrow_type_of(arena, schema->children[i], source);
        columns->columns[i] =
            (Column){.name = types[i]->column, .type = types[i]->type, .is_nullable = types[i]->is_nullable};
    }
    if (ret_types)
        *ret_types = types;
    return columns;
}

/* ---- schemas out ---- */

/* All of an exported schema stands in one arena, which belongs to the root alone. A child moved out of it by the
 * consumer would lose its memory, so every child has an arena of its own. */
static void schema_release_exported(struct ArrowSchema *schema)
{
    Arena *arena = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    schema->release = NULL;
    arena_free(arena);
}

static const char *const export_formats[TYPE_COUNT] = {
    [TYPE_NULL] = "n",
    [TYPE_BOOLEAN] = "b",
    [TYPE_SMALLINT] = "s",
    [TYPE_INTEGER] = "i",
    [TYPE_BIGINT] = "l",
    [TYPE_UBIGINT] = "L",
    [TYPE_DOUBLE] = "g",
    [TYPE_VARCHAR] = "u",
    [TYPE_BLOB] = "z",
    [TYPE_DATE] = "tdD",
    [TYPE_TIME] = "ttu",
    [TYPE_TIMESTAMP] = "tsu:",
    [TYPE_TIMESTAMPTZ] = "tsu:UTC",
    [TYPE_INTERVAL] = "tin",
};

const char *arrow_format_of(Arena *arena, Type type)
{
    return type.id == TYPE_DECIMAL ? arena_format(arena, "d:%d,%d", type.precision, type.scale)
                                   : export_formats[type.id];
}

static void schema_init(struct ArrowSchema *schema, const char *name, Arena **ret_arena)
{
    *schema = (struct ArrowSchema){0};
    Arena *arena = arena_new_child(NULL);
    schema->private_data = arena; /* before anything can fail: releasing frees it */
    schema->release = schema_release_exported;
    schema->name = "";
    schema->name = arena_string(arena, name);
    *ret_arena = arena;
}

typedef struct SchemaExport {
    const Schema *schema;
    struct ArrowSchema *target;
} SchemaExport;

static void schema_fill(void *argument)
{
    const SchemaExport *export = argument;
    const Schema *schema = export->schema;
    Arena *arena, *child_arena;
    schema_init(export->target, "", &arena);
    export->target->format = "+s";
    struct ArrowSchema *children = arena_array(arena, struct ArrowSchema, schema->column_count);
    export->target->children = arena_array(arena, struct ArrowSchema *, schema->column_count);
    for (size_t i = 0; i < schema->column_count; i++) {
        const Column *column = &schema->columns[i];
        export->target->children[i] = &children[i];
        export->target->n_children = (int64_t)i + 1;
        schema_init(&children[i], column->name, &child_arena);
        children[i].flags = column->is_nullable ? ARROW_FLAG_NULLABLE : 0;
        children[i].format = arrow_format_of(child_arena, column->type);
    }
}

void arrow_schema_export(const Schema *schema, struct ArrowSchema *ret_schema)
{
    SchemaExport export = {schema, ret_schema};
    Error error;
    *ret_schema = (struct ArrowSchema){0};
    if (error_protect(schema_fill, &export, &error))
        return;
    if (ret_schema->release)
        ret_schema->release(ret_schema);
    error_raise_again(&error);
}
