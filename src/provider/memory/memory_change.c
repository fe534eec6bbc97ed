/* provider/memory/memory_change.c: staging rows, finding their place, putting the new version there. */
#include "provider/memory/memory_change.h"

#include "provider/memory/memory_index.h"
#include "provider/memory/memory_reader.h"
#include "provider/memory/memory_unique.h"

/* Groups that no more rows are added to are coded once and for all. */
static void version_seal(const MemoryVersion *version, const Context *context)
{
    for (size_t i = 0; i < version->slice_count; i++) {
        MemoryGroup *group = version->slices[i].group;
        if (!group->is_sealed && (i + 1 < version->slice_count || group->row_count == MEMORY_GROUP_ROWS))
            memory_group_seal(group, context, group->row_count);
    }
}

void memory_change_begin(MemoryChange *change, MemoryTable *table, const Context *context, bool from_nothing)
{
    *change = (MemoryChange){.table = table, .context = context, .arena = arena_new_child(context->arena)};
    change->sealer = memory_sealer_new(change->arena, context);
    if (from_nothing) {
        change->version = memory_version_new(change->arena, table->budget, table->key_count, table->indexes.count);
    } else {
        version_seal(table->version, context);
        change->version = memory_version_copy(change->arena, table->version);
    }
}

void memory_change_add(MemoryChange *change, Vector *const *columns, const uint16_t *selection, size_t count)
{
    for (size_t done = 0; done < count;) {
        if (change->staged.count == 0 || change->staged_rows == MEMORY_GROUP_ROWS) {
            if (change->staged.count > 0)
                memory_sealer_take(change->sealer, change->staged.items[change->staged.count - 1]);
            MemoryGroup *fresh = memory_group_new(change->arena, change->table->budget, change->table->schema,
                                                  /* will_be_full= */ change->staged.count > 0);
            array_add(change->arena, &change->staged, fresh);
            change->staged_rows = 0;
        }
        size_t room = MEMORY_GROUP_ROWS - change->staged_rows, part = count - done < room ? count - done : room;
        const uint16_t *rows = selection ? selection + done : done ? selection_all + done : NULL;
        MemoryGroup *group = change->staged.items[change->staged.count - 1];
        memory_group_write(group, change->staged_rows, columns, rows, part);
        change->staged_rows += part;
        done += part;
    }
    change->added_count += count;
}

bool memory_change_delete(MemoryChange *change, MemoryRow row)
{
    return memory_version_delete(change->version, change->table->budget, row);
}

/* ---- commit ---- */

/* Whether the staged rows fit behind the last ones of the table: into a group that nothing was added to since. */
static bool staged_rows_fit(const MemoryChange *change)
{
    const MemoryVersion *version = change->version;
    if (version->slice_count == 0 || change->staged.count > 1)
        return false;
    const MemorySlice *last = &version->slices[version->slice_count - 1];
    return !last->group->is_sealed && last->group->row_count == last->row_count &&
           change->staged_rows <= MEMORY_GROUP_ROWS - last->row_count;
}

static void staged_rows_copy(MemoryChange *change)
{
    const Schema *schema = change->table->schema;
    MemorySlice *last = &change->version->slices[change->version->slice_count - 1];
    const MemoryGroup *staged = change->staged.items[0];
    Batch *batch = batch_new(change->arena, schema);
    for (size_t from = 0; from < change->staged_rows; from += BATCH_SIZE) {
        size_t count = change->staged_rows - from < BATCH_SIZE ? change->staged_rows - from : BATCH_SIZE;
        for (size_t c = 0; c < schema->column_count; c++)
            memory_column_view(&staged->columns[c], from, count, batch->columns[c]);
        memory_group_write(last->group, last->row_count + from, batch->columns, NULL, count);
    }
    last->row_count += (uint32_t)change->staged_rows;
}

/* Gives the staged rows their place in the draft: behind all others. Returns the first of them. */
static MemoryRow staged_rows_place(MemoryChange *change)
{
    MemoryVersion *version = change->version;
    if (staged_rows_fit(change)) {
        const MemorySlice *last = &version->slices[version->slice_count - 1];
        MemoryRow first = (version->slice_count - 1) * (MemoryRow)MEMORY_GROUP_ROWS + last->row_count;
        staged_rows_copy(change);
        return first;
    }
    MemoryRow first = version->slice_count * (MemoryRow)MEMORY_GROUP_ROWS;
    for (size_t i = 0; i < change->staged.count; i++)
        memory_version_add(version, change->staged.items[i],
                           i + 1 < change->staged.count ? MEMORY_GROUP_ROWS : change->staged_rows);
    return first;
}

/* Nothing in here raises. */
static void change_publish(MemoryChange *change)
{
    MemoryTable *table = change->table;
    MemoryVersion *version = change->version, *old = table->version;
    for (size_t i = 0; i < version->slice_count; i++)
        memory_group_accept(version->slices[i].group, version->slices[i].row_count);
    table->version = memory_version_ref(version);
    memory_version_unref(old);
    arena_free(change->arena);
}

static void compact_visit(void *user, Batch *batch)
{
    memory_change_add(user, batch->columns, batch->selection, batch->row_count);
}

/* Writes the draft's rows anew, without those that are gone, and commits that. */
static void change_compact(MemoryChange *change)
{
    MemoryChange compact;
    memory_change_begin(&compact, change->table, change->context, /* from_nothing= */ true);
    MemoryReader *reader = memory_reader_new_all(change->arena, change->table->schema, change->version);
    memory_reader_each(reader, change->context, compact_visit, &compact);
    memory_change_commit(&compact, INSERT_APPEND);
    arena_free(change->arena);
}

static bool version_is_mostly_gone(const MemoryVersion *version)
{
    uint64_t gone = memory_version_gone_count(version);
    return gone >= MEMORY_GROUP_ROWS / 4 && gone > memory_version_row_count(version);
}

/* Until it is published the rows stand there twice. Twice their size is enough also for keys, indexes and room to grow.
 */
static bool change_can_compact(const MemoryChange *change)
{
    const MemoryVersion *version = change->version;
    uint64_t count = memory_version_row_count(version), gone = memory_version_gone_count(version);
    double size = (double)memory_version_byte_size(version) * (double)count / (double)(count + gone);
    return size * 2 <= (double)memory_budget_left(change->table->budget);
}

/* The order of a key is given up where most rows are new: it is made again when it is wanted again. */
static void indexes_add(MemoryChange *change, MemoryRow first)
{
    MemoryVersion *version = change->version;
    bool is_mostly_new = change->added_count > memory_version_row_count(version) / 2;
    for (size_t i = 0; i < version->index_count; i++) {
        bool is_key_order = i >= change->table->indexes.count;
        if (is_key_order && is_mostly_new)
            memory_version_set_index(version, i, NULL);
        else if (!is_key_order || version->indexes[i])
            memory_index_add(change->table, change->context, version, i, first);
    }
}

uint64_t memory_change_commit(MemoryChange *change, InsertOp op)
{
    uint64_t count = change->added_count;
    memory_sealer_finish(change->sealer);
    if (change->added_count > 0) {
        MemoryRow first = staged_rows_place(change);
        count -= memory_unique_add(change->table, change->context, change->version, /* key_index= */ 0,
                                   change->table->key_count, first, op);
        indexes_add(change, first);
    }
    if (version_is_mostly_gone(change->version) && change_can_compact(change))
        change_compact(change);
    else
        change_publish(change);
    return count;
}
