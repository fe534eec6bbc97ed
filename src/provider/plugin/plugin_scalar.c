/* provider/plugin/plugin_scalar.c: scalar functions of plugins, as entries of the registry of functions. */
#include "base/error.h"
#include "base/memory.h"
#include "expr/function.h"
#include "provider/plugin/plugin_parts.h"

/* What an entry's `user` is. */
typedef struct PluginScalar {
    const QuernScalarFunction *function;
    PluginSignature signature;
    Arena *arena; /* that it stands in, with the others of its plugin */
} PluginScalar;

static const PluginScalar *scalar_of(const Function *function)
{
    return function->user;
}

/* The declared types, with their digits. */
static bool scalar_resolve(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    const PluginSignature *signature = &scalar_of(function)->signature;
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = signature->arguments[i];
    *ret_result = signature->result;
    return true;
}

/* Memory of one call, used again by the next. */
static void *scalar_prepare(Arena *arena, const Expr *call)
{
    (void)call;
    return arena_new_child(arena);
}

static void scalar_fail(KernelCall *call, int32_t code, const QuernProviderError *error)
{
    const PluginScalar *self = scalar_of(call->expr->function);
    if (call->is_careful || code == QUERN_PROVIDER_CANCELLED)
        plugin_raise(code, error, self->signature.name);
    vector_set_all_null(call->result, call->count);
    kernel_fail(call, SIZE_MAX, ERROR_INTERNAL, "%s", self->signature.name);
}

static void scalar_kernel(KernelCall *call)
{
    const PluginScalar *self = scalar_of(call->expr->function);
    Arena *arena = call->state;
    arena_reset(arena);
    const struct ArrowArray *arguments =
        plugin_arguments(arena, &self->signature, call->arguments, call->count, NULL, call->count);
    struct ArrowArray array = {0};
    QuernProviderError error = plugin_error();
    int32_t code =
        self->function->call(self->function, plugin_context_new(arena, call->context), arguments, &array, &error);
    if (code != QUERN_PROVIDER_OK) {
        scalar_fail(call, code, &error);
        return;
    }
    const Vector *result = plugin_result(arena, &self->signature, &array, call->count);
    vector_copy(call->result, 0, result, 0, call->count);
    if (self->function->flags & QUERN_FUNCTION_SEES_NULLS)
        return;
    for (size_t i = 0; i < call->count; i++)
        if (plugin_row_has_null(call->arguments, call->argument_count, i))
            vector_set_null(call->result, i);
}

static Function scalar_entry(const PluginAdd *add, Arena *arena, const QuernScalarFunction *function)
{
    if (function == NULL || !PLUGIN_HAS(function, call))
        error_raise(ERROR_BAD_DATA, add->position, "%s: a function has no call", add->source);
    PluginScalar *self = arena_new(arena, PluginScalar);
    self->function = function;
    self->arena = arena;
    self->signature =
        plugin_signature(add, arena, function->name, function->description, function->arguments,
                         function->argument_count, FUNCTION_MAX_ARGUMENTS, function->result ? function->result : "");
    Function entry = {.name = self->signature.name,
                      .signature = self->signature.text,
                      .description = self->signature.description,
                      .flags = FUNCTION_CAN_FAIL,
                      .argument_count = (uint8_t)function->argument_count,
                      .result = (uint8_t)self->signature.result.id,
                      .kernel = scalar_kernel,
                      .resolve = scalar_resolve,
                      .prepare = scalar_prepare,
                      .user = self};
    if (function->flags & QUERN_FUNCTION_VOLATILE)
        entry.flags |= FUNCTION_VOLATILE;
    if (function->flags & QUERN_FUNCTION_SEES_NULLS)
        entry.flags |= FUNCTION_NOT_STRICT;
    for (size_t i = 0; i < function->argument_count; i++)
        entry.arguments[i] = (uint8_t)self->signature.arguments[i].id;
    return entry;
}

/* Entries of a name stand together: behind the last one of its name, or at the end. */
static void entries_insert(Function *entries, size_t count, const Function *entry)
{
    size_t place = count;
    for (size_t i = 0; i < count; i++)
        if (strcmp(entries[i].name, entry->name) == 0)
            place = i + 1;
    memmove(&entries[place + 1], &entries[place], (count - place) * sizeof *entries);
    entries[place] = *entry;
}

/* The plugin was added before: by this session or by another. */
static bool entries_are_there(const Function *entries)
{
    for (; entries->name; entries++) {
        size_t count;
        const Function *there = function_find(view_of(entries->name), &count);
        bool is_same = false;
        for (size_t i = 0; there && i < count; i++)
            is_same |=
                there[i].kernel == scalar_kernel && scalar_of(&there[i])->function == scalar_of(entries)->function;
        if (!is_same)
            return false;
    }
    return true;
}

void plugin_add_scalar_functions(const PluginAdd *add)
{
    const QuernPlugin *plugin = add->plugin;
    if (!PLUGIN_HAS(plugin, scalar_functions) || plugin->scalar_function_count == 0)
        return;
    Arena *arena = arena_new_child(add->arena);
    Function *entries = arena_array(arena, Function, memory_size_add(plugin->scalar_function_count, 1));
    for (size_t i = 0; i < plugin->scalar_function_count; i++) {
        Function entry = scalar_entry(add, arena, plugin->scalar_functions[i]);
        entries_insert(entries, i, &entry);
    }
    if (function_register(entries)) {
        arena_set_parent(arena, NULL); /* as long as the process */
        return;
    }
    if (!entries_are_there(entries))
        error_raise(ERROR_DUPLICATE_OBJECT, add->position,
                    "%s: one of its functions, such as %s, has a name that is taken", add->source, entries[0].name);
    arena_free(arena);
}
