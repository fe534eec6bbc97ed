/* column/arrow/ipc_schema.c: types as tables of a union, which arrow_type.c knows as format texts. */
#include "column/arrow/ipc_schema.h"

#include "base/error.h"
#include "column/arrow/ipc.h"

/* ---- in ---- */

static const char unit_letters[] = "smun";

static char unit_letter(const FlatTable *type, int64_t otherwise)
{
    int64_t unit = flat_integer(type, 0, 2, otherwise);
    return unit >= 0 && unit < 4 ? unit_letters[unit] : '?';
}

static const char *integer_format(const FlatTable *type)
{
    bool is_signed = flat_integer(type, 1, 1, 0);
    switch (flat_integer(type, 0, 4, 0)) {
    case 8:
        return is_signed ? "c" : "C";
    case 16:
        return is_signed ? "s" : "S";
    case 32:
        return is_signed ? "i" : "I";
    case 64:
        return is_signed ? "l" : "L";
    default:
        return "?";
    }
}

static const char *decimal_format(Arena *arena, const FlatTable *type)
{
    enum { USUAL_BITS = 128 };
    long long precision = flat_integer(type, 0, 4, 0), scale = flat_integer(type, 1, 4, 0);
    long long bits = flat_integer(type, 2, 4, USUAL_BITS);
    return arena_format(arena, bits == USUAL_BITS ? "d:%lld,%lld" : "d:%lld,%lld,%lld", precision, scale, bits);
}

static const char *interval_format(const FlatTable *type)
{
    static const char *const formats[] = {"tiM", "tiD", "tin"};
    int64_t unit = flat_integer(type, 0, 2, INTERVAL_YEAR_MONTH);
    return unit >= 0 && unit < 3 ? formats[unit] : "?";
}

static const char *float_format(const FlatTable *type)
{
    static const char *const formats[] = {"e", "f", "g"};
    int64_t precision = flat_integer(type, 0, 2, FLOAT_HALF);
    return precision >= 0 && precision < 3 ? formats[precision] : "?";
}

static const char *type_format(Arena *arena, int64_t kind, const FlatTable *type)
{
    const char *zone;
    switch (kind) {
    case IPC_NULL:
        return "n";
    case IPC_INT:
        return integer_format(type);
    case IPC_FLOAT:
        return float_format(type);
    case IPC_BINARY:
        return "z";
    case IPC_UTF8:
        return "u";
    case IPC_BOOL:
        return "b";
    case IPC_DECIMAL:
        return decimal_format(arena, type);
    case IPC_DATE:
        return flat_integer(type, 0, 2, DATE_MILLISECOND) == DATE_DAY ? "tdD" : "tdm";
    case IPC_TIME:
        return arena_format(arena, "tt%c", unit_letter(type, UNIT_MILLISECOND));
    case IPC_TIMESTAMP:
        zone = flat_string(arena, type, 1);
        return arena_format(arena, "ts%c:%s", unit_letter(type, UNIT_SECOND), zone ? zone : "");
    case IPC_INTERVAL:
        return interval_format(type);
    case IPC_FIXED_BINARY:
        return arena_format(arena, "w:%lld", (long long)flat_integer(type, 0, 4, 0));
    case IPC_DURATION:
        return arena_format(arena, "tD%c", unit_letter(type, UNIT_MILLISECOND));
    case IPC_LARGE_BINARY:
        return "Z";
    case IPC_LARGE_UTF8:
        return "U";
    case IPC_RUNS:
        return "+r";
    case IPC_BINARY_VIEW:
        return "vz";
    case IPC_UTF8_VIEW:
        return "vu";
    default: /* lists, structs and the like */
        return arena_format(arena, "type %lld of Schema.fbs", (long long)kind);
    }
}

static void schema_release_nothing(struct ArrowSchema *schema)
{
    schema->release = NULL; /* all is the arena's */
}

