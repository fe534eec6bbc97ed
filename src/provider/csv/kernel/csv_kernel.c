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
    uint64_t delimiter, quote, lf, cr;
} Masks;

#if defined(__AVX512BW__)

typedef struct Patterns {
    __m512i delimiter, quote, lf, cr;
} Patterns;

/* What all bytes so far have in common. */
typedef struct Seen {
    __m512i any, least;
} Seen;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){_mm512_set1_epi8(delimiter), _mm512_set1_epi8(quote), _mm512_set1_epi8('\n'),
                      _mm512_set1_epi8('\r')};
}

static inline Seen seen_none(void)
{
    return (Seen){.any = _mm512_setzero_si512(), .least = _mm512_set1_epi8(-1)};
}

static inline bool seen_is_ascii(const Seen *seen)
{
    return _mm512_movepi8_mask(seen->any) == 0;
}

static inline bool seen_has_nul(const Seen *seen)
{
    return _mm512_testn_epi8_mask(seen->least, seen->least) != 0;
}

static inline Masks masks_load(const char *data, const Patterns *patterns, Seen *seen)
{
    __m512i bytes = _mm512_loadu_si512(data);
    seen->any = _mm512_or_si512(seen->any, bytes);
    seen->least = _mm512_min_epu8(seen->least, bytes);
    return (Masks){
        .delimiter = _mm512_cmpeq_epi8_mask(bytes, patterns->delimiter),
        .quote = _mm512_cmpeq_epi8_mask(bytes, patterns->quote),
        .lf = _mm512_cmpeq_epi8_mask(bytes, patterns->lf),
        .cr = _mm512_cmpeq_epi8_mask(bytes, patterns->cr),
    };
}

#elif defined(__AVX2__)

typedef struct Patterns {
    __m256i delimiter, quote, lf, cr;
} Patterns;

typedef struct Seen {
    __m256i any, least;
} Seen;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){_mm256_set1_epi8(delimiter), _mm256_set1_epi8(quote), _mm256_set1_epi8('\n'),
                      _mm256_set1_epi8('\r')};
}

static inline Seen seen_none(void)
{
    return (Seen){.any = _mm256_setzero_si256(), .least = _mm256_set1_epi8(-1)};
}

static inline bool seen_is_ascii(const Seen *seen)
{
    return _mm256_movemask_epi8(seen->any) == 0;
}

static inline bool seen_has_nul(const Seen *seen)
{
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(seen->least, _mm256_setzero_si256())) != 0;
}

static inline uint64_t mask_equal(__m256i low, __m256i high, __m256i pattern)
{
    uint32_t low_mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, pattern));
    uint32_t high_mask = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, pattern));
    return low_mask | (uint64_t)high_mask << 32;
}

static inline Masks masks_load(const char *data, const Patterns *patterns, Seen *seen)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)data);
    __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(data + 32));
    seen->any = _mm256_or_si256(seen->any, _mm256_or_si256(low, high));
    seen->least = _mm256_min_epu8(seen->least, _mm256_min_epu8(low, high));
    return (Masks){
        .delimiter = mask_equal(low, high, patterns->delimiter),
        .quote = mask_equal(low, high, patterns->quote),
        .lf = mask_equal(low, high, patterns->lf),
        .cr = mask_equal(low, high, patterns->cr),
    };
}

#elif defined(__SSE2__)

typedef struct Patterns {
    __m128i delimiter, quote, lf, cr;
} Patterns;

typedef struct Seen {
    __m128i any, least;
} Seen;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){_mm_set1_epi8(delimiter), _mm_set1_epi8(quote), _mm_set1_epi8('\n'), _mm_set1_epi8('\r')};
}

static inline Seen seen_none(void)
{
    return (Seen){.any = _mm_setzero_si128(), .least = _mm_set1_epi8(-1)};
}

static inline bool seen_is_ascii(const Seen *seen)
{
    return _mm_movemask_epi8(seen->any) == 0;
}

