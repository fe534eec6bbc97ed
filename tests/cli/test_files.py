"""Files named on the command line: data, databases, and what is neither."""
import os
import sqlite3
import subprocess

from harness import ProgramTest


class Files(ProgramTest):
    def database(self, name="shop.db"):
        connection = sqlite3.connect(self.folder / name)
        connection.executescript("create table orders (id integer primary key, customer text, amount integer);"
                                 "insert into orders values (1, 'Ada', 10), (2, 'Bob', 20), (3, 'Ada', 5);")
        connection.close()
        return name

    def test_a_database_is_attached_under_its_base_name(self):
        self.expect([self.database(), "-c", "select sum(amount) as s from shop.orders"], "s\n35\n")

    def test_a_file_and_a_database_are_joined(self):
        self.database()
        self.write("people.csv", "name,city\nAda,London\nBob,Paris\n")
        self.expect(["shop.db", "people.csv", "-c",
                     "select city, sum(amount) as s from people join shop.orders on name = customer "
                     "group by city order by city"], "city,s\nLondon,15\nParis,20\n")

    def test_a_file_can_be_named_in_from(self):
        self.write("people.csv", "name\nAda\n")
        self.expect(["-c", "select * from 'people.csv'"], "name\nAda\n")

    def test_a_file_with_a_header_alone_is_an_empty_table(self):
        self.write("t.csv", "a,b\n")
        self.expect(["t.csv", "-c", "select * from t"], "a,b\n")

    def refused(self, name, words, statuses=(1, 3, 4)):
        run = self.run_quern(name, "-c", "select count(*) from " + name.split(".")[0].split("/")[-1])
        self.assertIn(run.status, statuses, run.output + run.errors)
        self.assertEqual(run.output, "")
        self.assertRegex(run.errors, words)

    def test_a_folder_without_files_is_no_table(self):
        (self.folder / "folder.csv").mkdir()
        self.refused("folder.csv", r"folder\.csv: no CSV file is there", (4,))

    def test_a_file_that_may_not_be_read(self):
        if os.geteuid() == 0:
            return  # the superuser may read all
        os.chmod(self.write("secret.csv", "a\n1\n"), 0)
        self.refused("secret.csv", r"secret\.csv: Permission denied", (4,))

    def test_a_database_that_is_none(self):
        self.write("fake.db", "this is no database, whatever its name says\n" * 100)
        run = self.run_quern("fake.db", "-c", "select * from fake.t")
        self.assertNotEqual(run.status, 0)
        self.assertIn("fake.db", run.errors)

    def wide_database(self, width):
        connection = sqlite3.connect(self.folder / "wide.db")
        connection.execute("create table t (%s)" % ", ".join(f"c{i} integer" for i in range(width)))
        for row in range(2):
            connection.execute("insert into t values (%s)" % ", ".join(str(i + row) for i in range(width)))
        connection.commit()
        connection.close()

    def test_more_sums_than_sqlite_selects_are_computed(self):
        self.wide_database(1500)
        sums = ", ".join(f"sum(c{i}) as s{i}" for i in range(750))
        self.expect(["wide.db", "--no-header", "-c", f"select {sums} from wide.t"],
                    ",".join(str(2 * i + 1) for i in range(750)) + "\n")

    def test_a_join_of_more_keys_than_sqlite_compares_is_computed(self):
        self.wide_database(1200)
        self.expect(["wide.db", "--no-header", "-c", "create table m as from wide.t",
                     "-c", "select count(*) from wide.t join m using (%s)" % ", ".join(f"c{i}" for i in range(1200))],
                    "2\n2\n")

    def test_a_locked_database_is_5(self):
        connection = sqlite3.connect(self.folder / self.database(), isolation_level=None)
        connection.execute("begin exclusive")
        run = self.run_quern("shop.db", "-c", "insert into shop.orders values (9, 'x', 1)")
        connection.execute("rollback")
        connection.close()
        self.assertEqual(run.status, 5, run.errors)

    def test_a_script_that_waits_for_more_locks_nothing(self):
        path = self.folder / self.database()
        process = self.start("shop.db", stdin=subprocess.PIPE)
        process.stdin.write(b"select 1 as a from shop.orders limit 1;\n")
        process.stdin.flush()
        self.assertEqual(process.stdout.readline() + process.stdout.readline(), b"a\n1\n")
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        connection.execute("begin exclusive")
        connection.close()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_bytes_without_meaning_end_in_an_error_or_an_answer(self):
        self.write("junk.csv", bytes((i * 7919 + i // 256 * 31) % 256 for i in range(100000)))
        run = self.run_quern("junk.csv", "-c", "select count(*) from junk")
        self.assertIn(run.status, (0, 1, 3), run.errors)

    def test_a_thousand_columns_and_a_field_of_ten_megabytes(self):
        names = ",".join(f"c{i}" for i in range(4000))
        self.write("wide.csv", names + "\n" + ",".join(str(i) for i in range(4000)) + "\n")
        self.expect(["wide.csv", "-c", "select c3999 from wide"], "c3999\n3999\n")
        self.write("long.csv", "a,b\n" + "x" * 10_000_000 + ",1\n")
        self.expect(["long.csv", "-c", "select length(a) as n, b from long"], "n,b\n10000000,1\n")

    def test_deep_nesting_is_an_error(self):
        run = self.run_quern("-f", "-", input="select " + "(" * 10000 + "1" + ")" * 10000 + ";")
        self.assertEqual((run.status, run.output), (1, ""))
        self.assertRegex(run.errors, r"^quern: ")