static struct ArrowSchema *plain_schema(Arena *arena, const FlatTable *field)
{
    struct ArrowSchema *schema = arena_new(arena, struct ArrowSchema);
    FlatTable type = {0};
    const char *name = flat_string(arena, field, FIELD_NAME);
    int64_t kind = flat_integer(field, FIELD_TYPE_TYPE, 1, 0);
    *schema = (struct ArrowSchema){
        .format = flat_table(field, FIELD_TYPE, &type) ? type_format(arena, kind, &type) : "without a type",
        .name = name ? name : "",
        .flags = flat_integer(field, FIELD_NULLABLE, 1, 0) ? ARROW_FLAG_NULLABLE : 0,
        .release = schema_release_nothing,
    };
    return schema;
}

/* The field's type is that of the dictionary's values; in an ArrowSchema the codes' stands first. */
static struct ArrowSchema *coded_schema(Arena *arena, struct ArrowSchema *values, const FlatTable *encoding)
{
    struct ArrowSchema *codes = arena_copy(arena, values, sizeof *codes);
    FlatTable index;
    codes->format = flat_table(encoding, DICTIONARY_INDEX, &index) ? integer_format(&index) : "i";
    codes->dictionary = values;
    return codes;
}

static struct ArrowSchema *field_schema(Arena *arena, const FlatTable *field, int64_t *ret_dictionary)
{
    struct ArrowSchema *schema = plain_schema(arena, field);
    FlatTable encoding;
    *ret_dictionary = IPC_NO_DICTIONARY;
    if (!flat_table(field, FIELD_DICTIONARY, &encoding))
        return schema;
    *ret_dictionary = flat_integer(&encoding, DICTIONARY_ID, 8, 0);
    return coded_schema(arena, schema, &encoding);
}

static struct ArrowSchema *column_schema(Arena *arena, const FlatTable *field, int64_t *ret_dictionary)
{
    struct ArrowSchema *schema = field_schema(arena, field, ret_dictionary);
    if (strcmp(schema->format, "+r") != 0)
        return schema;
    FlatVector children = flat_vector(field, FIELD_CHILDREN, 4);
    schema->n_children = (int64_t)children.count;
    schema->children = arena_array(arena, struct ArrowSchema *, children.count);
    for (size_t i = 0; i < children.count; i++) {
        FlatTable child = flat_item(&children, i);
        int64_t none;
        schema->children[i] = field_schema(arena, &child, &none); /* whose dictionary is refused */
    }
    return schema;
}

IpcColumns ipc_schema_read(Arena *arena, const FlatTable *table)
{
    const char *source = table->bytes->source;
    if (flat_integer(table, SCHEMA_ENDIANNESS, 2, 0) != 0)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: its numbers have the high byte first", source);
    FlatVector fields = flat_vector(table, SCHEMA_FIELDS, 4);
    IpcColumns columns = {.dictionary_ids = arena_array(arena, int64_t, fields.count)};
    struct ArrowSchema schema = {.format = "+s",
                                 .n_children = (int64_t)fields.count,
                                 .children = arena_array(arena, struct ArrowSchema *, fields.count),
                                 .release = schema_release_nothing};
    for (size_t i = 0; i < fields.count; i++) {
        FlatTable field = flat_item(&fields, i);
        schema.children[i] = column_schema(arena, &field, &columns.dictionary_ids[i]);
    }
    columns.schema = arrow_schema_import(arena, &schema, source, &columns.types);
    return columns;
}

/* ---- out ---- */

typedef struct TypeTable {
    IpcType kind;
    FlatField fields[3];
    size_t count;
} TypeTable;

