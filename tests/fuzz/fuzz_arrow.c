/* tests/fuzz/fuzz_arrow.c: any bytes as an Arrow file or stream: it is read, or refused for what is wrong with it.
 * Built by tests/fuzz/Makefile for libFuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "provider/arrow/arrow.h"
#include "table_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    int descriptor = memfd_create("arrow", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    Error error;
    if (!table_try(&arrow_format, path, &error) &&
        (error_class(error.code) == ERROR_CLASS_INTERNAL || error_class(error.code) == ERROR_CLASS_IO)) {
        fprintf(stderr, "%s\n", error.message);
        abort();
    }
    close(descriptor);
    return 0;
}
