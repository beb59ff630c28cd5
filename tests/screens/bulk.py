# Bulk work in the console: mark, stage, review, apply; what is staged and was done as views; one form for
# many; confirmations that never do more than they named.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import screen  # noqa: E402
import tap  # noqa: E402

console.require()
SIZES = ((24, 80), (36, 120), (60, 200))


def confirm(term, word):
    """Type the word that the dialog asks for, and press its button."""
    term.find("type %s:" % word)
    term.type(word)
    term.key("<Tab>", "<Enter>")
    term.gone("To confirm")


@tap.case("mark, d stays on the list and counts, a names facts and the count to type, and applies")
def _():
    for rows, cols in SIZES:
        stage = console.Stage()
        term = stage.start(rows=rows, cols=cols).ready()
        for _mark in range(12):
            term.key(" ")
        term.find("12 marked")
        term.key("d")
        term.find("12 staged; 12 in all")
        tap.like(term.lines()[0], "12 staged", "the header counts them")
        tap.like(term.lines()[1], "Allocations", "the list is where it was")
        tap.is_(stage.server.stats()["deletes"], 0, "nothing is sent")
        term.key("a")
        term.find("Deallocate 12 allocations of acme")
        tap.ok(term.shows("event data"), "what is not known of calls is said")
        confirm(term, "12")
        term.find("12 applied")
        tap.is_(stage.server.stats()["deletes"], 12, "all twelve, and no more")
        tap.unlike(term.lines()[0], "staged", "the header counts none any more")
        term.key("3")
        term.wait("deallocate +done +12 +12 +0")
        term.key("<Enter>")
        term.find("Operation 1")
        term.wait("gp-0000[0-9]+ +applied +200")
        tap.ok(True, "view 3 shows it, and Enter its rows")
        tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("view 2: before and after, held, unstaged, edited again, conflicts")
def _():
    stage = console.Stage()
    term = stage.start(rows=36, cols=120).ready()
    term.command("stage gp-000010 b.numbers=+919830012345 duration=2h")
    term.find("1 staged; 1 in all")
    term.command("stage-deallocate gp-000011")
    term.find("1 staged; 2 in all")
    term.key("2")
    term.wait("gp-000010 +update +ready +B numbers")
    term.find("→ +91•••••2345")
    tap.ok("9830012345" not in term.text(), "masked, before and after")
    term.key("H")
    term.wait("gp-000010 +update +held")
    term.key("H")
    term.wait("gp-000010 +update +ready")
    tap.ok(True, "H holds and releases")
    term.key("e")
    term.find("Edit gp-000010")
    term.find("+91•••••2345 (staged)")
    tap.ok(True, "edited again, over what is staged")
    term.key("<Esc>")
    term.gone("Edit gp")
    term.key("j", "u")
    term.find("1 dropped; 1 staged")
    term.gone("gp-000011")
    tap.is_([row["id"] for row in stage.desk.json("staged")], ["gp-000010"],
            "u drops the row under the cursor")
    done = stage.desk.run("update", "gp-000010", "b.numbers=+919830099999", "-y")
    tap.is_(done.status, 0, "someone else changes it")
    term.wait("gp-000010 +update +conflict")
    term.find("since then someone made it +91•••••9999")
    term.key("T")
    term.wait("gp-000010 +update +ready +Duration")
    tap.ok(True, "T lets theirs stand")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("E edits all marked rows: only what is touched, staged for each; F8 sends one alone")
def _():
    stage = console.Stage()
    term = stage.start(rows=36, cols=120).ready()
    term.key("E")
    term.find("no row is marked")
    term.key(" ", " ", " ", "E")
    term.find("Edit 3 marked allocations")
    term.field("B numbers")
    term.type("+=098300 12345")
    term.find("1 field changed in 3 allocations")
    term.key("<C-s>")
    term.find("3 staged; 3 in all")
    staged = stage.desk.json("staged")
    tap.is_(len(staged), 3, "one row each")
    tap.ok(all(list(row["changes"]) == ["b.numbers"] for row in staged), "of the touched field alone")
    tap.is_(stage.server.stats()["updates"], 0, "nothing is sent")
    term.key("a")
    confirm(term, "3")
    term.find("3 applied")
    ids = [row["id"] for row in staged]
    tap.ok(all("+919830012345" in stage.server.get("greenpin", one).data["b"]["numbers"] for one in ids),
           "the number is added to each")
    tap.ok(all(len(stage.server.get("greenpin", one).data["b"]["numbers"]) > 1 for one in ids),
           "beside those that were there")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("never more than the dialog named: pastes, held keys, hidden marks, a list that changes under it")
