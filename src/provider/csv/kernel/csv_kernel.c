/* provider/csv/kernel/csv_kernel.c: bytes as bit masks, 64 at a time. Compiled once for each CPU level.
 *
 *   bytes     a , " b , c " , d LF        one bit a byte, first byte lowest
 *   quote     . . 1 . . . 1 . . .
 *   inside    . . 1 1 1 1 . . . .         prefix xor of `quote`: set from an opening quote to before the closing one
 *   delimiter . 1 . . 1 . . 1 . .
 *   ends      . 1 . . . . . 1 . 1         (delimiter | line end) & ~inside
 *
 * After Langdale and Lemire, "Parsing gigabytes of JSON per second" (2019). A doubled quote closes and opens again,
 * which leaves the mask right on both sides.
 *
 * No step has a branch a group, since where quotes and line ends stand cannot be foreseen: masks are made for a chunk
 * of groups, then what follows from them is computed for all, then positions are written. */
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

/* ---- positions ---- */

#if defined(__AVX512VBMI2__)

enum { FIRST_POSITIONS = 16 };

static inline void positions_store(uint32_t *target, __m128i bytes, __m512i base)
{
    _mm512_storeu_si512(target, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(bytes)));
}

/* Writes the positions of the set bits, and anything behind them up to CSV_KERNEL_GROUP entries. */
static inline void positions_write(uint32_t *target, uint64_t bits, uint32_t base)
{
    static const unsigned char numbers[CSV_KERNEL_GROUP] __attribute__((aligned(CSV_KERNEL_GROUP))) = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i set = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(numbers)), from = _mm512_set1_epi32((int)base);
    positions_store(target, _mm512_castsi512_si128(set), from);
    if (__builtin_expect(__builtin_popcountll(bits) <= FIRST_POSITIONS, true))
        return;
    positions_store(target + 16, _mm512_extracti32x4_epi32(set, 1), from);
    positions_store(target + 32, _mm512_extracti32x4_epi32(set, 2), from);
    positions_store(target + 48, _mm512_extracti32x4_epi32(set, 3), from);
}

#else

enum { FIRST_POSITIONS = 6, MORE_POSITIONS = 4 }; /* so many at once, whether they are there or not */

