/* expr/function/digest.c: digests (by libmd), bytes as text and back, bytes and bits of BLOBs. */
#include <md5.h>
#include <sha1.h>
#include <sha2.h>

#include "expr/function/family.h"

#include <string.h>

#include "base/utf8.h"
#include "expr/function/text_result.h"

/* ---- digests ---- */

enum { DIGEST_MAX_SIZE = 64, DIGEST_PIECE = 1 << 19 };

/* Over the bytes of x, in pieces of a few milliseconds. */
#define DIGEST_UPDATE(update, context, x)                                                                              \
    for (size_t done = 0, step; done < (x).size; done += step) {                                                       \
        context_pace(done);                                                                                            \
        step = (x).size - done < DIGEST_PIECE ? (x).size - done : DIGEST_PIECE;                                        \
        update(context, (const uint8_t *)(x).data + done, step);                                                       \
    }

static size_t digest_md5(StringView x, uint8_t *ret_bytes)
{
    MD5_CTX context;
    MD5Init(&context);
    DIGEST_UPDATE(MD5Update, &context, x);
    MD5Final(ret_bytes, &context);
    return MD5_DIGEST_LENGTH;
}

static size_t digest_sha1(StringView x, uint8_t *ret_bytes)
{
    SHA1_CTX context;
    SHA1Init(&context);
    DIGEST_UPDATE(SHA1Update, &context, x);
    SHA1Final(ret_bytes, &context);
    return SHA1_DIGEST_LENGTH;
}

#define DIGEST_SHA2(bits)                                                                                              \
    static size_t digest_sha##bits(StringView x, uint8_t *ret_bytes)                                                   \
    {                                                                                                                  \
        SHA2_CTX context;                                                                                              \
        SHA##bits##Init(&context);                                                                                     \
        DIGEST_UPDATE(SHA##bits##Update, &context, x);                                                                 \
        SHA##bits##Final(ret_bytes, &context);                                                                         \
        return SHA##bits##_DIGEST_LENGTH;                                                                              \
    }
DIGEST_SHA2(256)
DIGEST_SHA2(384)
DIGEST_SHA2(512)

/* SHA-256 from another start, cut to 28 bytes (FIPS 180-4, 5.3.2 and 6.3). */
static size_t digest_sha224(StringView x, uint8_t *ret_bytes)
{
    static const uint32_t start[8] = {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939,
                                      0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4};
    SHA2_CTX context;
    SHA256Init(&context);
    memcpy(context.state.st32, start, sizeof start);
    DIGEST_UPDATE(SHA256Update, &context, x);
    SHA256Final(ret_bytes, &context);
    return 28;
}

static void write_hex(StringView x, const char *digits, char *memory)
{
    for (size_t i = 0; i < x.size; i++) {
        context_pace(i);
        memory[2 * i] = digits[(unsigned char)x.data[i] >> 4];
        memory[2 * i + 1] = digits[(unsigned char)x.data[i] & 15];
    }
}

static const char lower_digits[] = "0123456789abcdef", upper_digits[] = "0123456789ABCDEF";

/* <name>_text gives hexadecimal digits, <name>_blob the bytes. */
#define KERNEL_DIGEST(name)                                                                                            \
    static void name##_text(KernelCall *call)                                                                          \
    {                                                                                                                  \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            uint8_t bytes[DIGEST_MAX_SIZE];                                                                            \
            char hex[2 * DIGEST_MAX_SIZE];                                                                             \
            size_t size = digest_##name(argument_text(call, 0, i), bytes);                                             \
            write_hex((StringView){(const char *)bytes, size}, lower_digits, hex);                                     \
            result_copy(call, i, (StringView){hex, 2 * size});                                                         \
        }                                                                                                              \
    }
#define KERNEL_DIGEST_BLOB(name)                                                                                       \
    static void name##_blob(KernelCall *call)                                                                          \
    {                                                                                                                  \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            uint8_t bytes[DIGEST_MAX_SIZE];                                                                            \
            size_t size = digest_##name(argument_text(call, 0, i), bytes);                                             \
            result_copy(call, i, (StringView){(const char *)bytes, size});                                             \
        }                                                                                                              \
    }
