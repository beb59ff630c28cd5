# The test library itself: failures are told, and everything is cleaned up on every way out.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tap  # noqa: E402

PREAMBLE = "import sys; sys.path.insert(0, %r); import tap\n" % os.path.dirname(os.path.abspath(__file__))


def run(text, **options):
    return subprocess.run([sys.executable, "-c", PREAMBLE + text], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=50, check=False, **options)


@tap.case("a file whose points are all good")
def _():
    done = run("@tap.case('one')\ndef _():\n tap.is_(1 + 1, 2, 'sum')\n"
               " tap.like('abc', 'b', 'like')\ntap.main()")
    tap.is_(done.returncode, 0, "status 0")
    tap.is_([line for line in done.stdout.splitlines() if not line.startswith("#")],
            ["ok 1 - sum", "ok 2 - like", "1..2"], "points and plan")


@tap.case("failures")
def _():
    done = run("@tap.case('wrong')\ndef _():\n tap.is_(1, 2, 'sum')\n tap.is_(True, 1, 'types')\n"
               "@tap.case('raises')\ndef _():\n tap.ok(True, 'so far')\n raise KeyError('lost')\n"
               "@tap.case('empty')\ndef _():\n pass\n"
               "@tap.case('left out')\ndef _():\n tap.skip('no reason')\ntap.main()")
    tap.is_(done.returncode, 1, "status 1")
    for line in ("not ok 1 - sum", "not ok 2 - types", "ok 3 - so far", "not ok 4 - raises: KeyError",
                 "not ok 5 - empty", "ok 6 - left out # SKIP no reason", "1..6"):
        tap.ok(line in done.stdout.splitlines(), "says: " + line.replace("# ", ""), done.stdout)
    tap.like(done.stdout, "# KeyError: 'lost'", "the exception is shown")
    tap.like(done.stdout, "#      got: 1", "what was got is shown")


@tap.case("nothing to run is a failure")
def _():
    done = run("tap.main()")
    tap.is_(done.returncode, 1, "status 1")
    tap.like(done.stdout, "(?m)^not ok 1 ", "a failed point")


CHILD = ("child = tap.spawn([sys.executable, '-c', 'import signal; signal.pause()'])\n"
         "folder = tap.temp_dir()\n"
         "print('# child', child.pid, 'folder', folder, flush=True)\n")
# Not signal.pause(): a signal that comes just before it would be seen only after the next one.
IDLE = "import time\n while True: time.sleep(0.02)"


def told(text):
    words = next(line for line in text.splitlines() if line.startswith("# child")).split()
    return int(words[2]), words[4]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@tap.case("cleanup at the end, after a failure, and at the deadline")
def _():
    for name, last, status in (("the end", "tap.ok(True, 'x')", 0), ("an exception", "raise OSError", 1),
                               ("bail", "tap.bail('enough')", 1),
                               ("the deadline", IDLE, 1)):
        done = run(CHILD + "@tap.case('c')\ndef _():\n %s\ntap.main(deadline=1)" % last)
        pid, folder = told(done.stdout)
        tap.is_(done.returncode, status, name + ": status")
        tap.ok(not alive(pid), name + ": the child is gone")
        tap.ok(not os.path.exists(folder), name + ": the folder is gone")
    tap.like(done.stdout, "(?m)^# the deadline of this test file has passed", "the deadline says so")
    tap.like(done.stderr, "most recent call first", "and shows where it hung")


@tap.case("cleanup when told to end")
def _():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        text = CHILD + "@tap.case('c')\ndef _():\n print('ready', flush=True)\n %s\ntap.main()" % IDLE
        test = tap.spawn([sys.executable, "-c", PREAMBLE + text], stdout=subprocess.PIPE, text=True)
        seen = ""
        while "ready" not in seen:
            line = test.stdout.readline()
            if not line:
                break
            seen += line
        test.send_signal(number)
        seen += test.stdout.read()
        tap.is_(test.wait(), 1, "%s: status" % number.name)
        pid, folder = told(seen)
        tap.ok(not alive(pid), "%s: the child is gone" % number.name)
        tap.ok(not os.path.exists(folder), "%s: the folder is gone" % number.name)
        tap.like(seen, "(?m)^not ok 1 - cut off\n# ended by " + number.name, "%s: says so" % number.name)


tap.main(deadline=60)
