/* provider/plugin/plugin_parts.h: what a plugin brings: formats and functions, a file each. */
#ifndef QUERN_PROVIDER_PLUGIN_PLUGIN_PARTS_H
#define QUERN_PROVIDER_PLUGIN_PLUGIN_PARTS_H

#include "column/arrow/arrow_type.h"
#include "column/vector.h"
#include "provider/plugin/plugin.h"

/* A plugin that is being added. */
typedef struct PluginAdd {
    Catalog *catalog;
    Arena *arena; /* lives as long as the catalog */
    const QuernPlugin *plugin;
    const char *source; /* for messages */
    Position position;
} PluginAdd;

/* Each raises BAD_DATA for what is malformed, DUPLICATE_OBJECT for names that are taken. */
void plugin_add_formats(const PluginAdd *add);
void plugin_add_table_functions(const PluginAdd *add);
void plugin_add_scalar_functions(const PluginAdd *add);
void plugin_add_aggregate_functions(const PluginAdd *add);

/* ---- what functions have in common ---- */

enum { PLUGIN_MAX_ARGUMENTS = QUERN_FUNCTION_MAX_ARGUMENTS };

typedef struct PluginSignature {
    const char *name; /* lower case */
    const char *text; /* "(BIGINT, VARCHAR) BIGINT", for people */
    const char *description;
    size_t argument_count;
    Type arguments[PLUGIN_MAX_ARGUMENTS];
    const Schema *schema; /* of the arguments as they go out */
    Type result;
    const ArrowType *result_type; /* NULL: a table */
} PluginSignature;

/* What a plugin says of a function, checked; in `arena`. `result` NULL: a table. */
PluginSignature plugin_signature(const PluginAdd *add, Arena *arena, const char *name, const char *description,
                                 const char *const *arguments, size_t argument_count, size_t argument_limit,
                                 const char *result);
/* The first `count` rows that the signature's columns have as an array, which goes with the arena. */
const struct ArrowArray *plugin_arguments(Arena *arena, const PluginSignature *signature, Vector *const *arguments,
                                          size_t vector_size, const uint16_t *selection, size_t count);
/* The array that a function has made, checked: a vector of `count` values, which shares it. Takes the array. */
const Vector *plugin_result(Arena *arena, const PluginSignature *signature, struct ArrowArray *array, size_t count);
/* Whether any argument of the row is NULL. */
bool plugin_row_has_null(Vector *const *arguments, size_t argument_count, size_t row);

#endif
