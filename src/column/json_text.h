/* column/json_text.h: strings as JSON (RFC 8259). */
#ifndef QUERN_COLUMN_JSON_TEXT_H
#define QUERN_COLUMN_JSON_TEXT_H

#include "base/text.h"

/* What stands for a byte within quotes; NULL: itself. */
extern const char *const json_escapes[256];

/* Quotes included. */
void text_add_json(Text *text, StringView string);

#endif
