/* provider/plugin/plugin_table.h: a QuernProvider as a TableProvider, between the files that make one. */
#ifndef QUERN_PROVIDER_PLUGIN_PLUGIN_TABLE_H
#define QUERN_PROVIDER_PLUGIN_PLUGIN_TABLE_H

#include "provider/plugin/plugin.h"

typedef struct PluginTable {
    TableProvider base;
    TableProviderOps ops; /* base.ops: what the provider lacks is NULL */
    QuernProvider *provider;
    const char *format;
    Schema *schema;
    Constraints constraints;
    bool are_constraints_known;
} PluginTable;

static inline PluginTable *plugin_of(TableProvider *table)
{
    return (PluginTable *)table;
}

static inline const QuernExpr *const *plugin_exprs(Expr *const *exprs)
{
    return (const QuernExpr *const *)exprs;
}

/* Fills in what writes and what transactions are made of, as far as the provider has it. */
void plugin_write_init_ops(PluginTable *table);

#endif
