# The console at every size, resized in the midst of a form, and in mono.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import tap  # noqa: E402

console.require()
SIZES = ((24, 80), (36, 120), (60, 200))
NEW = "+919830012345"


def is_whole(lines):
    """Every corner of every frame is on the screen: nothing is cut off or doubled."""
    text = "\n".join(lines)
    counts = {text.count(corner) for corner in "\u250c\u2510\u2514\u2518"}
    return len(counts) == 1 and 0 not in counts


def check_frame(term, name):
    """A large screen comes in pieces, so the last of them is waited for."""
    term.until(is_whole)
    tap.ok(True, name + ": whole frames")


@tap.case("list, detail, form and help at each size")
def _():
    stage = console.Stage()
    identity, old = stage.pick()
    for rows, cols in SIZES:
        name = "%dx%d" % (cols, rows)
        term = stage.start(rows=rows, cols=cols).ready()
        term.find("acme")
        tap.ok("acme" in term.lines()[0] and "greendesk" in term.lines()[0],
               name + ": who and where, in line 1")
        tap.ok(re.search("filter", term.lines()[-1]), name + ": the keys in the last line", term.lines()[-1])
        check_frame(term, name + ": list")
        term.narrow(old["b"]["numbers"][0][-6:], identity)
        term.key("<Enter>")
        term.find(identity)
        check_frame(term, name + ": detail")
        term.key("e")
        term.find("Edit " + identity)
        term.field("Usage")
        check_frame(term, name + ": form")
        tap.ok(term.cursor().row < rows and term.cursor().col < cols, name + ": the cursor is on the screen")
        term.key("<Esc>")
        term.gone("Edit " + identity)
        term.key("?")
        term.find("deallocate")
        check_frame(term, name + ": help")
        term.key("<Esc>")
        tap.is_(term.leave(), "exit 0", name + ": it leaves")


@tap.case("20x5 is too small, says so in one line, and can be left")
def _():
    stage = console.Stage(seed=5)
    term = stage.start(rows=5, cols=20)
    term.until(lambda lines: any(line.strip() for line in lines))
    term.quiet()
    tap.is_(len([line for line in term.lines() if line.strip()]), 1, "one line") or tap.diag(term.text())
    term.resize(24, 80)
    term.find("Allocations")
    tap.ok(True, "made larger, it shows the list")
    term.resize(5, 20)
    term.gone("Allocations")
    tap.is_(term.leave(), "exit 0", "it leaves from there too")
    for rows, cols in ((1, 1), (1, 80), (24, 1), (2, 2)):
        term = stage.start(rows=rows, cols=cols)
        term.until(lambda lines: term.modes()["altscreen"] == 1)
        tap.is_(term.leave(), "exit 0", "%dx%d: no crash" % (cols, rows))


@tap.case("resized in the midst of a form: nothing typed is lost")
def _():
    stage = console.Stage()
    identity, old = stage.pick()
    term = stage.start(rows=24, cols=80).ready()
    term.narrow(old["b"]["numbers"][0][-6:], identity)
    term.key("e")
    term.find("Edit " + identity)
    term.field("B numbers")
    term.type("0983001")
    for rows, cols in ((5, 20), (36, 120), (12, 60), (60, 200), (1, 1), (24, 80)):
        term.resize(rows, cols)
        term.quiet(60)
    term.find("0983001")
    tap.ok(term.shows("Edit " + identity), "the form is there, with what was typed")
    term.type("2345")
    term.find(NEW)
    tap.ok(True, "typing goes on where it was")
    term.key("<F8>")
    term.find("Yes: y")
    for rows, cols in ((5, 20), (36, 120)):
        term.resize(rows, cols)
        term.quiet(60)
    term.find("Yes: y")
    tap.is_(stage.server.stats()["updates"], 0, "resizing confirms nothing")
    term.key("y")
    term.gone("Edit " + identity)
    tap.is_(stage.server.get("greenpin", identity).data["b"]["numbers"], [NEW], "and it is saved whole")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("keys typed while it is too small do not act on what cannot be seen")
def _():
    stage = console.Stage(seed=5)
    term = stage.start().ready()
    term.resize(5, 20)
    term.gone("Allocations")
    term.key("d", "y", "<Enter>", "y", "a", "y", "<Enter>", "y")
    term.resize(24, 80)
    term.find("Allocations")
    tap.is_(stage.server.stats()["deletes"], 0, "nothing was deallocated")
    tap.is_(term.leave(), "exit 0", "it leaves")


COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38|48)(;[0-9;]*)?m")


@tap.case("TERM=vt100: no colour, and the cursor's row can still be told")
def _():
    stage = console.Stage()
    term = stage.start(term="vt100").ready()
    identity, old = stage.pick()
    term.narrow(old["b"]["numbers"][0][-6:], identity)
    row = term.row_of(identity)
    tap.unlike(repr(COLOUR.findall(term.raw("show"))), r"\d", "no colour is sent")
    marked = any("reverse" in cell.attrs or "bold" in cell.attrs for cell in term.cells(row, 0, 40))
    tap.ok(marked, "the row under the cursor is set off")
    term.ask_deallocation()
    term.key("<Esc>")
    term.gone("Yes: y")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("256 colours: roles are coloured")
def _():
    stage = console.Stage(seed=5)
    term = stage.start().ready()
    tap.ok(COLOUR.search(term.raw("show")), "colours are sent")
    tap.is_(term.leave(), "exit 0", "it leaves")


tap.main(deadline=180)
