/* provider/arrow/arrow.h: tables that are Arrow IPC files or streams in files: the provider's one way in. */
#ifndef QUERN_PROVIDER_ARROW_ARROW_H
#define QUERN_PROVIDER_ARROW_ARROW_H

#include "provider/catalog.h"

/* CREATE EXTERNAL TABLE … STORED AS ARROW LOCATION 'path', and file arguments. There are no options. */
extern const Format arrow_format;

#endif
