# A program on a pseudo-terminal, as a person sees it: keys in, screen out.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Screen(argv, env) starts vtdrive (tests/screens/vtdrive.c) with the program. wait(), find() and the
other waits raise ScreenError with the whole screen where the deadline passes."""

import base64
import os
import signal
import subprocess
import time
from collections import namedtuple

import tap

PATIENCE = 10000  # ms; a wait ends when the thing is there, so this costs nothing where all is well

Cell = namedtuple("Cell", "text fg bg attrs")
Cursor = namedtuple("Cursor", "row col visible")


class ScreenError(AssertionError):
    pass


def program():
    return os.environ.get("VTDRIVE") or os.path.join(tap.BUILDDIR, "tests", "screens", "vtdrive")


def require():
    """Without vtdrive the file is left out: it was not built because libvterm is missing."""
    if not os.access(program(), os.X_OK):
        tap.skip_all("libvterm is missing (Debian: libvterm-dev), so there is no vtdrive")


def escape(text):
    """Text as keys that mean just that text: nothing in it is an escape or a key's name."""
    out = []
    for char in text:
        if char == "\\":
            out.append("\\\\")
        elif char == "<":
            out.append("<lt>")
        elif char == "\n":
            out.append("\\n")
        elif char == "\x1b":
            out.append("\\e")
        else:
            out.append(char)
    return "".join(out)


def _unescape(text):
    return text.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1")


class Screen:
    def __init__(self, argv, env=None, rows=24, cols=80, term="xterm-256color", cwd=None):
        """The raw output is logged from the first byte; raw("off") ends that."""
        self.rows, self.cols = rows, cols
        command = [program(), "-l", "-r", str(rows), "-c", str(cols), "-t", term] + [str(arg) for arg in argv]
        self.child = tap.spawn(command, env=env, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line):
        """One command line: (value, further lines); a `no` raises."""
        if "\n" in line:
            raise ValueError("a command is one line: %r" % line)
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()
        answer = self._line()
        word, _, rest = answer.partition(" ")
        if word != "ok":
            raise ScreenError("%s: %s\n%s" % (line, rest or "vtdrive has ended", self._seen(word)))
        count, _, value = rest.partition(" ")
        return value, [self._line() for _ in range(int(count))]

    def _line(self):
        return self.child.stdout.readline().decode("utf-8", "replace").rstrip("\n")

    def _seen(self, word):
        if word != "no":
            return ""
        return "status %s, screen:\n%s" % (self.status(), "\n".join("|" + line for line in self.lines()))

    def key(self, *keys):
        """Keys: `<Enter>`, `<C-u>`, `abc`; C escapes count."""
        for text in keys:
            self.ask("key " + text)

    def type(self, text):
        """The text itself, nothing in it has a meaning."""
        self.ask("key " + escape(text))

    def paste(self, text):
        self.ask("paste " + text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"))

    def resize(self, rows, cols):
        self.ask("resize %d %d" % (rows, cols))
        self.rows, self.cols = rows, cols

    def lines(self):
        return self.ask("dump")[1]

    def text(self):
        return "\n".join(self.lines()) + "\n"

    def shows(self, text):
        return text in self.text()

    def cells(self, row, col=0, count=None):
        if count is None:
            count = self.cols - col
        cells = []
        for line in self.ask("cell %d %d %d" % (row, col, count))[1]:
            text, fg, bg, attrs = line.split("\t")
            cells.append(Cell(text, fg, bg, attrs.split()))
        return cells

    def cell(self, row, col):
        return self.cells(row, col, 1)[0]

    def row_of(self, text):
        """The number of the first line that holds the text; raises where none does."""
        for row, line in enumerate(self.lines()):
            if text in line:
                return row
        raise ScreenError("%r is not on the screen:\n%s" % (text, self.text()))

    def cursor(self):
        row, col, visible = self.ask("cursor")[0].split()
        return Cursor(int(row), int(col), visible == "visible")

    def title(self):
        return _unescape(self.ask("title")[0]).decode("utf-8", "replace")

    def clip(self):
        """What was last put on the clipboard (OSC 52), None where nothing was."""
        _, mark, data = self.ask("clip")[0].partition(";")
        return base64.b64decode(_unescape(data)).decode("utf-8", "replace") if mark else None

    def wait(self, regex, ms=PATIENCE):
        """Until an extended regular expression is found within a line of the screen."""
        self.ask("wait %d %s" % (ms, regex))

    def find(self, text, ms=PATIENCE):
        """Until the text stands on the screen."""
        self.ask("find %d %s" % (ms, text))

    def gone(self, text, ms=PATIENCE):
        self.ask("wait-gone %d %s" % (ms, text))

    def until(self, holds, ms=PATIENCE):
        """Until holds(lines) is true of the screen."""
        deadline = time.monotonic() + ms / 1000
        while True:
            count, lines = self.ask("dump")
            if holds(lines):
                return lines
            left = int((deadline - time.monotonic()) * 1000)
            self.ask("wait-more %d %s" % (max(0, left), count))

    def quiet(self, quiet=150, ms=PATIENCE):
        """Until nothing was written for `quiet` ms; for looks at a screen that has no mark to wait for."""
        self.ask("wait-quiet %d %d" % (ms, quiet))

    def raw(self, what):
        """on, off, clear; show returns the bytes that the program wrote since."""
        return _unescape(self.ask("raw " + what)[0])

    def modes(self):
        """The terminal's state as numbers: altscreen, cursor, mouse, echo, canonical, bells."""
        pairs = (pair.split("=") for pair in self.ask("modes")[0].split())
        return {name: int(value) for name, value in pairs}

    def status(self):
        """running, `exit N` or `signal N`"""
        return self.ask("status")[0]

    def wait_exit(self, ms=PATIENCE):
        self.ask("wait-exit %d" % ms)
        return self.status()

    def kill(self, number=signal.SIGTERM):
        self.ask("kill %d" % number)

    def close(self):
        """Hang up on the program."""
        self.child.stdin.close()
        tap.end_child(self.child)
