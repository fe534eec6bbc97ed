/* Compressed files and other encodings: the same rows as of the plain file; what is damaged is an error, never rows. */
#include "provider_csv_pack.h"
#include "provider_csv_tables.h"

#include <fcntl.h>
#include <iconv.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/context.h"
#include "provider/csv/csv_decode.h"

/* A few megabytes: more than one buffer of every step. */
static const char *big_text(int row_count)
{
    Text text = text_in(test_arena);
    text_add(&text, "id,name,amount\n");
    for (int i = 0; i < row_count; i++)
        text_add_format(&text, "%d,\"name %d, of\nlines\",%d.%02d\n", i, i * 7919 % 10007, i % 977, i % 100);
    return text_string(&text);
}

START_TEST(compressed_files_have_the_rows_of_the_plain_one)
{
    const char *text = big_text(100000);
    const char *rows = csv_rows_text(csv_table(csv_file(text), ""));
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed packed = packers[i].pack(text, strlen(text));
        TableProvider *table = csv_table(csv_file_n(packed.data, packed.size), "");
        ck_assert_str_eq(csv_schema_text(table), "id BIGINT, name VARCHAR, amount DECIMAL(18,2)");
        ck_assert_msg(strcmp(csv_rows_text(table), rows) == 0, "%s", packers[i].name);
        ck_assert_uint_eq(csv_count(table), 100000);
    }
}
END_TEST

START_TEST(compressed_parts_one_after_the_other_are_one_text)
{
    const char *first = "a,b\n1,x\n2,", *second = "y\n3,z\n";
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed none = packers[i].pack("", 0);
        Packed both = packed_join(packers[i].pack(first, strlen(first)), packers[i].pack(second, strlen(second)));
        both = packed_join(both, none);
        ck_assert_str_eq(csv_rows_text(csv_table(csv_file_n(both.data, both.size), "")), "1|x\n2|y\n3|z\n");
    }
}
END_TEST

static void read_and_count(void *table)
{
    csv_rows_text(table);
}

START_TEST(a_compressed_file_that_is_cut_anywhere_is_an_error)
{
    const char *text = big_text(50);
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed packed = packers[i].pack(text, strlen(text));
        for (size_t size = 10; size < packed.size; size++) {
            TableProvider *table = csv_table(csv_file_n(packed.data, size), "");
            Error error = expect_error(ERROR_BAD_DATA, read_and_count, table);
            ck_assert_msg(strstr(error.message, packers[i].name) && strstr(error.message, "ends too early"), "%s",
                          error.message);
        }
    }
}
END_TEST

START_TEST(a_changed_byte_is_an_error_and_never_other_rows)
{
    const char *text = big_text(40);
    const char *rows = csv_rows_text(csv_table(csv_file(text), ""));
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed packed = packers[i].pack(text, strlen(text));
        for (size_t at = 10; at < packed.size; at++) {
            packed.data[at] ^= 0x10;
            TableProvider *table = csv_table(csv_file_n(packed.data, packed.size), "");
            Error error = {0};
            if (error_protect(read_and_count, table, &error))
                ck_assert_msg(strcmp(csv_rows_text(table), rows) == 0, "%s, byte %zu", packers[i].name, at);
            else
                ck_assert_msg(error.code == ERROR_BAD_DATA, "%s, byte %zu: %s", packers[i].name, at, error.message);
            packed.data[at] ^= 0x10;
        }
    }
}
END_TEST

START_TEST(other_bytes_behind_a_compressed_file_are_an_error)
{
    const char *text = big_text(3);
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed packed = packed_join(packers[i].pack(text, strlen(text)), (Packed){"4,tail,4\n", 9});
        expect_error(ERROR_BAD_DATA, read_and_count, csv_table(csv_file_n(packed.data, packed.size), ""));
    }
    Packed padded = packed_join(gzip_pack(text, strlen(text)), (Packed){"\0\0\0\0\0\0", 6}); /* as tapes leave them */
    ck_assert_uint_eq(csv_count(csv_table(csv_file_n(padded.data, padded.size), "")), 3);
}
END_TEST

START_TEST(errors_in_compressed_files_name_line_and_column)
{
    const char *text = "a,b\n1,2\n3,\"x\ny\"\n4,5,6\n";
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed packed = packers[i].pack(text, strlen(text));
        const char *path = csv_file_n(packed.data, packed.size);
        Error error = expect_error(ERROR_BAD_DATA, csv_read_body, csv_table(path, ""));
        ck_assert_msg(strncmp(error.message + strlen(path), ":5: 3 fields", 12) == 0, "%s", error.message);
    }
}
END_TEST

