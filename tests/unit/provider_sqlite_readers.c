/* Unit tests of provider/sqlite/sqlite_readers.h and sqlite_ranges.h. */
#include "provider/sqlite/sqlite_readers.h"

#include "provider/sqlite/sqlite_ranges.h"
#include "provider_sqlite.h"

static const char *value_seen(SqliteDatabase *connection)
{
    Arena *scratch = arena_new_child(test_arena);
    sqlite3_stmt *statement = sqlite_prepare(connection, scratch, "SELECT v FROM t");
    ck_assert(sqlite_step(connection, statement));
    const char *value = sqlite_column_string(test_arena, statement, 0);
    arena_free(scratch);
    return value;
}

static int commits_left;

/* SQLite's: a connection begins a statement. When that is the look of a transaction, somebody else commits before it.
 */
static int commit_before_look(unsigned kind, void *user, void *statement, void *sql)
{
    (void)kind, (void)user, (void)statement;
    if (commits_left > 0 && strncmp(sql, "SELECT 1", 8) == 0) {
        commits_left--;
        sqlite_ask("UPDATE t SET v = v + 1");
    }
    return 0;
}

enum { READER_COUNT = 3 };

static SqliteDatabase *database_opened(void)
{
    database_make("PRAGMA journal_mode = wal; CREATE TABLE t (v INTEGER); INSERT INTO t VALUES (1)");
    return sqlite_database_open(test_arena, context_new(), path, /* is_create= */ false, NO_POSITION);
}

START_TEST(a_commit_while_readers_begin_makes_all_begin_again)
{
    SqliteDatabase *database = database_opened();
    Arena *first = arena_new_child(test_arena);
    SqliteReaders *readers = sqlite_readers_take(database, context_new(), first, READER_COUNT);
    SqliteDatabase *last = readers->items[READER_COUNT - 1];
    arena_free(first);
    sqlite_database_end_read(database);
    sqlite3_trace_v2(last->connection, SQLITE_TRACE_STMT, commit_before_look, NULL);
    commits_left = 2;
    readers = sqlite_readers_take(database, context_new(), test_arena, READER_COUNT);
    ck_assert_ptr_eq(readers->items[READER_COUNT - 1], last); /* connections are kept */
    ck_assert_int_eq(commits_left, 0);
    ck_assert_str_eq(value_seen(database), "3");
    for (size_t i = 0; i < READER_COUNT; i++)
        ck_assert_str_eq(value_seen(readers->items[i]), "3");
}
END_TEST

static void readers_take_two(void *database)
{
    sqlite_readers_take(database, context_new(), test_arena, 2);
}

START_TEST(what_began_before_a_commit_is_not_joined_after_it)
{
    SqliteDatabase *database = database_opened();
    sqlite_readers_take(database, context_new(), test_arena, 1);
    sqlite_readers_take(database, context_new(), test_arena, 1); /* the same state still */
    sqlite_ask("UPDATE t SET v = 2");
    Error error;
    ck_assert(!error_protect(readers_take_two, database, &error));
    ck_assert_int_eq(error.code, ERROR_LOCKED);
}
END_TEST

START_TEST(readers_of_all_scans_of_a_statement_begin_at_once)
{
    SqliteDatabase *database = database_opened();
    Arena *statement = arena_new_child(test_arena), *second = arena_new_child(test_arena);
    sqlite_database_add_scan(database, statement, 2);
    sqlite_database_add_scan(database, statement, 2);
    SqliteReaders *readers[3] = {sqlite_readers_take(database, context_new(), statement, 2)};
    sqlite_ask("UPDATE t SET v = 2");
    readers[1] = sqlite_readers_take(database, context_new(), second, 2);
    ck_assert_ptr_ne(readers[1]->items[0], readers[0]->items[0]);
    ck_assert_str_eq(value_seen(readers[0]->items[1]), "1");
    ck_assert_str_eq(value_seen(readers[1]->items[1]), "1");
    arena_free(second);
    readers[2] = sqlite_readers_take(database, context_new(), statement, 2); /* once more, as a recursive query does */
    ck_assert_str_eq(value_seen(readers[2]->items[0]), "1");
    arena_free(statement);
    readers[0] = sqlite_readers_take(database, context_new(), test_arena, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(value_seen(readers[0]->items[i]), "2");
}
END_TEST

START_TEST(readers_see_what_a_cursor_saw_before_they_were_taken)
{
    SqliteDatabase *database = database_opened();
    sqlite_database_add_scan(database, test_arena, 2);
    sqlite_readers_begin(database, context_new(), test_arena);
    ck_assert_str_eq(value_seen(database), "1");
    sqlite_ask("UPDATE t SET v = 2");
    SqliteReaders *readers = sqlite_readers_take(database, context_new(), test_arena, 2);
    ck_assert_uint_eq(readers->count, 2);
    ck_assert_str_eq(value_seen(readers->items[0]), "1");
    ck_assert_str_eq(value_seen(readers->items[1]), "1");
}
END_TEST

START_TEST(a_database_in_a_transaction_or_moved_away_has_no_readers)
{
    SqliteDatabase *database = database_opened();
    ck_assert(sqlite_readers_are_possible(database));
    sqlite_execute(database, "BEGIN");
    ck_assert(!sqlite_readers_are_possible(database));
    sqlite_execute(database, "ROLLBACK");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(!sqlite_readers_are_possible(database));
}
END_TEST

static const int64_t spans[][2] = {
    {1, 1},
    {0, 65535},
    {0, 65536},
    {-5, 5000000},
    {INT64_MIN, INT64_MAX},
    {INT64_MIN, INT64_MIN},
    {INT64_MAX - 70000, INT64_MAX},
};

START_TEST(parts_follow_each_other_from_the_first_rowid_to_the_last)
{
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        SqliteParts parts = sqlite_parts_of(spans[i][0], spans[i][1]);
        int64_t next = spans[i][0], first, last = 0;
        for (size_t part = 0; part < parts.count; part++) {
            sqlite_part_bounds(&parts, part, &first, &last);
            ck_assert_int_eq(first, next);
            ck_assert_int_ge(last, first);
            next = (int64_t)((uint64_t)last + 1);
        }
        ck_assert_int_eq(last, spans[i][1]);
        ck_assert_uint_le(parts.count, 1024);
    }
}
END_TEST

TEST_PROGRAM(a_commit_while_readers_begin_makes_all_begin_again, what_began_before_a_commit_is_not_joined_after_it,
             readers_of_all_scans_of_a_statement_begin_at_once, readers_see_what_a_cursor_saw_before_they_were_taken,
             a_database_in_a_transaction_or_moved_away_has_no_readers,
             parts_follow_each_other_from_the_first_rowid_to_the_last)