KERNEL_DIGEST(md5)
KERNEL_DIGEST(sha1)
KERNEL_DIGEST(sha224)
KERNEL_DIGEST(sha256)
KERNEL_DIGEST(sha384)
KERNEL_DIGEST(sha512)
KERNEL_DIGEST_BLOB(sha1)
KERNEL_DIGEST_BLOB(sha224)
KERNEL_DIGEST_BLOB(sha256)
KERNEL_DIGEST_BLOB(sha384)
KERNEL_DIGEST_BLOB(sha512)

static void digest_by_name(KernelCall *call)
{
    static const struct Named {
        const char *name;
        size_t (*digest)(StringView x, uint8_t *ret_bytes);
    } named[] = {{"md5", digest_md5},       {"sha1", digest_sha1},     {"sha224", digest_sha224},
                 {"sha256", digest_sha256}, {"sha384", digest_sha384}, {"sha512", digest_sha512}};
    for (size_t i = 0; i < call->count; i++) {
        StringView name = argument_text(call, 1, i);
        uint8_t bytes[DIGEST_MAX_SIZE];
        size_t size = 0;
        for (size_t n = 0; n < sizeof named / sizeof *named && size == 0; n++)
            if (view_equal_ignoring_case(name, view_of(named[n].name)))
                size = named[n].digest(argument_text(call, 0, i), bytes);
        if (size == 0)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "digest '%.*s' is not known", VIEW_ARGUMENTS(name));
        result_copy(call, i, (StringView){(const char *)bytes, size});
    }
}

/* ---- hexadecimal ---- */

static int hex_digit(char c)
{
    return ascii_is_digit(c)                                ? c - '0'
           : ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f' ? ascii_lower(c) - 'a' + 10
                                                            : -1;
}

static void hex_row(KernelCall *call, size_t row, const char *digits)
{
    StringView x = argument_text(call, 0, row);
    char *memory = result_memory(call, row, x.size * 2);
    if (memory == NULL)
        return;
    write_hex(x, digits, memory);
    result_set(call, row, memory, x.size * 2);
}

static void hex_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        hex_row(call, i, upper_digits);
}

static void hex_bigint(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        uint64_t value = (uint64_t)ARGUMENT(call, 0, int64_t, i);
        char text[16];
        size_t start = sizeof text;
        do
            text[--start] = upper_digits[value & 15];
        while (value >>= 4);
        result_copy(call, i, (StringView){text + start, sizeof text - start});
    }
}

/* Blanks between the pairs are passed over, as PostgreSQL does. NULL when it is well, else what is wrong. */
static const char *read_hex(StringView x, char *memory, size_t *ret_size)
{
    size_t size = 0;
    for (size_t i = 0; i < x.size; i++) {
        context_pace(i);
        if (ascii_is_space(x.data[i]))
            continue;
        int high = hex_digit(x.data[i]), low = i + 1 < x.size ? hex_digit(x.data[i + 1]) : -1;
        if (high < 0)
            return "invalid hexadecimal digit";
        if (low < 0)
            return i + 1 < x.size && !ascii_is_space(x.data[i + 1]) ? "invalid hexadecimal digit"
                                                                    : "odd number of hexadecimal digits";
        memory[size++] = (char)(high << 4 | low);
        i++;
    }
    *ret_size = size;
    return NULL;
}

/* ---- base64 (RFC 4648, section 4); PostgreSQL breaks its lines at 76 characters (RFC 2045) ---- */

enum { BASE64_LINE = 76 };

static size_t write_base64(StringView x, bool breaks_lines, char *memory)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = 0, line = 0;
    for (size_t i = 0; i < x.size; i += 3) {
        context_pace(i);
        if (breaks_lines && line == BASE64_LINE) {
            memory[size++] = '\n';
            line = 0;
        }
        size_t left = x.size - i;
        uint32_t bits = (uint32_t)(unsigned char)x.data[i] << 16;
        bits |= left > 1 ? (uint32_t)(unsigned char)x.data[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)x.data[i + 2] : 0;
        memory[size++] = digits[bits >> 18];
        memory[size++] = digits[bits >> 12 & 63];
        memory[size++] = left > 1 ? digits[bits >> 6 & 63] : '=';
        memory[size++] = left > 2 ? digits[bits & 63] : '=';
        line += 4;
    }
    return size;
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static const char *read_base64(StringView x, char *memory, size_t *ret_size)
{
    uint32_t bits = 0;
    size_t size = 0, digits = 0, pads = 0;
    for (size_t i = 0; i < x.size; i++) {
        context_pace(i);
        if (ascii_is_space(x.data[i]))
            continue;
        int digit = base64_digit(x.data[i]);
        if (x.data[i] == '=' ? digits % 4 + pads < 2 || digits % 4 + pads > 3 : digit < 0 || pads > 0)
            return x.data[i] == '=' ? "unexpected \"=\"" : "invalid symbol";
        if (x.data[i] == '=') {
            pads++;
            continue;
        }
        bits = bits << 6 | (uint32_t)digit;
        if (++digits % 4 == 0) {
            memory[size++] = (char)(bits >> 16);
            memory[size++] = (char)(bits >> 8);
            memory[size++] = (char)bits;
        }
    }
    if ((digits + pads) % 4 != 0)
        return "invalid base64 end sequence";
    if (digits % 4 == 2)
        memory[size++] = (char)(bits >> 4);
    if (digits % 4 == 3) {
        memory[size++] = (char)(bits >> 10);
        memory[size++] = (char)(bits >> 2);
    }
    *ret_size = size;
    return NULL;
}

