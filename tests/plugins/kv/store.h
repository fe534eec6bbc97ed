/* plugins/kv/store.h: texts by their keys, in a log file. It grows at its end; what counts is what a commit follows.
 *
 *   "QUERNKV1"  record record … commit  record … commit  (a tail without commit: what a crash left; nobody sees it)
 *
 *   record   u8 kind, u32 key size, u32 value size (NO_VALUE: NULL), the key, the value     PUT, REMOVE, CLEAR
 *   commit   u8 kind, u64 FNV-1a hash of the records since the commit before
 *
 * A commit is written when its records are on the disk, and is there for good when it is itself: so a transaction is
 * all there or not at all, wherever the process or the machine stops. Keys are kept in memory with the place of their
 * value; a value is read when it is asked for.
 *
 * Functions return a QuernProviderCode and fill `error`. One thread at a time, but for entry_read. */
#ifndef KV_STORE_H
#define KV_STORE_H

#include <quern/provider.h>

#define NO_VALUE UINT32_MAX

typedef struct Entry {
    char *key;
    uint32_t key_size;
    uint32_t value_size; /* or NO_VALUE */
    int64_t value_at;    /* offset in the file */
    bool is_live;
} Entry;

typedef struct Undo {
    size_t entry;
    Entry before;
} Undo;

/* Where an open transaction, or one within it, began. */
typedef struct Mark {
    int64_t end;
    size_t undo_count;
} Mark;

typedef struct Store {
    char *path;
    int file;          /* -1: there is none yet */
    int64_t committed; /* end of what is committed and known */
    int64_t end;       /* end of what is written */
    Entry *entries;    /* in order of coming; an entry keeps its number */
    size_t entry_count, entry_capacity, live_count;
    size_t *slots; /* open addressing: entry number + 1 */
    size_t slot_count;
    Undo *undos;
    size_t undo_count, undo_capacity;
    Mark *marks;
    size_t mark_count, mark_capacity;
    char *buffer; /* records that go to the file at store_flush */
    size_t buffer_size, buffer_capacity;
} Store;

void store_init(Store *store);
void store_done(Store *store);
/* Reads what others have committed since. */
int32_t store_refresh(Store *store, QuernProviderError *error);

/* The number of the live entry of that key, or SIZE_MAX. */
size_t store_find(const Store *store, const char *key, size_t size);
/* The value of an entry that has one; `value` has room for it. Any thread. */
int32_t entry_read(const Store *store, const Entry *entry, char *value, QuernProviderError *error);

/* The first begin locks the file. What follows is between begin and commit or rollback. */
int32_t store_begin(Store *store, QuernProviderError *error);
int32_t store_commit(Store *store, QuernProviderError *error);
void store_rollback(Store *store);
int32_t store_put(Store *store, const char *key, size_t key_size, const char *value, uint32_t value_size,
                  QuernProviderError *error);
int32_t store_remove(Store *store, size_t entry, QuernProviderError *error);
int32_t store_clear(Store *store, QuernProviderError *error);
/* Until then what was put cannot be read. */
int32_t store_flush(Store *store, QuernProviderError *error);

#endif
