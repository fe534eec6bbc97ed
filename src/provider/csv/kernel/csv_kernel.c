/* provider/csv/kernel/csv_kernel.c: one pass over bytes as bit masks. Compiled once for each CPU level.
 *
 *   bytes     a , " b , c " , d LF        one bit a byte, first byte lowest
 *   quote     . . 1 . . . 1 . . .
 *   inside    . . 1 1 1 1 . . . .         prefix xor of `quote`: set from an opening quote to before the closing one
 *   delimiter . 1 . . 1 . . 1 . .
 *   ends      . 1 . . . . . 1 . 1         (delimiter | line end) & ~inside
 *
 * After Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019). A doubled quote closes and opens again,
 * which leaves the mask right on both sides. */
#include "provider/csv/kernel/csv_kernel.h"

#include <string.h>

#if defined(__AVX2__) || defined(__AVX512BW__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define NAME_OF(stem, level)       stem##_##level
#define NAME_EXPANDED(stem, level) NAME_OF(stem, level)
#define LEVEL_NAME(stem)           NAME_EXPANDED(stem, KERNEL_LEVEL)

/* Which of 64 bytes are what. */
typedef struct Masks {
    uint64_t delimiter, quote, lf, cr, high, nul;
} Masks;

#if defined(__AVX512BW__)

typedef struct Patterns {
    __m512i delimiter, quote, lf, cr;
} Patterns;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){_mm512_set1_epi8(delimiter), _mm512_set1_epi8(quote), _mm512_set1_epi8('\n'),
                      _mm512_set1_epi8('\r')};
}

static inline Masks masks_load(const char *data, const Patterns *patterns)
{
    __m512i bytes = _mm512_loadu_si512(data);
    return (Masks){
        .delimiter = _mm512_cmpeq_epi8_mask(bytes, patterns->delimiter),
        .quote = _mm512_cmpeq_epi8_mask(bytes, patterns->quote),
        .lf = _mm512_cmpeq_epi8_mask(bytes, patterns->lf),
        .cr = _mm512_cmpeq_epi8_mask(bytes, patterns->cr),
        .high = _mm512_movepi8_mask(bytes),
        .nul = _mm512_testn_epi8_mask(bytes, bytes),
    };
}

#elif defined(__AVX2__)

typedef struct Patterns {
    __m256i delimiter, quote, lf, cr;
} Patterns;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){_mm256_set1_epi8(delimiter), _mm256_set1_epi8(quote), _mm256_set1_epi8('\n'),
                      _mm256_set1_epi8('\r')};
}

static inline uint64_t mask_join(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

static inline uint64_t mask_equal(__m256i low, __m256i high, __m256i pattern)
{
    return mask_join(_mm256_cmpeq_epi8(low, pattern), _mm256_cmpeq_epi8(high, pattern));
}

static inline Masks masks_load(const char *data, const Patterns *patterns)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)data);
    __m256i high = _mm256_loadu_si256((const __m256i *)(data + 32));
    return (Masks){
        .delimiter = mask_equal(low, high, patterns->delimiter),
        .quote = mask_equal(low, high, patterns->quote),
        .lf = mask_equal(low, high, patterns->lf),
        .cr = mask_equal(low, high, patterns->cr),
        .high = mask_join(low, high),
        .nul = mask_equal(low, high, _mm256_setzero_si256()),
    };
}

#elif defined(__SSE2__)

typedef struct Patterns {
    __m128i delimiter, quote, lf, cr;
} Patterns;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){_mm_set1_epi8(delimiter), _mm_set1_epi8(quote), _mm_set1_epi8('\n'), _mm_set1_epi8('\r')};
}

static inline uint64_t mask_equal(const __m128i bytes[4], __m128i pattern)
{
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++)
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes[i], pattern)) << (16 * i);
    return mask;
}

