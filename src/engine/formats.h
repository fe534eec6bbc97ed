/* engine/formats.h: the formats that every connection knows. The only place that names the providers. */
#ifndef QUERN_ENGINE_FORMATS_H
#define QUERN_ENGINE_FORMATS_H

#include "provider/catalog.h"

extern const Format *const engine_formats[]; /* ended by NULL; the first is that of files without a known extension */

#endif