/* Writes `count` positions, the lowest of `bits`; the loop below does so in blocks, without a branch a position. */
static inline uint64_t positions_write_some(uint32_t *target, uint64_t bits, uint32_t base, int count)
{
    for (int i = 0; i < count; i++) {
        target[i] = base + (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
        bits &= bits - 1;
    }
    return bits;
}

/* Writes the positions of the set bits, and anything behind them up to CSV_KERNEL_GROUP entries. */
static inline void positions_write(uint32_t *target, uint64_t bits, uint32_t base)
{
    bits = positions_write_some(target, bits, base, FIRST_POSITIONS);
    for (target += FIRST_POSITIONS; bits; target += MORE_POSITIONS)
        bits = positions_write_some(target, bits, base, MORE_POSITIONS);
}

#endif

/* ---- chunks ---- */

enum { CHUNK = 64 }; /* groups whose masks are looked at together, in loops that the compiler vectorizes */

/* The masks of a chunk. Where [g + 1] is that of group g, [0] is that of the group before the chunk. */
typedef struct Chunk {
    uint64_t delimiter[CHUNK], quote[CHUNK], cr[CHUNK];
    uint64_t lf[CHUNK + 1]; /* [g] is that of group g; the last: of the group behind */
    uint64_t other[CHUNK];  /* neither of these, and not behind the text's end */
    uint64_t line_end[CHUNK];
    uint64_t ends[CHUNK];
    uint64_t inside[CHUNK];
    uint64_t may_precede[CHUNK + 1]; /* behind it a quote may open */
    uint64_t closing[CHUNK + 1];
} Chunk;

/* A run through the text: where it is, and what it has found. */
typedef struct Run {
    CsvKernelCall *call;
    Seen seen;
    Chunk chunk;
    uint64_t inside; /* all ones: what comes next is within quotes */
    uint64_t bad;    /* any bit: a quote where none may be */
    uint64_t quotes; /* any bit: there are some */
    size_t position, field_count, record_count, end;
} Run;

/* Fills in the masks of `count` groups at `data`. */
static inline void chunk_load(Run *run, const char *data, size_t count)
{
    Chunk *chunk = &run->chunk;
    Patterns patterns = patterns_make((char)run->call->delimiter, (char)run->call->quote);
    Seen seen = run->seen;
    for (size_t g = 0; g < count; g++) {
        Masks masks = masks_load(data + g * CSV_KERNEL_GROUP, &patterns, &seen);
        chunk->delimiter[g] = masks.delimiter;
        chunk->quote[g] = masks.quote;
        chunk->lf[g] = masks.lf;
        chunk->cr[g] = masks.cr;
    }
    run->seen = seen;
}

/* Line ends and delimiters, within quotes or not. */
static inline void chunk_find_ends(Chunk *chunk, size_t count, bool is_before_lf)
{
    chunk->lf[count] = is_before_lf;
    for (size_t g = 0; g < count; g++) {
        chunk->line_end[g] = chunk->lf[g] | (chunk->cr[g] & ~(chunk->lf[g] >> 1 | chunk->lf[g + 1] << 63));
        chunk->ends[g] = chunk->delimiter[g] | chunk->line_end[g];
    }
}

/* `bits` and all of them moved up by one; the lowest comes from the group before. */
static inline uint64_t moved_up(const uint64_t *bits)
{
    return bits[0] << 1 | bits[-1] >> 63;
}

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

/* Leaves out the ends within quotes; notes quotes that are out of place. `valid`: the bytes of the last group that are
 * text. */
static inline void chunk_follow_quotes(Run *run, size_t count, uint64_t valid)
{
    Chunk *chunk = &run->chunk;
    for (size_t g = 0; g < count; g++)
        chunk->inside[g] = prefix_xor(chunk->quote[g]);
    for (size_t g = 0; g < count; g++) {
        uint64_t turns = 0 - (chunk->inside[g] >> 63);
        chunk->inside[g] ^= run->inside;
        run->inside ^= turns;
    }
    for (size_t g = 0; g < count; g++) {
        uint64_t separators = chunk->delimiter[g] | chunk->lf[g] | chunk->cr[g], outside = ~chunk->inside[g];
        chunk->other[g] = ~(separators | chunk->quote[g]);
        chunk->closing[g + 1] = chunk->quote[g] & outside;
        chunk->may_precede[g + 1] = (separators | chunk->quote[g]) & outside;
        chunk->ends[g] &= outside;
        chunk->line_end[g] &= outside;
    }
    chunk->other[count - 1] &= valid;
    uint64_t bad = 0;
    for (size_t g = 0; g < count; g++) {
        uint64_t opening = chunk->quote[g] & chunk->inside[g];
        bad |= opening & ~moved_up(&chunk->may_precede[g + 1]);
        bad |= chunk->other[g] & moved_up(&chunk->closing[g + 1]);
    }
    run->bad |= bad;
    chunk->closing[0] = chunk->closing[count];
    chunk->may_precede[0] = chunk->may_precede[count];
}

static inline bool chunk_has_quotes(Run *run, size_t count)
{
    uint64_t any = 0;
    for (size_t g = 0; g < count; g++)
        any |= run->chunk.quote[g];
    run->quotes |= any;
    return (any | run->inside | run->chunk.closing[0]) != 0;
}

/* Writes the positions of ends, and for each record how many there are up to its own. */
static inline __attribute__((always_inline)) void chunk_write(Run *run, size_t count, bool writes_ends)
{
    const CsvKernelCall *call = run->call;
    const Chunk *chunk = &run->chunk;
    uint32_t position = call->base + (uint32_t)run->position;
    size_t field_count = run->field_count, record_count = run->record_count;
    for (size_t g = 0; g < count; g++, position += CSV_KERNEL_GROUP) {
        uint64_t ends = chunk->ends[g], line_end = chunk->line_end[g];
        if (writes_ends)
            positions_write(call->ends + field_count, ends, position);
        /* Most groups have no more than one line end: its entry is written whether it is there or not. */
        uint64_t up_to = line_end ^ (line_end - 1); /* the lowest line end and all below it */
        uint32_t *record = call->records + record_count;
        *record = (uint32_t)(field_count + (size_t)__builtin_popcountll(ends & up_to));
        size_t found = (size_t)__builtin_popcountll(line_end);
        if (__builtin_expect(found > 1, false)) {
            while ((line_end &= line_end - 1) != 0) {
                up_to = line_end ^ (line_end - 1);
                *++record = (uint32_t)(field_count + (size_t)__builtin_popcountll(ends & up_to));
            }
        }
        record_count += found;
        field_count += (size_t)__builtin_popcountll(ends);
    }
    run->field_count = field_count;
    run->record_count = record_count;
}

/* Where the last record ends, if one does in this chunk. */
static inline void chunk_find_last_end(Run *run, size_t count)
{
    for (size_t g = count; g-- > 0;) {
        uint64_t line_end = run->chunk.line_end[g];
        if (line_end) {
            run->end = run->position + (g + 1) * CSV_KERNEL_GROUP - (size_t)__builtin_clzll(line_end);
            return;
        }
    }
}

static inline __attribute__((always_inline)) void chunk_run(Run *run, size_t count, bool is_before_lf, uint64_t valid,
                                                            bool writes_ends)
{
    Chunk *chunk = &run->chunk;
    size_t last = count - 1;
    chunk_find_ends(chunk, count, is_before_lf);
    chunk->ends[last] &= valid;
    chunk->line_end[last] &= valid;
    chunk->quote[last] &= valid;
    if (run->call->has_quote && chunk_has_quotes(run, count))
        chunk_follow_quotes(run, count, valid);
    else
        chunk->may_precede[0] = chunk->delimiter[last] | chunk->lf[last] | chunk->cr[last];
    chunk_write(run, count, writes_ends);
    chunk_find_last_end(run, count);
}

/* The last group, which may be cut by the end of the text. */
static inline __attribute__((always_inline)) void run_last(Run *run, bool writes_ends)
{
    size_t left = run->call->size - run->position;
    char data[CSV_KERNEL_GROUP];
    memset(data, ' ', sizeof data);
    memcpy(data, run->call->data + run->position, left);
    chunk_load(run, data, 1);
    chunk_run(run, 1, false, left == CSV_KERNEL_GROUP ? UINT64_MAX : ((uint64_t)1 << left) - 1, writes_ends);
    run->position = run->call->size;
}

/* Whole groups, behind which more text follows. */
static inline __attribute__((always_inline)) void run_groups(Run *run, size_t count, bool writes_ends)
{
    const char *data = run->call->data + run->position;
    size_t size = count * CSV_KERNEL_GROUP;
    chunk_load(run, data, count);
    chunk_run(run, count, data[size] == '\n', UINT64_MAX, writes_ends);
    run->position += size;
}

static inline __attribute__((always_inline)) void kernel_run(CsvKernelCall *call, bool writes_ends)
{
    Run run;
    run.call = call;
    run.seen = seen_none();
    run.chunk.may_precede[0] = UINT64_MAX;
    run.chunk.closing[0] = 0;
    run.inside = run.bad = run.quotes = 0;
    run.position = run.field_count = run.record_count = run.end = 0;
    call->is_full = false;
    while (run.position < call->size) {
        size_t room = (call->capacity - run.field_count) / CSV_KERNEL_GROUP;
        size_t count = (call->size - run.position - 1) / CSV_KERNEL_GROUP;
        if (room == 0) {
            call->is_full = true;
            break;
        }
        count = count < room ? count : room;
        if (count == 0)
            run_last(&run, writes_ends);
        else
            run_groups(&run, count < CHUNK ? count : CHUNK, writes_ends);
    }
    call->field_count = run.field_count;
    call->record_count = run.record_count;
    call->end = run.end;
    call->has_bad_quote = run.bad != 0;
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
