"""--dry-run tells what a statement would change, as diff -u does, and changes nothing."""
import itertools
import os
import re

from harness import ProgramTest

CONTENT = 'id,name\n1,"a\nb"\n2,two\n\n3,three\n4,four\n'
STATEMENTS = ["delete from t where id in (1, 3)", "update t set name = name || '!' where id <> 2",
              "insert into t values (5, 'five'), (6, 'l\nm')", "insert overwrite t select id, 'x' from t where id > 2",
              "truncate t", "delete from t", "update t set id = 0 where id = 9"]


def lines_of(text):
    return re.split("\r\n|\r|\n", text)[:-1]


def patched(lines, difference):
    """The lines with the hunks applied, each of which must find what it removes."""
    result, position = [], 0
    hunks = iter(difference[2:])
    for header in hunks:
        old, old_count, new, new_count = map(int, re.fullmatch(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@", header).groups())
        start = old - 1 if old_count else old
        result += lines[position:start]
        assert len(result) == (new - 1 if new_count else new), header
        for number in range(old_count):
            assert next(hunks) == "-" + lines[start + number], header
        result += [next(hunks)[1:] for _ in range(new_count)]
        position = start + old_count
    return result + lines[position:]


class DryRun(ProgramTest):
    def run_both(self, sql, content):
        path = self.folder / "t.csv"
        path.write_bytes(content.encode())
        before = os.stat(path)
        dry = self.run_quern("--dry-run", "t.csv", "-c", sql)
        self.assertEqual(dry.status, 0, dry.errors)
        after = os.stat(path)
        self.assertEqual(path.read_bytes(), content.encode())
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))
        self.assertEqual(os.listdir(self.folder), ["t.csv"])
        run = self.run_quern("t.csv", "-c", sql)
        self.assertEqual(run.status, 0, run.errors)
        self.assertTrue(dry.output.endswith(run.output))  # the count
        return dry.output[:-len(run.output)], path.read_bytes().decode()

    def test_the_difference_makes_the_new_file_of_the_old_one(self):
        for sql, line_end in itertools.product(STATEMENTS, ("\n", "\r\n", "\r")):
            with self.subTest(sql=sql, line_end=line_end):
                content = CONTENT.replace("\n", line_end)
                difference, new = self.run_both(sql, content)
                lines = difference.split("\n")[:-1]
                self.assertEqual(lines[:2], ["--- t.csv", "+++ t.csv"])
                self.assertEqual(patched(lines_of(content), lines), lines_of(new))

    def test_many_lines_take_one_pass(self):
        rows = [f"{i},{'x' * 30}" for i in range(200000)]
        difference, new = self.run_both("truncate t", "\n".join(["id,name", *rows]) + "\n")
        self.assertEqual(new, "id,name\n")
        self.assertEqual(difference.split("\n")[2:-1], ["@@ -2,200000 +1,0 @@", *("-" + row for row in rows)])

    def test_a_file_that_may_not_be_written_can_be_looked_at(self):
        path = self.folder / "t.csv"
        path.write_bytes(CONTENT.encode())
        os.chmod(path, 0o400)
        run = self.run_quern("--dry-run", "t.csv", "-c", "delete from t where id = 2")
        self.assertEqual((run.status, run.output), (0, "--- t.csv\n+++ t.csv\n@@ -4,1 +3,0 @@\n-2,two\ncount\n1\n"))

    def test_copy_writes_nothing(self):
        self.write("t.csv", CONTENT)
        run = self.run_quern("--dry-run", "t.csv", "-c", "copy t to 't.csv'; copy t to 'new.csv'")
        self.assertEqual((run.status, run.output), (0, "count\n4\ncount\n4\n"))
        self.assertEqual(os.listdir(self.folder), ["t.csv"])
        self.assertEqual(self.read("t.csv"), CONTENT)

    def test_tables_in_memory_are_nobody_elses(self):
        run = self.run_quern("--dry-run", "-c", "create table m (a int); insert into m values (1); select * from m")
        self.assertEqual((run.status, run.output), (0, "count\n1\na\n1\n"))

    def test_who_cannot_tell_is_refused(self):
        self.run_quern("-c", "attach 'd.db' as d (create 'true'); create table d.t (a int); insert into d.t values (1)")
        run = self.run_quern("--dry-run", "d.db", "-c", "delete from t")
        self.assertEqual(run.status, 1, run.errors)
        self.assertIn("cannot tell what DELETE would change", run.errors)
