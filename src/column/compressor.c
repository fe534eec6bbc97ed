/* column/compressor.c: the libraries that compress, behind one way to push bytes through them. */
#include "column/compressor.h"

#include <assert.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "base/error.h"
#include "column/byte_step.h"

enum {
    OUTPUT_SIZE = 64 << 10,
    MOST_INPUT = 16 << 10,   /* of a step */
    GZIP_MEMORY = 268 << 10, /* bytes, as zconf.h has it */
    MEMORY_PART = 8,         /* the others take no more than this part of what memory_limit leaves */
};

typedef struct CompressorOps {
    void (*start)(Compressor *self);
    /* Whether all that was given has been taken and, at the end, all of it has come out. */
    bool (*run)(Compressor *self, ByteStep *step);
    void (*stop)(void *self);
} CompressorOps;

struct Compressor {
    const CompressorOps *ops;
    const Context *context;
    WriterSink sink;
    void *user;
    size_t memory; /* bytes taken from the budget */
    char *output;  /* OUTPUT_SIZE bytes */
    union {
        z_stream gzip;
        ZSTD_CStream *zstd;
        bz_stream bzip2;
        lzma_stream xz;
    };
};

/* The highest level, from the library's usual one down, whose memory is within MEMORY_PART; else the least. */
static int level_within(const Compressor *self, int level, int least, size_t (*memory)(int level))
{
    size_t most = memory_budget_left(self->context->memory) / MEMORY_PART;
    while (level > least && memory(level) > most)
        level--;
    return level;
}

static void compressor_require(Compressor *self, size_t memory)
{
    memory_budget_require(self->context->memory, memory, "compressing");
    self->memory = memory;
}

/* `is_fine` false: the library had no memory. */
static void compressor_check(bool is_fine)
{
    if (!is_fine)
        error_raise(ERROR_OUT_OF_MEMORY, NO_POSITION, "out of memory");
}

/* ---- gzip ---- */

static void gzip_start(Compressor *self)
{
    enum { MEMORY_LEVEL = 8 }; /* zlib's default */
    compressor_require(self, GZIP_MEMORY);
    compressor_check(deflateInit2(&self->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, MEMORY_LEVEL,
                                  Z_DEFAULT_STRATEGY) == Z_OK);
}

static bool gzip_run(Compressor *self, ByteStep *step)
{
    z_stream *stream = &self->gzip;
    stream->next_in = (Bytef *)step->input;
    stream->avail_in = (uInt)step->input_size;
    stream->next_out = (Bytef *)step->output;
    stream->avail_out = (uInt)step->output_size;
    int status = deflate(stream, step->is_end ? Z_FINISH : Z_NO_FLUSH);
    assert(status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR);
    byte_step_move(step, step->input_size - stream->avail_in, step->output_size - stream->avail_out);
    return step->is_end ? status == Z_STREAM_END : step->input_size == 0;
}

static void gzip_stop(void *self)
{
    deflateEnd(&((Compressor *)self)->gzip);
}

static const CompressorOps gzip_ops = {gzip_start, gzip_run, gzip_stop};

/* ---- zstd ---- */

/* A little more than what ZSTD_estimateCStreamSize says. */
static size_t zstd_memory(int level)
{
    return (size_t)level * (3 << 19);
}

