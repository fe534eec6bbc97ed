"""CSV files that are no plain small files: what cannot be read, what changes while it is read or written, what is huge."""
import os
import socket
import sqlite3
import threading
import time
import unittest
import zipfile

from harness import QUERN, ProgramTest, Terminal

NOBODY = 65534


class NoFiles(ProgramTest):
    def refused(self, path, message, status=4, **options):
        for sql in (f"select * from '{path}'", f"select count(*) from '{path}'",
                    f"create external table t stored as csv location '{path}'; select * from t"):
            run = self.run_quern("-c", sql, **options)
            self.assertEqual((run.output, run.status), ("", status), run.errors)
            self.assertIn(message, run.errors)

    def test_what_is_not_there_or_no_file_is_named(self):
        self.refused("none.csv", "none.csv: no such file")
        self.write("file.csv", "a\n1\n")
        self.refused("file.csv/more.csv", "no such file")
        (self.folder / "empty").mkdir()
        self.refused("empty/", "empty/")
        (self.folder / "loop.csv").symlink_to("loop.csv")
        self.refused("loop.csv", "loop.csv: Too many levels of symbolic links")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(self.folder / "s.csv"))
            self.refused("s.csv", "s.csv: is a socket")

    @unittest.skipUnless(os.geteuid() == 0, "another user is needed")
    def test_what_may_not_be_read_or_written_is_named(self):
        os.chmod(self.folder, 0o755)
        self.write("t.csv", "a\n1\n")
        os.chmod(self.folder / "t.csv", 0o600)
        if os.system(f"setpriv --reuid={NOBODY} --clear-groups {QUERN} --version >/dev/null 2>&1") != 0:
            self.skipTest("the program cannot be run by another user")
        self.refused("t.csv", "t.csv: Permission denied", preexec_fn=lambda: os.setuid(NOBODY))
        os.chmod(self.folder / "t.csv", 0o644)
        for sql in ("insert into t values (2)", "update t set a = 2", "delete from t", "truncate t",
                    "copy (select 1 as a) to 't.csv'"):
            run = self.run_quern("t.csv", "-c", sql, preexec_fn=lambda: os.setuid(NOBODY))
            self.assertIn(run.status, (1, 4), run.errors)
            self.assertRegex(run.errors, "t.csv.*: Permission denied")
            self.assertEqual(self.read("t.csv"), "a\n1\n")
        self.assertEqual(os.listdir(self.folder), ["t.csv"])

    def test_a_pipe_with_a_name_is_read_once_and_asked_twice(self):
        os.mkfifo(self.folder / "p.csv")
        writer = threading.Thread(target=lambda: (self.folder / "p.csv").write_text("a,b\n1,x\n2,y\n"))
        writer.start()
        self.expect(["p.csv", "-c", "select * from p; select sum(a) as s from p"], "a,b\n1,x\n2,y\ns\n3\n")
        writer.join()


class Foreign(ProgramTest):
    JSON = {"objects.json": '[\n  {"id": 1},\n  {"id": 2}\n]\n', "lines.csv": '\ufeff{"id":1,"name":"x"}\n{"id":2}\n',
            "escaped.txt": '{ "a\\"b" : [1, 2]}\n', "numbers.json": "[1, 2, 3]\n", "empty.ndjson": "{}\n"}

    def test_what_is_plainly_of_another_format_is_named_with_what_reads_it(self):
        with sqlite3.connect(self.folder / "shop.dat") as database:
            database.execute("create table t(a)")
        with zipfile.ZipFile(self.folder / "sheet.csv", "w") as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
        self.write("rows.parquet", b"PAR1\x15\x04\x15\x10\x00\x01PAR1")
        self.run_quern("-c", "copy (select 1 as a) to 'x.arrow'; copy (select 1 as a) to 'x.csv' (format arrow)")
        for name, what, hint in [("shop.dat", "a SQLite database", "ATTACH"), ("sheet.csv", "a ZIP archive", "as CSV"),
                                 ("rows.parquet", "a Parquet file", "Arrow"), ("x.csv", "an Arrow file", "STORED AS ARROW")]:
            run = self.run_quern("-c", f"select * from '{name}'")
            self.assertEqual((run.status, run.output), (3, ""), name)
            self.assertIn(f"{name}: is {what}", run.errors)
            self.assertIn(hint, run.errors.split("hint: ")[1])

    def test_json_is_no_csv(self):
        for name, text in self.JSON.items():
            self.write(name, text)
            for arguments in [("-c", f"from '{name}'"), (name, f"select * from {name.split('.')[0]}")]:
                run = self.run_quern(*arguments)
                self.assertEqual((run.status, run.output), (3, ""), name)
                self.assertIn(f"{name}: is JSON, not CSV\nhint: ", run.errors)
        self.assertIn("stdin: is JSON", self.run_quern("from stdin", input='{"a": 1}\n').errors)

    def test_json_is_lines_of_text_for_who_says_so(self):
        self.write("x.ndjson", '{"id":1,"name":"Bo, \\"B\\""}\n{"id":2,"name":null}\n')
        run = self.run_quern("-c", "select column0->>'name' as name from "
                                   "read_csv('x.ndjson', delimiter => 'tab', quote => '', header => false)")
        self.assertEqual((run.status, run.output), (0, 'name\n"Bo, ""B"""\n\n'), run.errors)

    def test_csv_may_begin_with_the_same_bytes(self):
        for header in ["PAR1", "PK", "[time]", "{id}", "{}", "[", "ARROW1", "SQLite format 3"]:
            run = self.run_quern("from stdin", input=f"{header},b\n1,2\n")
            self.assertEqual((run.status, run.output), (0, f"{header},b\n1,2\n"), run.errors)


