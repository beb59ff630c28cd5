# The terminal driver itself, against tiny programs whose screens are known.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import screen  # noqa: E402
import tap  # noqa: E402

screen.require()
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def shell(script, **options):
    return screen.Screen(["sh", "-c", script], env=ENV, **options)


def python(script, **options):
    return screen.Screen([sys.executable, "-c", script], env=ENV, **options)


@tap.case("typing into cat")
def _():
    term = screen.Screen(["cat"], env=ENV)
    term.type("a \\ <Enter> b\n")
    tap.is_(term.until(lambda lines: lines[0] and lines[1])[:2], ["a \\ <Enter> b"] * 2,
            "echo and copy")
    tap.is_(term.cursor(), (2, 0, True), "cursor")
    tap.is_(len(term.lines()), 24, "24 lines")
    term.type("ünïcödé 漢字\n")
    term.until(lambda lines: lines[3])
    tap.is_(term.cells(2, 8, 4)[0].text, "漢", "a wide character in its cell")
    tap.is_(term.cells(2, 8, 4)[1].text, "", "nothing in its right half")
    tap.is_(term.status(), "running", "it runs")
    term.key("<C-d>")
    tap.is_(term.wait_exit(), "exit 0", "end of input ends it")
    tap.is_(term.lines()[3], "ünïcödé 漢字", "the screen stays")


@tap.case("waiting")
def _():
    term = shell("read x; printf 'one\\n'; read x; printf '\\033[2Jtwo'; read x")
    try:
        term.find("one", ms=50)
        tap.ok(False, "what is not there is not found")
    except screen.ScreenError as error:
        tap.like(str(error), "deadline", "the deadline is told")
    term.key("\\n")
    term.find("one")
    term.key("<Enter>")
    term.gone("one")
    tap.ok(term.shows("two"), "gone and come")
    term.quiet(50)
    term.kill(9)
    tap.is_(term.wait_exit(), "signal 9", "killed")
    try:
        term.wait("never")
        tap.ok(False, "a program that ended shows nothing new")
    except screen.ScreenError as error:
        tap.like(str(error), "the program has ended", "its end is told at once")


@tap.case("the last words of a program are seen")
def _():
    term = shell("i=0; while [ $i -lt 3000 ]; do echo line$i; i=$((i+1)); done; echo last; exit 3")
    term.find("last")
    tap.is_(term.wait_exit(), "exit 3", "exit status")


@tap.case("attributes")
def _():
    term = shell("printf '\\033[1mB\\033[0;7mR\\033[0;4mU\\033[0;31mr\\033[0;38;5;208;48;5;17mx\\033[0m "
                 "\\033[38;2;1;2;3mt\\033[0m'; read x")
    term.wait("BRUrx t")
    cells = term.cells(0, 0, 7)
    tap.is_([cell.attrs for cell in cells[:4]], [["bold"], ["reverse"], ["underline"], []], "attributes")
    tap.is_((cells[0].fg, cells[0].bg), ("default", "default"), "default colours")
    tap.is_(cells[3].fg, "1", "a colour by number")
    tap.is_((cells[4].fg, cells[4].bg), ("208", "17"), "two of 256")
    tap.is_(cells[6].fg, "#010203", "a colour by its parts")
    try:
        term.cell(24, 0)
        tap.ok(False, "no cell outside the screen")
    except screen.ScreenError as error:
        tap.like(str(error), "not on the screen", "no cell outside the screen")


@tap.case("size and resize")
def _():
    term = shell("trap 'stty size' WINCH; stty size; echo ready; while :; do read x; done", rows=5, cols=20)
    term.wait("^5 20$")
    term.find("ready")
    term.resize(36, 120)
    term.key("\\n")
    term.wait("^36 120$")
    tap.is_(len(term.lines()), 36, "36 lines")


