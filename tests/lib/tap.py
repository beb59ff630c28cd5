# TAP for the end-to-end tests: cases, deadlines, and cleanup on every way out.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A test file declares cases and ends with main():

    @tap.case("what is shown")
    def _():
        tap.is_(got, wanted, "name")

    tap.main(deadline=60)

A case that raises is a failed case with its traceback; a case that checks nothing has failed too.
Whatever was given to at_end() runs when the file ends, when it is told to end, and at the deadline.
"""

import concurrent.futures
import difflib
import faulthandler
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

SRCDIR = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILDDIR = os.environ.get("abs_top_builddir") or SRCDIR

_cases = []
_endings = []
_count = 0
_failed = 0


class Ended(BaseException):
    """The file was told to end (a signal, the deadline); no case may swallow it."""


class Bail(BaseException):
    """Nothing further in this file can be judged."""


class Skip(Exception):
    """The running case cannot be judged here; the reason is printed."""


def _say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def diag(text):
    """Explain the line before, as TAP comments."""
    for line in str(text).splitlines() or [""]:
        _say("# " + line)


def _clean(name):
    """A name cannot hold what a TAP reader would take for a directive or a new line."""
    return str(name).replace("#", "").replace("\n", " ").strip() or "unnamed"


def ok(good, name, why=None):
    """One judged point; `why` explains a failure."""
    global _count, _failed
    _count += 1
    if not good:
        _failed += 1
    _say("%sok %d - %s" % ("" if good else "not ", _count, _clean(name)))
    if not good and why is not None:
        diag(why)
    return bool(good)


def is_(got, wanted, name):
    """Equal, of the same type where that matters to JSON (True is not 1)."""
    same = got == wanted and isinstance(got, bool) == isinstance(wanted, bool)
    return ok(same, name, None if same else _difference(got, wanted))


def _difference(got, wanted):
    if isinstance(got, str) and isinstance(wanted, str) and ("\n" in got or "\n" in wanted):
        lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "wanted", "got", lineterm="")
        return "\n".join(lines)
    return "     got: %r\n  wanted: %r" % (got, wanted)


def isnt(got, unwanted, name):
    return ok(got != unwanted, name, "got just that: %r" % (got,))


def like(got, pattern, name):
    """The regular expression is found somewhere in the text."""
    return ok(re.search(pattern, got or "") is not None, name,
              "     got: %r\n  wanted: /%s/" % (got, pattern))


def unlike(got, pattern, name):
    return ok(re.search(pattern, got or "") is None, name, "     got: %r\nunwanted: /%s/" % (got, pattern))


def skip(reason):
    """Leave the running case, saying why."""
    raise Skip(reason)


def skip_all(reason):
    """This whole file cannot be judged here."""
    _say("1..0 # SKIP " + _clean(reason))
    sys.exit(0)


def bail(reason):
    """Give up the whole file as failed."""
    raise Bail(reason)


def case(name):
    """Declare a case: a function without arguments."""
    def declare(function):
        _cases.append((name, function))
        return function
    return declare


def at_end(function):
    """Run `function` when the file ends, the last one given first."""
    _endings.append(function)
    return function


def not_at_end(function):
    """What was ended early need not be ended again."""
    if function in _endings:
        _endings.remove(function)


def temp_dir(prefix="greendesk-test-"):
    """A private folder that is gone when the file ends."""
    path = tempfile.mkdtemp(prefix=prefix)
    at_end(lambda: shutil.rmtree(path, ignore_errors=True))
    return path


def spawn(argv, **options):
    """A child in a process group of its own, which is ended with the file."""
    child = subprocess.Popen(argv, start_new_session=True, **options)

    def end():
        end_child(child)
    child.forget = lambda: not_at_end(end)
    at_end(end)
    return child


def end_child(child, patience=5):
    """Ask a child to end, then make it and all of its group end, and take its status."""
    if child.returncode is None:
        _end_group(child.pid, patience)
        child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                pass
    if hasattr(child, "forget"):
        child.forget()


def _end_group(pid, patience):
    """The child is not waited for before its group is ended, so that its id cannot be another's by then."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if not select.select([descriptor], [], [], 0)[0]:
            os.kill(pid, signal.SIGTERM)
            select.select([descriptor], [], [], patience)
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    finally:
        os.close(descriptor)


def together(functions, at_once=8):
    """Call functions that mostly wait side by side: their results, in order; the first exception is raised.
    They judge nothing themselves, and start nothing that must outlive the call."""
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        return [future.result() for future in [pool.submit(function) for function in functions]]


def run_endings():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    while _endings:
        function = _endings.pop()
        try:
            function()
        except Exception:
            diag("while cleaning up:\n" + traceback.format_exc())


def _told_to_end(number, _frame):
    if number == signal.SIGALRM:
        faulthandler.dump_traceback(all_threads=True)
        raise Ended("the deadline of this test file has passed")
    raise Ended("ended by " + signal.Signals(number).name)


def _run_case(name, function):
    before = _count
    try:
        function()
    except Skip as reason:
        _skipped(name, reason)
        return
    except Exception as error:
        ok(False, "%s: %s" % (name, type(error).__name__), traceback.format_exc())
        return
    if _count == before:
        ok(False, name, "this case has checked nothing")


def _skipped(name, reason):
    global _count
    _count += 1
    _say("ok %d - %s # SKIP %s" % (_count, _clean(name), _clean(reason)))


def _catch_signals(deadline):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, _told_to_end)
    factor = float(os.environ.get("GREENDESK_TEST_PATIENCE", "1"))
    signal.alarm(max(1, int(deadline * factor)))
    faulthandler.dump_traceback_later(deadline * factor + 30, exit=True)


def main(deadline=60):
    """Run the cases; arguments, where given, are parts of the names of those to run."""
    words = sys.argv[1:]
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        _catch_signals(deadline)
        for name, function in _cases:
            if not words or any(word in name for word in words):
                diag(name)
                _run_case(name, function)
        if _count == 0:
            ok(False, "some case has run", "no case bears such a name")
        _say("1..%d" % _count)
    except Bail as reason:
        ok(False, "given up", reason)
        _say("Bail out! " + _clean(reason))
    except Ended as reason:
        ok(False, "cut off", reason)
        _say("1..%d" % _count)
    finally:
        run_endings()
        faulthandler.cancel_dump_traceback_later()
    sys.stdout.flush()
    os._exit(1 if _failed else 0)
