"""UPDATE, DELETE and TRUNCATE of CSV files: what is not meant stays byte for byte as it was."""
import os

from harness import ProgramTest

ROWS = ('\ufeffid;name;price\r\n'
        '1;"Ann; ""A""";1.50\r\n'
        '\r\n'
        '2;Bo;2\r\n'
        '3;"l\nm";"3.25"\r\n'
        '4; d ;4')


class Changes(ProgramTest):
    def change(self, sql, content=ROWS, count=1, status=0):
        path = self.folder / "t.csv"
        path.write_bytes(content.encode())
        run = self.run_quern("t.csv", "-c", sql)
        self.assertEqual(run.status, status, run.errors)
        if status == 0:
            self.assertEqual(run.output, f"count\n{count}\n")
        return path.read_bytes().decode()

    def test_delete_cuts_whole_records(self):
        self.assertEqual(self.change("delete from t where id = 3"), ROWS.replace('3;"l\nm";"3.25"\r\n', ""))
        self.assertEqual(self.change("delete from t where id = 1"), ROWS.replace('1;"Ann; ""A""";1.50\r\n', ""))
        self.assertEqual(self.change("delete from t where id >= 3", count=2), ROWS[:ROWS.index("3;")])
        self.assertEqual(self.change("delete from t", count=4), '\ufeffid;name;price\r\n\r\n')

    def test_update_changes_only_what_is_assigned(self):
        self.assertEqual(self.change("update t set price = price * 2 where id = 3"), ROWS.replace('"3.25"', "6.50"))
        self.assertEqual(self.change("update t set name = 'x;\"y' where id = 4"), ROWS.replace(' d ', '"x;""y"'))
        self.assertEqual(self.change("update t set name = NULL where id = 2"), ROWS.replace("2;Bo;2", "2;;2"))
        self.assertEqual(self.change("update t set name = '' where id = 2"), ROWS.replace("2;Bo;2", '2;"";2'))
        self.assertEqual(self.change("update t set id = id + 10, price = 0 where name = 'Bo'"),
                         ROWS.replace("2;Bo;2", "12;Bo;0.00"))

    def test_what_matches_nothing_leaves_the_file_alone(self):
        path = self.folder / "t.csv"
        path.write_bytes(ROWS.encode())
        before = os.stat(path)
        self.assertEqual(self.run_quern("t.csv", "-c", "delete from t where id = 9").output, "count\n0\n")
        after = os.stat(path)
        self.assertEqual((before.st_ino, before.st_mtime_ns), (after.st_ino, after.st_mtime_ns))

    def test_a_subquery_may_read_the_same_file(self):
        self.assertEqual(self.change("delete from t where price > (select avg(price) from t)", count=2),
                         ROWS[:ROWS.index("3;")])

    def test_truncate_keeps_the_header(self):
        self.assertEqual(self.change("truncate t", count=4), '\ufeffid;name;price\r\n')

    def test_a_statement_that_fails_changes_nothing(self):
        self.assertEqual(self.change("update t set price = 1 / (id - 4)", status=1), ROWS)
        self.assertEqual(sorted(os.listdir(self.folder)), ["t.csv"])

    def test_mode_and_symbolic_links_stay(self):
        path = self.folder / "real.csv"
        path.write_bytes(b"a\n1\n2\n")
        os.chmod(path, 0o640)
        (self.folder / "t.csv").symlink_to("real.csv")
        self.assertEqual(self.run_quern("t.csv", "-c", "delete from t where a = 1").status, 0)
        self.assertTrue((self.folder / "t.csv").is_symlink())
        self.assertEqual(path.read_bytes(), b"a\n2\n")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)

    def test_null_is_written_as_the_file_writes_it(self):
        path = self.folder / "t.csv"
        for words, word in ("NA,-", "NA"), ("NA,", ""):
            path.write_bytes(b"a,b\n1,x\n2,\n3,NA\n")
            sql = (f"create external table t stored as csv location 't.csv' options (null '{words}'); "
                   "update t set b = NULL where a = 1; insert into t values (4, NULL); "
                   "select a from t where b is null order by a")
            expected = "a\n1\n3\n4\n" if word else "a\n1\n2\n3\n4\n"
            self.assertEqual(self.run_quern("-c", sql).output, "count\n1\ncount\n1\n" + expected)
            self.assertEqual(path.read_text(), f'a,b\n1,{word}\n2,\n3,NA\n"4",{word}\n')

    def test_short_rows_grow_only_as_far_as_they_must(self):
        path = self.folder / "t.csv"
        path.write_bytes(b"a,b,c\n1,2,3\n4\n5\n")
        sql = ("create external table x (a bigint, b bigint, c bigint) stored as csv location 't.csv' "
               "options (ragged 'null', header 'true'); update x set b = 7 where a = 4; select count(b) as n from x")
        self.assertEqual(self.run_quern("-c", sql).output, "count\n1\nn\n2\n")
        self.assertEqual(path.read_bytes(), b"a,b,c\n1,2,3\n4,7\n5\n")

    def test_statements_see_what_those_before_did(self):
        self.write("t.csv", "a,b\n1,x\n2,y\n3,z\n")
        run = self.run_quern("t.csv", "-c", "delete from t where a = 2; update t set b = 'w' where a = 3; "
                                            "insert into t values (4, 'v'); select * from t")
        self.assertEqual(run.output, "count\n1\ncount\n1\ncount\n1\na,b\n1,x\n3,w\n4,v\n")

    def test_what_cannot_be_written_is_refused(self):
        run = self.run_quern("-c", "delete from stdin where a = 1", input="a\n1\n")
        self.assertEqual(run.status, 1)