static inline bool seen_has_nul(const Seen *seen)
{
    return _mm_movemask_epi8(_mm_cmpeq_epi8(seen->least, _mm_setzero_si128())) != 0;
}

static inline uint64_t mask_equal(const __m128i bytes[4], __m128i pattern)
{
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++)
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes[i], pattern)) << (16 * i);
    return mask;
}

static inline Masks masks_load(const char *data, const Patterns *patterns, Seen *seen)
{
    __m128i bytes[4];
    for (int i = 0; i < 4; i++) {
        bytes[i] = _mm_loadu_si128((const __m128i *)(const void *)(data + 16 * i));
        seen->any = _mm_or_si128(seen->any, bytes[i]);
        seen->least = _mm_min_epu8(seen->least, bytes[i]);
    }
    return (Masks){
        .delimiter = mask_equal(bytes, patterns->delimiter),
        .quote = mask_equal(bytes, patterns->quote),
        .lf = mask_equal(bytes, patterns->lf),
        .cr = mask_equal(bytes, patterns->cr),
    };
}

#elif defined(__ARM_NEON) && defined(__aarch64__)

typedef struct Patterns {
    uint8x16_t delimiter, quote, lf, cr;
} Patterns;

typedef struct Seen {
    uint8x16_t any, least;
} Seen;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){vdupq_n_u8((uint8_t)delimiter), vdupq_n_u8((uint8_t)quote), vdupq_n_u8('\n'), vdupq_n_u8('\r')};
}

static inline Seen seen_none(void)
{
    return (Seen){.any = vdupq_n_u8(0), .least = vdupq_n_u8(255)};
}

static inline bool seen_is_ascii(const Seen *seen)
{
    return vmaxvq_u8(seen->any) < 128;
}

static inline bool seen_has_nul(const Seen *seen)
{
    return vminvq_u8(seen->least) == 0;
}

/* Four vectors of 00 and FF to 64 bits: keep one bit of each byte, then add neighbours until bytes are full. */
static inline uint64_t mask_equal(const uint8x16_t bytes[4], uint8x16_t pattern)
{
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t bit = vld1q_u8(weights), matches[4];
    for (int i = 0; i < 4; i++)
        matches[i] = vandq_u8(vceqq_u8(bytes[i], pattern), bit);
    uint8x16_t sum = vpaddq_u8(vpaddq_u8(matches[0], matches[1]), vpaddq_u8(matches[2], matches[3]));
    sum = vpaddq_u8(sum, sum);
    return vgetq_lane_u64(vreinterpretq_u64_u8(sum), 0);
}

static inline Masks masks_load(const char *data, const Patterns *patterns, Seen *seen)
{
    uint8x16_t bytes[4];
    for (int i = 0; i < 4; i++) {
        bytes[i] = vld1q_u8((const uint8_t *)data + 16 * i);
        seen->any = vorrq_u8(seen->any, bytes[i]);
        seen->least = vminq_u8(seen->least, bytes[i]);
    }
    return (Masks){
        .delimiter = mask_equal(bytes, patterns->delimiter),
        .quote = mask_equal(bytes, patterns->quote),
        .lf = mask_equal(bytes, patterns->lf),
        .cr = mask_equal(bytes, patterns->cr),
    };
}

#else

typedef struct Patterns {
    unsigned char delimiter, quote, lf, cr;
} Patterns;

typedef struct Seen {
    unsigned char any, least;
} Seen;

static inline Patterns patterns_make(char delimiter, char quote)
{
    return (Patterns){(unsigned char)delimiter, (unsigned char)quote, '\n', '\r'};
}

static inline Seen seen_none(void)
{
    return (Seen){.any = 0, .least = 255};
}

static inline bool seen_is_ascii(const Seen *seen)
{
    return seen->any < 128;
}

static inline bool seen_has_nul(const Seen *seen)
{
    return seen->least == 0;
}

