/* plugins/kv/store.c: the log and what is known of it in memory. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PUT = 1, REMOVE = 2, CLEAR = 3, COMMIT = 4, HEAD_SIZE = 9, COMMIT_SIZE = 9, MAGIC_SIZE = 8 };
static const char magic[] = "QUERNKV1";
static const uint64_t HASH_START = 14695981039346656037u;

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

static int32_t no_memory(QuernProviderError *error)
{
    return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

static int32_t io_failed(const Store *store, QuernProviderError *error)
{
    return quern_provider_fail(error, QUERN_PROVIDER_IO, "%s: %s", store->path, strerror(errno));
}

/* Room for one item more; NULL: none. */
static void *grown(void *items, size_t count, size_t *capacity, size_t item_size)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity ? 2 * *capacity : 64;
    void *larger = realloc(items, wanted * item_size);
    if (larger)
        *capacity = wanted;
    return larger;
}

void store_init(Store *store)
{
    memset(store, 0, sizeof *store);
    store->file = -1;
}

static void store_forget(Store *store)
{
    for (size_t i = 0; i < store->entry_count; i++)
        free(store->entries[i].key);
    store->entry_count = store->live_count = 0;
    if (store->slots)
        memset(store->slots, 0, store->slot_count * sizeof *store->slots);
    store->committed = 0;
}

void store_done(Store *store)
{
    store_forget(store);
    if (store->file >= 0)
        close(store->file);
    free(store->entries);
    free(store->slots);
    free(store->undos);
    free(store->marks);
    free(store->buffer);
    free(store->path);
}

/* ---- keys ---- */

/* The slot of the key, or the empty one where it would go. */
static size_t slot_of(const Store *store, const char *key, size_t size)
{
    size_t slot = hash_bytes(HASH_START, key, size) % store->slot_count;
    while (store->slots[slot]) {
        const Entry *entry = &store->entries[store->slots[slot] - 1];
        if (entry->key_size == size && memcmp(entry->key, key, size) == 0)
            break;
        slot = (slot + 1) % store->slot_count;
    }
    return slot;
}

size_t store_find(const Store *store, const char *key, size_t size)
{
    if (store->slot_count == 0)
        return SIZE_MAX;
    size_t number = store->slots[slot_of(store, key, size)];
    return number && store->entries[number - 1].is_live ? number - 1 : SIZE_MAX;
}

static bool slots_grow(Store *store)
{
    if (store->entry_count * 2 < store->slot_count)
        return true;
    size_t count = store->slot_count ? 2 * store->slot_count : 256, *slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        return false;
    free(store->slots);
    store->slots = slots;
    store->slot_count = count;
    for (size_t i = 0; i < store->entry_count; i++)
        slots[slot_of(store, store->entries[i].key, store->entries[i].key_size)] = i + 1;
    return true;
}

/* The key's entry, live or not, which is made if need be; NULL: no memory. */
static Entry *entry_of(Store *store, const char *key, size_t size)
{
    if (!slots_grow(store))
        return NULL;
    size_t slot = slot_of(store, key, size);
    if (store->slots[slot])
        return &store->entries[store->slots[slot] - 1];
    Entry *entries = grown(store->entries, store->entry_count, &store->entry_capacity, sizeof *entries);
    char *copy = malloc(size + 1);
    if (entries)
        store->entries = entries;
    if (entries == NULL || copy == NULL) {
        free(copy);
        return NULL;
    }
    memcpy(copy, key, size);
    store->entries[store->entry_count] = (Entry){.key = copy, .key_size = (uint32_t)size};
    store->slots[slot] = ++store->entry_count;
    return &store->entries[store->entry_count - 1];
}

static void entry_set(Store *store, Entry *entry, bool is_live, int64_t value_at, uint32_t value_size)
{
    store->live_count += (size_t)is_live - (size_t)entry->is_live;
    entry->is_live = is_live;
    entry->value_at = value_at;
    entry->value_size = value_size;
}

/* ---- reading the log ---- */

typedef struct LogRecord {
    uint8_t kind;
    uint32_t key_size, value_size;
    int64_t at;
} LogRecord;

