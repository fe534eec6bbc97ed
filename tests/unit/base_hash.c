/* Hashes of texts. */
#include "base/hash.h"

#include "test.h"

START_TEST(padded_bytes_have_the_hash_of_others)
{
    char text[64 + 16], alone[64];
    for (size_t size = 0; size <= sizeof alone; size++) {
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)(i < size ? 'a' + i : 0xFF - i); /* what stands behind does not matter */
        memcpy(alone, text, size);
        ck_assert_uint_eq(hash_padded_bytes(text, size), hash_bytes(alone, size));
    }
}
END_TEST

TEST_PROGRAM(padded_bytes_have_the_hash_of_others)
