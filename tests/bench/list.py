# The list at a million allocations: start, keys, filters, memory; beside less and vim on the same rows, and
# as the ledger grows. BENCH_ROWS takes another size.
# SPDX-License-Identifier: GPL-3.0-or-later
import fcntl
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import figures  # noqa: E402
import tap  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
KEYS = 200
PASTES = 20
TERMS = (("found once", "ord-%07d" % (ROWS // 2)), ("in 1 % of the rows", "tag-37"), ("in every row", "lane"))
PAGE_BYTES = 150  # a page painted is more than that, a count in the title less
GENERATOR = os.path.join(tap.BUILDDIR, "tests", "bench", "store_gen")


class Terminal:
    """A program on a terminal of 36 lines, timed from a key to what it paints."""

    def __init__(self, argv, env):
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
        self.seen = b""

    def read(self, seconds):
        """What it paints next, b"" where nothing comes in that time."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b""
        if not data:
            raise RuntimeError("the program has ended: %r" % self.seen[-300:])
        self.seen = (self.seen + data)[-20000:]
        return data

    def settle(self, seconds=0.06, most=3):
        """Until nothing comes for so long; the clock in the header goes on, so there is an end."""
        until = time.perf_counter() + most
        while self.read(seconds) and time.perf_counter() < until:
            pass

    def until(self, text):
        """Seconds since the start when it has painted the text."""
        while text not in self.seen:
            if not self.read(20):
                raise RuntimeError("it never painted %r: %r" % (text, self.seen[-300:]))
        return time.perf_counter() - self.began

    def key(self, keys):
        """Seconds from the key to the first that is painted."""
        began = time.perf_counter()
        os.write(self.fd, keys)
        if not self.read(5):
            raise RuntimeError("nothing was painted after %r" % keys)
        took = time.perf_counter() - began
        self.settle(0.004)
        return took

    def paste(self, text):
        """Seconds from a pasted text to the end of the last page painted."""
        began = last = time.perf_counter()
        os.write(self.fd, b"\x1b[200~" + text + b"\x1b[201~")
        wait = 2
        while True:
            data = self.read(wait)
            if not data or time.perf_counter() > began + 5:
                return last - began
            wait = 0.15
            if len(data) >= PAGE_BYTES:
                last = time.perf_counter()

    def resident(self):
        with open("/proc/%d/status" % self.pid, encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return None

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def desk_of(rows):
    desk = desks.Desk("http://127.0.0.1:9/v1", tenant="acme")
    os.makedirs(os.path.dirname(desk.ledger_path), mode=0o700, exist_ok=True)
    subprocess.run([GENERATOR, desk.ledger_path, str(rows)], check=True, stdout=subprocess.DEVNULL)
    warm = Terminal([desks.program()], desk.env())  # the index is built by the first that looks
    warm.until(b"gp-")
    warm.settle(0.5)
    warm.close()
    return desk


def ms(seconds):
    return seconds * 1000


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def measure(argv, env, first, down=b"j"):
    """Start, key times, and the terminal, still open."""
    screen = Terminal(argv, env)
    start = screen.until(first)
    screen.settle(0.3)
    return start, [screen.key(down) for _ in range(KEYS)], screen


def filters(screen):
    out = []
    for name, term in TERMS:
        times = []
        for _ in range(PASTES):
            screen.key(b"/")
            times.append(screen.paste(term.encode()))
            os.write(screen.fd, b"\x1b")
            screen.settle(0.1)
        out.append((name, percentile(times, 0.95)))
    return out


def references(desk, path):
    """(name, start, median key) of other programs on the same rows as text."""
    env = desk.env(LESSHISTFILE="-")
    out = []
    for name, argv in (("less", ["less", "-S", path]), ("vim", ["vim", "-u", "NONE", "-R", path])):
        if shutil.which(name) is None:
            figures.missing(name, name)
            continue
        start, keys, screen = measure(argv, env, b"gp-")
        out.append((name, start, keys))
        screen.close()
    return out


def main():
    desk = desk_of(ROWS)
    path = os.path.join(desk.home, "rows.tsv")
    done = desk.run("export", path, timeout=300)
    if done.status != 0:
        raise RuntimeError("export: %r" % (done,))
    others = references(desk, path)
    start, keys, screen = measure([desks.program()], desk.env(), b"gp-")
    less = next((one for one in others if one[0] == "less"), None)
    figures.title("The list, {:,} allocations".format(ROWS))
    for name, other_start, other_keys in others:
        figures.row("start to first rows, beside " + name, ms(start), ms(other_start), "ms")
        figures.row("key to repaint, median, beside " + name, ms(statistics.median(keys)),
                    ms(statistics.median(other_keys)), "ms", goal=2 if name == "less" else None)
    figures.row("start to first rows, beside the goal", ms(start), 30, "ms", goal=1)
    most = max(2, 2 * ms(percentile(less[2], 0.99))) if less else 2
    figures.row("key to repaint, p99, beside the goal", ms(percentile(keys, 0.99)), most, "ms", goal=1)
    for name, took in filters(screen):
        figures.row("filter pasted to first page, p95, " + name, ms(took), 16, "ms", goal=1)
    figures.row("memory then, beside the goal", screen.resident(), 40, "MB", goal=1)
    screen.close()
    figures.title("As the ledger grows (beside %s)" % "{:,}".format(ROWS))
    for rows in (1000, 10000, 100000):
        small = desk_of(rows)
        small_start, small_keys, screen = measure([desks.program()], small.env(), b"gp-")
        screen.close()
        figures.row("start to first rows, {:,}".format(rows), ms(small_start), ms(start), "ms")
        figures.row("key to repaint, median, {:,}".format(rows), ms(statistics.median(small_keys)),
                    ms(statistics.median(keys)), "ms")


figures.run(main)
