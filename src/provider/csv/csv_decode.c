/* provider/csv/csv_decode.c: the libraries that decompress and convert, behind one way to pull bytes through them. */
#include "provider/csv/csv_decode.h"

#include <bzlib.h>
#include <errno.h>
#include <iconv.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/context.h"
#include "base/error.h"
#include "column/byte_step.h"

enum {
    INPUT_SIZE = 256 << 10,
    SMALL_SIZE = 64,           /* a caller with less room is served from a buffer: a character may need four bytes */
    XZ_MEMORY_LIMIT = 1 << 30, /* bytes that a file may make the xz decoder take; xz -9 needs 65 MiB */
    MOST_OUTPUT = 1 << 20,     /* of a step, in bytes: a few may stand for a gigabyte */
    BZIP2_MAGIC_SIZE = 10,     /* "BZh", a level, and the first block's or the end's six bytes */
    BZIP2_INPUT = 16 << 10,    /* of a step, in bytes: a block of 900 KB takes up to 100 ms that nobody interrupts */
    BZIP2_OUTPUT = 64 << 10,
};

typedef struct Stage Stage;

typedef struct StageOps {
    const char *name;
    void (*start)(Stage *stage, const char *encoding);
    void (*run)(Stage *stage, ByteStep *step);
    void (*stop)(void *stage);
} StageOps;

struct Stage {
    const StageOps *ops;
    const CsvDecoder *decoder;
    bool is_complete; /* the input may end here */
    bool is_between;  /* another member may follow (gzip, bzip2) */
    char *input;
    size_t input_start, input_end;
    bool has_ended; /* the input has */
    uint64_t taken; /* bytes of input so far */
    union {
        z_stream gzip;
        ZSTD_DStream *zstd;
        bz_stream bzip2;
        lzma_stream xz;
        iconv_t iconv;
    };
};

struct CsvDecoder {
    const char *path;
    CsvPull pull;
    void *user;
    size_t stage_count;
    Stage *stages[2];
    char small[SMALL_SIZE];
    size_t small_start, small_end;
};

static _Noreturn void stage_raise(const Stage *stage, const char *problem)
{
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: damaged %s data: %s", stage->decoder->path, stage->ops->name,
                problem ? problem : "it cannot be decompressed");
}

static _Noreturn void stage_raise_memory(void)
{
    error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory");
}

/* ---- gzip: members one after the other, and zeros behind the last ---- */

static void gzip_start(Stage *stage, const char *encoding)
{
    (void)encoding;
    if (inflateInit2(&stage->gzip, MAX_WBITS + 16) != Z_OK)
        stage_raise_memory();
}

static void gzip_run(Stage *stage, ByteStep *step)
{
    while (stage->is_between && step->input_size > 0 && *step->input == '\0')
        step->input++, step->input_size--;
    if (step->input_size == 0 && stage->is_between)
        return;
    z_stream *stream = &stage->gzip;
    stream->next_in = (Bytef *)step->input;
    stream->avail_in = (uInt)step->input_size;
    stream->next_out = (Bytef *)step->output;
    stream->avail_out = step->output_size > UINT32_MAX ? UINT32_MAX : (uInt)step->output_size;
    size_t room = stream->avail_out;
    int status = inflate(stream, Z_NO_FLUSH);
    byte_step_move(step, step->input_size - stream->avail_in, room - stream->avail_out);
    if (status == Z_MEM_ERROR)
        stage_raise_memory();
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        stage_raise(stage, stream->msg);
    stage->is_between = stage->is_complete = status == Z_STREAM_END;
    if (status == Z_STREAM_END)
        inflateReset(stream);
}

static void gzip_stop(void *object)
{
    inflateEnd(&((Stage *)object)->gzip);
}

static const StageOps gzip_ops = {"gzip", gzip_start, gzip_run, gzip_stop};

/* ---- zstd ---- */

