/* engine/information_schema.h: the schema information_schema: what the session has, as tables with the SQL standard's
 * names, as PostgreSQL spells them. */
#ifndef QUERN_ENGINE_INFORMATION_SCHEMA_H
#define QUERN_ENGINE_INFORMATION_SCHEMA_H

#include "engine/engine.h"

/* Its tables are made anew each time they are asked for. */
SchemaProvider *information_schema_new(QuernConnection *connection);

#endif
