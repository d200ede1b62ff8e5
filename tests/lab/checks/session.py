"""A full-screen program on dom0's console: keys in, the screen read back, the terminal's state before and after."""
import time

from xen.debian import LabError
from xen.screen import Screen

from .lab import expect

ROWS, COLUMNS = 34, 120
PATIENCE = 120
OVER = "SESSION-OVER"
# Written over the other line, then run by the console's own shell.
SCRIPT = """rm -f /tmp/screen.*; cat >/tmp/session <<'SESSION'
stty cols {columns} rows {rows}; clear
stty -g >/tmp/screen.before
{command} 2>/tmp/screen.err
echo $? >/tmp/screen.status
stty -g >/tmp/screen.after
echo SESSION-OVER
SESSION"""


class Session:
    """A program that has the console, until it ends; as a context, it is ended where a claim failed."""

    def __init__(self, lab, command, patience=PATIENCE):
        self.patience = patience
        self.machine, self.terminal = lab.machine, lab.machine.terminal
        self.screen = Screen(ROWS, COLUMNS)
        # The line typed is short: Xen drops console input beyond 128 bytes that dom0 has not read, and then nothing of a
        # longer line ever runs. It is one line: a key typed early must not be taken by the shell.
        self.machine.must(SCRIPT.format(columns=COLUMNS, rows=ROWS, command=command))
        self.terminal.take(0.1)
        self.terminal.send(b". /tmp/session\n")

    def __enter__(self):
        return self

    def __exit__(self, problem, *_):
        if problem:
            self.machine.run("kill -KILL $(pidof domtop); stty -F /dev/hvc0 sane -echo")
            self.give_back()

    def give_back(self):
        """Waits until the shell has the console again; says so where it does not, for the claim that failed matters more."""
        try:
            self.terminal.until(OVER.encode(), PATIENCE)
        except LabError as error:
            print(f"the console did not come back: {error}", flush=True)

    def pump(self):
        """Takes what came and answers what was asked."""
        self.screen.feed(self.terminal.take(0.2))
        if self.screen.answers:
            self.terminal.send(self.screen.answers)
            self.screen.answers = b""

    def wait(self, shows, what):
        """Waits for a screen; its text."""
        end = time.monotonic() + self.patience
        while not shows(self.screen.text()):
            if time.monotonic() > end:
                raise AssertionError(f"the screen shows no {what} in {self.patience} s:\n{self.screen.text()}\n"
                                     f"stderr: {self.said('err')}")
            self.pump()
        return self.screen.text()

    def wait_for(self, *words):
        """Waits until all of these stand on the screen."""
        return self.wait(lambda text: all(word in text for word in words), " and ".join(map(repr, words)))

    def press(self, keys):
        """Types."""
        self.terminal.send(keys.encode())

    def ended(self):
        """Waits for the program's end and holds it to leaving the terminal as it was; its exit status."""
        self.wait(lambda text: OVER in text, "end of the program")
        before, after = self.said("before"), self.said("after")
        expect(before == after, f"the terminal was {before!r} before and is {after!r} after")
        expect(not self.screen.modes, f"terminal modes are left on: {sorted(self.screen.modes)}")
        return int(self.said("status"))

    def said(self, what):
        """One of the session's files."""
        return self.machine.run(f"cat /tmp/screen.{what}")[1].strip()
