"""What every test of the program needs: a scratch folder, a way to run it, and a terminal to run it in."""
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

QUERN = os.path.abspath(os.environ.get("QUERN", "build/quern"))
BUILD = os.path.dirname(QUERN)
TIMEOUT = int(os.environ.get("QUERN_TEST_TIMEOUT", "60"))  # seconds


class Run:
    """A finished run: status, output and errors as text."""

    def __init__(self, status, output, errors):
        self.status, self.output, self.errors = status, output, errors


class ProgramTest(unittest.TestCase):
    """Each test has a scratch folder, in which the program runs, and which is also its home."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="quern-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("XDG_STATE_HOME", "PAGER", "LESS", "INPUTRC", "EDITRC")}
        self.environment.update(HOME=str(self.folder), LC_ALL="C.UTF-8", TERM="xterm")

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def read(self, name):
        return (self.folder / name).read_text()

    def start(self, *arguments, **options):
        """A running program; standard streams are pipes unless told otherwise."""
        for stream in ("stdin", "stdout", "stderr"):
            options.setdefault(stream, subprocess.PIPE)
        process = subprocess.Popen([QUERN, *arguments], cwd=self.folder, env=self.environment, **options)
        self.addCleanup(process_end, process)
        return process

    def run_quern(self, *arguments, input="", **options):
        process = self.start(*arguments, **options)
        try:
            output, errors = process.communicate(input.encode() if isinstance(input, str) else input, TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f"quern {' '.join(arguments)} did not end within {TIMEOUT} s")
        return Run(process.returncode, (output or b"").decode(errors="replace"),
                   (errors or b"").decode(errors="replace"))

    def expect(self, arguments, output, errors="", status=0, input=""):
        """Runs it and compares all that can be seen; `errors` is a regular expression ("": none at all)."""
        run = self.run_quern(*arguments, input=input)
        self.assertEqual((run.output, run.status), (output, status), run.errors)
        if errors:
            self.assertRegex(run.errors, errors)
        else:
            self.assertEqual(run.errors, "")
        return run

    def numbers(self, count, name="numbers.csv"):
        """A file with the column n: 1 .. count."""
        return self.write(name, "n\n" + "".join(f"{i}\n" for i in range(1, count + 1)))

    # Joins that count to 10^11: they run until they are stopped.
    def endless(self):
        self.numbers(5000)
        return "select count(*) from numbers a, numbers b, numbers c where a.n + b.n + c.n < 0"


def process_end(process):
    if process.poll() is None:
        process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z=>]|\x1b[=>]|\x07")


class Terminal:
    """The program on a pseudo-terminal of its own."""

    def __init__(self, test, *arguments, rows=24, columns=80, program=None, environment=None):
        self.test, self.text = test, ""
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.chdir(test.folder)
            os.execve(program or QUERN, [program or QUERN, *arguments], {**test.environment, **(environment or {})})
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.seen = 0
        self.status = None
        test.addCleanup(self.end)

    def read_some(self, seconds):
        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:
            data = b""
        self.text += ESCAPES.sub("", data.decode(errors="replace")).replace("\r", "")
        return bool(data)

    def expect(self, pattern, seconds=TIMEOUT):
        """Waits until the pattern is seen behind what was seen before; returns the match."""
        end = time.monotonic() + seconds
        while True:
            match = re.compile(pattern, re.S).search(self.text, self.seen)
            if match:
                self.seen = match.end()
                return match
            left = end - time.monotonic()
            if left <= 0 or (not self.read_some(left) and time.monotonic() < end):
                self.test.fail(f"no {pattern!r} in {self.text[self.seen:]!r}")

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def prompt(self):
        self.expect(r"quern> ")

    def ask(self, text):
        """Types a line once the prompt is there."""
        self.prompt()
        self.type(text + "\n")

    def wait(self, seconds=TIMEOUT):
        """The exit status, once it has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read_some(0.02)
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self.process = 0
                return os.waitstatus_to_exitcode(status)
        self.test.fail(f"it did not end: {self.text[-500:]!r}")

    def end(self):
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            self.process = 0
        os.close(self.descriptor)
