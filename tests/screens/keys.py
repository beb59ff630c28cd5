# Keys in the console: the filter bar, Esc, pastes, held keys, marks, reveal, the : line with its history.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import desk as desks  # noqa: E402
import tap  # noqa: E402

console.require()


def title(term):
    return next(line for line in term.lines() if "Allocations" in line)


@tap.case("the filter bar: opens empty, filters while typing, Enter keeps, Esc restores, up recalls")
def _():
    stage = console.Stage()
    term = stage.start().ready()
    term.key("/")
    term.type("ORD-1007")
    term.wait(" 1 of 60 ")
    term.key("<Enter>")
    term.gone("/ORD")
    tap.like(title(term), "ORD-1007", "Enter keeps it, and the title says so")
    term.key("/")
    term.find("Esc gives back")
    tap.ok(True, "the bar opens empty")
    term.type("ORD-1009")
    term.find("gp-000009")
    term.key("<Esc>")
    term.wait("ORD-1007 .* 1 of 60 ")
    tap.ok(term.shows("gp-000007"), "Esc in the bar restores the filter from before")
    term.key("/", "<Up>")
    term.find("/ORD-1007")
    tap.ok(True, "up recalls the last one")
    term.key("<Esc>", "<Esc>")
    term.until(lambda lines: " 60 " in lines[1] and "ORD-1007" not in lines[1])
    tap.ok(True, "Esc in the list clears it")
    term.key("/")
    term.type("ends<x")
    term.quiet()
    tap.like(term.lines()[-1], r"ends<x.*[a-z]{3,}", "what cannot be read says why, in the bar")
    term.key("<Enter>")
    term.quiet(60)
    tap.like(term.lines()[-1], "^/ends<x", "Enter does not keep it")
    term.key("<Esc>")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("Esc and a letter are two keys, however fast they come")
def _():
    stage = console.Stage()
    term = stage.start().ready()
    term.key("/")
    term.type("ORD")
    term.find("/ORD")
    term.key("<Esc>?")
    term.find("Help")
    tap.ok(True, "Esc left the bar, and ? opened the help")
    term.key("<Esc>")
    term.gone("Help")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("a number pasted into the list is looked for, in any notation; a pasted newline does nothing")
def _():
    stage = console.Stage()
    identity, old = stage.pick()
    number = old["b"]["numbers"][0]
    term = stage.start().ready()
    term.paste("0%s %s\n" % (number[3:8], number[8:]))
    term.wait(" 1 of 60 ")
    term.find(identity)
    tap.ok(term.lines()[-1].startswith("/"), "the bar is still open: the newline was no Enter")
    term.key("<Enter>")
    term.key(":")
    term.paste("quit\n")
    term.find(":quit")
    term.quiet()
    tap.is_(term.status(), "running", "a pasted command waits for Enter")
    term.key("<Enter>")
    tap.is_(term.wait_exit(), "exit 0", "which runs it")


@tap.case("keys that came with the one that opened a dialog, or are held down, confirm nothing")
def _():
    stage = console.Stage()
    with open(stage.desk.config_path, "a", encoding="utf-8") as file:
        file.write("[keys]\nD = deallocate\n")
    term = stage.start().ready()
    term.key("Dy")
    term.find("Yes: y")
    term.quiet()
    tap.ok(term.shows("Yes: y"), "d and y in one read: the dialog stands")
    tap.is_(stage.server.stats()["deletes"], 0, "and nothing was done")
    term.key("<Esc>")
    term.gone("Yes: y")
    term.command("deallocate")
    term.find("Yes: y")
    for _repeat in range(20):
        term.key("<Enter>")
    term.quiet(60)
    tap.is_(stage.server.stats()["deletes"], 0, "Enter held down does not confirm")
    tap.ok(not term.shows("Yes: y"), "but cancels")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("marks: counted, kept by the filter, hidden ones told")
