# Commands of the shell at a terminal: what is asked, what counts as an answer, what an interrupt does, and
# output that nobody reads.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import screen  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()
screen.require()

NEW = "+919830000003"


def start(desk, *args, **options):
    return screen.Screen([desks.program()] + [str(arg) for arg in args], env=desk.env(), cols=110, **options)


def writes(server):
    stats = server.stats()
    return stats["updates"] + stats["deletes"]


def stage(**keys):
    server = sandboxes.Sandbox(seed=9)
    desk = desks.Desk(server.url, **keys)
    desk.run("import", "-", "--fetch", stdin="\n".join(server.ids()))
    alive = [row["id"] for row in desk.json("list", "state:active")]
    return server, desk, alive


@tap.case("one row is confirmed by y")
def _():
    server, desk, ids = stage(unit_price="0.50 INR")
    term = start(desk, "update", ids[0], "b.numbers=" + NEW, "duration=10m")
    term.find("Type y to go on")
    text = term.text()
    tap.like(text, ids[0], "it says which")
    tap.like(text, "b.numbers .*\u2022\u20229?[0-9]{4} \u2192 .91\u2022*0003", "before and after, masked")
    tap.like(text, "earlier", "that the life becomes shorter")
    tap.like(text, "0.50 INR", "what it may cost")
    tap.is_(writes(server), 0, "nothing is sent before the answer")
    term.key("y", "<Enter>")
    tap.is_(term.wait_exit(), "exit 0", "y: done")
    tap.is_(writes(server), 1, "and sent")


@tap.case("nothing else is a yes")
def _():
    server, desk, ids = stage()
    for answer in ("n", "", "yes", "Y", " y"):
        term = start(desk, "update", ids[0], "b.numbers=" + NEW)
        term.find("Type y to go on")
        term.type(answer)
        term.key("<Enter>")
        tap.is_(term.wait_exit(), "exit 3", "%r: refused" % answer)
        term.find("not confirmed")
    term = start(desk, "update", ids[0], "b.numbers=" + NEW)
    term.find("Type y to go on")
    term.key("<C-c>")
    tap.is_(term.wait_exit(), "exit 3", "an interrupt: refused")
    term = start(desk, "update", ids[0], "b.numbers=" + NEW)
    term.find("Type y to go on")
    term.key("<C-d>")
    tap.is_(term.wait_exit(), "exit 3", "the end of input: refused")
    tap.is_(writes(server), 0, "nothing was sent")


@tap.case("what was typed before the question is no answer")
def _():
    server, desk, ids = stage()
    slow = sandboxes.Sandbox(seed=9, latency=400)
    desk = desks.Desk(slow.url)
    term = start(desk, "update", ids[0], "b.numbers=" + NEW)
    term.key("y", "<Enter>")
    term.find("Type y to go on")
    tap.is_(term.status(), "running", "it still waits")
    term.key("n", "<Enter>")
    tap.is_(term.wait_exit(), "exit 3", "and takes what is typed now")
    tap.is_(writes(slow), 0, "nothing was sent")


@tap.case("more rows are confirmed by their count, a protected profile by its tenant")
def _():
    server, desk, ids = stage()
    term = start(desk, "deallocate", *ids[:3])
    term.find("Type 3 to go on")
    tap.like(term.text(), "tenant may hold more", "it says that the ledger is partial")
    term.key("y", "<Enter>")
    tap.is_(term.wait_exit(), "exit 3", "y is not enough")
    term = start(desk, "deallocate", *ids[:3])
    term.find("Type 3 to go on")
    term.key("3", "<Enter>")
    tap.is_(term.wait_exit(), "exit 0", "the count is")
    tap.is_(writes(server), 3, "three are gone")
    desk.profile["protect"] = "yes"
    desk.write_config()
    term = start(desk, "deallocate", ids[3], "-y")
    term.find("Type acme to go on")
    term.type("acme")
    term.key("<Enter>")
    tap.is_(term.wait_exit(), "exit 0", "the tenant's name")


@tap.case("after a canary the person is asked again")
def _():
    server, desk, ids = stage()
    term = start(desk, "deallocate", *ids[:4], "--canary", "1")
    term.find("Type 4 to go on")
    term.key("4", "<Enter>")
    term.find("Type 3 to go on")
    tap.is_(writes(server), 1, "one is gone")
    term.key("n", "<Enter>")
    tap.is_(term.wait_exit(), "exit 1", "n: the rest stays")
    term = start(desk, "resume")
    term.find("Type 3 to go on")
    term.key("3", "<Enter>")
    tap.is_(term.wait_exit(), "exit 0", "resume goes on")
    tap.is_(writes(server), 4, "and does the rest")


@tap.case("a reader that goes away")
def _():
    server, desk, ids = stage()
    desk.run("import", "-", stdin="".join("gp-x%05d\n" % i for i in range(20000)))
    term = screen.Screen(["/bin/sh", "-c", '%s -o jsonl list | head -n 1; echo "rest ${PIPESTATUS-}"'
                          % desks.program()], env=desk.env())
    tap.is_(term.wait_exit(), "exit 0", "ends")
    tap.ok("greendesk:" not in term.text(), "without a word", term.text())
    full = desk.start("-o", "json", "list", stdin=-3, stdout=open("/dev/full", "wb"), stderr=-1)
    err = full.communicate(timeout=20)[1].decode()
    tap.is_(full.returncode, 2, "a full disk is an error")
    tap.like(err, "^greendesk: standard output .*space", "and told")


tap.main(deadline=120)