@tap.case("keys as the terminal's mode wants them")
def _():
    script = ("import os,sys,tty;tty.setraw(0);n=int(sys.argv[1]) if sys.argv[1:] else 0\n"
              "os.write(1,b'%s ready\\r\\n')\n"
              "while True:\n d=os.read(0,99)\n if d==b'q': break\n os.write(1,repr(d).encode()+b'\\r\\n')\n")
    term = python(script % "")
    term.find("ready")
    for key, wanted in (("<Up>", r"b'\x1b[A'"), ("<Esc>", r"b'\x1b'"), ("<BS>", r"b'\x7f'"),
                        ("<F5>", r"b'\x1b[15~'"),
                        ("<C-u>", r"b'\x15'"), ("<S-Tab>", r"b'\x1b[Z'"), ("<PgDn>", r"b'\x1b[6~'"),
                        ("\\x1a\\t", r"b'\x1a\t'"), ("<Enter>", r"b'\r'"), ("<M-x>", r"b'\x1bx'")):
        term.key(key)
        term.find(wanted)
        tap.ok(True, "%s sends %s" % (key.replace("\\", "/"), wanted.replace("\\", "/")))
    term.paste("two\nlines")
    term.find(r"b'two\nlines'")
    tap.ok(True, "a paste is bare where no marks were asked for")
    term = python(script % "\\033[?1h\\033[?2004h")
    term.find("ready")
    term.key("<Up>")
    term.find(r"b'\x1bOA'")
    tap.ok(True, "application mode")
    term.paste("x")
    term.find(r"b'\x1b[200~")
    term.find(r"\x1b[201~'")
    tap.ok(True, "a paste has its marks")
    for wrong in ("<Nonsense>", "\\q"):
        try:
            term.key(wrong)
            tap.ok(False, "no key " + wrong)
        except screen.ScreenError as error:
            tap.like(str(error), "no such", "an unknown key is refused")


@tap.case("title, clipboard, raw output and modes")
def _():
    term = shell("read x; printf '\\033]2;a title \\303\\274\\007\\033]52;c;aGVsbG8=\\033\\\\"
                 "\\033[?1049h\\033[?25l\\033[?1000h\\007shown'; stty -echo -icanon; echo done; read x")
    tap.is_(term.clip(), None, "no clipboard yet")
    before = term.modes()
    tap.is_((before["altscreen"], before["cursor"], before["echo"], before["canonical"]), (0, 1, 1, 1),
            "modes before")
    term.raw("off")
    term.raw("clear")
    term.raw("on")
    term.key("\\n")
    term.find("done")
    tap.is_(term.title(), "a title ü", "title")
    tap.is_(term.clip(), "hello", "clipboard")
    after = term.modes()
    tap.is_(after, {"altscreen": 1, "cursor": 0, "mouse": 1, "echo": 0, "canonical": 0, "bells": 1},
            "modes after")
    tap.ok(b"\x1b]52;c;aGVsbG8=\x1b\\" in term.raw("show"), "the raw bytes are kept")
    term.raw("clear")
    tap.is_(term.raw("show"), b"", "and cleared")


@tap.case("terminal type")
def _():
    term = shell('echo "$TERM:$LINES:$COLUMNS:"; read x', term="vt100")
    term.wait("^vt100:::$")
    tap.ok(True, "TERM is set, LINES and COLUMNS are not")


@tap.case("the program ends with its terminal")
def _():
    term = shell("trap '' TERM; echo $$; trap '' HUP; while :; do read x; done")
    term.wait("^[0-9]+$")
    pid = int(term.lines()[0])
    term.close()
    try:
        os.kill(pid, 0)
        gone = False
    except ProcessLookupError:
        gone = True
    tap.ok(gone, "also where it does not want to")


@tap.case("bad commands")
def _():
    term = screen.Screen(["cat"], env=ENV)
    for line in ("dance", "resize 0 0", "wait x y", "wait 5 (", "find 5 ", "kill x", "raw",
                 "cell 0 79 2", ""):
        try:
            term.ask(line)
            tap.ok(False, "refused: " + line)
        except screen.ScreenError:
            tap.ok(True, "refused: " + line)
    tap.is_(len(term.lines()), 24, "and it goes on")


tap.main(deadline=90)
