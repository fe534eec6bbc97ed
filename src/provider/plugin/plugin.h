/* provider/plugin/plugin.h: tables of shared libraries and of the embedding program, through include/quern/provider.h.
 */
#ifndef QUERN_PROVIDER_PLUGIN_PLUGIN_H
#define QUERN_PROVIDER_PLUGIN_PLUGIN_H

#include <quern/provider.h>

#include "provider/catalog.h"

/* Loads a library and adds its formats to the catalog, in memory of `arena`, which lives as long as that. A name
 * without a slash is looked for in the folders of QUERN_PLUGIN_PATH (separated by colons), then where the system's
 * loader looks. Libraries stay loaded as long as the process lives: what they made may be anywhere. */
void plugin_load(Catalog *catalog, Arena *arena, const char *path, Position position);

/* Adds what a plugin brings: formats and table functions to the catalog, other functions to the process. `source` names
 * it in messages. Of one plugin only the first time counts. */
void plugin_add(Catalog *catalog, Arena *arena, const QuernPlugin *plugin, const char *source, Position position);

/* A table over a provider, with one share; takes one share of the provider, also when it raises. `format` names it in
 * messages and lives as long as the table. The provider is asked for its schema here. */
TableProvider *plugin_table_new(QuernProvider *provider, const char *format, const Context *context);

const QuernHost *plugin_host(void);

/* ---- between the files of this folder ---- */

/* Whether the struct is large enough to have the member, and has it. */
#define PLUGIN_HAS(object, member)                                                                                     \
    ((object)->struct_size >= offsetof(__typeof__(*(object)), member) + sizeof((object)->member) && (object)->member)

/* A statement, for a plugin: lives in `arena`, and what was reserved goes back with it. */
QuernContext *plugin_context_new(Arena *arena, const Context *context);
/* The same; what it allocates for the plugin stands in `states`. */
QuernContext *plugin_context_of_states(Arena *arena, const Context *context, Arena *states);
/* What context_dynamic_filter tells of; lives as long as the context. */
void plugin_context_set_dynamics(QuernContext *context, const DynamicFilter *const *dynamics, size_t count);
/* An error to be filled. */
QuernProviderError plugin_error(void);
/* Raises what a call that returned `code` (not OK) said. */
_Noreturn void plugin_raise(int32_t code, const QuernProviderError *error, const char *source);
/* Between the two forms of a value; text is shared. False: malformed. */
QuernValue plugin_value_export(const Value *value);
bool plugin_value_import(const QuernValue *value, Type type, Value *ret_value);
const QuernOrder *const *plugin_orders(Arena *arena, const ScanOrder *orders, size_t count);
/* An Expr, as plugins see it. */
static inline const QuernExpr *plugin_expr(const Expr *expr)
{
    return (const QuernExpr *)expr;
}
/* The host's expr_sql. */
int32_t plugin_expr_sql(const QuernExpr *expr, QuernDialect dialect, const char *const *column_names,
                        size_t column_count, QuernSql **ret_sql, QuernProviderError *error);
void plugin_sql_release(QuernSql *sql);

#endif
