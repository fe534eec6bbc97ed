/* provider/csv/kernel/csv_values.c: words of eight characters that end where the field does, so that each digit stands
 * at the place of its power of ten:
 *
 *   field      . . . . . . . . 2 1 1 6 8 . 2 3 ,
 *   low word                   2 1 1 6 8 . 2 3        the point is where the scale says, and is taken out:
 *                              0 2 1 1 6 8 2 3        one multiplication tree makes a number of it */
#include "provider/csv/kernel/csv_values.h"

#include "column/digits.h"

#define NAME_OF(stem, level)       stem##_##level
#define NAME_EXPANDED(stem, level) NAME_OF(stem, level)
#define LEVEL_NAME(stem)           NAME_EXPANDED(stem, KERNEL_LEVEL)

/* The last n bytes of a word stay, and zeros take the place of those before. */
static const uint64_t keep_last[9] = {
    0,
    0xFF00000000000000u,
    0xFFFF000000000000u,
    0xFFFFFF0000000000u,
    0xFFFFFFFF00000000u,
    0xFFFFFFFFFF000000u,
    0xFFFFFFFFFFFF0000u,
    0xFFFFFFFFFFFFFF00u,
    0xFFFFFFFFFFFFFFFFu,
};

static inline uint64_t word_keep_last(uint64_t word, size_t size)
{
    return (word & keep_last[size]) | (WORD_OF_ZEROS & ~keep_last[size]);
}

/* A field; `body` is what comes behind a minus. */
typedef struct Field {
    const char *end;
    const char *body;
    size_t size; /* of the body */
    bool is_negative;
} Field;

static inline Field field_at(const CsvValuesCall *call, size_t row, bool is_last)
{
    const uint32_t *ends = call->ends + call->first[row];
    uint32_t start = ends[-1] + 1, end = ends[0];
    if (is_last && end > start && call->data[end] == '\n' && call->data[end - 1] == '\r')
        end--;
    const char *text = call->data + start;
    bool is_negative = *text == '-' && end > start;
    return (Field){
        .end = call->data + end,
        .body = text + is_negative,
        .size = end - start - is_negative,
        .is_negative = is_negative,
    };
}

/* A point at `scale` digits from the end is taken out of the words; false where it is not there. */
static inline bool point_take_out(uint64_t *high, uint64_t *low, int scale)
{
    unsigned shift = 8 * (unsigned)(CSV_VALUES_SCALE - scale); /* of the point's byte */
    uint64_t before = ((uint64_t)1 << shift) - 1;
    bool is_there = (*low >> shift & 0xFF) == '.';
    *low = (*low & ~before & ~((uint64_t)0xFF << shift)) | (*low & before) << 8 | *high >> 56;
    *high <<= 8;
    return is_there;
}

/* Digits behind an optional minus, and a point where there is a scale. */
static inline bool number_read(const Field *field, int scale, int64_t *ret_value)
{
    size_t digits = field->size - (scale > 0);
    if (digits - 1 >= CSV_VALUES_DIGITS || field->size < (size_t)scale + (scale > 0) + 1)
        return false;
    uint64_t low = word_load(field->end - 8), high = WORD_OF_ZEROS, number;
    bool is_good = *field->body != '0' || digits == (size_t)scale + 1; /* no zeros before others */
    if (field->size <= 8) {
        if (scale > 0)
            is_good &= point_take_out(&high, &low, scale);
        low = word_keep_last(low, digits);
        is_good &= word_is_digits(low);
        number = word_number(low);
    } else {
        high = word_load(field->end - 16);
        if (scale > 0)
            is_good &= point_take_out(&high, &low, scale);
        high = word_keep_last(high, digits - 8);
        is_good &= word_is_digits(high);
        is_good &= word_is_digits(low);
        number = word_number(high) * (uint64_t)100000000 + word_number(low);
    }
    *ret_value = field->is_negative ? -(int64_t)number : (int64_t)number;
    return is_good && !(field->is_negative && number == 0);
}

