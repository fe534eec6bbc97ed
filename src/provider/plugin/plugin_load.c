/* provider/plugin/plugin_load.c: shared libraries and the formats that they bring. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "provider/plugin/arrow_type.h"
#include "provider/plugin/plugin.h"

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
    open.option_count = args->option_count;
    open.options = options_export(arena, args);
    if (args->columns) {
        struct ArrowSchema *columns = arena_new(arena, struct ArrowSchema);
        arrow_schema_export(args->columns, columns);
        arena_own(arena, columns, schema_release);
        open.columns = columns;
    }
    QuernProvider *provider = NULL;
    QuernProviderError error = plugin_error();
    int32_t code = self->format->open(self->format, &open, &provider, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, self->base.name);
    if (provider == NULL)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: the format gave no provider", self->base.name);
    return plugin_table_new(provider, self->base.name, args->context);
}

/* ---- libraries ---- */

static void format_add(Catalog *catalog, Arena *arena, const QuernTableFormat *format, const char *path,
                       Position position)
{
    if (format == NULL || !PLUGIN_HAS(format, open) || format->name == NULL || format->name[0] == '\0')
        error_raise(ERROR_BAD_DATA, position, "%s: a format has no name or no open", path);
    const Format *there = catalog_format(catalog, view_of(format->name));
    if (there && there->table != plugin_format_table)
        error_raise(ERROR_DUPLICATE_OBJECT, position, "%s: there is a format \"%s\" already", path, format->name);
    PluginFormat *added = arena_new(arena, PluginFormat);
    added->base = (Format){.name = arena_string(arena, format->name),
                           .extensions = arena_string(arena, format->extensions ? format->extensions : ""),
                           .description = arena_string(arena, format->description ? format->description : ""),
                           .table = plugin_format_table};
    added->format = format;
    catalog_add_format(catalog, &added->base);
}

/* The library's path in one of the folders, or the name itself for the system's loader. */
static const char *library_find(Arena *arena, const char *name)
{
    const char *folders = getenv("QUERN_PLUGIN_PATH");
    if (strchr(name, '/') || folders == NULL)
        return name;
    while (*folders) {
        size_t size = strcspn(folders, ":");
        const char *path = arena_format(arena, "%.*s/%s", (int)size, folders, name);
        if (size && access(path, R_OK) == 0)
            return path;
        folders += size + (folders[size] == ':');
    }
    return name;
}

void plugin_load(Catalog *catalog, Arena *arena, const char *path, Position position)
{
    void *library = dlopen(library_find(arena, path), RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        error_raise_hint(ERROR_UNDEFINED_FILE, position,
                         "a name without a slash is looked for in the folders of QUERN_PLUGIN_PATH",
                         "cannot load \"%s\": %s", path, reason ? reason : "no reason was given");
    }
    QuernPluginInit init;
    *(void **)&init = dlsym(library, "quern_plugin_init");
    if (init == NULL)
        error_raise(ERROR_WRONG_OBJECT_TYPE, position, "\"%s\" is no plugin: it has no quern_plugin_init", path);
    const QuernPlugin *plugin = NULL;
    QuernProviderError error = plugin_error();
    int32_t code = init(plugin_host(), &plugin, &error);
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &error, path);
    if (plugin == NULL || plugin->version == 0 || plugin->struct_size < sizeof *plugin)
        error_raise(ERROR_BAD_DATA, position, "\"%s\" gave no plugin", path);
    if (plugin->version > QUERN_PROVIDER_VERSION)
        error_raise_hint(ERROR_NOT_SUPPORTED, position, "a newer quern can load it",
                         "\"%s\" is made for version %u of the plugin interface, this is version %d", path,
                         (unsigned)plugin->version, QUERN_PROVIDER_VERSION);
    for (size_t i = 0; i < plugin->format_count; i++)
        format_add(catalog, arena, plugin->formats ? plugin->formats[i] : NULL, path, position);
}
