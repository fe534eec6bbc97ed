/* tests/unit/provider_csv_pack.h: texts compressed in memory. */
#ifndef QUERN_TESTS_UNIT_PROVIDER_CSV_PACK_H
#define QUERN_TESTS_UNIT_PROVIDER_CSV_PACK_H

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "test.h"

typedef struct Packed {
    char *data;
    size_t size;
} Packed;

static inline Packed gzip_pack(const char *text, size_t size)
{
    z_stream stream = {0};
    ck_assert_int_eq(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&stream, size) + 32;
    char *target = arena_allocate(test_arena, room);
    stream.next_in = (Bytef *)text, stream.avail_in = (uInt)size;
    stream.next_out = (Bytef *)target, stream.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return (Packed){target, room - stream.avail_out};
}

static inline Packed zstd_pack(const char *text, size_t size)
{
    size_t room = ZSTD_compressBound(size) + 8;
    char *target = arena_allocate(test_arena, room);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1); /* as the program zstd does */
    size_t packed = ZSTD_compress2(context, target, room, text, size);
    ck_assert(!ZSTD_isError(packed));
    ZSTD_freeCCtx(context);
    return (Packed){target, packed};
}

static inline Packed bzip2_pack(const char *text, size_t size)
{
    unsigned room = (unsigned)(size + size / 50 + 1000);
    char *target = arena_allocate(test_arena, room);
    ck_assert_int_eq(BZ2_bzBuffToBuffCompress(target, &room, (char *)text, (unsigned)size, 1, 0, 0), BZ_OK);
    return (Packed){target, room};
}

static inline Packed xz_pack(const char *text, size_t size)
{
    size_t room = lzma_stream_buffer_bound(size), used = 0;
    char *target = arena_allocate(test_arena, room);
    ck_assert_int_eq(
        lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, NULL, (const uint8_t *)text, size, (uint8_t *)target, &used, room),
        LZMA_OK);
    return (Packed){target, used};
}

static const struct {
    const char *name;
    Packed (*pack)(const char *text, size_t size);
} packers[] = {{"gzip", gzip_pack}, {"zstd", zstd_pack}, {"bzip2", bzip2_pack}, {"xz", xz_pack}};
enum { PACKER_COUNT = sizeof packers / sizeof *packers };

static inline Packed packed_join(Packed a, Packed b)
{
    Packed both = {arena_allocate(test_arena, a.size + b.size), a.size + b.size};
    memcpy(both.data, a.data, a.size);
    memcpy(both.data + a.size, b.data, b.size);
    return both;
}

#endif
