"""Statements that change tables of SQLite databases: sqlite3 sees what they have done."""
import sqlite3

from harness import ProgramTest

TABLES = """
create table s (id integer primary key, name text not null, v real check (v < 1000));
insert into s values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4);
create table k (code text primary key, n integer) without rowid;
insert into k values ('x', 1);
"""


class Database(ProgramTest):
    def setUp(self):
        super().setUp()
        connection = sqlite3.connect(self.folder / "d.db")
        connection.executescript(TABLES)
        connection.close()

    def rows(self, query="select * from s order by id"):
        connection = sqlite3.connect(self.folder / "d.db")
        rows = connection.execute(query).fetchall()
        connection.close()
        return rows

    def changes(self, sql, count):
        self.expect(["d.db", "-c", sql], f"count\n{count}\n")

    def fails(self, sql, words, status=1):
        before = self.rows()
        run = self.run_quern("d.db", "-c", sql)
        self.assertEqual((run.status, run.output), (status, ""), run.errors)
        self.assertRegex(run.errors, words)
        self.assertEqual(self.rows(), before)


class Definitions(Database):
    def test_alter_table_is_passed_on(self):
        self.expect(["d.db", "-c", "alter table d.s add column w integer default 5; "
                     "alter table d.s rename column name to title; alter table d.s drop column if exists v; "
                     "alter table if exists d.nothing drop column v; alter table d.s rename to z; "
                     "select * from d.z where id < 3"],
                    "id,title,w\n1,a,5\n2,b,5\n")
        self.assertEqual(self.rows("select * from z where id = 4"), [(4, "d", 5)])
        run = self.run_quern("d.db", "-c", "alter table d.z alter column w type text")
        self.assertEqual(run.status, 1)
        self.assertRegex(run.errors, "0A000.*sqlite.*can be renamed")

    def test_indexes_are_passed_on(self):
        names = "select name, sql from sqlite_master where type = 'index' and sql is not null order by name"
        self.expect(["d.db", "-c", "create index i on d.s (name desc, id); create unique index on d.s (v); "
                     "create index if not exists i on d.s (v); reindex d.i"], "")
        self.assertEqual(self.rows(names), [("i", "CREATE INDEX i ON s (name DESC, id)"),
                                            ("s_v_idx", "CREATE UNIQUE INDEX s_v_idx ON s (v)")])
        self.fails("create index i on d.s (v)", "42P07.*index \"i\"")
        self.fails("insert into d.s values (9, 'i', 1)", "23505")
        self.expect(["d.db", "-c", "drop index d.i; drop index s_v_idx; drop index if exists d.i"], "")
        self.assertEqual(self.rows(names), [])

    def test_a_partial_index_of_a_database_is_no_key(self):
        names = "select name, sql from sqlite_master where type = 'index' and sql is not null order by name"
        self.expect(["d.db", "-c", "create unique index p on d.s (v) where id > 1"], "")
        self.assertEqual(self.rows(names), [("p", "CREATE UNIQUE INDEX p ON s (v) WHERE id > 1")])
        self.fails("insert into d.s values (9, 'i', 7), (10, 'j', 7)", "23505")
        self.expect(["d.db", "-c", "insert into d.s values (-1, 'i', 7), (-2, 'j', 7); "
                     "select distinct v from d.s where id < 0"], "count\n2\nv\n7\n")