def _():
    stage = console.Stage()
    term = stage.start(rows=36, cols=120).ready()
    before = {row["id"] for row in stage.desk.json("list", "state:deallocated")}
    term.key(" ", " ", " ")
    term.find("3 marked")
    term.key("/")
    term.type("ORD-1001")
    term.key("<Enter>")
    term.find("3 marked, 3 hidden")
    term.key("d")
    term.find("3 staged; 3 in all")
    named = sorted(row["id"] for row in stage.desk.json("staged"))
    term.key("a3")
    term.find("type 3:")
    term.quiet()
    tap.unlike(term.text(), "type 3: 3", "a key that came with the one that opened it is not typed into it")
    term.paste("3\n")
    term.quiet()
    tap.ok(term.shows("type 3:"), "a pasted newline does not confirm")
    term.key("<C-u>")
    done = stage.desk.run("stage-deallocate", "gp-000002")
    tap.is_(done.status, 0, "someone else stages a fourth")
    term.type("3")
    term.key("<Tab>", "<Enter>")
    term.gone("To confirm")
    term.find("3 applied")
    gone = {row["id"] for row in stage.desk.json("list", "state:deallocated")}
    tap.is_(sorted(gone - before), named, "those that the dialog named went, and no other")
    tap.is_([row["id"] for row in stage.desk.json("staged")], ["gp-000002"], "the fourth is staged still")
    tap.is_(stage.server.stats()["deletes"], 3, "three were sent")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("views 5 and 7: events and the audit trail")
def _():
    stage = console.Stage()
    term = stage.start().ready()
    term.key("5")
    term.find("No event is known here.")
    term.key("7")
    term.find("Audit")
    term.wait("import +.*done")
    term.key("<Enter>")
    term.find("Action")
    tap.ok(True, "both are there")
    tap.is_(term.leave(), "exit 0", "it leaves")


def leave_when_done(term):
    """The journal says done a moment before the command has ended; until then quit is refused."""
    for _try in range(20):
        term.command("quit")
        try:
            return term.wait_exit(1000)
        except screen.ScreenError:
            term.quiet()
    return "still running"


@tap.case("view 3: what runs, with rate and time left; paused and resumed by keys, other views usable")
def _():
    stage = console.Stage(60, ("--latency", "400"))
    term = stage.start(rows=36, cols=140).ready()
    term.command("filter state:active")
    term.quiet()
    term.key("*")
    term.find("all that match the filter")
    count = len(stage.desk.json("list", "state:active"))
    term.key("d")
    term.find("%d staged" % count)
    term.key("a")
    confirm(term, str(count))
    term.key("3")
    term.wait("1 +deallocate +running")
    term.wait("[0-9]/s, .* left")
    tap.ok(True, "it runs, with rate and time left")
    term.key("p")
    term.wait("1 +deallocate +paused")
    done = stage.server.stats()["deletes"]
    tap.ok(0 < done < count, "p pauses it", "%d of %d" % (done, count))
    term.key("1")
    term.find("Allocations")
    term.key("j", "3")
    term.wait("1 +deallocate +paused")
    term.key("R")
    term.until(lambda lines: any("Yes: y" in line or "To confirm" in line for line in lines)
               or any("deallocate  done" in line for line in lines))
    if term.shows("Yes: y"):
        term.key("y")
    elif term.shows("To confirm"):
        term.find("type %d:" % (count - done))
        term.type(str(count - done))
        term.key("<Tab>", "<Enter>")
    term.wait("1 +deallocate +done +%d +%d" % (count, count))
    tap.is_(stage.server.stats()["deletes"], count, "R goes on with the rest, none twice")
    tap.is_(leave_when_done(term), "exit 0", "it leaves")


tap.main(deadline=240)
