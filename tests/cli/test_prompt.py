"""The prompt, driven through a pseudo-terminal."""
import os
import sqlite3
import stat
import time

from harness import ProgramTest, Terminal


class Prompt(ProgramTest):
    def terminal(self, *arguments, **options):
        return Terminal(self, *arguments, **options)

    def test_it_greets_answers_and_quits(self):
        terminal = self.terminal()
        terminal.expect(r"quern \d+\.\d+\.\d+")
        terminal.ask("select 40 + 2 as answer;")
        terminal.expect(r"answer.*42")
        terminal.ask(".quit")
        self.assertEqual(terminal.wait(), 0)

    def test_a_statement_goes_on_until_its_semicolon(self):
        terminal = self.terminal()
        terminal.ask("select 'one;")
        terminal.expect(r"\.\.> ")
        terminal.type("two' as a,\n")
        terminal.expect(r"\.\.> ")
        terminal.type("3 as b;\n")
        terminal.expect(r"a.*b.*3")
        terminal.prompt()

    def test_several_statements_on_a_line_all_run(self):
        terminal = self.terminal()
        terminal.ask("select 11 as a; select 22 as b; select")
        terminal.expect(r"│ *11 *│")
        terminal.expect(r"│ *22 *│")
        terminal.expect(r"\.\.> ")
        terminal.type("33 as c;\n")
        terminal.expect(r"│ *33 *│")

    def test_an_error_ends_nothing(self):
        terminal = self.terminal()
        terminal.ask("select nope;")
        terminal.expect(r"error 42703.*nope.*\^")
        terminal.ask("select 7 as a;")
        terminal.expect(r"│ *7 *│")
        terminal.ask(".quit")
        self.assertEqual(terminal.wait(), 0)

    def test_the_end_of_input_ends_it(self):
        terminal = self.terminal()
        terminal.prompt()
        terminal.type("\x04")
        self.assertEqual(terminal.wait(), 0)

    def test_control_c_clears_the_line_and_what_stands_above_it(self):
        terminal = self.terminal()
        terminal.ask("select 1,")
        terminal.expect(r"\.\.> ")
        terminal.type("nonsense")
        terminal.expect("nonsense")
        terminal.type("\x03")
        terminal.expect(r"\^C")
        terminal.ask("select 5 as a;")
        terminal.expect(r"│ *5 *│")

    def test_control_c_stops_the_statement_and_not_the_program(self):
        terminal = self.terminal("numbers.csv") if self.endless() else None
        terminal.ask(self.endless() + ";")
        time.sleep(1)
        terminal.type("\x03")
        terminal.expect(r"error 57014", 15)
        terminal.ask("select 6 as a;")
        terminal.expect(r"│ *6 *│")

    def test_a_bar_shows_what_takes_long_and_goes_away(self):
        self.endless()
        terminal = self.terminal("numbers.csv")
        terminal.ask(self.endless() + ";")
        terminal.expect(r"\d+\.\d s", 15)
        terminal.type("\x03")
        terminal.expect(r"error 57014", 15)
        terminal.prompt()

    def test_history_comes_back_in_the_next_session(self):
        terminal = self.terminal()
        terminal.ask("select 123 as remembered;")
        terminal.ask(".quit")
        self.assertEqual(terminal.wait(), 0)
        path = self.folder / ".local/state/quern/history"
        self.assertIn("remembered", path.read_text())
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(path.parent).st_mode), 0o700)
        terminal = self.terminal()
        terminal.prompt()
        terminal.type("\x1b[A\x1b[A\n")  # up over .quit
        terminal.expect(r"│ *123 *│")

    def test_a_statement_of_several_lines_is_one_entry(self):
        terminal = self.terminal()
        terminal.ask("select 321")
        terminal.expect(r"\.\.> ")
        terminal.type("as a;\n")
        terminal.expect(r"│ *321 *│")
        terminal.ask(".quit")
        self.assertEqual(terminal.wait(), 0)
        terminal = self.terminal()
        terminal.prompt()
        terminal.type("\x1b[A\x1b[A\n")
        terminal.expect(r"│ *321 *│")

    def test_the_history_follows_xdg_state_home(self):
        terminal = self.terminal(environment={"XDG_STATE_HOME": str(self.folder / "state")})
        terminal.ask("select 1 as a;")
        terminal.ask(".quit")
        self.assertEqual(terminal.wait(), 0)
        self.assertTrue((self.folder / "state/quern/history").exists())

    def test_a_home_that_cannot_be_written_is_no_trouble(self):
        terminal = self.terminal(environment={"XDG_STATE_HOME": "/proc/nowhere"})
        terminal.ask("select 9 as a;")
        terminal.expect(r"│ *9 *│")

    def test_tab_completes_keywords_tables_columns_and_commands(self):
        self.write("people.csv", "surname,height\nHopper,170\n")
        terminal = self.terminal("people.csv")
        terminal.prompt()
        terminal.type("sele\t")
        terminal.expect(r"select ")
        terminal.type("hei\t")
        terminal.expect(r"height")
        terminal.type(" from peo\t")
        terminal.expect(r"people")
        terminal.type(";\n")
        terminal.expect(r"│ *170 *│")
        terminal.prompt()
        terminal.type(".tab\t\n")
        terminal.expect(r"\.tables")
        terminal.expect(r"people")

    def test_tab_completes_behind_a_schema_a_table_an_alias_and_a_function_begun(self):
        self.write("people.csv", "surname,height\nHopper,170\n")
        sqlite3.connect(self.folder / "club.db").executescript(
            "CREATE TABLE members(joined INTEGER); INSERT INTO members VALUES (1985)")
        terminal = self.terminal("people.csv", "club.db")
        terminal.ask("select * from club.mem\t;")
        terminal.expect(r"│ *1985 *│")
        terminal.ask("select schema_name from information_schema.schem\t where schema_name = 'club';")
        terminal.expect(r"│ *club *│")
        terminal.ask("select people.hei\t from people;")
        terminal.expect(r"│ *170 *│")
        terminal.ask("from people p select p.surn\t;")
        terminal.expect(r"│ *Hopper *│")
        terminal.ask("select date_tru\t\x08('year', date '2026-11-21') as begun;")
        terminal.expect(r"2026-01-01")

    def test_tab_completes_file_names_in_quotes(self):
        self.write("temperatures.csv", "degrees\n21\n")
        terminal = self.terminal()
        terminal.prompt()
        terminal.type("select * from 'temper\t")
        terminal.expect(r"temperatures\.csv")

    def test_a_long_result_goes_through_the_pager(self):
        self.numbers(200)
        terminal = self.terminal("numbers.csv", environment={"PAGER": "sed s/^/PAGED/"})
        terminal.ask("select n from numbers;")
        terminal.expect(r"PAGED.*200")
        terminal.ask("select 1 as short;")
        self.assertNotIn("PAGED", terminal.expect(r"short.*│ *1 *│").group())

    def test_a_pager_that_is_left_early_ends_only_the_result(self):
        self.numbers(5000)
        terminal = self.terminal("numbers.csv", environment={"PAGER": "head -n 3"})
        terminal.ask("select a.n from numbers a, numbers b;")
        terminal.ask("select 8 as a;")
        terminal.expect(r"│ *8 *│")

    def test_help_and_the_commands_of_psql(self):
        self.write("people.csv", "surname,height\nHopper,170\n")
        terminal = self.terminal("people.csv", rows=60)
        terminal.ask("\\?")
        terminal.expect(r"\.help.*\.quit")
        terminal.ask("\\dt")
        terminal.expect(r"people")
        terminal.ask("\\d people")
        terminal.expect(r"surname.*VARCHAR.*height")
        terminal.ask("\\timing")
        terminal.ask("select 1 as a;")
        terminal.expect(r"time: \d")
        terminal.ask("\\x")
        terminal.ask("select 55 as a;")
        terminal.expect(r"a = 55")
        terminal.ask("\\q")
        self.assertEqual(terminal.wait(), 0)

    def test_a_bare_help_quit_or_exit_is_a_command_and_within_a_statement_is_not(self):
        for word in ("quit", "exit"):
            terminal = self.terminal(rows=60)
            terminal.ask("help")
            terminal.expect(r"\.help.*\.quit")
            terminal.ask("select 7 as")
            terminal.expect(r"\.\.> ")
            terminal.type("help;\n")
            terminal.expect(r"help.*7")
            terminal.ask(word)
            self.assertEqual(terminal.wait(), 0)

    def test_an_error_in_a_read_script_ends_the_script_and_not_the_session(self):
        self.write("s.sql", "select 1 as a;\nselect nope;\nselect 777 as c;\n")
        terminal = self.terminal()
        terminal.ask(".read s.sql")
        terminal.expect(r"s\.sql: line 2")
        terminal.ask("select 4 as d;")
        self.assertNotIn("777", terminal.expect(r"│ *4 *│").group())

    def test_interactive_follows_the_statements_given(self):
        terminal = self.terminal("-c", "select 99 as a", "-i")
        terminal.expect(r"│ *99 *│")
        terminal.ask("select 98 as b;")
        terminal.expect(r"│ *98 *│")