/* ---- escape: bytes that are not ASCII, and NUL, as \ooo; a backslash doubled ---- */

static size_t write_escape(StringView x, char *memory)
{
    size_t size = 0;
    for (size_t i = 0; i < x.size; i++) {
        context_pace(i);
        unsigned char byte = (unsigned char)x.data[i];
        if (byte == '\0' || byte >= 0x80) {
            memory[size++] = '\\';
            memory[size++] = (char)('0' + (byte >> 6));
            memory[size++] = (char)('0' + (byte >> 3 & 7));
            memory[size++] = (char)('0' + (byte & 7));
        } else {
            if (byte == '\\')
                memory[size++] = '\\';
            memory[size++] = (char)byte;
        }
    }
    return size;
}

static bool is_octal(StringView x, size_t at)
{
    return at + 2 < x.size && x.data[at] >= '0' && x.data[at] <= '3' && x.data[at + 1] >= '0' &&
           x.data[at + 1] <= '7' && x.data[at + 2] >= '0' && x.data[at + 2] <= '7';
}

static const char *read_escape(StringView x, char *memory, size_t *ret_size)
{
    size_t size = 0;
    for (size_t i = 0; i < x.size; i++) {
        context_pace(i);
        if (x.data[i] != '\\') {
            memory[size++] = x.data[i];
        } else if (is_octal(x, i + 1)) {
            memory[size++] = (char)((x.data[i + 1] - '0') << 6 | (x.data[i + 2] - '0') << 3 | (x.data[i + 3] - '0'));
            i += 3;
        } else if (i + 1 < x.size && x.data[i + 1] == '\\') {
            memory[size++] = '\\';
            i++;
        } else {
            return "invalid escape sequence";
        }
    }
    *ret_size = size;
    return NULL;
}

/* ---- encode, decode ---- */

typedef enum Encoding { ENCODING_HEX, ENCODING_BASE64, ENCODING_ESCAPE, ENCODING_COUNT } Encoding;

static bool encoding_at(KernelCall *call, size_t row, Encoding *ret_encoding)
{
    static const char *const names[ENCODING_COUNT] = {"hex", "base64", "escape"};
    StringView name = argument_text(call, 1, row);
    for (int i = 0; i < ENCODING_COUNT; i++)
        if (view_equal_ignoring_case(name, view_of(names[i]))) {
            *ret_encoding = (Encoding)i;
            return true;
        }
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "unrecognized encoding: '%.*s'", VIEW_ARGUMENTS(name));
    result_empty(call, row);
    return false;
}

static void encode_as(KernelCall *call, size_t row, Encoding encoding, bool breaks_lines)
{
    StringView x = argument_text(call, 0, row);
    size_t room = encoding == ENCODING_HEX ? x.size * 2 : encoding == ENCODING_ESCAPE ? x.size * 4 : x.size / 3 * 4 + 4;
    char *memory = result_memory(call, row, breaks_lines ? room + room / BASE64_LINE : room);
    size_t size = x.size * 2;
    if (memory == NULL)
        return;
    if (encoding == ENCODING_HEX)
        write_hex(x, lower_digits, memory);
    else if (encoding == ENCODING_BASE64)
        size = write_base64(x, breaks_lines, memory);
    else
        size = write_escape(x, memory);
    result_set(call, row, memory, size);
}

