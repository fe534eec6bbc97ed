"""quern check: what is wrong with files, where, and what was decided about their columns."""
import gzip
import json

from harness import ProgramTest

BAD = ('id,amount,day\n'
       '1,2.50,2026-01-01\n'
       '2,3\n'
       '3,"x\ny",2026-01-02,4\n'
       '4,5"5,2026-01-03\n'
       '5,n/a,2026-02-30\n'
       '6,1,\n'
       '7,1.25,2026-02-03\n')


class Check(ProgramTest):
    def findings(self, *arguments, status=3):
        run = self.run_quern("check", *arguments, "--json")
        self.assertEqual(run.status, status, run.errors)
        return json.loads(run.output)

    def test_problems_have_their_place_and_text(self):
        self.write("t.csv", BAD)
        found = [(f["line"], f["field"], f["kind"], f["message"], f["value"])
                 for f in self.findings("t.csv") if f["kind"] in ("structure", "type")]
        self.assertEqual(found, [
            (3, None, "structure", "2 fields where 3 are expected", "2,3"),
            (4, None, "structure", "4 fields where 3 are expected", '3,"x\ny",2026-01-02,4'),
            (6, 2, "structure", "a quote within an unquoted field", '4,5"5,2026-01-03'),
        ])

    def test_columns_are_explained(self):
        self.write("t.csv", BAD)
        found = [(f["line"], f["column"], f["message"], f["value"])
                 for f in self.findings("t.csv") if f["kind"] == "column"]
        self.assertEqual(found, [
            (None, "id", "BIGINT: 4 values are whole numbers", None),
            (7, "amount", "VARCHAR: 1 of 4 values are no decimals, the first here", "n/a"),
            (7, "day", "VARCHAR: 1 of 3 values are no dates, the first here; 1 NULL", "2026-02-30"),
        ])

    def test_the_file_is_summed_up(self):
        self.write("t.csv", BAD)
        last = self.findings("t.csv")[-1]
        self.assertEqual((last["kind"], last["message"]),
                         ("file", "4 rows of 3 columns, 3 problems; delimiter ',', quote \", header, line ends LF"))

    def test_a_good_file_is_0(self):
        self.write("t.csv", "a,b\n1,x\n")
        self.assertEqual([f["kind"] for f in self.findings("t.csv", status=0)], ["column", "column", "file"])

    def test_text_that_is_no_utf8_is_a_problem(self):
        (self.folder / "t.csv").write_bytes(b"a,b\n1,x\n2,\xff\n3,z\n")
        found = [(f["line"], f["column"], f["kind"], f["message"]) for f in self.findings("t.csv")][0]
        self.assertEqual(found, (3, "b", "type", "no UTF-8, or a NUL byte"))

    def test_many_files_are_one_result(self):
        self.write("ok.csv", "a\n1\n")
        (self.folder / "bad.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n3\n"))
        found = [(f["file"], f["line"]) for f in self.findings("ok.csv", "bad.csv.gz") if f["kind"] == "structure"]
        self.assertEqual(found, [("bad.csv.gz", 3)])
        (self.folder / "all").mkdir()
        self.write("all/x.csv", "a,b\n1\n1,2\n")
        self.write("all/y.csv", "a,b\n1,2\n3\n")
        found = [(f["file"], f["line"]) for f in self.findings("all") if f["kind"] == "structure"]
        self.assertEqual(found, [("all/x.csv", 2), ("all/y.csv", 3)])

    def test_a_file_without_columns_does_not_hide_those_behind_it(self):
        (self.folder / "all").mkdir()
        self.write("all/a.csv", "")
        (self.folder / "all" / "b.csv").write_bytes(b"caf\xe9,x\n1,2\n")
        (self.folder / "all" / "c.csv").write_bytes(b"\x7fELF\x02\x00\x00\xff\xfe\xfd\xfc\xfb\n")
        self.write("all/d.csv", "a,b\n1,2\n3\n")
        for arguments in (["all"], [f"all/{name}.csv" for name in "abcd"]):
            found = [(f["file"], f["line"], f["message"]) for f in self.findings(*arguments) if f["kind"] == "structure"]
            self.assertEqual(found, [("all/a.csv", None, "is empty: it has no columns"),
                                     ("all/b.csv", None, "the name of column 1 is invalid UTF-8"),
                                     ("all/c.csv", None, "is no text file: byte 5 is NUL and byte 7 no UTF-8"),
                                     ("all/d.csv", 3, "1 field where 2 are expected")])
        run = self.run_quern("-c", "select * from 'all/b.csv'")
        self.assertIn("OPTIONS (encoding 'latin1')", run.errors)

    def test_ten_thousand_problems_are_listed_in_order(self):
        self.write("t.csv", "a,b\n" + "1,2\n3\n" * 10000)
        lines = [f["line"] for f in self.findings("t.csv") if f["kind"] == "structure"]
        self.assertEqual(lines, list(range(3, 20003, 2)))

    def test_a_file_that_is_not_there_is_4(self):
        run = self.run_quern("check", "no.csv")
        self.assertEqual(run.status, 4)
        self.assertIn("no.csv: no such file", run.errors)
        self.write("t.csv", "a,b\n1\n2,3\n")
        run = self.run_quern("check", "t.csv", "no.csv")
        self.assertEqual((run.status, run.output), (4, self.run_quern("check", "t.csv").output))

    def test_it_wants_files_and_nothing_else(self):
        for arguments in (["check"], ["check", "t.csv", "-c", "select 1"]):
            self.assertEqual(self.run_quern(*arguments).status, 2)

    def test_a_file_called_check_is_a_table_behind_an_option(self):
        self.write("check", "a\n1\n")
        self.expect(["--csv", "check", "-c", 'select a from "check"'], "a\n1\n")


class Folders(ProgramTest):
    def test_a_folder_is_one_table(self):
        for year in (2025, 2026):
            (self.folder / "sales" / f"year={year}").mkdir(parents=True)
            self.write(f"sales/year={year}/a.csv", f"price\n{year - 2000}\n")
        self.expect(["sales", "-c", "select price, year from sales order by year"], "price,year\n25,2025\n26,2026\n")
        self.expect(["-c", "select sum(price) as s from 'sales/**/*.csv'"], "s\n51\n")
        run = self.run_quern("-c", "explain select price from 'sales/' where year = 2026")
        self.assertIn("files: 1 of 2", run.output)

    def test_a_compressed_file_is_a_table(self):
        (self.folder / "t.csv.gz").write_bytes(gzip.compress(b"a\n1\n2\n"))
        self.expect(["t.csv.gz", "-c", "select sum(a) as s from t"], "s\n3\n")
        self.expect(["-c", "select t.a from 't.csv.gz' order by 1"], "a\n1\n2\n")
        run = self.run_quern("t.csv.gz", "-c", "insert into t values (3)")
        self.assertEqual(run.status, 1)
        self.assertIn("compressed", run.errors)
