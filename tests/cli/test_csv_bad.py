"""Bad data in CSV files is an event, not an accident: it fails with its place, or is NULL, or its row is left out and
told of."""
import csv
import io

from harness import ProgramTest

BAD = (b'id,name\n'
       b'1,good\n'
       b'two,good\n'
       b'3\n'
       b'4,"quoted"tail\n'
       b'5,\xff\n'
       b'\n'
       b'"6\n7",split\n'
       b'8,good\n')
TABLE = "create external table t (id bigint, name text) stored as csv location 't.csv' options (on_error '{}');"


class BadData(ProgramTest):
    def table(self, policy, sql, content=BAD):
        self.write("t.csv", content)
        return self.run_quern("-c", TABLE.format(policy) + sql)

    def test_rejected_rows_are_counted_and_kept_with_their_places(self):
        run = self.table("reject", "select * from t; select line, \"offset\", \"column\", raw from rejects()")
        self.assertEqual(run.status, 3)
        self.assertIn("5 bad rows were left out", run.errors)
        good, rejects = run.output.split("line,offset,column,raw\n")
        self.assertEqual(good, "id,name\n1,good\n8,good\n")
        self.assertEqual(list(csv.reader(io.StringIO(rejects))),
                         [["3", str(BAD.index(b"two")), "id", "two,good"],
                          ["4", str(BAD.index(b"3\n")), "", "3"],
                          ["5", str(BAD.index(b"4,")), "name", '4,"quoted"tail'],
                          ["6", str(BAD.index(b"5,")), "name", "5,\\xff"],
                          ["8", str(BAD.index(b'"6')), "id", '"6\n7",split']])

    def test_a_row_is_rejected_once_a_session(self):
        sql = "select count(*) from t; select * from t a join t b on a.id = b.id; select count(*) as n from rejects()"
        self.assertTrue(self.table("reject", sql).output.endswith("n\n5\n"))

    def test_rejects_have_a_file_and_a_reason(self):
        run = self.table("reject", "select id from t; select file, reason from rejects() where line = 3")
        self.assertTrue(run.output.endswith("file,reason\nt.csv,'two' is no BIGINT\n"), run.output)

    def test_without_bad_rows_there_are_no_rejects(self):
        run = self.table("reject", "select id from t; select * from rejects()", b"id,name\n1,x\n")
        self.assertEqual((run.status, run.output), (0, "id\n1\nfile,line,offset,column,reason,raw\n"))

    def test_many_rejects_far_apart_know_their_lines(self):
        rows = [f"{i},x" if i % 1000 else f"bad{i},x" for i in range(1, 60001)]
        content = ("id,name\n" + "\n".join(rows) + "\n").encode()
        run = self.table("reject", "select sum(id) from t; select line, raw from rejects()", content)
        listed = run.output.splitlines()[3:]
        self.assertEqual(listed, [f'{i + 1},"bad{i},x"' for i in range(1000, 60001, 1000)])

    def test_null_keeps_rows_whose_values_are_bad(self):
        run = self.table("null", "select id from t", b"id,name\n1,x\ntwo,y\n3,z\n")
        self.assertEqual((run.status, run.output), (0, "id\n1\n\n3\n"))

    def test_fail_names_file_line_field_value_and_option(self):
        run = self.table("fail", "select * from t")
        self.assertEqual(run.status, 3)
        self.assertIn("t.csv:3:1: 'two' is no BIGINT", run.errors)
        self.assertIn("on_error", run.errors)

    def test_copy_from_may_leave_rows_out_too(self):
        self.write("t.csv", BAD)
        run = self.run_quern("-c", "create table m (id int, name text); copy m from 't.csv' (on_error 'reject'); "
                                   "select * from m; select count(*) as n from rejects()")
        self.assertEqual((run.status, run.output), (3, "count\n2\nid,name\n1,good\n8,good\nn\n5\n"))


