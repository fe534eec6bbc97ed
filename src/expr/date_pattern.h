/* expr/date_pattern.h: moments by C's patterns ('%d.%m.%Y %H:%M'), as strftime() and strptime() of SQL have them: for
 * who is no function. */
#ifndef QUERN_EXPR_DATE_PATTERN_H
#define QUERN_EXPR_DATE_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

typedef struct DatePattern DatePattern;

/* A copy, taken apart; NULL: a letter of it has no meaning. */
DatePattern *date_pattern_new(Arena *arena, StringView pattern);
/* False when the text is not as the pattern says, or no moment. */
bool date_pattern_read(const DatePattern *self, StringView text, int64_t *ret_timestamp);
void date_pattern_write(const DatePattern *self, Text *text, int64_t timestamp);

#endif
