/* provider/plugin/plugin_format.c: formats of plugins: STORED AS name. */
#include "base/error.h"
#include "column/arrow/arrow_type.h"
#include "provider/plugin/plugin_parts.h"

_Static_assert((int)CONSTRAINT_PRIMARY_KEY == (int)QUERN_CONSTRAINT_PRIMARY_KEY &&
                   (int)CONSTRAINT_CHECK == (int)QUERN_CONSTRAINT_CHECK,
               "QuernConstraintKind follows ConstraintKind");

/* ---- tables of a format ---- */

typedef struct PluginFormat {
    Format base; /* first: FormatArgs has a pointer to it */
    const QuernTableFormat *format;
} PluginFormat;

static void schema_release(void *object)
{
    struct ArrowSchema *schema = object;
    if (schema->release)
        schema->release(schema);
}

static const QuernOption *const *options_export(Arena *arena, const FormatArgs *args)
{
    const QuernOption **options = arena_array(arena, const QuernOption *, args->option_count);
    for (size_t i = 0; i < args->option_count; i++) {
        QuernOption *option = arena_new(arena, QuernOption);
        QUERN_INIT(option);
        option->name = arena_view(arena, args->options[i].name).data;
        option->value = arena_view(arena, args->options[i].value).data;
        options[i] = option;
    }
    return options;
}

/* Those but NOT NULL, which the columns say. */
static const QuernConstraint *const *constraints_export(Arena *arena, const Constraints *constraints, size_t *ret_count)
{
    const QuernConstraint **exported = arena_array(arena, const QuernConstraint *, constraints->count);
    for (size_t i = 0; i < constraints->count; i++) {
        const Constraint *from = &constraints->items[i];
        if (from->kind == CONSTRAINT_NOT_NULL)
            continue;
        QuernConstraint *to = arena_new(arena, QuernConstraint);
        QUERN_INIT(to);
        to->kind = (int32_t)from->kind;
        to->name = from->name;
        to->column_count = from->column_count;
        to->columns = from->columns;
        to->check = from->check;
        exported[(*ret_count)++] = to;
    }
    return exported;
}

static TableProvider *plugin_format_table(const FormatArgs *args)
{
    const PluginFormat *self = (const PluginFormat *)args->format;
    if (self == NULL)
        error_raise(ERROR_INTERNAL, args->position, "a plugin's table was asked for without its format");
    Arena *arena = args->context->arena;
    QuernOpenArgs open;
    QUERN_INIT(&open);
    open.context = plugin_context_new(arena, args->context);
    open.location = args->location ? args->location : "";
    open.table_name = args->table_name ? args->table_name : "";
    open.option_count = args->option_count;
    open.options = options_export(arena, args);
    if (args->columns) {
        struct ArrowSchema *columns = arena_new(arena, struct ArrowSchema);
        arrow_schema_export(args->columns, columns);
        arena_own(arena, columns, schema_release);
        open.columns = columns;
    }
    if (args->constraints)
        open.constraints = constraints_export(arena, args->constraints, &open.constraint_count);
    open.defaults = args->defaults;
    open.order_count = args->order_count;
    open.orders = plugin_orders(arena, args->orders, args->order_count);
    QuernProvider *provider = NULL;
    QuernProviderError error = plugin_error();
    int32_t code = self->format->open(self->format, &open, &provider, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, self->base.name);
    if (provider == NULL)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the format gave no provider", self->base.name);
    return plugin_table_new(provider, self->base.name, args->context);
}

static void format_add(const PluginAdd *add, const QuernTableFormat *format)
{
    Arena *arena = add->arena;
    if (format == NULL || !PLUGIN_HAS(format, open) || format->name == NULL || format->name[0] == '\0')
        error_raise(ERROR_BAD_DATA, add->position, "%s: a format has no name or no open", add->source);
    const Format *there = catalog_format(add->catalog, view_of(format->name));
    if (there && there->table != plugin_format_table)
        error_raise(ERROR_DUPLICATE_OBJECT, add->position, "%s: there is a format \"%s\" already", add->source,
                    format->name);
    PluginFormat *added = arena_new(arena, PluginFormat);
    added->base = (Format){.name = arena_string(arena, format->name),
                           .extensions = arena_string(arena, format->extensions ? format->extensions : ""),
                           .description = arena_string(arena, format->description ? format->description : ""),
                           .needs_no_location = true,
                           .table = plugin_format_table};
    added->format = format;
    catalog_add_format(add->catalog, &added->base);
}

void plugin_add_formats(const PluginAdd *add)
{
    for (size_t i = 0; i < add->plugin->format_count; i++)
        format_add(add, add->plugin->formats ? add->plugin->formats[i] : NULL);
}
