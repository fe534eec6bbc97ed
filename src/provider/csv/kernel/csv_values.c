/* provider/csv/kernel/csv_values.c: words of eight characters that end where the field does, so that each digit stands
 * at the place of its power of ten, in a lane for each field:
 *
 *   field      . . . . . . . . 2 1 1 6 8 . 2 3 ,
 *   low word                   2 1 1 6 8 . 2 3        the point is where the scale says, and is taken out:
 *                              0 2 1 1 6 8 2 3        one multiplication tree makes a number of it */
#include "provider/csv/kernel/csv_values.h"

#include "column/digits.h"

#define NAME_OF(stem, level)       stem##_##level
#define NAME_EXPANDED(stem, level) NAME_OF(stem, level)
#define LEVEL_NAME(stem)           NAME_EXPANDED(stem, KERNEL_LEVEL)

/* Rows of a word of `left`: they are read together, in loops that the compiler vectorizes, but for loading. */
enum { PART = 64 };

/* Of each field; a minus before it is left out. */
typedef struct Fields {
    uint64_t high[PART], low[PART]; /* the sixteen bytes that it ends with, or that end where it does */
    uint64_t size[PART];
    uint64_t first[PART];    /* its first byte */
    uint64_t negative[PART]; /* all ones: there was a minus */
    uint64_t numbers[PART];  /* what is made of it */
    uint64_t bad[PART];      /* 1: nothing is */
} Fields;

static inline size_t part_row(const CsvValuesCall *call, size_t each)
{
    return call->selection ? call->selection[each] : each;
}

static inline __attribute__((always_inline)) void fields_load(const CsvValuesCall *call, size_t part, size_t count,
                                                              bool is_last, Fields *fields)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t *ends = call->ends + call->first[part_row(call, part + i)];
        uint32_t start = ends[-1] + 1, end = ends[0];
        if (is_last && end > start && call->data[end] == '\n' && call->data[end - 1] == '\r')
            end--;
        const char *text = call->data + start;
        bool is_negative = *text == '-' && end > start;
        fields->high[i] = word_load(call->data + end - 16);
        fields->low[i] = word_load(call->data + end - 8);
        fields->size[i] = end - start - is_negative;
        fields->first[i] = (unsigned char)text[is_negative];
        fields->negative[i] = 0 - (uint64_t)is_negative;
    }
}

static inline __attribute__((always_inline)) void value_store(const CsvValuesCall *call, size_t row, uint64_t number,
                                                              bool is_date)
{
    if (is_date)
        ((int32_t *)call->values)[row] = (int32_t)number;
    else
        ((int64_t *)call->values)[row] = (int64_t)number;
}

/* Writes the numbers to their rows, and tells where there is none. */
static inline __attribute__((always_inline)) void fields_store(const CsvValuesCall *call, size_t part, size_t count,
                                                               const Fields *fields, bool is_date)
{
    if (call->selection) {
        for (size_t i = 0; i < count; i++) {
            size_t row = call->selection[part + i];
            value_store(call, row, fields->numbers[i], is_date);
            call->left[row / 64] |= fields->bad[i] << (row % 64);
        }
        return;
    }
    uint64_t left = 0;
    for (size_t i = 0; i < count; i++) {
        value_store(call, part + i, fields->numbers[i], is_date);
        left |= fields->bad[i] << i;
    }
    call->left[part / PART] |= left;
}

/* The last `size` bytes of a word stay, at most all 8, and zeros take the place of those before. Byte i of `sums` is
 * size + i, which has bit 3 where it stays. */
static inline uint64_t word_keep_last(uint64_t word, uint64_t size)
{
    uint64_t sums = 0x0706050403020100u + size * 0x0101010101010101u, bits = sums & 0x0808080808080808u;
    uint64_t kept = (bits << 5) - (bits >> 3);
    return (word & kept) | (WORD_OF_ZEROS & ~kept);
}

/* Digits behind an optional minus, and a point where there is a scale: it is taken out of the words. `is_short`: none
 * has more than eight digits. */