START_TEST(what_only_begins_like_a_compressed_file_is_text)
{
    ck_assert_str_eq(csv_rows_text(csv_table(csv_file("BZh9,b\nx,y\n"), "header=true")), "x|y\n");
    ck_assert_str_eq(csv_rows_text(csv_table(csv_file("BZh"), "header=false")), "BZh\n");
}
END_TEST

START_TEST(a_compressed_pipe_can_be_scanned_twice)
{
    const char *path = arena_format(test_arena, "/tmp/quern-test-gzip-%d", (int)getpid());
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    arena_own(test_arena, (void *)path, csv_path_release);
    const char *text = "a,b\n1,x\n2,\"y\n\"\n";
    Packed packed = gzip_pack(text, strlen(text));
    pid_t child = fork();
    if (child == 0) {
        int descriptor = open(path, O_WRONLY);
        for (size_t i = 0; i < packed.size; i += 7) {
            size_t part = packed.size - i < 7 ? packed.size - i : 7;
            if (write(descriptor, packed.data + i, part) != (ssize_t)part)
                _exit(1);
            usleep(500);
        }
        _exit(0);
    }
    TableProvider *table = csv_table(path, "");
    ck_assert_str_eq(csv_rows_text(table), "1|x\n2|y\n\n");
    ck_assert_str_eq(csv_rows_text(table), "1|x\n2|y\n\n");
    waitpid(child, NULL, 0);
}
END_TEST

/* ---- encodings ---- */

static const char *encoded_file(const char *text, const char *encoding)
{
    iconv_t conversion = iconv_open(encoding, "UTF-8");
    ck_assert(conversion != (iconv_t)-1);
    size_t size = strlen(text), room = size * 4 + 8, left = room;
    char *target = arena_allocate(test_arena, room), *input = (char *)text, *output = target;
    ck_assert(iconv(conversion, &input, &size, &output, &left) != (size_t)-1);
    iconv_close(conversion);
    return csv_file_n(target, room - left);
}

START_TEST(encodings_are_converted)
{
    const char *text = "stra\xC3\x9F"
                       "e,b\nM\xC3\xBCller,1\n\"d\xC3\xA9j\xC3\xA0,\",2\n";
    const char *rows = "M\xC3\xBCller|1\nd\xC3\xA9j\xC3\xA0,|2\n";
    const char *names[] = {"latin1", "windows-1252", "utf-16", "UTF-16LE", "UTF-16BE", "UTF-32", "iso-8859-15"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        TableProvider *table =
            csv_table(encoded_file(text, names[i]), arena_format(test_arena, "encoding=%s", names[i]));
        ck_assert_str_eq(csv_rows_text(table), rows);
        ck_assert_str_eq(csv_schema_text(table), "stra\xC3\x9F"
                                                 "e VARCHAR, b BIGINT");
    }
    ck_assert_str_eq(csv_rows_text(csv_table(csv_file("a\n\x80\n"), "encoding=windows-1252")), "\xE2\x82\xAC\n");
}
END_TEST

START_TEST(a_byte_order_mark_tells_the_encoding)
{
    const char *text = "a,b\n\xC3\xA9,1\n";
    ck_assert_str_eq(csv_rows_text(csv_table(encoded_file(text, "UTF-16"), "")), "\xC3\xA9|1\n");
    ck_assert_str_eq(csv_rows_text(csv_table(encoded_file(text, "UTF-32"), "")), "\xC3\xA9|1\n");
    const char *big_endian = csv_file_n("\xFE\xFF\0a\0\n\0\xE9\0\n", 10);
    ck_assert_str_eq(csv_rows_text(csv_table(big_endian, "header=true")), "\xC3\xA9\n");
}
END_TEST

START_TEST(compressed_text_is_converted_as_well)
{
    const char text[] = "a,b\n\xE9,1\n";
    Packed packed = gzip_pack(text, sizeof text - 1);
    ck_assert_str_eq(csv_rows_text(csv_table(csv_file_n(packed.data, packed.size), "encoding=latin1")), "\xC3\xA9|1\n");
    const char wide[] = "\xFF\xFE"
                        "a\0\n\0\xE9\0\n";
    packed = gzip_pack(wide, sizeof wide);
    ck_assert_str_eq(csv_rows_text(csv_table(csv_file_n(packed.data, packed.size), "header=true")), "\xC3\xA9\n");
}
END_TEST

static void open_with_unknown_encoding(void *path)
{
    csv_table(path, "encoding=klingon");
}