static inline Masks masks_load(const char *data, const Patterns *patterns)
{
    __m128i bytes[4];
    uint64_t high = 0;
    for (int i = 0; i < 4; i++) {
        bytes[i] = _mm_loadu_si128((const __m128i *)(data + 16 * i));
        high |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes[i]) << (16 * i);
    }
    return (Masks){
        .delimiter = mask_equal(bytes, patterns->delimiter),
        .quote = mask_equal(bytes, patterns->quote),
        .lf = mask_equal(bytes, patterns->lf),
        .cr = mask_equal(bytes, patterns->cr),
        .high = high,
        .nul = mask_equal(bytes, _mm_setzero_si128()),
    };
}

#elif defined(__ARM_NEON)

typedef struct Patterns {
    uint8x16_t delimiter, quote, lf, cr;
} Patterns;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){vdupq_n_u8((uint8_t)delimiter), vdupq_n_u8((uint8_t)quote), vdupq_n_u8('\n'), vdupq_n_u8('\r')};
}

/* Four vectors of 00 and FF to 64 bits: keep one bit of each byte, then add neighbours until bytes are full. */
static inline uint64_t mask_join(const uint8x16_t matches[4])
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bit = vld1q_u8(weights);
    uint8x16_t low = vpaddq_u8(vandq_u8(matches[0], bit), vandq_u8(matches[1], bit));
    uint8x16_t high = vpaddq_u8(vandq_u8(matches[2], bit), vandq_u8(matches[3], bit));
    uint8x16_t sum = vpaddq_u8(low, high);
    sum = vpaddq_u8(sum, sum);
    return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}

static inline uint64_t mask_equal(const uint8x16_t bytes[4], uint8x16_t pattern)
{
    uint8x16_t matches[4];
    for (int i = 0; i < 4; i++)
        matches[i] = vceqq_u8(bytes[i], pattern);
    return mask_join(matches);
}

static inline Masks masks_load(const char *data, const Patterns *patterns)
{
    uint8x16_t bytes[4], high[4];
    for (int i = 0; i < 4; i++) {
        bytes[i] = vld1q_u8((const uint8_t *)data + 16 * i);
        high[i] = vcltzq_s8(vreinterpretq_s8_u8(bytes[i]));
    }
    return (Masks){
        .delimiter = mask_equal(bytes, patterns->delimiter),
        .quote = mask_equal(bytes, patterns->quote),
        .lf = mask_equal(bytes, patterns->lf),
        .cr = mask_equal(bytes, patterns->cr),
        .high = mask_join(high),
        .nul = mask_equal(bytes, vdupq_n_u8(0)),
    };
}

#else

typedef struct Patterns {
    unsigned char delimiter, quote, lf, cr;
} Patterns;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){(unsigned char)delimiter, (unsigned char)quote, '\n', '\r'};
}

static inline uint64_t mask_equal(const char *data, unsigned char pattern)
{
    uint64_t mask = 0;
    for (int i = 0; i < CSV_KERNEL_GROUP; i++)
        mask |= (uint64_t)((unsigned char)data[i] == pattern) << i;
    return mask;
}

static inline Masks masks_load(const char *data, const Patterns *patterns)
{
    uint64_t high = 0;
    for (int i = 0; i < CSV_KERNEL_GROUP; i++)
        high |= (uint64_t)((unsigned char)data[i] >> 7) << i;
    return (Masks){
        .delimiter = mask_equal(data, patterns->delimiter),
        .quote = mask_equal(data, patterns->quote),
        .lf = mask_equal(data, patterns->lf),
        .cr = mask_equal(data, patterns->cr),
        .high = high,
        .nul = mask_equal(data, 0),
    };
}

#endif

/* Bit i becomes the parity of bits 0 to i. */
static inline uint64_t prefix_xor(uint64_t bits)
{
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
}