static void decode_as(KernelCall *call, size_t row, Encoding encoding)
{
    StringView x = argument_text(call, 0, row);
    char *memory = result_memory(call, row, x.size);
    if (memory == NULL)
        return;
    size_t size = 0;
    const char *problem = encoding == ENCODING_HEX      ? read_hex(x, memory, &size)
                          : encoding == ENCODING_BASE64 ? read_base64(x, memory, &size)
                                                        : read_escape(x, memory, &size);
    if (problem)
        kernel_fail(call, row, ERROR_INVALID_PARAMETER, "%s: %s", call->expr->function->name, problem);
    result_set(call, row, memory, size);
}

static void encode_text(KernelCall *call)
{
    Encoding encoding;
    for (size_t i = 0; i < call->count; i++)
        if (encoding_at(call, i, &encoding))
            encode_as(call, i, encoding, encoding == ENCODING_BASE64);
}

static void decode_text(KernelCall *call)
{
    Encoding encoding;
    for (size_t i = 0; i < call->count; i++)
        if (encoding_at(call, i, &encoding))
            decode_as(call, i, encoding);
}

static void to_base64(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        encode_as(call, i, ENCODING_BASE64, false);
}

static void from_base64(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        decode_as(call, i, ENCODING_BASE64);
}

static void unhex_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        decode_as(call, i, ENCODING_HEX);
}

/* Texts are UTF-8 here: that is the one encoding there is. */
static bool require_utf8(KernelCall *call, size_t row)
{
    StringView name = argument_text(call, 1, row);
    if (view_equal_ignoring_case(name, view_of("UTF8")) || view_equal_ignoring_case(name, view_of("UTF-8")))
        return true;
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "encoding '%.*s' is not known: there is UTF8 alone",
                VIEW_ARGUMENTS(name));
    return false;
}

static void convert_to(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        require_utf8(call, i);
        VECTOR_DATA(call->result, String)[i] = ARGUMENT(call, 0, String, i);
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

static void convert_from(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        bool is_named = require_utf8(call, i), is_valid = utf8_valid_size(x) == x.size;
        if (is_named && !is_valid)
            kernel_fail(call, i, ERROR_INVALID_ENCODING, "invalid byte sequence for encoding \"UTF8\"");
        VECTOR_DATA(call->result, String)[i] = is_valid ? ARGUMENT(call, 0, String, i) : string_make("", 0);
    }
    vector_keep_strings_of(call->result, call->arguments[0]);
}

/* ---- bytes and bits ---- */

/* Whether there is a unit with that index of `count`; bits count from each byte's lowest. */
static bool require_index(KernelCall *call, size_t row, int64_t index, size_t count)
{
    if (index >= 0 && (uint64_t)index < count)
        return true;
    kernel_fail(call, row, ERROR_INVALID_SUBSCRIPT, "index %lld out of valid range, 0..%lld", (long long)index,
                (long long)count - 1);
    return false;
}

static void get_byte(KernelCall *call)
{
    int32_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t index = ARGUMENT(call, 1, int64_t, i);
        results[i] = require_index(call, i, index, x.size) ? (unsigned char)x.data[index] : 0;
    }
}

static void get_bit(KernelCall *call)
{
    int32_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t index = ARGUMENT(call, 1, int64_t, i);
        bool exists = require_index(call, i, index, x.size * 8);
        results[i] = exists ? (unsigned char)x.data[index / 8] >> index % 8 & 1 : 0;
    }
}

static void set_byte(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t index = ARGUMENT(call, 1, int64_t, i);
        char *memory = result_memory(call, i, x.size);
        if (memory == NULL)
            continue;
        memcpy(memory, x.data, x.size);
        if (require_index(call, i, index, x.size))
            memory[index] = (char)ARGUMENT(call, 2, int32_t, i);
        result_set(call, i, memory, x.size);
    }
}

static void set_bit(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        int64_t index = ARGUMENT(call, 1, int64_t, i);
        int32_t bit = ARGUMENT(call, 2, int32_t, i);
        char *memory = result_memory(call, i, x.size);
        if (memory == NULL)
            continue;
        memcpy(memory, x.data, x.size);
        if (bit != 0 && bit != 1)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "new bit must be 0 or 1");
        else if (require_index(call, i, index, x.size * 8))
            memory[index / 8] = (char)((memory[index / 8] & ~(1 << index % 8)) | bit << index % 8);
        result_set(call, i, memory, x.size);
    }
}

/* ---- the table ---- */

