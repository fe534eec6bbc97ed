/* provider/plugin/plugin_signature.c: names and types of a plugin's functions; their arguments and results as arrays.
 */
#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "column/arrow/arrow_array.h"
#include "column/arrow/arrow_write.h"
#include "provider/plugin/plugin_parts.h"

static const char *name_lower(const PluginAdd *add, Arena *arena, const char *name)
{
    if (name == NULL || name[0] == '\0')
        error_raise(ERROR_BAD_DATA, add->position, "%s: a function has no name", add->source);
    char *lower = arena_string(arena, name);
    for (char *c = lower; *c; c++)
        *c = ascii_lower(*c);
    return lower;
}

static const ArrowType *signature_type(const PluginAdd *add, Arena *arena, const char *name, const char *format)
{
    const ArrowType *type = arrow_type_of_format(arena, format, name);
    if (type == NULL)
        error_raise(ERROR_NOT_SUPPORTED, add->position,
                    "%s: function %s has the Arrow type \"%s\", which is not supported", add->source, name,
                    format ? format : "");
    return type;
}

PluginSignature plugin_signature(const PluginAdd *add, Arena *arena, const char *name, const char *description,
                                 const char *const *arguments, size_t argument_count, size_t argument_limit,
                                 const char *result)
{
    PluginSignature self = {.name = name_lower(add, arena, name), .argument_count = argument_count};
    self.description = arena_string(arena, description ? description : "");
    if (argument_count > argument_limit || (argument_count > 0 && arguments == NULL))
        error_raise(ERROR_BAD_DATA, add->position, "%s: function %s says it has %zu arguments; there may be %zu",
                    add->source, self.name, argument_count, argument_limit);
    Text text = text_in(arena);
    char shown[TYPE_NAME_SIZE];
    Schema *schema = schema_new(arena, argument_count);
    for (size_t i = 0; i < argument_count; i++) {
        const ArrowType *type = signature_type(add, arena, self.name, arguments[i]);
        if (strcmp(arrow_format_of(arena, type->type), arguments[i]) != 0)
            error_raise(ERROR_NOT_SUPPORTED, add->position,
                        "%s: function %s wants the Arrow type \"%s\"; columns go out as \"%s\"", add->source, self.name,
                        arguments[i], arrow_format_of(arena, type->type));
        self.arguments[i] = type->type;
        schema->columns[i] = (Column){.name = "", .type = type->type, .is_nullable = true};
        text_add_format(&text, "%s%s", i ? ", " : "(", type_name(type->type, shown));
    }
    text_add(&text, argument_count ? ")" : "()");
    self.schema = schema;
    if (result) {
        self.result_type = signature_type(add, arena, self.name, result);
        self.result = self.result_type->type;
        text_add_format(&text, " %s", type_name(self.result, shown));
    }
    self.text = text_string(&text);
    return self;
}

static void array_release(void *object)
{
    struct ArrowArray *array = object;
    if (array->release)
        array->release(array);
}

const struct ArrowArray *plugin_arguments(Arena *arena, const PluginSignature *signature, Vector *const *arguments,
                                          size_t vector_size, const uint16_t *selection, size_t count)
{
    Batch batch = {.row_count = count,
                   .vector_size = vector_size,
                   .selection = selection,
                   .column_count = signature->argument_count,
                   .columns = (Vector **)arguments};
    struct ArrowArray *array = arena_new(arena, struct ArrowArray);
    arrow_write_batch(signature->schema, &batch, array);
    arena_own(arena, array, array_release);
    return array;
}

static void result_release(void *object)
{
    array_release(object);
    memory_free(object);
}

static void owner_release(void *owner)
{
    buffer_unref(owner);
}

const Vector *plugin_result(Arena *arena, const PluginSignature *signature, struct ArrowArray *array, size_t count)
{
    struct ArrowArray *own = memory_allocate_zero(sizeof *own);
    *own = *array;
    Buffer *owner = buffer_new_foreign(own, 0, result_release, own);
    arena_own(arena, owner, owner_release);
    if (own->release == NULL || own->length != (int64_t)count)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "function %s gives %lld values for %zu rows", signature->name,
                    own->release ? (long long)own->length : 0ll, count);
    ArrowColumn column;
    Vector *vector = vector_new(arena, signature->result);
    arrow_column_init(&column, arena, signature->result_type, own, 0, count, owner, "function");
    arrow_column_read(&column, 0, count, vector);
    return vector;
}

bool plugin_row_has_null(Vector *const *arguments, size_t argument_count, size_t row)
{
    for (size_t i = 0; i < argument_count; i++)
        if (vector_is_null(arguments[i], row))
            return true;
    return false;
}
