/* runner/md5.h: the MD5 digest (RFC 1321), which sqllogictest uses to shorten long results. */
#ifndef QUERN_TESTS_SLT_RUNNER_MD5_H
#define QUERN_TESTS_SLT_RUNNER_MD5_H

#include <stddef.h>
#include <stdint.h>

typedef struct Md5 {
    uint32_t state[4];
    uint64_t size; /* bytes so far */
    uint8_t block[64];
} Md5;

void md5_init(Md5 *md5);
void md5_add(Md5 *md5, const void *data, size_t size);
/* 32 lower-case hexadecimal digits and a NUL. The Md5 is used up. */
void md5_finish(Md5 *md5, char ret_text[33]);

#endif
