"""Options of CSV tables: how numbers and dates are written in the file, read and written back."""
from harness import ProgramTest

GERMAN = ('id;price;day;at\n'
          '1;1.234,50;31.1.2024;31.01.2024 10:00\n'
          '2;-7,25;01.02.2024;\n'
          '3;"1000000,00";29.2.2024;29.02.2024 23:59\n')
OPTIONS = ("delimiter ';', decimal ',', thousands '.', date_format '%d.%m.%Y', "
           "timestamp_format '%d.%m.%Y %H:%M'")


class Options(ProgramTest):
    def table(self, options, sql, content=GERMAN):
        self.write("t.csv", content)
        return self.run_quern("-c", f"create external table t stored as csv location 't.csv' options ({options}); {sql}")

    def rows(self, options, sql, content=GERMAN):
        run = self.table(options, sql, content)
        self.assertEqual(run.status, 0, run.errors)
        return run.output.split("\n")[1:-1]

    def test_numbers_and_dates_of_other_places_are_typed(self):
        self.assertEqual(self.rows(OPTIONS, "select typeof(price), typeof(day), typeof(\"at\") from t limit 1"),
                         ['"DECIMAL(18,2)",DATE,TIMESTAMP'])
        self.assertEqual(self.rows(OPTIONS, "select * from t"),
                         ["1,1234.50,2024-01-31,2024-01-31 10:00:00", "2,-7.25,2024-02-01,",
                          "3,1000000.00,2024-02-29,2024-02-29 23:59:00"])
        self.assertEqual(self.rows(OPTIONS, "select id from t where price > 1000 and day < date '2024-02-01'"), ["1"])

    def test_without_the_options_they_stay_text(self):
        self.assertEqual(self.rows("delimiter ';'", "select price, day from t limit 1"), ['"1.234,50",31.1.2024'])

    def test_what_is_written_is_written_in_the_same_way(self):
        self.table(OPTIONS, "insert into t values (4, 12345.5, date '2026-11-21', timestamp '2026-01-02 03:04:00'); "
                            "update t set price = price * 2, day = day + 1 where id = 1")
        self.assertEqual(self.read("t.csv"), GERMAN.replace("1.234,50;31.1.2024", "2469,00;01.02.2024")
                         + "4;12345,50;21.11.2026;02.01.2026 03:04\n")

    def test_a_number_elsewhere_is_no_number_here(self):
        content = "a;b\n1,5;1.50\n2,5;2.75\n"
        self.assertEqual(self.rows("delimiter ';', decimal ','", "select a + 1, b from t", content),
                         ["2.5,1.50", "3.5,2.75"])
        self.assertEqual(self.rows("delimiter ';', decimal ','", "select typeof(b) from t limit 1", content), ["VARCHAR"])

    def test_groups_have_three_digits(self):
        content = "n\n1'234'567\n12'34\n"
        self.assertEqual(self.rows("thousands ''''", "select n from t", content), ["1'234'567", "12'34"])
        self.assertEqual(self.rows("thousands ''''", "select n + 0 from t", "n\n1'234'567\n12\n"), ["1234567", "12"])

    def test_notes_above_a_table_are_skipped_and_told_of(self):
        for notes in ("Sales 2026\n", "Sales 2026\n\nof all shops\n\n", "# made by a program\n", "\ufeffSales\r\n",
                      "Sales, 2026\n"):
            with self.subTest(notes=notes):
                self.write("t.csv", notes + "id,name,n\n1,a,3\n2,b,4\n")
                lines = notes.count("\n")
                run = self.expect(["-c", "select id, name, _line from 't.csv'"],
                                  f"id,name,_line\n1,a,{lines + 2}\n2,b,{lines + 3}\n",
                                  rf"warning: t.csv: skipped {lines} lines? above the table; OPTIONS \(skip '{lines}'\)")
                self.expect(["-c", "create external table t stored as csv location 't.csv' options (skip "
                                   f"'{lines}'); select id from t"], "id\n1\n2\n")
                self.assertEqual(len(run.errors.splitlines()), 1)

    def test_what_may_be_a_row_is_never_skipped(self):
        for rows in ("1\n1,a\n2,b\n", "name\nBob,Berlin\nAl,Paris\n", "name,city\nBob,Berlin,33\nAl,Paris,44\n",
                     "note\nid,name\n1,a\n2\n", "note\nid,name\n",
                     "name,age,city\nbob,n/a,x,\nal,30,y,\n", "name,age,city\nbob,n/a,x,z\nal,30,y,z\n",
                     "name,age,city\n\nbob,n/a,x,z\nal,30,y,z\n", "age\nbob,n/a\nal,30\n",
                     "Sales, 2026\nbob,n/a,\nal,30,\n"):
            with self.subTest(rows=rows):
                self.write("t.csv", rows)
                run = self.run_quern("-c", "select * from 't.csv'")
                if run.status == 0:
                    self.assertEqual(run.output.count("\n"), rows.count("\n"))
                else:
                    self.assertIn("(skip 'N')", run.errors)

    def test_a_header_that_is_said_to_be_there_is_no_row_below_notes(self):
        self.assertEqual(self.table("header 'true'", "select * from t", "Sales, 2026\nbob,5,x\nal,6,y\n").status, 3)

    def test_notes_stay_when_rows_are_written(self):
        notes = "Sales 2026\n\n"
        self.write("t.csv", notes + "id,name\n1,a\n2,b\n")
        run = self.run_quern("t.csv", "-c", "insert into t values (3, 'c'); update t set name = 'x' where id = 1; "
                                            "delete from t where id = 2")
        self.assertEqual(run.status, 0, run.errors)
        self.assertEqual(self.read("t.csv"), notes + "id,name\n1,x\n3,c\n")

    def test_declared_columns_are_read_so_too(self):
        run = self.table("decimal ','", "select 1", "n\nx\n")
        self.write("d.csv", "n;d\n1,239;1/2/2024\nx;2/2/2024\n")
        run = self.run_quern("-c", "create external table d (n decimal(8,2), d date) stored as csv location 'd.csv' "
                                   "options (delimiter ';', decimal ',', date_format '%d/%m/%Y', on_error 'null'); "
                                   "select * from d")
        self.assertEqual((run.status, run.output), (0, "n,d\n1.24,2024-02-01\n,2024-02-02\n"), run.errors)

    def test_a_day_that_there_is_not_names_its_place(self):
        self.write("d.csv", "d\n1/2/2024\n30/2/2024\n")
        run = self.run_quern("-c", "create external table d (d date) stored as csv location 'd.csv' "
                                   "options (date_format '%d/%m/%Y'); select * from d")
        self.assertEqual(run.status, 3)
        self.assertIn("d.csv:3:1: '30/2/2024' is no DATE", run.errors)

    def test_wrong_values_say_what_is_expected(self):
        for options, message in [("decimal 'x'", "'.' or ','"), ("thousands '..'", "one of"),
                                 ("date_format 'dd'", "a pattern such as"), ("date_format '%Q'", "a pattern such as"),
                                 ("decimal ',', thousands ','", "the same byte"), ("delimiter 'ab'", "one byte"),
                                 ("quote 'ab'", "one byte"), ("skip 'x'", "a number of lines"),
                                 ("encoding 'nonsense'", "an encoding"), ("header 'maybe'", "true or false"),
                                 ("types 'a NOTYPE'", "a list of columns and types"), ("on_error 'x'", "'fail'"),
                                 ("desimal ','", "did you mean decimal?")]:
            run = self.table(options, "select 1")
            self.assertEqual(run.status, 1, options)
            self.assertIn(message, run.errors)

    def test_copy_from_takes_them_too(self):
        self.write("t.csv", GERMAN)
        run = self.run_quern("-c", "create table m (id int, price decimal(10,2), day date, moment timestamp); "
                                   f"copy m from 't.csv' ({OPTIONS}); select sum(price), max(day) from m")
        self.assertEqual((run.status, run.output), (0, "count\n3\nsum,max\n1001227.25,2024-02-29\n"), run.errors)

    def test_an_option_whose_name_is_a_keyword_needs_no_quotes(self):
        self.write("n.csv", "a,b\nNA,1\n\"NA\",2\n,3\n")
        run = self.run_quern("--null-value", "-", "-c", "select * from read_csv('n.csv', null => 'NA')")
        self.assertEqual((run.status, run.output), (0, "a,b\n-,1\nNA,2\n\"\",3\n"))
        run = self.run_quern("--null-value", "-", "-c", "select b from read_csv('n.csv', null := 'NA,') where a is null")
        self.assertEqual((run.status, run.output), (0, "b\n1\n3\n"))

    def test_read_csv_takes_options_by_name(self):
        self.write("t.csv", GERMAN)
        run = self.run_quern("-c", "select _line, price * 2 as p from read_csv('t.csv', delimiter => ';', "
                                   "decimal => ',', thousands => '.', header => true) x where x.id < 3")
        self.assertEqual((run.status, run.output), (0, "_line,p\n2,2469.00\n3,-14.50\n"), run.errors)
        for call, day in (("'t.csv', delim = ';', header = 1, types = ['INT', VARCHAR, 'TEXT']", "VARCHAR"),
                          ("'t.csv', sep := ';', dateformat = '%d.%m.%Y', types = {'price': 'TEXT'}, sample_size = -1", "DATE"),
                          ("'t.csv', delim = ';', dateformat = '%d.%m.%Y', columns = {'id': 'INT', 'price': 'VARCHAR', "
                           "'day': DATE, 'at': 'VARCHAR'}, auto_detect = false", "DATE")):
            run = self.run_quern("-c", f"select id, price, typeof(day) as t from read_csv({call}) where id = 2")
            self.assertEqual((run.status, run.output), (0, f'id,price,t\n2,"-7,25",{day}\n'), run.errors)
        for call, message in [("'t.csv', columns = {'a': 'INTEGR'}", 'type "INTEGR" does not exist'),
                              ("'t.csv', ';'", "an option needs a name"), ("'t.csv', delimitr => ';'", "delimiter?"),
                              ("", "takes a file"), ("path => 't.csv'", "without a name"), ("NULL", "is NULL")]:
            run = self.run_quern("-c", f"select * from read_csv({call})")
            self.assertEqual(run.status, 1, call)
            self.assertIn(message, run.errors)
        self.assertEqual(self.run_quern("--safe", "-c", "select * from read_csv('t.csv')").status, 1)
