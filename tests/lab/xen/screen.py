r"""A terminal small enough to read: bytes in, the screen as text out, and the modes a program left on.

It knows what full-screen programs of today send: cursor moves, erasing, wide and combining characters, the alternate
screen and private modes. Colours are skipped.

>>> screen = Screen(2, 10)
>>> screen.feed(b"\x1b[?1049h\x1b[2;3Hab\x1b[1mc\x1b[0m\x1b[1;1H\xe2\x96")
>>> screen.feed(b"\x8c\xe5\xaf\x8c!")
>>> screen.lines()
['▌富!', '  abc']
>>> screen.feed(b"\x1b[2;4H\x1b[K\x1b[?25"); screen.lines()[1]
'  a'
>>> screen.feed(b"l"); sorted(screen.modes)
['?1049', '?25 off']
>>> screen.feed(b"\x1b[?25h\x1b[?1049l$ "); sorted(screen.modes), screen.lines()
([], ['$', ''])
"""
import codecs
import re
import unicodedata

TOKEN = re.compile(
    r"\x1b\[(?P<prefix>[<-?]?)(?P<arguments>[\d;:]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\)"
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)", re.DOTALL)
# Modes that are on when nothing was ever sent; leaving them off is what must be noticed.
ON_AT_FIRST = {"?25", "?7"}
SAVED_SCREEN = {"?47", "?1047", "?1049"}


class Screen:
    """The cells, the cursor and the modes."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.modes = set()
        self.answers = b""
        self.decode = codecs.getincrementaldecoder("utf8")("replace").decode
        self.partial = ""
        self.main = None
        self.clear()

    def clear(self):
        """An empty screen with the cursor at home."""
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0

    def lines(self):
        """The text, a string a row, without trailing spaces."""
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        """The text as one string."""
        return "\n".join(self.lines())

    def feed(self, data):
        """Takes bytes as a program sent them; an unfinished sequence waits for its rest."""
        text = self.partial + self.decode(data)
        at = 0
        while hit := TOKEN.match(text, at):
            at = hit.end()
            self.take(hit)
        self.partial = text[at:]

    def take(self, hit):
        if hit["text"]:
            for character in hit["text"]:
                self.put(character)
        elif hit["control"]:
            self.control(hit["control"])
        elif hit["final"]:
            self.sequence(hit["prefix"], hit["arguments"], hit["final"])

    def put(self, character):
        if unicodedata.combining(character) or character in "\u200d\ufe0f":
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            self.column = 0
            self.line_feed()
        self.cells[self.row][self.column] = character
        if width == 2:
            self.cells[self.row][self.column + 1] = ""
        self.column += width

    def control(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.line_feed()
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character == "\t":
            self.column = min(self.columns - 1, self.column // 8 * 8 + 8)

    def line_feed(self):
        if self.row + 1 < self.rows:
            self.row += 1
        else:
            self.cells = self.cells[1:] + [[" "] * self.columns]

    def sequence(self, prefix, arguments, final):
        numbers = [int(number or 0) for number in re.split("[;:]", arguments)]
        if prefix == "?" and final in "hl":
            for number in numbers:
                self.mode(f"?{number}", final == "h")
        elif not prefix and final in "ABCDEFGHdf":
            self.move(final, numbers + [0])
        elif not prefix and final in "JKX":
            self.erase(final, numbers[0])
        elif not prefix and final == "n" and numbers[0] == 6:
            self.answers += b"\x1b[%d;%dR" % (self.row + 1, self.column + 1)

    def mode(self, name, on):
        if name in SAVED_SCREEN:
            self.switch(on)
        changed, mark = (not on, f"{name} off") if name in ON_AT_FIRST else (on, name)
        (self.modes.add if changed else self.modes.discard)(mark)

    def switch(self, alternate):
        if alternate and self.main is None:
            self.main = self.cells, self.row, self.column
            self.clear()
        elif not alternate and self.main is not None:
            (self.cells, self.row, self.column), self.main = self.main, None

    def move(self, final, numbers):
        first, count = max(numbers[0], 1) - 1, max(numbers[0], 1)
        row, column = self.row, self.column
        row, column = {
            "A": (row - count, column), "B": (row + count, column), "C": (row, column + count),
            "D": (row, column - count), "E": (row + count, 0), "F": (row - count, 0), "G": (row, first),
            "d": (first, column), "H": (first, max(numbers[1], 1) - 1), "f": (first, max(numbers[1], 1) - 1),
        }[final]
        self.row, self.column = min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def erase(self, final, how):
        here = self.row * self.columns + self.column
        line = self.row * self.columns, (self.row + 1) * self.columns
        whole = 0, self.rows * self.columns
        if final == "X":
            span = here, min(here + max(how, 1), line[1])
        else:
            start, end = line if final == "K" else whole
            span = {0: (here, end), 1: (start, here + 1)}.get(how, (start, end))
        for cell in range(*span):
            self.cells[cell // self.columns][cell % self.columns] = " "