/* Days since 1970-01-01, from years that begin in March (Neri and Schneider, "Euclidean affine functions and their
 * application to calendar algorithms", 2022). */
static inline int32_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t is_early = month <= 2;
    uint32_t shifted_year = year - is_early, shifted_month = is_early ? month + 12 : month;
    uint32_t century = shifted_year / 100;
    uint32_t year_days = 1461 * shifted_year / 4 - century + century / 4;
    uint32_t month_days = (979 * shifted_month - 2919) / 32;
    return (int32_t)(year_days + month_days + day - 1) - 719468;
}

/* Two digits in each byte pair: the number in the lower byte. */
static inline uint64_t word_pairs(uint64_t word)
{
    word &= 0x0F0F0F0F0F0F0F0Fu;
    return word * 10 + (word >> 8);
}

/* YYYY-MM-DD; a day that no month has, or only some years, is left to the careful reader. */
static inline bool date_read(const Field *field, int32_t *ret_days)
{
    static const uint8_t month_days[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const uint64_t points = 0xFF0000FF00000000u, dashes = 0x2D00002D00000000u; /* of "YYYY-MM-" */
    uint64_t word = word_load(field->end - 10);
    uint32_t tens = (uint32_t)(unsigned char)field->end[-2] - '0', ones = (uint32_t)(unsigned char)field->end[-1] - '0';
    uint64_t digits = (word & ~points) | (WORD_OF_ZEROS & points);
    uint64_t pairs = word_pairs(digits);
    uint32_t year = (uint32_t)(pairs & 0xFF) * 100 + (uint32_t)(pairs >> 16 & 0xFF);
    uint32_t month = (uint32_t)(pairs >> 40 & 0xFF), day = tens * 10 + ones;
    *ret_days = days_of(year, month, day);
    return field->size == 10 && (word & points) == dashes && word_is_digits(digits) && (tens <= 9) & (ones <= 9) &&
           year > 0 && day - 1 < month_days[month & 15] && month <= 12;
}

#define EACH_ROW(call, row)                                                                                            \
    for (size_t each = 0, row = 0;                                                                                     \
         each < (call)->count && (row = (call)->selection ? (call)->selection[each] : each, true); each++)

static inline __attribute__((always_inline)) void numbers_read(const CsvValuesCall *call, int scale, bool is_last)
{
    int64_t *values = call->values;
    EACH_ROW(call, row)
    {
        Field field = field_at(call, row, is_last);
        int64_t value = 0;
        bool is_read = number_read(&field, scale, &value);
        values[row] = value;
        call->left[row / 64] |= (uint64_t)!is_read << (row % 64);
    }
}

static inline __attribute__((always_inline)) void dates_read(const CsvValuesCall *call, bool is_last)
{
    int32_t *values = call->values;
    EACH_ROW(call, row)
    {
        Field field = field_at(call, row, is_last);
        bool is_read = date_read(&field, &values[row]) && !field.is_negative;
        call->left[row / 64] |= (uint64_t)!is_read << (row % 64);
    }
}

static void integers_run(const CsvValuesCall *call)
{
    if (call->is_last)
        numbers_read(call, 0, true);
    else
        numbers_read(call, 0, false);
}

static void decimals_run(const CsvValuesCall *call)
{
    if (call->is_last)
        numbers_read(call, call->scale, true);
    else if (call->scale == 2) /* money: the shifts are constants */
        numbers_read(call, 2, false);
    else
        numbers_read(call, call->scale, false);
}

static void dates_run(const CsvValuesCall *call)
{
    if (call->is_last)
        dates_read(call, true);
    else
        dates_read(call, false);
}

const CsvValuesKernel LEVEL_NAME(csv_values_kernels)[CSV_VALUES_KIND_COUNT] = {
    [CSV_VALUES_INTEGER] = integers_run,
    [CSV_VALUES_DECIMAL] = decimals_run,
    [CSV_VALUES_DATE] = dates_run,
};
