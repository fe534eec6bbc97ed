/* expr/date_pattern.h: moments by C's patterns ('%d.%m.%Y %H:%M'), as strftime() and strptime() of SQL have them: for
 * who is no function. */
#ifndef QUERN_EXPR_DATE_PATTERN_H
#define QUERN_EXPR_DATE_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Whether every letter in it has a meaning. */
bool date_pattern_is_valid(StringView pattern);
/* False when the text is not as the pattern says, or no moment. */
bool date_pattern_read(StringView text, StringView pattern, int64_t *ret_timestamp);
void date_pattern_write(Text *text, StringView pattern, int64_t timestamp);

#endif