static void zstd_start(Compressor *self)
{
    int level = level_within(self, ZSTD_CLEVEL_DEFAULT, /* least= */ 1, zstd_memory);
    compressor_require(self, zstd_memory(level));
    self->zstd = ZSTD_createCStream();
    compressor_check(self->zstd != NULL);
    ZSTD_CCtx_setParameter(self->zstd, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(self->zstd, ZSTD_c_checksumFlag, 1);
}

static bool zstd_run(Compressor *self, ByteStep *step)
{
    ZSTD_inBuffer input = {step->input, step->input_size, 0};
    ZSTD_outBuffer output = {step->output, step->output_size, 0};
    size_t left = ZSTD_compressStream2(self->zstd, &output, &input, step->is_end ? ZSTD_e_end : ZSTD_e_continue);
    compressor_check(!ZSTD_isError(left)); /* its memory is taken here */
    byte_step_move(step, input.pos, output.pos);
    return step->is_end ? left == 0 : step->input_size == 0;
}

static void zstd_stop(void *self)
{
    ZSTD_freeCStream(((Compressor *)self)->zstd);
}

static const CompressorOps zstd_ops = {zstd_start, zstd_run, zstd_stop};

/* ---- bzip2 ---- */

/* As its manual has it. */
static size_t bzip2_memory(int level)
{
    return 400000 + 800000 * (size_t)level;
}

/* A block is compressed in one go, which nobody interrupts: of the largest, 900 KB, that takes 60 to 180 ms, of those
 * of level 4 a third of it, for files that are some 3 % larger. The work factor says how soon the library gives up the
 * way of sorting that texts which repeat themselves make slow. */
static void bzip2_start(Compressor *self)
{
    enum { LEVEL = 4, WORK_FACTOR = 10 };
    int level = level_within(self, LEVEL, /* least= */ 1, bzip2_memory);
    compressor_require(self, bzip2_memory(level));
    compressor_check(BZ2_bzCompressInit(&self->bzip2, level, 0, WORK_FACTOR) == BZ_OK);
}

static bool bzip2_run(Compressor *self, ByteStep *step)
{
    if (step->input_size == 0 && !step->is_end)
        return true; /* which it takes for a mistake */
    bz_stream *stream = &self->bzip2;
    stream->next_in = (char *)step->input;
    stream->avail_in = (unsigned)step->input_size;
    stream->next_out = step->output;
    stream->avail_out = (unsigned)step->output_size;
    int status = BZ2_bzCompress(stream, step->is_end ? BZ_FINISH : BZ_RUN);
    assert(status == BZ_RUN_OK || status == BZ_FINISH_OK || status == BZ_STREAM_END);
    byte_step_move(step, step->input_size - stream->avail_in, step->output_size - stream->avail_out);
    return step->is_end ? status == BZ_STREAM_END : step->input_size == 0;
}

static void bzip2_stop(void *self)
{
    BZ2_bzCompressEnd(&((Compressor *)self)->bzip2);
}

static const CompressorOps bzip2_ops = {bzip2_start, bzip2_run, bzip2_stop};

/* ---- xz ---- */

/* The usual level takes 94 MiB, and the least 3. */
static size_t xz_memory(int level)
{
    return (size_t)lzma_easy_encoder_memusage((uint32_t)level);
}

static void xz_start(Compressor *self)
{
    int level = level_within(self, LZMA_PRESET_DEFAULT, /* least= */ 0, xz_memory);
    compressor_require(self, xz_memory(level));
    self->xz = (lzma_stream)LZMA_STREAM_INIT;
    compressor_check(lzma_easy_encoder(&self->xz, (uint32_t)level, LZMA_CHECK_CRC64) == LZMA_OK);
}

static bool xz_run(Compressor *self, ByteStep *step)
{
    lzma_stream *stream = &self->xz;
    stream->next_in = (const uint8_t *)step->input;
    stream->avail_in = step->input_size;
    stream->next_out = (uint8_t *)step->output;
    stream->avail_out = step->output_size;
    lzma_ret status = lzma_code(stream, step->is_end ? LZMA_FINISH : LZMA_RUN);
    compressor_check(status != LZMA_MEM_ERROR);
    assert(status == LZMA_OK || status == LZMA_STREAM_END);
    byte_step_move(step, step->input_size - stream->avail_in, step->output_size - stream->avail_out);
    return step->is_end ? status == LZMA_STREAM_END : step->input_size == 0;
}

static void xz_stop(void *self)
{
    lzma_end(&((Compressor *)self)->xz);
}

static const CompressorOps xz_ops = {xz_start, xz_run, xz_stop};

/* ---- pushing through it ---- */

static void compressor_release(void *object)
{
    Compressor *self = object;
    self->ops->stop(self);
    memory_budget_give(self->context->memory, self->memory);
}

Compressor *compressor_new(Arena *arena, const Context *context, Compression compression, WriterSink sink, void *user)
{
    static const CompressorOps *const compressors[COMPRESSION_COUNT] = {
        [COMPRESSION_GZIP] = &gzip_ops,
        [COMPRESSION_ZSTD] = &zstd_ops,
        [COMPRESSION_BZIP2] = &bzip2_ops,
        [COMPRESSION_XZ] = &xz_ops,
    };
    Compressor *self = arena_new(arena, Compressor);
    self->ops = compressors[compression];
    self->context = context;
    self->sink = sink;
    self->user = user;
    self->output = arena_allocate(arena, OUTPUT_SIZE);
    arena_own(arena, self, compressor_release); /* each library stops what has not started, too */
    self->ops->start(self);
    return self;
}

/* The user may interrupt at each piece of output. */
static bool compressor_push(Compressor *self, ByteStep step)
{
    for (bool is_done = false; !is_done;) {
        context_check(self->context);
        step.output = self->output;
        step.output_size = OUTPUT_SIZE;
        is_done = self->ops->run(self, &step);
        size_t made = OUTPUT_SIZE - step.output_size;
        if (made > 0 && !self->sink(self->user, self->output, made))
            return false;
    }
    return true;
}

/* In pieces, for which xz takes some milliseconds each. */
bool compressor_write(void *compressor, const char *data, size_t size)
{
    for (size_t done = 0; done < size; done += MOST_INPUT) {
        ByteStep step = {.input = data + done, .input_size = size - done < MOST_INPUT ? size - done : MOST_INPUT};
        if (!compressor_push(compressor, step))
            return false;
    }
    return true;
}

bool compressor_end(Compressor *compressor)
{
    return compressor_push(compressor, (ByteStep){.input = "", .is_end = true});
}