#define ONE(title, x, r, flag, k, text)                                                                                \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ") " #r, .description = text, .flags = flag, ARGUMENTS(T(x)),               \
        .result = T(r), .kernel = k                                                                                    \
    }
#define DIGEST(name)                                                                                                   \
    ONE(#name, VARCHAR, VARCHAR, 0, name##_text, "The text's digest in hexadecimal digits."),                          \
        ONE(#name, BLOB, BLOB, 0, name##_blob, "The bytes' digest.")
#define NAMED_DIGEST(x)                                                                                                \
    {                                                                                                                  \
        .name = "digest", .signature = "(" #x ", name VARCHAR) BLOB",                                                  \
        .description = "The digest of that name: md5, sha1, sha224, sha256, sha384 or sha512.", .flags = FAIL,         \
        ARGUMENTS(T(x), T(VARCHAR)), .result = T(BLOB), .kernel = digest_by_name                                       \
    }
#define NAMED(title, x, r, k, text)                                                                                    \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", encoding VARCHAR) " #r, .description = text, .flags = FAIL,              \
        ARGUMENTS(T(x), T(VARCHAR)), .result = T(r), .kernel = k                                                       \
    }
#define GET(title, k, text)                                                                                            \
    {                                                                                                                  \
        .name = title, .signature = "(BLOB, index BIGINT) INTEGER", .description = text, .flags = FAIL,                \
        ARGUMENTS(T(BLOB), T(BIGINT)), .result = T(INTEGER), .kernel = k                                               \
    }
#define SET(title, k, text)                                                                                            \
    {                                                                                                                  \
        .name = title, .signature = "(BLOB, index BIGINT, value INTEGER) BLOB", .description = text, .flags = FAIL,    \
        ARGUMENTS(T(BLOB), T(BIGINT), T(INTEGER)), .result = T(BLOB), .kernel = k                                      \
    }

/* clang-format off */
FunctionFamily function_family_digest = {
    ONE("md5", VARCHAR, VARCHAR, 0, md5_text, "The MD5 digest (RFC 1321) in hexadecimal digits."),
    ONE("md5", BLOB, VARCHAR, 0, md5_text, "The MD5 digest (RFC 1321) in hexadecimal digits."),
    DIGEST(sha1),
    DIGEST(sha224),
    DIGEST(sha256),
    DIGEST(sha384),
    DIGEST(sha512),
    NAMED_DIGEST(VARCHAR),
    NAMED_DIGEST(BLOB),
    ONE("hex", VARCHAR, VARCHAR, FAIL, hex_text, "The bytes as hexadecimal digits."),
    ONE("hex", BLOB, VARCHAR, FAIL, hex_text, "The bytes as hexadecimal digits."),
    ONE("hex", BIGINT, VARCHAR, 0, hex_bigint, "Hexadecimal digits."),
    ONE("unhex", VARCHAR, BLOB, FAIL, unhex_text, "The bytes that hexadecimal digits stand for."),
    ONE("from_hex", VARCHAR, BLOB, FAIL, unhex_text, "The bytes that hexadecimal digits stand for."),
    ONE("base64", BLOB, VARCHAR, FAIL, to_base64, "The bytes in base64, on one line."),
    ONE("to_base64", BLOB, VARCHAR, FAIL, to_base64, "The bytes in base64, on one line."),
    ONE("from_base64", VARCHAR, BLOB, FAIL, from_base64, "The bytes that base64 stands for."),
    NAMED("encode", BLOB, VARCHAR, encode_text, "Bytes as text: 'hex', 'base64' or 'escape'."),
    NAMED("encode", VARCHAR, VARCHAR, encode_text, "Bytes of UTF-8 as text: 'hex', 'base64' or 'escape'."),
    NAMED("decode", VARCHAR, BLOB, decode_text, "Bytes from text: 'hex', 'base64' or 'escape'."),
    NAMED("convert_to", VARCHAR, BLOB, convert_to, "The bytes of a text; UTF8 is the one encoding."),
    NAMED("convert_from", BLOB, VARCHAR, convert_from, "The text that bytes are; UTF8 is the one encoding."),
    GET("get_byte", get_byte, "The byte with that index, from 0."),
    GET("get_bit", get_bit, "The bit with that index, from 0, the lowest of the first byte."),
    SET("set_byte", set_byte, "With another byte at that index."),
    SET("set_bit", set_bit, "With another bit at that index."),
    {0},
};
/* clang-format on */