def _():
    stage = console.Stage()
    term = stage.start().ready()
    term.key(" ", " ")
    term.find("2 marked")
    term.key("/")
    term.type("ORD-1001")
    term.key("<Enter>")
    term.find("2 marked, 2 hidden")
    tap.ok(True, "hidden ones are told")
    term.command("deallocate")
    term.find("Confirm")
    term.find("type 2")
    tap.ok(True, "a command for the marked rows asks for their count")
    term.key("<Esc>")
    term.gone("Confirm")
    term.key("U")
    term.gone("marked")
    term.key("<Esc>", "*")
    term.find("60 marked")
    tap.ok(True, "* marks all that match")
    term.key("U")
    term.gone("marked")
    term.command("mark-all vn:918047134401")
    term.find("with all that match these words")
    tap.unlike(term.lines()[-1], "60 marked", "mark-all with a filter marks these")
    term.key("U")
    term.gone("marked")
    term.command("filter usage:oneway")
    term.quiet()
    oneway = next(line for line in term.lines() if "usage:oneway" in line).split(" of ")[0].split()[-1]
    term.key("<Esc>")
    for _step in range(12):
        term.quiet(60)
        if any("USAGE\u2191" in line or "USAGE\u2193" in line for line in term.lines()) \
                or term.shows("sorted by usage"):
            break
        term.key(">")
    term.key("g")
    term.quiet()
    term.key("=")
    term.find("of the same usage")
    tap.ok(term.shows("%s marked" % oneway) or term.shows("%d marked" % (60 - int(oneway))),
           "= marks all of the same value", "%s oneway\n%s" % (oneway, term.text()))
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("m reveals one row, and that is recorded; reveal = no refuses")
def _():
    stage = console.Stage()
    identity, old = stage.pick()
    number = old["b"]["numbers"][0]
    term = stage.start().ready()
    term.narrow(number[-6:], identity)
    term.key("m")
    term.find(number)
    tap.ok(True, "the number is shown whole")
    audit = [(row["action"], row["subject"], row["result"]) for row in stage.desk.json("audit")]
    tap.ok(("reveal", identity, "done") in audit, "the audit trail has it", repr(audit[:5]))
    tap.is_(term.leave(), "exit 0", "it leaves")
    stage.desk.profile["reveal"] = "no"
    stage.desk.write_config()
    term = stage.start().ready()
    term.narrow(number[-6:], identity)
    term.key("m")
    term.find("does not reveal")
    tap.ok(number.encode() not in term.raw("show"), "not shown")
    audit = [(row["action"], row["result"]) for row in stage.desk.json("audit")]
    tap.ok(any(action == "reveal" and "refused" in result for action, result in audit), "and recorded")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("the : line completes from the tables, and remembers, but no PIN")
def _():
    stage = console.Stage()
    term = stage.start().ready()
    term.key(":")
    term.type("dealloc")
    term.key("<Tab>")
    term.find(":deallocate")
    term.type("--re")
    term.key("<Tab>")
    term.find("--reveal")
    term.find("--reason=")
    tap.ok(True, "what could stand there pops up")
    term.key("<Esc>")
    term.gone(":deallocate")
    for line in ("filter ORD-1003", "filter pin:1234", "update gp-000001 b.pin=98765 --dry-run"):
        term.key(":")
        term.type(line)
        term.find(":" + line)
        term.key("<Enter>")
        term.gone(":" + line)
        term.quiet(60)
        term.key("<Esc>")
    term.key(":", "<Up>")
    term.find(":filter ORD-1003")
    tap.ok(True, "up recalls the last line without a PIN")
    term.key("<Esc>")
    path = os.path.join(stage.desk.home, "state", "greendesk", "history")
    with open(path, encoding="utf-8") as file:
        kept = file.read()
    tap.like(kept, "filter ORD-1003", "the history file has it")
    tap.unlike(kept, "98765|1234", "and no PIN")
    tap.is_(stat.S_IMODE(os.stat(path).st_mode), 0o600, "it is for nobody else")
    term.key(":")
    term.type("filter ")
    term.key("<Esc>[")
    term.quiet(60)
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("keys of the configuration; a key that does nothing says so")
def _():
    stage = console.Stage()
    with open(stage.desk.config_path, "a", encoding="utf-8") as file:
        file.write("[keys]\nF9 = filter ORD-1004\nU =\n")
    term = stage.start().ready()
    term.key("<F9>")
    term.find("gp-000004")
    term.wait(" 1 of 60 ")
    tap.ok(True, "a key of one's own")
    term.key("U")
    term.find("U does nothing here")
    tap.ok(True, "a key that was taken away")
    tap.is_(term.leave(), "exit 0", "it leaves")
    with open(stage.desk.config_path, "a", encoding="utf-8") as file:
        file.write("F77 = help\n")
    term = stage.start()
    tap.is_(term.wait_exit(), "exit 2", "an unknown key is refused at the start")
    tap.like(term.text(), "F77", "by name")


tap.main(deadline=120)
