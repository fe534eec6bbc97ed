/* provider/plugin/plugin_load.c: shared libraries, and adding what a plugin brings. */
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "provider/plugin/plugin_parts.h"

/* ---- a plugin ---- */

void plugin_add(Catalog *catalog, Arena *arena, const QuernPlugin *plugin, const char *source, Position position)
{
    if (plugin == NULL || plugin->version == 0 || plugin->struct_size < offsetof(QuernPlugin, table_function_count))
        error_raise(ERROR_BAD_DATA, position, "\"%s\" gave no plugin", source);
    if (plugin->version > QUERN_PROVIDER_VERSION)
        error_raise_hint(ERROR_NOT_SUPPORTED, position, "a newer quern can load it",
                         "\"%s\" is made for version %u of the plugin interface, this is version %d", source,
                         (unsigned)plugin->version, QUERN_PROVIDER_VERSION);
    PluginAdd add = {catalog, arena, plugin, source, position};
    plugin_add_formats(&add);
    plugin_add_table_functions(&add);
    plugin_add_scalar_functions(&add);
    plugin_add_aggregate_functions(&add);
}

/* ---- libraries ---- */

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
    plugin_add(catalog, arena, plugin, path, position);
}
