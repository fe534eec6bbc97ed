/* provider/csv/csv_backslash.h: a backslash in a field, as in the text format of PostgreSQL's COPY. */
#ifndef QUERN_PROVIDER_CSV_CSV_BACKSLASH_H
#define QUERN_PROVIDER_CSV_CSV_BACKSLASH_H

#include "base/string_view.h"

/* \b \f \n \r \t \v, one to three octal digits, x and one or two hexadecimal ones; any other byte stands for itself.
 * `target` has room for as much as there is; returns how much of it is taken. The bytes may be any. */
size_t csv_backslash_undo(StringView content, char *target);

#endif