class Changing(ProgramTest):
    ROWS = 300_000

    def reading(self, *before):
        """A statement that has read a part of a file, and waits until somebody takes its rows."""
        self.write("t.csv", "n,t\n" + "".join(f"{i},{'x' * 40}\n" for i in range(self.ROWS)))
        process = self.start("--csv", *before, "-c", "select * from 't.csv'", "-c", "select 'next'", bufsize=0)
        first = process.stdout.read(100)
        return process, first

    def test_a_file_that_grows_while_it_is_read_gives_the_rows_that_it_had(self):
        process, first = self.reading()
        with open(self.folder / "t.csv", "a") as file:
            file.write("not,a,row\n" * 1000)
        output, errors = process.communicate()
        lines = (first + output).decode().splitlines()
        self.assertEqual((process.returncode, len(lines)), (0, 1 + self.ROWS + 2), errors)
        self.assertEqual(lines[self.ROWS], f"{self.ROWS - 1},{'x' * 40}")

    def test_a_file_that_shrinks_while_it_is_read_is_an_error(self):
        process, first = self.reading()
        os.truncate(self.folder / "t.csv", 5000)
        output, errors = process.communicate()
        self.assertEqual(process.returncode, 3)
        self.assertRegex(errors, b"t.csv: has (become shorter while it was being read|changed since it was looked at)")
        self.assertNotIn(b"next", output)

    def test_a_file_that_is_replaced_while_it_is_read_gives_the_rows_that_it_had(self):
        process, first = self.reading("-c", "set threads = 1")  # the second of several opens it late: it may refuse it
        self.write("other.csv", "z\n9\n")
        os.rename(self.folder / "other.csv", self.folder / "t.csv")
        output, errors = process.communicate()
        self.assertEqual((process.returncode, len((first + output).splitlines())), (0, 1 + self.ROWS + 2), errors)

    def test_a_file_that_somebody_else_changed_since_it_was_read_is_not_written_to(self):
        before, behind = "a,b\n1,x\n2,y\n", "a,b\n1,x\n2,y\n3,z\n"
        for sql in ("update t set b = 'new' where a in (select a from stdin)",
                    "delete from t where a in (select a from stdin)",
                    "insert into t select t.a, t.b from t, stdin s where s.a = t.a",
                    "insert overwrite t select t.a, t.b from t, stdin s where s.a = t.a"):
            with self.subTest(sql=sql):
                self.write("t.csv", before)
                process = self.start("t.csv", "-c", "select count(*) as n from t; " + sql, bufsize=0)
                self.assertEqual(process.stdout.read(4), b"n\n2\n")  # the statement waits for standard input now
                time.sleep(0.05)
                self.write("t.csv", behind)
                output, errors = process.communicate(b"a\n1\n")
                if process.returncode == 0:  # it had not yet looked at the file
                    continue
                self.assertEqual(process.returncode, 3, errors)
                self.assertIn(b"t.csv", errors)
                self.assertEqual(self.read("t.csv"), behind)
                self.assertEqual(os.listdir(self.folder), ["t.csv"])

    def test_plans_and_kept_columns_follow_a_file_that_changes(self):
        self.write("t.csv", "a,b\n1,2\n")
        terminal = Terminal(self, "--csv")
        terminal.ask("prepare p as select count(*) as n, sum(a) as s from 't.csv';")
        for _ in range(4):  # from the second on columns are kept
            terminal.ask("execute p;")
            terminal.expect("\n1,1\n")
        self.write("t.csv", "a,b\n5,2\n6,7\n")
        terminal.ask("execute p;")
        terminal.expect("\n2,11\n")
        self.write("t.csv", "b,a\nx,2.5\ny,7\n")
        terminal.ask("execute p;")
        terminal.expect("\n2,9.5\n")
        self.write("t.csv", "b,c\nx,2.5\n")
        terminal.ask("execute p;")
        terminal.expect('column "?a"? does not exist')


class Huge(ProgramTest):
    def test_ten_thousand_columns(self):
        count = 10_000
        rows = [[f"c{i}" for i in range(count)]] + [[str(r * i) for i in range(count)] for r in range(1, 4)]
        content = "".join(",".join(row) + "\n" for row in rows)
        self.write("t.csv", content)
        self.expect(["-c", "select sum(c9999) as s, max(c5000) as m from 't.csv'"], "s,m\n59994,15000\n")
        self.expect(["-c", "select * from 't.csv'"], content)

    def test_fields_of_a_hundred_megabytes(self):
        size = 100_000_000
        for field in ("x" * size, '"' + 'y,""\n' * (size // 5) + '"'):
            self.write("t.csv", f"a,b\n1,{field}\n2,end\n")
            self.expect(["-c", "select a, length(b) as n from 't.csv'"],
                        f"a,n\n1,{size if field[0] == 'x' else size // 5 * 4}\n2,3\n")
