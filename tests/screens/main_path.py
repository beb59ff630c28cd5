# The main path in the console: find an allocation by part of a number, open it, change a B number in the
# form, save, see it changed from outside, deallocate it, see it gone. Nothing happens by a slip on the way.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import desk as desks  # noqa: E402
import tap  # noqa: E402

console.require()
NEW = "+919830012345"


def writes(server):
    return [(request["method"], request["path"].rsplit("/", 1)[-1]) for request in server.requests()
            if request["method"] != "GET"]


def is_gone(server, identity):
    reply = server.get("greenpin", identity)
    return reply.status in (404, 410) or (reply.data or {}).get("state") == "vault"


def check_form(term, server, identity, old):
    term.key("e")
    term.find("Edit " + identity)
    term.field("B numbers")
    term.type("098300 12345")
    term.find(NEW)
    tap.ok(True, "a national number is shown completed before it is sent")
    term.find("changed")
    term.key("<F8>")
    term.find("Yes: y")
    tap.is_(writes(server), [], "nothing is sent before the confirmation")
    term.key("<Enter>")
    term.gone("Yes: y")
    tap.ok(term.shows("Edit " + identity), "Enter chooses Cancel, and the form is still there")
    tap.is_(writes(server), [], "and nothing is sent")
    term.key("<F8>")
    term.find("Yes: y")
    term.key("y")
    term.gone("Edit " + identity)
    tap.is_(writes(server), [("PUT", identity)], "one PUT")
    body = json.loads([request for request in server.requests() if request["method"] == "PUT"][0]["body"])
    tap.is_(body, {"b": {"numbers": [NEW]}}, "only what was changed is sent")
    data = server.get("greenpin", identity).data
    tap.is_(data["b"]["numbers"], [NEW], "seen changed from outside")
    tap.is_((data["a"], data["transaction_id"]), (old["a"], old["transaction_id"]), "all else as it was")
    tap.is_(server.stats()["updates"], 1, "billed once")
    term.find(desks.masked(NEW))
    tap.ok(True, "seen changed on the screen, masked")


def check_deallocation(term, server, identity):
    for name, act in (("Enter", lambda: term.key("<Enter>")), ("Esc", lambda: term.key("<Esc>"))):
        term.ask_deallocation()
        act()
        term.gone("Yes: y")
        tap.is_(server.stats()["deletes"], 0, "%s in the dialog deallocates nothing" % name)
    term.ask_deallocation()
    for text in ("y\n", "\n", "y"):
        term.paste(text)
        term.quiet()
        tap.ok(term.shows("Yes: y"), "a paste does not answer the question")
    tap.is_(server.stats()["deletes"], 0, "nor deallocate anything")
    term.key("<Esc>")
    term.gone("Yes: y")
    term.ask_deallocation()
    term.key("y")
    term.wait("deallocated")
    tap.ok(is_gone(server, identity), "seen gone from outside")
    sent = [write for write in writes(server) if write[0] == "DELETE"]
    tap.is_(sent, [("DELETE", identity)], "by the one DELETE of all that was done")


@tap.case("find, open, change, deallocate")
def _():
    for rows, cols in ((24, 80), (36, 120)):
        stage = console.Stage()
        identity, old = stage.pick()
        number = old["b"]["numbers"][0]
        term = stage.start(rows=rows, cols=cols).ready()
        tap.is_(term.modes()["altscreen"], 1, "the console has a screen of its own")
        term.narrow(number[-6:], identity)
        term.key("<Enter>")
        term.find(desks.masked(number))
        tap.ok(True, "found by part of its number, and shown masked")
        check_form(term, stage.server, identity, old)
        check_deallocation(term, stage.server, identity)
        tap.is_([row["state"] for row in stage.desk.json("list", "id:" + identity)], ["deallocated"],
                "the ledger knows")
        tap.is_(term.leave(), "exit 0", "it leaves with status 0")
        modes = term.modes()
        tap.is_((modes["altscreen"], modes["cursor"]), (0, 1), "and gives the terminal back")
        raw = term.raw("show")
        for secret in (number, number[3:], NEW[3:], old["a"]["numbers"][0][3:]):
            seen = secret.encode() in raw.replace(b"098300 12345", b"").replace(NEW.encode(), b"")
            tap.ok(not seen, "no number was on the screen but the one that was typed")


@tap.case("a protected profile asks for the tenant's name, for one row too")
def _():
    stage = console.Stage(protect="yes")
    identity, old = stage.pick()
    term = stage.start().ready()
    term.narrow(old["b"]["numbers"][0][-6:], identity)
    term.ask_deallocation("type acme")
    term.key("y")
    term.key("<Enter>")
    term.find("nothing was done")
    tap.is_(writes(stage.server), [], "y does not do, and that is said")
    term.key("<C-u>")
    term.type("acme")
    term.key("<Tab>", "<Enter>")
    term.wait("deallocated")
    tap.ok(is_gone(stage.server, identity), "the tenant's name does")
    tap.is_(term.leave(), "exit 0", "it leaves with status 0")


@tap.case("d stages, a reviews and applies")
def _():
    stage = console.Stage()
    identity, old = stage.pick()
    term = stage.start().ready()
    term.narrow(old["b"]["numbers"][0][-6:], identity)
    term.key("d")
    term.find("taged")
    tap.is_([(row["id"], row["action"]) for row in stage.desk.json("staged")], [(identity, "deallocate")],
            "d stages it")
    tap.is_(writes(stage.server), [], "and sends nothing")
    term.key("<Esc>")
    term.quiet()
    term.key("a")
    term.find("Yes: y")
    term.key("<Esc>")
    term.gone("Yes: y")
    tap.is_(writes(stage.server), [], "nor does the review alone")
    term.key("a")
    term.find("Yes: y")
    term.key("y")
    term.wait("deallocated")
    tap.ok(is_gone(stage.server, identity), "confirmed, it is gone")
    tap.is_(stage.desk.json("staged"), [], "and nothing is staged any more")
    tap.is_(term.leave(), "exit 0", "it leaves with status 0")


@tap.case("role support: looks, and sends no write")
def _():
    stage = console.Stage(role="support")
    identity, old = stage.pick()
    term = stage.start().ready()
    term.narrow(old["b"]["numbers"][0][-6:], identity)
    term.command("deallocate")
    term.wait("support")
    tap.ok(True, "deallocate says why not")
    tap.is_(writes(stage.server), [], "and nothing is sent")
    tap.is_(term.leave(), "exit 0", "it leaves with status 0")


tap.main(deadline=180)