static void zstd_start(Stage *stage, const char *encoding)
{
    (void)encoding;
    stage->zstd = ZSTD_createDStream();
    if (stage->zstd == NULL)
        stage_raise_memory();
}

static void zstd_run(Stage *stage, ByteStep *step)
{
    if (step->input_size == 0 && stage->is_complete)
        return;
    ZSTD_inBuffer input = {step->input, step->input_size, 0};
    ZSTD_outBuffer output = {step->output, step->output_size, 0};
    size_t status = ZSTD_decompressStream(stage->zstd, &output, &input);
    if (ZSTD_isError(status))
        stage_raise(stage, ZSTD_getErrorName(status));
    byte_step_move(step, input.pos, output.pos);
    stage->is_complete = status == 0;
}

static void zstd_stop(void *object)
{
    ZSTD_freeDStream(((Stage *)object)->zstd);
}

static const StageOps zstd_ops = {"zstd", zstd_start, zstd_run, zstd_stop};

/* ---- bzip2 ---- */

static void bzip2_start(Stage *stage, const char *encoding)
{
    (void)encoding;
    if (BZ2_bzDecompressInit(&stage->bzip2, 0, 0) != BZ_OK)
        stage_raise_memory();
}

static void bzip2_run(Stage *stage, ByteStep *step)
{
    if (step->input_size == 0 && stage->is_between)
        return;
    if (stage->is_between) {
        BZ2_bzDecompressEnd(&stage->bzip2);
        memset(&stage->bzip2, 0, sizeof stage->bzip2);
        bzip2_start(stage, NULL);
    }
    bz_stream *stream = &stage->bzip2;
    stream->next_in = (char *)step->input;
    stream->avail_in = step->input_size < BZIP2_INPUT ? (unsigned)step->input_size : BZIP2_INPUT;
    stream->next_out = step->output;
    stream->avail_out = step->output_size < BZIP2_OUTPUT ? (unsigned)step->output_size : BZIP2_OUTPUT;
    size_t room = stream->avail_out, given = stream->avail_in;
    int status = BZ2_bzDecompress(stream);
    byte_step_move(step, given - stream->avail_in, room - stream->avail_out);
    if (status == BZ_MEM_ERROR)
        stage_raise_memory();
    if (status != BZ_OK && status != BZ_STREAM_END)
        stage_raise(stage, status == BZ_DATA_ERROR_MAGIC ? "what follows is no bzip2 data" : "wrong checksum");
    stage->is_between = stage->is_complete = status == BZ_STREAM_END;
}

static void bzip2_stop(void *object)
{
    BZ2_bzDecompressEnd(&((Stage *)object)->bzip2);
}

static const StageOps bzip2_ops = {"bzip2", bzip2_start, bzip2_run, bzip2_stop};

/* ---- xz ---- */

static void xz_start(Stage *stage, const char *encoding)
{
    (void)encoding;
    stage->xz = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&stage->xz, XZ_MEMORY_LIMIT, LZMA_CONCATENATED) != LZMA_OK)
        stage_raise_memory();
}

static void xz_run(Stage *stage, ByteStep *step)
{
    if (stage->is_complete)
        return;
    lzma_stream *stream = &stage->xz;
    stream->next_in = (const uint8_t *)step->input;
    stream->avail_in = step->input_size;
    stream->next_out = (uint8_t *)step->output;
    stream->avail_out = step->output_size;
    lzma_ret status = lzma_code(stream, step->is_end ? LZMA_FINISH : LZMA_RUN);
    byte_step_move(step, step->input_size - stream->avail_in, step->output_size - stream->avail_out);
    if (status == LZMA_MEM_ERROR)
        stage_raise_memory();
    if (status == LZMA_MEMLIMIT_ERROR)
        stage_raise(stage, "it wants more than a gigabyte of memory");
    if (status != LZMA_OK && status != LZMA_STREAM_END && status != LZMA_BUF_ERROR)
        stage_raise(stage, status == LZMA_OPTIONS_ERROR ? "an unknown filter" : NULL);
    stage->is_complete = status == LZMA_STREAM_END;
}