static size_t text_size(uint32_t value_size)
{
    return value_size == NO_VALUE ? 0 : value_size;
}

/* False when there is no whole record at the offset. */
static bool record_parse(const char *log, int64_t size, int64_t at, LogRecord *ret_record)
{
    LogRecord record = {.at = at};
    if (size - at < HEAD_SIZE)
        return false;
    record.kind = (uint8_t)log[at];
    memcpy(&record.key_size, log + at + 1, sizeof record.key_size);
    memcpy(&record.value_size, log + at + 5, sizeof record.value_size);
    *ret_record = record;
    if (record.kind == COMMIT)
        return true;
    int64_t rest = (int64_t)record.key_size + (int64_t)text_size(record.value_size);
    return record.kind >= PUT && record.kind <= CLEAR && rest <= size - at - HEAD_SIZE;
}

static int64_t record_end(const LogRecord *record)
{
    if (record->kind == COMMIT)
        return record->at + COMMIT_SIZE;
    return record->at + HEAD_SIZE + (int64_t)record->key_size + (int64_t)text_size(record->value_size);
}

static bool record_apply(Store *store, const LogRecord *record, const char *log, int64_t log_at)
{
    const char *key = log + record->at + HEAD_SIZE;
    if (record->kind == CLEAR)
        for (size_t i = 0; i < store->entry_count; i++)
            entry_set(store, &store->entries[i], false, 0, 0);
    if (record->kind == CLEAR)
        return true;
    Entry *entry = entry_of(store, key, record->key_size);
    if (entry)
        entry_set(store, entry, record->kind == PUT, log_at + record->at + HEAD_SIZE + record->key_size,
                  record->value_size);
    return entry != NULL;
}

/* Applies the whole transactions of `log`, which stands at the offset log_at of the file. */
static int32_t log_apply(Store *store, const char *log, int64_t size, int64_t log_at, QuernProviderError *error)
{
    int64_t start = 0, at = 0;
    uint64_t hash = HASH_START;
    LogRecord record;
    while (record_parse(log, size, at, &record)) {
        int64_t end = record_end(&record);
        if (record.kind != COMMIT) {
            hash = hash_bytes(hash, log + at, (size_t)(end - at));
            at = end;
            continue;
        }
        if (memcmp(log + at + 1, &hash, sizeof hash) != 0)
            return quern_provider_fail(error, QUERN_PROVIDER_DATA, "%s: the transaction at byte %lld is damaged",
                                       store->path, (long long)(log_at + start));
        for (at = start; record_parse(log, size, at, &record) && record.kind != COMMIT; at = record_end(&record))
            if (!record_apply(store, &record, log, log_at))
                return no_memory(error);
        start = at = end;
        hash = HASH_START;
        store->committed = log_at + start;
    }
    return QUERN_PROVIDER_OK;
}