static inline uint64_t mask_equal(const char *data, unsigned char pattern)
{
    uint64_t mask = 0;
    for (int i = 0; i < CSV_KERNEL_GROUP; i++)
        mask |= (uint64_t)((unsigned char)data[i] == pattern) << i;
    return mask;
}

static inline Masks masks_load(const char *data, const Patterns *patterns, Seen *seen)
{
    for (int i = 0; i < CSV_KERNEL_GROUP; i++) {
        unsigned char byte = (unsigned char)data[i];
        seen->any |= byte;
        seen->least = byte < seen->least ? byte : seen->least;
    }
    return (Masks){
        .delimiter = mask_equal(data, patterns->delimiter),
        .quote = mask_equal(data, patterns->quote),
        .lf = mask_equal(data, patterns->lf),
        .cr = mask_equal(data, patterns->cr),
    };
}

#endif

/* Bit i becomes the parity of bits 0 to i. */
static inline uint64_t prefix_xor(uint64_t bits)
{
#if defined(__PCLMUL__)
    __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
#else
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^= bits << 32;
    return bits;
#endif
}

/* Writes `count` positions, the lowest of `bits`; the loops below do so in blocks, without a branch a position. */
static inline uint64_t positions_write_some(uint32_t *target, uint64_t bits, uint32_t base, int count)
{
    for (int i = 0; i < count; i++) {
        target[i] = base + (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
        bits &= bits - 1;
    }
    return bits;
}

enum { FIRST_POSITIONS = 6, MORE_POSITIONS = 4 }; /* so many at once, whether they are there or not */

/* Writes the positions of the set bits, and anything in up to FIRST_POSITIONS entries behind them. */
static inline void positions_write(uint32_t *target, uint64_t bits, uint32_t base)
{
    bits = positions_write_some(target, bits, base, FIRST_POSITIONS);
    for (target += FIRST_POSITIONS; bits; target += MORE_POSITIONS)
        bits = positions_write_some(target, bits, base, MORE_POSITIONS);
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
    uint64_t separators = masks->delimiter | masks->lf | masks->cr;
    uint64_t inside = prefix_xor(masks->quote) ^ carry->inside;
    uint64_t opening = masks->quote & inside, closing = masks->quote & ~inside;
    uint64_t may_precede = (separators & ~inside) | closing;
    carry->bad |= opening & ~(may_precede << 1 | carry->may_open);
    carry->bad |= (closing << 1 | carry->has_closed) & valid & ~(separators | masks->quote);
    carry->may_open = may_precede >> 63;
    carry->has_closed = closing >> 63;
    carry->inside = 0 - (inside >> 63);
    return inside;
}

/* A run through the text: where it is, and what it has found. */
typedef struct Run {
    CsvKernelCall *call;
    Patterns patterns;
    Seen seen;
    Carry carry;
    uint64_t quotes;
    size_t position, field_count, record_count, end;
} Run;

/* Looks at the group at run->position; `data` has its bytes. */
static inline __attribute__((always_inline)) void run_group(Run *run, const Masks *masks, uint64_t inside,
                                                            bool is_before_lf, bool writes_ends)
{
    CsvKernelCall *call = run->call;
    uint64_t line_end = masks->lf & ~inside;
    if (masks->cr)
        line_end |= masks->cr & ~(masks->lf >> 1 | (uint64_t)is_before_lf << 63) & ~inside;
    uint64_t ends = (masks->delimiter & ~inside) | line_end;
    if (writes_ends)
        positions_write(call->ends + run->field_count, ends, call->base + (uint32_t)run->position);
    /* Most groups have no more than one line end: its entry is written whether it is there or not. */
    uint64_t up_to = line_end ^ (line_end - 1); /* the lowest line end and all below it */
    call->records[run->record_count] = (uint32_t)(run->field_count + (size_t)__builtin_popcountll(ends & up_to));
    size_t behind = run->position + CSV_KERNEL_GROUP - (size_t)__builtin_clzll(line_end | 1);
    run->end = line_end ? behind : run->end;
    run->record_count += line_end != 0;
    for (line_end &= line_end - 1; line_end; line_end &= line_end - 1) {
        up_to = line_end ^ (line_end - 1);
        call->records[run->record_count++] = (uint32_t)(run->field_count + (size_t)__builtin_popcountll(ends & up_to));
    }
    run->field_count += (size_t)__builtin_popcountll(ends);
}

/* Whole groups, behind which more text follows; until room is short, or, without `has_quotes`, a quote is met. */
static inline __attribute__((always_inline)) void run_groups(Run *run, bool has_quotes, bool writes_ends)
{
    const CsvKernelCall *call = run->call;
    for (; run->position + CSV_KERNEL_GROUP < call->size; run->position += CSV_KERNEL_GROUP) {
        if (run->field_count + CSV_KERNEL_GROUP + FIRST_POSITIONS > call->capacity)
            return;
        const char *data = call->data + run->position;
        Masks masks = masks_load(data, &run->patterns, &run->seen);
        uint64_t inside = 0;
        if (has_quotes) {
            run->quotes |= masks.quote;
            inside = quotes_follow(&run->carry, &masks, UINT64_MAX);
        } else if (masks.quote && call->has_quote) {
            return;
        } else {
            run->carry.may_open = (masks.delimiter | masks.lf | masks.cr) >> 63;
        }
        run_group(run, &masks, inside, data[CSV_KERNEL_GROUP] == '\n', writes_ends);
    }
}

/* The last group, which may be cut by the end of the text. */
static inline __attribute__((always_inline)) void run_last(Run *run, bool writes_ends)
{
    const CsvKernelCall *call = run->call;
    size_t left = call->size - run->position;
    char data[CSV_KERNEL_GROUP];
    memset(data, ' ', sizeof data);
    memcpy(data, call->data + run->position, left);
    uint64_t valid = left == CSV_KERNEL_GROUP ? UINT64_MAX : ((uint64_t)1 << left) - 1;
    Masks masks = masks_load(data, &run->patterns, &run->seen);
    masks.delimiter &= valid, masks.lf &= valid, masks.cr &= valid;
    masks.quote &= call->has_quote ? valid : 0;
    run->quotes |= masks.quote;
    run_group(run, &masks, quotes_follow(&run->carry, &masks, valid), false, writes_ends);
    run->position = call->size;
}

static inline __attribute__((always_inline)) void kernel_run(CsvKernelCall *call, bool writes_ends)
{
    Run run = {
        .call = call,
        .patterns = patterns_make((char)call->delimiter, (char)call->quote),
        .seen = seen_none(),
        .carry = {.may_open = 1},
    };
    run_groups(&run, false, writes_ends);
    if (call->has_quote)
        run_groups(&run, true, writes_ends);
    call->is_full = run.field_count + CSV_KERNEL_GROUP + FIRST_POSITIONS > call->capacity;
    if (!call->is_full && run.position < call->size)
        run_last(&run, writes_ends);
    call->field_count = run.field_count;
    call->record_count = run.record_count;
    call->end = run.end;
    call->has_bad_quote = run.carry.bad != 0;
    call->has_quotes = run.quotes != 0;
    call->is_ascii = seen_is_ascii(&run.seen);
    call->has_nul = seen_has_nul(&run.seen);
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

size_t LEVEL_NAME(csv_lines_kernel)(const char *data, size_t size)
{
    enum { PART = 128 }; /* a byte counts so far */
    size_t count = 0;
    for (size_t start = 0; start < size; start += PART) {
        size_t end = size - start < PART ? size : start + PART;
        uint8_t part = 0;
        for (size_t i = start; i < end; i++)
            part += (uint8_t)((data[i] == '\n') | ((data[i] == '\r') & (data[i + 1] != '\n')));
        count += part;
    }
    return count;
}