START_TEST(text_that_is_not_in_its_encoding_is_an_error)
{
    Error error = expect_error(ERROR_INVALID_ENCODING, csv_read_body,
                               csv_table(csv_file("a\nx\x81y\n"), "encoding=windows-1252"));
    ck_assert_msg(strstr(error.message, "byte 0x81 at offset 3") != NULL, "%s", error.message);
    const char *odd = csv_file_n("\xFF\xFE"
                                 "a\0\n\0b",
                                 7);
    expect_error(ERROR_BAD_DATA, csv_read_body, csv_table(odd, ""));
    expect_error(ERROR_INVALID_PARAMETER, open_with_unknown_encoding, (void *)csv_file("a\n1\n"));
    error = expect_error(ERROR_INVALID_ENCODING, csv_read_body, csv_table(csv_file("a\nd\xE9j\xE0\n"), ""));
    ck_assert_msg(strstr(error.hint, "'latin1'") != NULL, "%s", error.hint);
    error = expect_error(ERROR_INVALID_ENCODING, csv_read_body, csv_table(csv_file("a\n\x93q\x94\n"), ""));
    ck_assert_msg(strstr(error.hint, "'windows-1252'") != NULL, "%s", error.hint);
    error = expect_error(ERROR_INVALID_ENCODING, csv_read_body, csv_table(csv_file_n("a\0\n\0b\0\n", 8), ""));
    ck_assert_msg(strstr(error.hint, "'utf-16le'") != NULL, "%s", error.hint);
    error = expect_error(ERROR_INVALID_ENCODING, csv_read_body, csv_table(csv_file_n("\0a\0\n\0b\0\n", 8), ""));
    ck_assert_msg(strstr(error.hint, "'utf-16be'") != NULL, "%s", error.hint);
}
END_TEST

static _Atomic bool is_cancelled;

static size_t pull_and_cancel(void *user, char *target, size_t size)
{
    Packed *packed = user;
    size_t given = packed->size < size ? packed->size : size;
    memcpy(target, packed->data, given);
    packed->data += given, packed->size -= given;
    is_cancelled = true;
    return given;
}

static void decode_a_block(void *packed)
{
    static const Context context = {.cancel = &is_cancelled};
    char target[1024];
    context_enter(&context);
    csv_decoder_read(csv_decoder_open(test_arena, "x.bz2", COMPRESSION_BZIP2, NULL, pull_and_cancel, packed), target,
                     sizeof target);
}

START_TEST(decoding_a_block_can_be_interrupted)
{
    Text text = text_in(test_arena);
    uint64_t random = 1;
    for (size_t i = 0; i < 100000; i++) { /* what cannot be compressed well, so that a block has many bytes */
        random = random * 6364136223846793005u + 1442695040888963407u;
        text_add_char(&text, (char)(' ' + (random >> 58)));
    }
    Packed packed = bzip2_pack(text.data, text.size);
    expect_error(ERROR_INTERRUPTED, decode_a_block, &packed);
}
END_TEST

/* What is repeated is a few bytes. */
START_TEST(a_step_of_decoding_makes_a_part_of_a_large_text)
{
    enum { SIZE = 8 << 20 };
    char *text = memset(arena_allocate(test_arena, SIZE), 'x', SIZE), *target = arena_allocate(test_arena, SIZE);
    for (size_t i = 0; i < PACKER_COUNT; i++) {
        Packed packed = packers[i].pack(text, SIZE);
        Compression compression = csv_compression_detect(packed.data, packed.size);
        CsvDecoder *decoder = csv_decoder_open(test_arena, "x", compression, NULL, pull_and_cancel, &packed);
        size_t got, made = 0;
        while ((got = csv_decoder_read(decoder, target + made, SIZE - made)) > 0) {
            ck_assert_msg(got <= SIZE / 8, "%s: %zu", packers[i].name, got);
            made += got;
        }
        ck_assert_uint_eq(made, SIZE);
        ck_assert(memcmp(text, target, SIZE) == 0);
    }
}
END_TEST

TEST_PROGRAM(compressed_files_have_the_rows_of_the_plain_one, compressed_parts_one_after_the_other_are_one_text,
             a_compressed_file_that_is_cut_anywhere_is_an_error, a_changed_byte_is_an_error_and_never_other_rows,
             other_bytes_behind_a_compressed_file_are_an_error, errors_in_compressed_files_name_line_and_column,
             what_only_begins_like_a_compressed_file_is_text, a_compressed_pipe_can_be_scanned_twice,
             encodings_are_converted, a_byte_order_mark_tells_the_encoding, compressed_text_is_converted_as_well,
             text_that_is_not_in_its_encoding_is_an_error, decoding_a_block_can_be_interrupted,
             a_step_of_decoding_makes_a_part_of_a_large_text)