class ExpressionErrors(ProgramTest):
    """What fails over a row of a file names its line."""

    CONTENT = b'a,b,c\n1,2,7\n"3\n",0,x\n5,0,12\n'

    def fails(self, sql, message, content=CONTENT, arguments=()):
        self.write("e.csv", content)
        run = self.run_quern(*arguments, "-c", sql)
        self.assertNotEqual(run.status, 0)
        self.assertIn(message, run.errors)

    def test_select_where_group_order_and_aggregates(self):
        for sql in ("select 10 / b from 'e.csv'", "select a from 'e.csv' where 10 / b > 0", "select sum(10 / b) from 'e.csv'",
                    "select count(*) from 'e.csv' group by 10 / b", "select a from 'e.csv' order by 10 / b",
                    "select 10 / b from 'e.cs?'", "select x + 1 from (select 10 / b as x from 'e.csv') q"):
            with self.subTest(sql=sql):
                self.fails(sql, "e.csv:3: division by zero")

    def test_casts_and_overflows(self):
        self.fails("select c::int from 'e.csv'", 'e.csv:3: invalid input syntax for type integer: "x"')
        self.fails("select 9223372036854775807 + b from 'e.csv'", "e.csv:2: bigint out of range")

    def test_the_first_row_that_fails_is_named_also_when_filters_left_others_out(self):
        self.fails("select 10 / b from 'e.csv' where a > '4'", "e.csv:5: division by zero")

    def test_a_change_names_the_line_and_does_nothing(self):
        self.fails("update e set b = 1 / b", "e.csv:3: division by zero", arguments=["e.csv"])
        self.assertEqual((self.folder / "e.csv").read_bytes(), self.CONTENT)

    def test_a_row_far_into_a_large_file(self):
        rows = "".join(f"{i},{i if i != 250000 else 'oops'}\n" for i in range(1, 300001))
        for sql in ("select sum(v::int) from 'e.csv'", "select max(v::int) from 'e.csv' group by i % 2"):
            self.fails(sql, "e.csv:250001: invalid input", ("i,v\n" + rows).encode())

    def test_above_a_join_each_table_says_where_its_row_stands(self):
        self.write("f.csv", "a,d\n5,p\n6,q\n1,r\n")
        join = "'e.csv' e join 'f.csv' f on e.a = f.a::text"
        for sql in (f"select 10 / (b + length(d) - 1) from {join}", f"select sum(10 / (b + length(d) - 1)) from {join}",
                    f"select d, max(10 / (b + length(d) - 1)) from {join} group by d",
                    f"select d from {join} where 10 / (b + length(d) - 1) > 0",
                    f"select d from {join} order by 10 / (b + length(d) - 1)",
                    f"select 10 / x from (select b + length(d) - 1 as x from {join} order by d limit 3) q",
                    f"select 10 / (b + length(d) - 1 + 0 * row_number() over (order by d)) from {join}",
                    f"copy (select 10 / (b + length(d) - 1) as q from {join}) to 'out.csv'",
                    f"create table m as select 10 / (b + length(d) - 1) as q from {join}",
                    f"create table m (q int); insert into m select 10 / (b + length(d) - 1) from {join}",
                    f"with w as (select * from {join}) select 10 / (b + length(d) - 1) from w"):
            with self.subTest(sql=sql):
                self.fails(sql, "e.csv:5, f.csv:2: division by zero")
        self.assertFalse((self.folder / "out.csv").exists())

    def test_above_outer_joins_sorts_and_distinct_too(self):
        self.write("f.csv", "a,d\n7,p\n")
        for sql in ("select 10 / (b + coalesce(d, '1')::int - 1) from 'e.csv' e left join 'f.csv' f on e.a = f.a::text",
                    "select 10 / b from (select * from 'e.csv' order by c desc limit 2) q where b < 1",
                    "select 10 / b from (select distinct on (b) * from 'e.csv' order by b, c desc) q",
                    "select 10 / b from 'e.csv' where c not in (select d from 'f.csv')"):
            with self.subTest(sql=sql):
                self.fails(sql, "e.csv:3: division by zero")

    def test_what_would_not_be_the_same_again_is_not_run_again(self):
        self.write("f.csv", "a\n5\n")
        self.fails("select 10 / (b + 0 * (random() * 0)::int) from 'e.csv' e join 'f.csv' f on e.a = f.a::text",
                   "error 22012: division by zero")

    def test_behind_groups_there_is_no_row_any_more(self):
        self.fails("select 10 / sum(b) from 'e.csv' group by a", "error 22012: division by zero")

    def test_a_change_that_reads_another_table_writes_nothing(self):
        self.write("f.csv", "a,d\n5,0\n")
        self.fails("update e set b = 1 / d from f where e.a = f.a::text returning b", "e.csv:5, f.csv:2: division by zero",
                   arguments=["e.csv", "f.csv"])
        self.assertEqual((self.folder / "e.csv").read_bytes(), self.CONTENT)

    def test_where_a_row_is_not_looked_at_nothing_fails(self):
        self.write("e.csv", self.CONTENT)
        run = self.run_quern("-c", "select case when b <> 0 then 10 / b end as q from 'e.csv'")
        self.assertEqual((run.status, run.output), (0, "q\n5\n\n\n"))
