"""What takes longer than a second shows at a terminal how far it is, how fast, and how long it still takes; Ctrl-C ends
it."""
from harness import ProgramTest, Terminal

ROWS = 100_000
SLOW = "select count(*) from 't.csv' where length(repeat(v, 5000)) = 0"  # some minutes, most of it behind the reading


class Progress(ProgramTest):
    def test_share_rate_and_time_left_are_shown_until_it_is_interrupted(self):
        self.write("t.csv", "v\n" + ("x" * 300 + "\n") * ROWS)
        terminal = Terminal(self, "-c", SLOW)
        terminal.expect(r"\[[#.]{30}\] +\d+ %  \d+\.\d s  \d+ MB/s  \d+\.\d s left")
        terminal.type("\x03")
        self.assertEqual(terminal.wait(), 130)
