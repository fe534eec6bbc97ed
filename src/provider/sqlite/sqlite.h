/* provider/sqlite/sqlite.h: tables of SQLite databases. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_H
#define QUERN_PROVIDER_SQLITE_SQLITE_H

#include "provider/catalog.h"

/* "sqlite": one table of a database (OPTIONS (table 'name'), or its only one), or a whole database to attach. */
extern const Format sqlite_format;

#endif
