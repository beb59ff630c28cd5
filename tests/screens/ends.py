# The ways out of the console: the terminal is given back, and nothing of the demo stays behind.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import desk as desks  # noqa: E402
import tap  # noqa: E402

console.require()
SANITIZED = "ASAN_OPTIONS" in os.environ  # its own handler ends the program by exit 1


def holds(check, seconds=10):
    """Until check() is true."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def sandboxes(home):
    """The sandboxes whose environment names this home: the demo's children."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                line = file.read()
            with open("/proc/%s/environ" % pid, "rb") as file:
                mine = ("HOME=" + home).encode() in file.read().split(b"\0")
        except OSError:
            continue
        if mine and b"--die-with-parent" in line:
            found.append(int(pid))
    return found


def folders(home):
    return [name for name in os.listdir(home) if name.startswith("greendesk-demo")]


def start_demo():
    desk = desks.Desk(config=False)
    term = console.Console([desks.program(), "--demo"], env=desk.env(), rows=24, cols=80, cwd=desk.home)
    term.ready()
    tap.is_((len(sandboxes(desk.home)), len(folders(desk.home))), (1, 1), "the demo has a child and a folder")
    return desk, term


def check_given_back(term, name):
    modes = term.modes()
    tap.is_((modes["altscreen"], modes["cursor"]), (0, 1), name + ": the terminal is given back")
    tap.ok(b"\x1b[?2004l" in term.raw("show"), name + ": pastes are plain again")


for number, status in ((signal.SIGSEGV, "signal 11"), (signal.SIGABRT, "signal 6"),
                       (signal.SIGTERM, "exit 0"),
                       (signal.SIGHUP, "exit 0"), (signal.SIGKILL, "signal 9")):
    name = signal.Signals(number).name

    @tap.case("the demo ends by " + name)
    def _(number=number, status=status, name=name):
        desk, term = start_demo()
        term.kill(number)
        ended = term.wait_exit()
        tap.ok(ended == status or (number == signal.SIGSEGV and SANITIZED), "it ends: " + status, ended)
        tap.ok(holds(lambda: not sandboxes(desk.home)), "the sandbox is gone")
        tap.ok(holds(lambda: not folders(desk.home)), "the folder is gone")
        if number != signal.SIGKILL:
            check_given_back(term, name)


@tap.case("the demo ends by :quit")
def _():
    desk, term = start_demo()
    term.key("<C-c>")
    term.quiet(60)
    tap.is_(term.leave(), "exit 0", "it ends")
    tap.is_((sandboxes(desk.home), folders(desk.home)), ([], []), "nothing is left")
    check_given_back(term, "quit")


def in_shell(desk, line, **options):
    """A shell runs the line and then waits: the terminal can be looked at when the console has ended."""
    return console.Console(["sh", "-c", line + "; echo $? over; exec cat"], cwd=desk.home,
                           env=desk.env(GREENDESK=desks.program()), **options)


@tap.case("the terminal's modes are those from before")
def _():
    stage = console.Stage(seed=5)
    term = in_shell(stage.desk, '"$GREENDESK"').ready()
    modes = term.modes()
    tap.is_((modes["echo"], modes["canonical"]), (0, 0), "raw while it runs")
    term.command("quit")
    term.find("0 over")
    modes = term.modes()
    tap.is_((modes["echo"], modes["canonical"]), (1, 1), "and as before when it has ended")


@tap.case("a crash gives the modes back too")
def _():
    stage = console.Stage(seed=5)
    term = in_shell(stage.desk, 'sh -c \'echo $$ >pid; exec "$GREENDESK"\'').ready()
    with open(os.path.join(stage.desk.home, "pid"), encoding="utf-8") as file:
        os.kill(int(file.read()), signal.SIGSEGV)
    term.wait("(1|139) over")
    modes = term.modes()
    tap.is_((modes["echo"], modes["canonical"], modes["altscreen"]), (1, 1, 0),
            "echo, lines, the usual screen")


@tap.case("Ctrl-Z, and back with another size")
def _():
    stage = console.Stage(seed=5)
    term = console.Console(["bash", "--norc", "-i"],
                           env=stage.desk.env(GREENDESK=desks.program(), PS1="prompt> "),
                           rows=24, cols=80, cwd=stage.desk.home)
    term.find("prompt>")
    term.type('"$GREENDESK"')
    term.key("<Enter>")
    term.ready()
    term.key("<C-z>")
    term.find("Stopped")
    tap.is_(term.modes()["altscreen"], 0, "suspended: the shell's screen")
    term.resize(30, 100)
    term.type("fg")
    term.key("<Enter>")
    term.find("Allocations")
    term.until(lambda lines: len(lines[0].rstrip()) == 99 or "IST" in lines[0][90:])
    tap.is_(term.modes()["altscreen"], 1, "back, as wide as the terminal is now")
    term.command("quit")
    term.find("prompt>")
    tap.is_(term.modes()["altscreen"], 0, "left")


tap.main(deadline=120)
