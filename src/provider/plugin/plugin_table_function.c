/* provider/plugin/plugin_table_function.c: table functions of plugins: FROM name(arguments). */
#include "base/error.h"
#include "provider/plugin/plugin_parts.h"

typedef struct PluginTableFunction {
    TableFunction base; /* first */
    const QuernTableFunction *function;
} PluginTableFunction;

static TableProvider *plugin_table_function_table(const TableFunction *base, const Context *context,
                                                  const Value *arguments, size_t argument_count)
{
    const QuernTableFunction *function = ((const PluginTableFunction *)base)->function;
    Arena *arena = context->arena;
    const QuernValue **values = arena_array(arena, const QuernValue *, argument_count);
    for (size_t i = 0; i < argument_count; i++) {
        QuernValue value = plugin_value_export(&arguments[i]);
        values[i] = arena_copy(arena, &value, sizeof value);
    }
    QuernProvider *provider = NULL;
    QuernProviderError error = plugin_error();
    int32_t code =
        function->open(function, plugin_context_new(arena, context), values, argument_count, &provider, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, base->name);
    if (provider == NULL)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the function gave no provider", base->name);
    return plugin_table_new(provider, base->name, context);
}

static void table_function_add(const PluginAdd *add, const QuernTableFunction *function)
{
    if (function == NULL || !PLUGIN_HAS(function, open) || function->optional_count > function->argument_count)
        error_raise(ERROR_BAD_DATA, add->position, "%s: a table function has no open", add->source);
    PluginSignature signature =
        plugin_signature(add, add->arena, function->name, function->description, function->arguments,
                         function->argument_count, QUERN_FUNCTION_MAX_ARGUMENTS, NULL);
    PluginTableFunction *self = arena_new(add->arena, PluginTableFunction);
    self->base = (TableFunction){.name = signature.name,
                                 .description = signature.description,
                                 .argument_count = function->argument_count,
                                 .optional_count = function->optional_count,
                                 .arguments = arena_copy(add->arena, signature.arguments, sizeof signature.arguments),
                                 .table = plugin_table_function_table};
    self->function = function;
    catalog_add_table_function(add->catalog, &self->base);
}

void plugin_add_table_functions(const PluginAdd *add)
{
    const QuernPlugin *plugin = add->plugin;
    if (PLUGIN_HAS(plugin, table_functions))
        for (size_t i = 0; i < plugin->table_function_count; i++)
            table_function_add(add, plugin->table_functions[i]);
}