/* Writes the positions of the set bits; may write up to 7 entries behind them. Returns where the next goes. */
static inline uint32_t *positions_write(uint32_t *target, uint64_t bits, uint32_t base)
{
    uint32_t *end = target + __builtin_popcountll(bits);
    while (bits) {
        for (int i = 0; i < 8; i++) { /* unrolled: eight at a time are mostly all there are */
            target[i] = base + (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
            bits &= bits - 1;
        }
        target += 8;
    }
    return end;
}

/* What one group leaves to the next. */
typedef struct Carry {
    uint64_t inside;     /* all ones: the next byte is within quotes */
    uint64_t may_open;   /* bit 0: the next byte may be an opening quote */
    uint64_t has_closed; /* bit 0: the byte before was a closing quote */
    uint64_t bad;        /* any bit: a quote where none may be */
} Carry;

/* The bytes within quotes; notes quotes that are out of place. */
static inline uint64_t quotes_follow(Carry *carry, const Masks *masks, uint64_t valid)
{
    uint64_t line_end = masks->lf | masks->cr;
    if ((masks->quote | carry->inside | carry->has_closed) == 0) {
        carry->may_open = (masks->delimiter | line_end) >> 63;
        return 0;
    }
    uint64_t inside = prefix_xor(masks->quote) ^ carry->inside;
    uint64_t opening = masks->quote & inside, closing = masks->quote & ~inside;
    uint64_t may_precede = ((masks->delimiter | line_end) & ~inside) | closing;
    carry->bad |= opening & ~(may_precede << 1 | carry->may_open);
    carry->bad |= (closing << 1 | carry->has_closed) & valid & ~(masks->delimiter | line_end | masks->quote);
    carry->may_open = may_precede >> 63;
    carry->has_closed = closing >> 63;
    carry->inside = 0 - (inside >> 63);
    return inside;
}

static inline __attribute__((always_inline)) void kernel_run(CsvKernelCall *call, bool writes_ends)
{
    const Patterns patterns = patterns_make((char)call->delimiter, (char)call->quote);
    const uint64_t has_quote = call->has_quote ? UINT64_MAX : 0;
    Carry carry = {.may_open = 1};
    uint64_t high = 0, nul = 0, quotes = 0;
    size_t field_count = 0, record_count = 0, position = 0, end = 0;
    call->is_full = false;
    for (; position < call->size; position += CSV_KERNEL_GROUP) {
        if (field_count + CSV_KERNEL_GROUP + 8 > call->capacity) {
            call->is_full = true;
            break;
        }
        const char *data = call->data + position;
        size_t left = call->size - position;
        uint64_t valid = left >= CSV_KERNEL_GROUP ? UINT64_MAX : ((uint64_t)1 << left) - 1;
        uint64_t next_is_lf = left > CSV_KERNEL_GROUP && data[CSV_KERNEL_GROUP] == '\n';
        Masks masks = masks_load(data, &patterns);
        masks.delimiter &= valid, masks.lf &= valid, masks.cr &= valid, masks.quote &= valid & has_quote;
        high |= masks.high & valid, nul |= masks.nul & valid, quotes |= masks.quote;

        uint64_t inside = quotes_follow(&carry, &masks, valid);
        uint64_t line_end = (masks.lf | (masks.cr & ~(masks.lf >> 1 | next_is_lf << 63))) & ~inside;
        uint64_t ends = (masks.delimiter & ~inside) | line_end;
        if (writes_ends)
            positions_write(call->ends + field_count, ends, call->base + (uint32_t)position);
        if (line_end)
            end = position + CSV_KERNEL_GROUP - (size_t)__builtin_clzll(line_end);
        for (; line_end; line_end &= line_end - 1) {
            uint64_t up_to = line_end ^ (line_end - 1); /* the lowest line end and all below it */
            call->records[record_count++] = (uint32_t)(field_count + (size_t)__builtin_popcountll(ends & up_to));
        }
        field_count += (size_t)__builtin_popcountll(ends);
    }
    call->field_count = field_count;
    call->record_count = record_count;
    call->end = end;
    call->has_bad_quote = carry.bad != 0;
    call->has_quotes = quotes != 0;
    call->is_ascii = high == 0;
    call->has_nul = nul != 0;
}

void LEVEL_NAME(csv_kernel)(CsvKernelCall *call)
{
    if (call->ends)
        kernel_run(call, true);
    else
        kernel_run(call, false);
}

bool LEVEL_NAME(csv_odd_kernel)(const char *data, size_t size, char quote)
{
    uint8_t parity = 0;
    for (size_t i = 0; i < size; i++)
        parity ^= data[i] == quote;
    return parity;
}