static TypeTable type_table(Type type)
{
    switch ((TypeId)type.id) {
    case TYPE_BOOLEAN:
        return (TypeTable){.kind = IPC_BOOL};
    case TYPE_SMALLINT:
        return (TypeTable){IPC_INT, {FLAT_VALUE(4, 16), FLAT_VALUE(1, true)}, 2};
    case TYPE_INTEGER:
        return (TypeTable){IPC_INT, {FLAT_VALUE(4, 32), FLAT_VALUE(1, true)}, 2};
    case TYPE_BIGINT:
        return (TypeTable){IPC_INT, {FLAT_VALUE(4, 64), FLAT_VALUE(1, true)}, 2};
    case TYPE_UBIGINT:
        return (TypeTable){IPC_INT, {FLAT_VALUE(4, 64), FLAT_VALUE(1, false)}, 2};
    case TYPE_DOUBLE:
        return (TypeTable){IPC_FLOAT, {FLAT_VALUE(2, FLOAT_DOUBLE)}, 1};
    case TYPE_DECIMAL:
        return (TypeTable){
            IPC_DECIMAL, {FLAT_VALUE(4, type.precision), FLAT_VALUE(4, type.scale), FLAT_VALUE(4, 128)}, 3};
    case TYPE_VARCHAR:
        return (TypeTable){.kind = IPC_UTF8};
    case TYPE_BLOB:
        return (TypeTable){.kind = IPC_BINARY};
    case TYPE_DATE:
        return (TypeTable){IPC_DATE, {FLAT_VALUE(2, DATE_DAY)}, 1};
    case TYPE_TIME:
        return (TypeTable){IPC_TIME, {FLAT_VALUE(2, UNIT_MICROSECOND), FLAT_VALUE(4, 64)}, 2};
    case TYPE_TIMESTAMP:
        return (TypeTable){IPC_TIMESTAMP, {FLAT_VALUE(2, UNIT_MICROSECOND)}, 1};
    case TYPE_TIMESTAMPTZ:
        return (TypeTable){IPC_TIMESTAMP, {FLAT_VALUE(2, UNIT_MICROSECOND), FLAT_OFFSET}, 2};
    case TYPE_INTERVAL:
        return (TypeTable){IPC_INTERVAL, {FLAT_VALUE(2, INTERVAL_MONTH_DAY_NANO)}, 1};
    default:
        return (TypeTable){.kind = IPC_NULL};
    }
}

static size_t field_write(Text *bytes, const Column *column)
{
    TypeTable type = type_table(column->type);
    FlatField fields[FIELD_CHILDREN + 1] = {[FIELD_NAME] = FLAT_OFFSET,
                                            [FIELD_NULLABLE] = FLAT_VALUE(1, column->is_nullable),
                                            [FIELD_TYPE_TYPE] = FLAT_VALUE(1, type.kind),
                                            [FIELD_TYPE] = FLAT_OFFSET,
                                            [FIELD_CHILDREN] = FLAT_OFFSET};
    size_t items, field = flat_add_table(bytes, fields, FIELD_CHILDREN + 1);
    flat_point(bytes, fields[FIELD_NAME].place, flat_add_string(bytes, column->name));
    flat_point(bytes, fields[FIELD_TYPE].place, flat_add_table(bytes, type.fields, type.count));
    if (column->type.id == TYPE_TIMESTAMPTZ)
        flat_point(bytes, type.fields[1].place, flat_add_string(bytes, "UTC"));
    flat_point(bytes, fields[FIELD_CHILDREN].place, flat_add_vector(bytes, 0, 4, &items));
    return field;
}

size_t ipc_schema_write(Text *bytes, const Schema *schema)
{
    FlatField fields[] = {[SCHEMA_ENDIANNESS] = FLAT_VALUE(2, 0), [SCHEMA_FIELDS] = FLAT_OFFSET};
    size_t items, table = flat_add_table(bytes, fields, SCHEMA_FIELDS + 1);
    flat_point(bytes, fields[SCHEMA_FIELDS].place, flat_add_vector(bytes, schema->column_count, 4, &items));
    for (size_t i = 0; i < schema->column_count; i++)
        flat_point(bytes, items + 4 * i, field_write(bytes, &schema->columns[i]));
    return table;
}
