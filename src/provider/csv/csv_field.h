/* provider/csv/csv_field.h: the text of one field as a value, strictly: only spellings that keep their meaning.
 *
 *   integer    0, 17, -5                     not 007, +1, -0, 1_000, 0x10, " 1"
 *   decimal    an integer, or 1.50, -0.07    not .5, 5., -0.00
 *   number     a decimal, or .5, 1e-7, -0    those that are written back as an equal number
 *   boolean    true, false
 *   date       2024-01-31                    a day that there is
 *   time       10:20:30[.ffffff]
 *   timestamp  a date, T or a blank, a time
 *
 * Detection decides by these and the reader of detected columns holds to them. All of them read whole words where the
 * memory allows it: CSV_FIELD_PADDING bytes behind the text must be readable. */
#ifndef QUERN_PROVIDER_CSV_CSV_FIELD_H
#define QUERN_PROVIDER_CSV_CSV_FIELD_H

#include "column/types.h"

enum { CSV_FIELD_PADDING = 16 };

bool csv_integer_read(const char *text, size_t size, int64_t *ret_value);
/* At most `scale` digits behind the point, and the value scaled by 10^scale in 18 digits. */
bool csv_decimal_read(const char *text, size_t size, int scale, int64_t *ret_value);
/* The same in 38 digits. */
bool csv_decimal_read_wide(const char *text, size_t size, int scale, Int128 *ret_value);
bool csv_double_read(const char *text, size_t size, double *ret_value);
bool csv_boolean_read(const char *text, size_t size, bool *ret_value);
bool csv_date_read(const char *text, size_t size, int32_t *ret_days);
bool csv_time_read(const char *text, size_t size, int64_t *ret_microseconds);
bool csv_timestamp_read(const char *text, size_t size, int64_t *ret_microseconds);

/* What a number looks like. */
typedef struct CsvNumberShape {
    bool is_plain;      /* an integer or decimal as above */
    int integer_digits; /* plain: before the point */
    int scale;          /* plain: behind it; 0: an integer */
} CsvNumberShape;

/* False when the text is no number at all. */
bool csv_number_shape(const char *text, size_t size, CsvNumberShape *ret_shape);
/* An integer or decimal as above of at most 18 digits: all its digits as one number, the shape says where the point is.
 */
bool csv_plain_read(const char *text, size_t size, CsvNumberShape *ret_shape, int64_t *ret_digits);

#endif