static void xz_stop(void *object)
{
    lzma_end(&((Stage *)object)->xz);
}

static const StageOps xz_ops = {"xz", xz_start, xz_run, xz_stop};

/* ---- encodings ---- */

static void iconv_start(Stage *stage, const char *encoding)
{
    stage->iconv = iconv_open("UTF-8", encoding);
    if (stage->iconv == (iconv_t)-1)
        error_raise(errno == ENOMEM ? ERROR_OUT_OF_MEMORY : ERROR_INVALID_PARAMETER, NO_POSITION,
                    "%s: text cannot be converted from encoding '%s'", stage->decoder->path, encoding);
}

static void iconv_run(Stage *stage, ByteStep *step)
{
    char *input = (char *)step->input;
    size_t room = step->output_size;
    bool is_bad = iconv(stage->iconv, &input, &step->input_size, &step->output, &step->output_size) == (size_t)-1 &&
                  errno == EILSEQ;
    size_t converted = (size_t)(input - step->input);
    step->input = input;
    stage->is_complete = step->input_size == 0;
    if (is_bad && step->output_size == room)
        error_raise(ERROR_INVALID_ENCODING, NO_POSITION, "%s: byte 0x%02x at offset %zu is not in its encoding",
                    stage->decoder->path, (unsigned)(unsigned char)*input, (size_t)stage->taken + converted);
}

static void iconv_stop(void *object)
{
    iconv_close(((Stage *)object)->iconv);
}

static const StageOps iconv_ops = {"text", iconv_start, iconv_run, iconv_stop};

/* ---- pulling through the stages ---- */

static size_t stage_read(CsvDecoder *decoder, size_t index, char *target, size_t size);

/* What the stage has not taken moves to the front, and more comes behind it. */
static void stage_fill(CsvDecoder *decoder, size_t index)
{
    Stage *stage = decoder->stages[index];
    size_t rest = stage->input_end - stage->input_start;
    memmove(stage->input, stage->input + stage->input_start, rest);
    stage->input_start = 0;
    stage->input_end = rest;
    char *target = stage->input + rest;
    size_t got = index == 0 ? decoder->pull(decoder->user, target, INPUT_SIZE - rest)
                            : stage_read(decoder, index - 1, target, INPUT_SIZE - rest);
    stage->input_end += got;
    stage->has_ended = got == 0;
}

/* What the stage makes next, at most `size` bytes (at least SMALL_SIZE); 0 only at the end. */
static size_t stage_read(CsvDecoder *decoder, size_t index, char *target, size_t size)
{
    Stage *stage = decoder->stages[index];
    bool is_stuck = false; /* the last step took nothing: it needs more input */
    size = size < MOST_OUTPUT ? size : MOST_OUTPUT;
    for (;;) {
        context_check(context_entered());
        if (!stage->has_ended && (is_stuck || stage->input_start == stage->input_end))
            stage_fill(decoder, index);
        size_t left = stage->input_end - stage->input_start;
        if (left == 0 && stage->has_ended && stage->is_complete)
            return 0;
        ByteStep step = {stage->input + stage->input_start, left, target, size, stage->has_ended};
        stage->ops->run(stage, &step);
        size_t taken = left - step.input_size, made = size - step.output_size;
        stage->input_start += taken;
        stage->taken += taken;
        if (made > 0)
            return made;
        is_stuck = taken == 0;
        if (is_stuck && stage->has_ended && !stage->is_complete)
            stage_raise(stage, "it ends too early");
        if (is_stuck && stage->has_ended && left > 0)
            stage_raise(stage, "other bytes follow it");
    }
}

/* ---- ---- */