static inline __attribute__((always_inline)) void numbers_make(Fields *fields, size_t count, int scale, bool is_short)
{
    unsigned shift = 8 * (unsigned)(CSV_VALUES_SCALE - scale); /* of the point's byte */
    uint64_t before = ((uint64_t)1 << shift) - 1, least = (uint64_t)scale + 1, has_point = scale > 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t high = fields->high[i], low = fields->low[i], negative = fields->negative[i];
        uint64_t digits = fields->size[i] - has_point, faults = 0;
        if (has_point) {
            faults = (low >> shift & 0xFF) ^ '.';
            low = (low & ~before & ~((uint64_t)0xFF << shift)) | (low & before) << 8 | high >> 56;
            high <<= 8;
        }
        faults |= digits < least;
        faults |= digits > CSV_VALUES_DIGITS;
        faults |= (fields->first[i] == '0') & (digits != least); /* zeros before others */
        low = word_keep_last(low, digits < 8 ? digits : 8);
        faults |= word_faults(low);
        uint64_t number = word_number(low);
        if (!is_short) {
            uint64_t to_high = digits < 16 ? digits : 16;
            high = word_keep_last(high, to_high < 8 ? 0 : to_high - 8);
            faults |= word_faults(high);
            number += word_number(high) * 100000000u;
        }
        faults |= (negative != 0) & (number == 0);
        fields->numbers[i] = (number ^ negative) - negative;
        fields->bad[i] = faults != 0;
    }
}

static inline uint64_t fields_longest(const Fields *fields, size_t count)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = fields->size[i] > longest ? fields->size[i] : longest;
    return longest;
}

/* Days since 1970-01-01, from years that begin in March (Neri and Schneider, "Euclidean affine functions and their
 * application to calendar algorithms", 2022). */
static inline uint32_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t is_early = month <= 2;
    uint32_t shifted_year = year - is_early, shifted_month = is_early ? month + 12 : month;
    uint32_t century = shifted_year / 100;
    uint32_t year_days = 1461 * shifted_year / 4 - century + century / 4;
    uint32_t month_days = (979 * shifted_month - 2919) / 32;
    return year_days + month_days + day - 1 - 719468;
}

/* Two digits in each byte pair: the number in the lower byte. */
static inline uint64_t word_pairs(uint64_t word)
{
    word &= 0x0F0F0F0F0F0F0F0Fu;
    return word * 10 + (word >> 8);
}

/* YYYY-MM-DD; a day that no month has, or only some years, is left to the careful reader. */
static inline void dates_make(Fields *fields, size_t count)
{
    static const uint64_t dashes = 0x00002D00002D0000u, not_dashes = 0xFFFF00FFFF00FFFFu; /* of "YY-MM-DD" */
    for (size_t i = 0; i < count; i++) {
        uint64_t low = fields->low[i], digits = (low & not_dashes) | (WORD_OF_ZEROS & ~not_dashes);
        uint64_t century = fields->high[i] >> 48 | (WORD_OF_ZEROS & 0xFFFFFFFFFFFF0000u);
        uint64_t pairs = word_pairs(digits), century_pairs = word_pairs(century);
        uint32_t year = (uint32_t)(century_pairs & 0xFF) * 100 + (uint32_t)(pairs & 0xFF);
        uint32_t month = (uint32_t)(pairs >> 24 & 0xFF), day = (uint32_t)(pairs >> 48 & 0xFF);
        uint32_t month_days = month == 2 ? 28 : 30 + ((month + (month >> 3)) & 1);
        uint64_t faults = (fields->size[i] ^ 10) | fields->negative[i] | ((low & ~not_dashes) ^ dashes);
        faults |= word_faults(digits) | word_faults(century);
        faults |= (year == 0) | (month - 1 >= 12) | (day - 1 >= month_days);
        fields->numbers[i] = days_of(year, month, day);
        fields->bad[i] = faults != 0;
    }
}

static inline __attribute__((always_inline)) void numbers_read(const CsvValuesCall *call, int scale, bool is_last)
{
    Fields fields;
    for (size_t part = 0; part < call->count; part += PART) {
        size_t count = call->count - part < PART ? call->count - part : PART;
        fields_load(call, part, count, is_last, &fields);
        if (fields_longest(&fields, count) <= 8)
            numbers_make(&fields, count, scale, true);
        else
            numbers_make(&fields, count, scale, false);
        fields_store(call, part, count, &fields, false);
    }
}

static inline __attribute__((always_inline)) void dates_read(const CsvValuesCall *call, bool is_last)
{
    Fields fields;
    for (size_t part = 0; part < call->count; part += PART) {
        size_t count = call->count - part < PART ? call->count - part : PART;
        fields_load(call, part, count, is_last, &fields);
        dates_make(&fields, count);
        fields_store(call, part, count, &fields, true);
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