static int32_t log_read(Store *store, int64_t size, QuernProviderError *error)
{
    int64_t log_at = store->committed ? store->committed : MAGIC_SIZE;
    char head[MAGIC_SIZE];
    ssize_t head_size = pread(store->file, head, MAGIC_SIZE, 0);
    if (head_size < 0 || memcmp(head, magic, (size_t)head_size) != 0)
        return quern_provider_fail(error, QUERN_PROVIDER_DATA, "%s is no key-value store", store->path);
    if (head_size < MAGIC_SIZE)
        return QUERN_PROVIDER_OK; /* whoever made it did not come further */
    store->committed = log_at;
    if (size <= log_at)
        return QUERN_PROVIDER_OK;
    char *log = malloc((size_t)(size - log_at));
    if (log == NULL)
        return no_memory(error);
    int64_t have = 0;
    while (have < size - log_at) {
        ssize_t got = pread(store->file, log + have, (size_t)(size - log_at - have), log_at + have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        have += got;
    }
    int32_t code = log_apply(store, log, have, log_at, error);
    free(log);
    return code;
}

int32_t store_refresh(Store *store, QuernProviderError *error)
{
    struct stat status;
    if (store->mark_count > 0)
        return QUERN_PROVIDER_OK; /* it is locked: nobody else has written */
    if (store->file < 0) {
        store->file = open(store->path, O_RDWR | O_CLOEXEC);
        if (store->file < 0 && (errno == EACCES || errno == EROFS))
            store->file = open(store->path, O_RDONLY | O_CLOEXEC);
        if (store->file < 0)
            return errno == ENOENT ? QUERN_PROVIDER_OK : io_failed(store, error);
    }
    if (fstat(store->file, &status) != 0)
        return io_failed(store, error);
    if (status.st_size < store->committed)
        store_forget(store); /* somebody made it anew */
    if (status.st_size == 0 || status.st_size == store->committed)
        return QUERN_PROVIDER_OK;
    return log_read(store, status.st_size, error);
}

int32_t entry_read(const Store *store, const Entry *entry, char *value, QuernProviderError *error)
{
    size_t have = 0;
    while (have < entry->value_size) {
        ssize_t got = pread(store->file, value + have, entry->value_size - have, entry->value_at + (int64_t)have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_failed(store, error);
        if (got == 0)
            return quern_provider_fail(error, QUERN_PROVIDER_DATA, "%s: it has become shorter", store->path);
        have += (size_t)got;
    }
    return QUERN_PROVIDER_OK;
}

/* ---- writing ---- */

static int32_t file_write(Store *store, const char *bytes, size_t size, QuernProviderError *error)
{
    while (size > 0) {
        ssize_t put = pwrite(store->file, bytes, size, store->end);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return io_failed(store, error);
        store->end += put;
        bytes += put;
        size -= (size_t)put;
    }
    return QUERN_PROVIDER_OK;
}

static int32_t store_lock(Store *store, QuernProviderError *error)
{
    if (store->file < 0)
        store->file = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (store->file < 0)
        return io_failed(store, error);
    if (flock(store->file, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? quern_provider_fail(error, QUERN_PROVIDER_LOCKED, "%s: somebody else writes to it", store->path)
                   : io_failed(store, error);
    int32_t code = store_refresh(store, error);
    if (code == QUERN_PROVIDER_OK && store->committed == 0) {
        store->end = 0;
        code = file_write(store, magic, MAGIC_SIZE, error);
        store->committed = MAGIC_SIZE;
    }
    if (code == QUERN_PROVIDER_OK && ftruncate(store->file, store->committed) != 0) /* what a crash left */
        code = io_failed(store, error);
    if (code != QUERN_PROVIDER_OK)
        flock(store->file, LOCK_UN);
    store->end = store->committed;
    return code;
}

int32_t store_begin(Store *store, QuernProviderError *error)
{
    Mark *marks = grown(store->marks, store->mark_count, &store->mark_capacity, sizeof *marks);
    if (marks == NULL)
        return no_memory(error);
    store->marks = marks;
    int32_t code = store->mark_count == 0 ? store_lock(store, error) : QUERN_PROVIDER_OK;
    if (code == QUERN_PROVIDER_OK)
        store->marks[store->mark_count++] = (Mark){store->end, store->undo_count};
    return code;
}

int32_t store_commit(Store *store, QuernProviderError *error)
{
    int32_t code = store_flush(store, error);
    if (code != QUERN_PROVIDER_OK || store->mark_count > 1) {
        store->mark_count -= code == QUERN_PROVIDER_OK;
        return code;
    }
    if (store->end > store->committed) {
        int64_t size = store->end - store->committed, at = store->committed;
        char commit[COMMIT_SIZE] = {COMMIT}, piece[65536];
        uint64_t hash = HASH_START;
        while (size > 0) { /* what is in the file: what was rolled back is not */
            ssize_t got = pread(store->file, piece, size < (int64_t)sizeof piece ? (size_t)size : sizeof piece, at);
            if (got <= 0)
                return io_failed(store, error);
            hash = hash_bytes(hash, piece, (size_t)got);
            at += got;
            size -= got;
        }
        memcpy(commit + 1, &hash, sizeof hash);
        if (fdatasync(store->file) != 0)
            return io_failed(store, error);
        int64_t end = store->end;
        code = file_write(store, commit, sizeof commit, error);
        if (code == QUERN_PROVIDER_OK && fdatasync(store->file) != 0)
            code = io_failed(store, error);
        if (code != QUERN_PROVIDER_OK) {
            store->end = end;
            return code;
        }
        store->committed = store->end;
    }
    store->mark_count = 0;
    store->undo_count = 0;
    flock(store->file, LOCK_UN);
    return QUERN_PROVIDER_OK;
}

void store_rollback(Store *store)
{
    Mark mark = store->marks[--store->mark_count];
    store->buffer_size = 0;
    while (store->undo_count > mark.undo_count) {
        const Undo *undo = &store->undos[--store->undo_count];
        entry_set(store, &store->entries[undo->entry], undo->before.is_live, undo->before.value_at,
                  undo->before.value_size);
    }
    store->end = mark.end;
    if (ftruncate(store->file, store->end) != 0)
        store->end = mark.end; /* it is no commit: nobody sees it, and the next one writes over it */
    if (store->mark_count == 0)
        flock(store->file, LOCK_UN);
}

int32_t store_flush(Store *store, QuernProviderError *error)
{
    int32_t code = file_write(store, store->buffer, store->buffer_size, error);
    store->buffer_size = 0;
    return code;
}

static bool undo_note(Store *store, size_t entry)
{
    Undo *undos = grown(store->undos, store->undo_count, &store->undo_capacity, sizeof *undos);
    if (undos == NULL)
        return false;
    store->undos = undos;
    undos[store->undo_count++] = (Undo){entry, store->entries[entry]};
    return true;
}

static bool record_add(Store *store, uint8_t kind, const char *key, size_t key_size, const char *value,
                       uint32_t value_size)
{
    size_t size = HEAD_SIZE + key_size + text_size(value_size), wanted = store->buffer_size + size;
    uint32_t stored_size = (uint32_t)key_size;
    if (wanted > store->buffer_capacity) {
        char *buffer = realloc(store->buffer, 2 * wanted);
        if (buffer == NULL)
            return false;
        store->buffer = buffer;
        store->buffer_capacity = 2 * wanted;
    }
    char *at = store->buffer + store->buffer_size;
    at[0] = (char)kind;
    memcpy(at + 1, &stored_size, sizeof stored_size);
    memcpy(at + 5, &value_size, sizeof value_size);
    if (key_size)
        memcpy(at + HEAD_SIZE, key, key_size);
    if (text_size(value_size))
        memcpy(at + HEAD_SIZE + key_size, value, value_size);
    store->buffer_size = wanted;
    return true;
}

int32_t store_put(Store *store, const char *key, size_t key_size, const char *value, uint32_t value_size,
                  QuernProviderError *error)
{
    Entry *entry = entry_of(store, key, key_size);
    int64_t at = store->end + (int64_t)store->buffer_size;
    if (entry == NULL || !undo_note(store, (size_t)(entry - store->entries)) ||
        !record_add(store, PUT, key, key_size, value, value_size))
        return no_memory(error);
    entry_set(store, entry, true, at + HEAD_SIZE + (int64_t)key_size, value_size);
    return store->buffer_size > 1 << 20 ? store_flush(store, error) : QUERN_PROVIDER_OK;
}

int32_t store_remove(Store *store, size_t number, QuernProviderError *error)
{
    Entry *entry = &store->entries[number];
    if (!undo_note(store, number) || !record_add(store, REMOVE, entry->key, entry->key_size, NULL, NO_VALUE))
        return no_memory(error);
    entry_set(store, entry, false, 0, 0);
    return QUERN_PROVIDER_OK;
}

int32_t store_clear(Store *store, QuernProviderError *error)
{
    if (!record_add(store, CLEAR, NULL, 0, NULL, NO_VALUE))
        return no_memory(error);
    for (size_t i = 0; i < store->entry_count; i++) {
        if (!store->entries[i].is_live)
            continue;
        if (!undo_note(store, i))
            return no_memory(error);
        entry_set(store, &store->entries[i], false, 0, 0);
    }
    return QUERN_PROVIDER_OK;
}
