/* base/temp_file.h: a file without a name for what does not fit into memory. It is gone with its arena, and with the
 * process, whatever happens. Its bytes count against SET temp_limit.
 *
 * One thread writes; what is written any may read. */
#ifndef QUERN_BASE_TEMP_FILE_H
#define QUERN_BASE_TEMP_FILE_H

#include "base/buffer.h"

typedef struct TempFile TempFile;

/* The folder: SET temp_directory, TMPDIR or /tmp. */
const char *temp_folder(const Context *context);
/* A file without a name there. -1: errno says why. */
int temp_open(const Context *context);
/* Raises IO or DISK_FULL by `error` (an errno), with what may help. `doing`: "writing a temporary file". */
_Noreturn void temp_raise(const Context *context, const char *doing, int error);

/* Nothing is on disk before the first write. */
TempFile *temp_file_new(Arena *arena, const Context *context);
/* Place for so many bytes: where it is. Raises IO, TEMP_LIMIT. */
uint64_t temp_file_take(TempFile *file, size_t size);
/* Into a place that was taken. Raises IO, DISK_FULL. */
void temp_file_write(TempFile *file, uint64_t offset, const void *data, size_t size);
/* Bytes that were written. Raises IO. */
void temp_file_read(const TempFile *file, uint64_t offset, void *target, size_t size);
/* They are not needed any more: others may take their place. */
void temp_file_discard(TempFile *file, uint64_t offset, size_t size);
/* Memory that is a part of the file: for what must keep its address. The system writes it out as it sees fit; it counts
 * as temporary, not as memory. It is zero. The file outlives it. Raises IO, DISK_FULL, TEMP_LIMIT. */
Buffer *temp_file_map(TempFile *file, size_t size);
/* Lets the system take the memory of such a buffer away until it is touched again; any other stays as it is. */
void temp_buffer_rest(const Buffer *buffer);
/* Reads from such a buffer without bringing it to memory, or from any other: for who looks here and there. Raises IO.
 */
void temp_buffer_read(const Buffer *buffer, size_t offset, void *target, size_t size);
/* Whether any of the file is mapped. Any thread, as what follows. */
bool temp_file_is_mapped(const TempFile *file);
/* Before what is mapped is looked at: lets go of all that is, of whatever file, where that is much. Whoever walks over
 * it calls this every few hundred KB; whoever looks here and there, every TEMP_LOOKS places, for the system may bring
 * 64 KB for each. Takes some microseconds, and next to nothing where this file is not mapped. */
void temp_file_look(TempFile *file);
/* The same for who does not know the file, and whether any file is mapped. */
void temp_memory_look(void);
bool temp_memory_is_mapped(void);
enum { TEMP_LOOKS = 64 };
/* Empty again. Nothing of it is mapped. */
void temp_file_clear(TempFile *file);
/* Bytes that it holds on disk. */
uint64_t temp_file_size(const TempFile *file);

#endif