class Changes(Database):
    def test_insert_on_conflict_do_update(self):
        self.changes("insert into d.s values (2, 'B', 20), (9, 'i', 9) on conflict (id) do update "
                     "set name = s.name || excluded.name, v = excluded.v where s.id > 1", 2)
        self.assertEqual(self.rows("select * from s where id in (2, 9) order by id"), [(2, "bB", 20.0), (9, "i", 9.0)])
        self.fails("insert into d.s values (1, 'x', 0), (1, 'y', 0) on conflict (id) do update set v = 0",
                   "21000.*a second time")
        self.changes("insert into d.s select id, 'again', v from d.s on conflict (id) do update set v = s.v + 1", 5)
        self.assertEqual(self.rows("select sum(v) from s"), [(42.0,)])

    def test_update_with_values_and_a_query(self):
        self.changes("update d.s set name = name || '!', v = (select sum(o.v) from d.s o where o.id <= s.id) "
                     "where id > 2", 2)
        self.assertEqual(self.rows(), [(1, "a", 1), (2, "b", 2), (3, "c!", 6), (4, "d!", 10)])

    def test_update_from_a_table_in_memory(self):
        self.expect(["d.db", "-c", "create table u as select 2 as id, 'two' as name; "
                     "update d.s set name = u.name from u where u.id = s.id"], "count\n1\ncount\n1\n")
        self.assertEqual(self.rows()[1], (2, "two", 2))

    def test_the_rowid_may_change(self):
        self.changes("update d.s set id = id - 1", 4)
        self.assertEqual([row[0] for row in self.rows()], [0, 1, 2, 3])

    def test_delete_with_a_query(self):
        self.changes("delete from d.s where id in (select max(id) from d.s) or id = 1", 2)
        self.assertEqual([row[0] for row in self.rows()], [2, 3])

    def test_delete_using_itself(self):
        self.changes("delete from d.s using d.s as o where o.id = s.id + 1", 3)
        self.assertEqual([row[0] for row in self.rows()], [4])

    def test_truncate(self):
        self.changes("truncate d.s", 4)
        self.assertEqual(self.rows(), [])

    def test_a_failed_statement_changes_nothing(self):
        self.fails("update d.s set v = v * 400", "23514|CHECK")
        self.fails("update d.s set name = null where id = 3", "name")
        self.fails("update d.s set id = 3 where id >= 3", "UNIQUE|23505")
        self.fails("delete from d.s where 1 / (id - 3) = 0", "22012")

    def test_many_rows(self):
        connection = sqlite3.connect(self.folder / "d.db")
        connection.execute("create table m (i integer primary key, d integer)")
        connection.executemany("insert into m values (?, 0)", ((i,) for i in range(10000)))
        connection.commit()
        connection.close()
        self.changes("update d.m set d = i * 2 where i % 2 = 0", 5000)
        self.changes("delete from d.m where i % 5 = 0", 2000)
        self.assertEqual(self.rows("select count(*), sum(i), sum(d) from m"),
                         [(8000, sum(i for i in range(10000) if i % 5),
                           sum(2 * i for i in range(10000) if i % 5 and i % 2 == 0))])

    def test_a_table_without_rowid_is_refused(self):
        self.fails("delete from d.k where n = 1", "no rowid")

    def test_safe_mode_changes_memory_alone(self):
        run = self.run_quern("--safe", "d.db", "-c", "delete from d.s")
        self.assertNotEqual(run.status, 0)
        self.assertEqual(len(self.rows()), 4)
        self.expect(["--safe", "-c", "create table t(a int); insert into t values (1); update t set a = 2; "
                     "delete from t; truncate t"], "count\n1\n" * 3 + "count\n0\n")

    def test_safe_mode_keeps_its_temp_directory(self):
        for command in ("set temp_directory = '/nowhere'", "pragma temp_directory = '/nowhere'"):
            run = self.run_quern("--safe", "-c", command)
            self.assertEqual(run.status, 1, command)
            self.assertIn("temp_directory", run.errors)
        self.expect(["--safe", "-c", "set threads = 1; reset all; select 1 as a"], "a\n1\n")

    def test_returning(self):
        self.expect(["d.db", "-c", "insert into d.s values (9, 'z', null) returning id, name; "
                     "update d.s set v = id * 2 where id = 9 returning *; delete from d.s where id = 9 returning v"],
                    "id,name\n9,z\nid,name,v\n9,z,18\nv\n18\n")
        self.assertEqual(len(self.rows()), 4)

    def test_on_conflict_do_nothing(self):
        self.changes("insert into d.s values (1, 'x', 1), (5, 'e', 5), (5, 'f', 5) on conflict do nothing", 1)
        self.changes("insert into d.s select id + 3, name, v from d.s on conflict (id) do nothing", 3)
        self.assertEqual([row[:2] for row in self.rows()],
                         [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e"), (6, "c"), (7, "d"), (8, "e")])
        self.fails("insert into d.s values (20, null, 1), (1, 'x', 1) on conflict do nothing", "name")


class Transactions(Database):
    def test_rollback_undoes_a_database_and_memory(self):
        self.expect(["d.db", "-c", "create table m (a int); begin; insert into m values (1); delete from d.s where id = 1; "
                     "insert into d.k values ('y', 2); rollback; select count(*) as m from m; "
                     "select count(*) as s from d.s"], "count\n1\ncount\n1\ncount\n1\nm\n0\ns\n4\n")
        self.assertEqual(len(self.rows()), 4)
        self.assertEqual(self.rows("select count(*) from k"), [(1,)])

    def test_commit_keeps_both_tables(self):
        self.changes("begin; commit; truncate d.s", 4)
        self.expect(["d.db", "-c", "begin; insert into d.s values (7, 'g', 7); insert into d.k values ('y', 2); commit"],
                    "count\n1\ncount\n1\n")
        self.assertEqual(self.rows(), [(7, "g", 7)])
        self.assertEqual(self.rows("select n from k order by n"), [(1,), (2,)])

    def test_savepoints_across_two_tables(self):
        self.run_quern("d.db", "-c", "begin; insert into d.s values (7, 'g', 7); savepoint a; "
                       "insert into d.k values ('y', 2); savepoint b; delete from d.s where id < 3; update d.s set v = 100; "
                       "rollback to b; update d.s set v = 0 where id = 1; release a; commit")
        self.assertEqual(self.rows("select count(*), sum(v) from s"), [(5, 16)])

    def test_a_failed_statement_is_undone_alone(self):
        run = self.run_quern("d.db", "--keep-going", "-c", "begin; insert into d.s values (7, 'g', 7); "
                             "update d.s set v = v * 400; insert into d.s values (8, 'h', 8); commit")
        self.assertNotEqual(run.status, 0)
        self.assertEqual(self.rows("select count(*), sum(v) from s"), [(6, 25)])

    def test_closing_rolls_back(self):
        self.changes("begin; truncate d.s", 4)
        self.assertEqual(len(self.rows()), 4)

    def test_files_take_no_part(self):
        self.write("f.csv", "a\n1\n")
        run = self.run_quern("f.csv", "-c", "begin; insert into f values (2)")
        self.assertIn("within a transaction", run.errors)
        self.assertEqual(self.read("f.csv"), "a\n1\n")