Compression csv_compression_detect(const char *head, size_t size)
{
    static const struct {
        Compression compression;
        const char *magic;
        size_t size;
    } magics[] = {
#define COMPRESSION_MAGIC(name, text, ending, magic) {COMPRESSION_##name, magic, sizeof magic - 1},
        COMPRESSIONS(COMPRESSION_MAGIC)
#undef COMPRESSION_MAGIC
    };
    static const char blocks[][7] = {"1AY&SY", "\x17\x72\x45\x38\x50\x90"}; /* bzip2's first block, or its end */
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (size < magics[i].size || memcmp(head, magics[i].magic, magics[i].size) != 0)
            continue;
        if (magics[i].compression == COMPRESSION_BZIP2 && /* "BZh" alone may be a column's name */
            (size < BZIP2_MAGIC_SIZE || (memcmp(head + 4, blocks[0], 6) != 0 && memcmp(head + 4, blocks[1], 6) != 0)))
            continue;
        return magics[i].compression;
    }
    /* pzstd and others begin with a frame that readers skip */
    if (size >= 4 && (head[0] & 0xF0) == 0x50 && memcmp(head + 1, "\x2A\x4D\x18", 3) == 0)
        return COMPRESSION_ZSTD;
    return COMPRESSION_NONE;
}

const char *csv_encoding_detect(const char *head, size_t size)
{
    if (size >= 4 && (memcmp(head, "\xFF\xFE\0\0", 4) == 0 || memcmp(head, "\0\0\xFE\xFF", 4) == 0))
        return "UTF-32";
    if (size >= 2 && (memcmp(head, "\xFF\xFE", 2) == 0 || memcmp(head, "\xFE\xFF", 2) == 0))
        return "UTF-16";
    return NULL;
}

bool csv_encoding_is_known(const char *name)
{
    iconv_t conversion = iconv_open("UTF-8", name);
    if (conversion == (iconv_t)-1)
        return false;
    iconv_close(conversion);
    return true;
}

static void stage_add(CsvDecoder *decoder, Arena *arena, const StageOps *ops, const char *encoding)
{
    Stage *stage = arena_new(arena, Stage);
    stage->ops = ops;
    stage->decoder = decoder;
    stage->input = arena_allocate(arena, INPUT_SIZE);
    stage->is_complete = ops == &iconv_ops; /* no text at all is fine; a compressed file has a head */
    ops->start(stage, encoding);
    arena_own(arena, stage, ops->stop);
    decoder->stages[decoder->stage_count++] = stage;
}

CsvDecoder *csv_decoder_open(Arena *arena, const char *path, Compression compression, const char *encoding,
                             CsvPull pull, void *user)
{
    static const StageOps *const decompressors[] = {
        [COMPRESSION_GZIP] = &gzip_ops,
        [COMPRESSION_ZSTD] = &zstd_ops,
        [COMPRESSION_BZIP2] = &bzip2_ops,
        [COMPRESSION_XZ] = &xz_ops,
    };
    CsvDecoder *decoder = arena_new(arena, CsvDecoder);
    decoder->path = path;
    decoder->pull = pull;
    decoder->user = user;
    if (compression != COMPRESSION_NONE)
        stage_add(decoder, arena, decompressors[compression], NULL);
    if (encoding)
        stage_add(decoder, arena, &iconv_ops, encoding);
    return decoder;
}

size_t csv_decoder_read(CsvDecoder *decoder, char *target, size_t size)
{
    if (decoder->small_start == decoder->small_end && size < SMALL_SIZE) {
        decoder->small_start = 0;
        decoder->small_end = stage_read(decoder, decoder->stage_count - 1, decoder->small, SMALL_SIZE);
    }
    size_t kept = decoder->small_end - decoder->small_start;
    if (kept == 0 && size < SMALL_SIZE)
        return 0;
    if (kept == 0)
        return stage_read(decoder, decoder->stage_count - 1, target, size);
    size_t part = kept < size ? kept : size;
    memcpy(target, decoder->small + decoder->small_start, part);
    decoder->small_start += part;
    return part;
}
