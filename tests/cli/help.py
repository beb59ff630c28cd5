# help, --help, keys and profile: what works without a configuration, what each command says of itself, and
# the connection's check.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()


def commands(text):
    """The names of the commands in the whole help."""
    part = text[:text.index("\nOptions")]
    return re.findall(r"(?m)^  ([a-z][a-z-]*)\b", part)


@tap.case("help without a configuration")
def _():
    desk = desks.Desk(config=False)
    whole = desk.run("help")
    tap.is_((whole.status, whole.err), (0, ""), "help")
    tap.is_(desk.run("--help").out, whole.out, "--help is the same")
    tap.is_(desk.run("-h").out, whole.out, "-h too")
    tap.ok(max(len(line) for line in whole.out.splitlines() if "|" not in line) <= 80, "it fits 80 columns")
    names = commands(whole.out)
    for name in ("get", "list", "import", "refresh", "create", "update", "deallocate", "operations"):
        tap.ok(name in names, "it names " + name, names)
    for name in names:
        one = desk.run("help", name)
        tap.ok(one.status == 0 and one.out.startswith(name), "help " + name, one)
        tap.is_(desk.run(name, "--help").out, one.out, name + " --help is the same")
    tap.is_(desk.run("help", "frobnicate").status, 2, "help of what is not there")
    tap.like(desk.run("help", "updaet").err, "update", "the nearest is named")
    tap.like(desk.run("help", "update").out, r"b\.numbers.*phone numbers", "the keys of update")


@tap.case("a command of the console is refused on the shell")
def _():
    done = desks.Desk("http://127.0.0.1:9/v1").run("zoom")
    tap.is_(done.status, 2, "status 2")
    tap.like(done.err, "console", "says so")


@tap.case("keys")
def _():
    desk = desks.Desk("http://127.0.0.1:9/v1")
    with open(desk.config_path, "a", encoding="utf-8") as file:
        file.write("[keys]\nx = list state:active\n")
    keys = {row["key"]: row["command"] for row in desk.json("keys")}
    tap.is_((keys["/"], keys["1"], keys[":"]), ("filter", "view 1", "prompt"), "defaults")
    tap.is_(keys["x"], "list state:active", "the configuration's")


@tap.case("profile")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    with open(desk.config_path, "a", encoding="utf-8") as file:
        file.write("[profile other]\nbase_url = https://localhost/v1\ntenant = t\naccount_sid = s\n")
    rows = desk.json("profile", "list")
    tap.is_([(row["name"], row["tenant"], row["default"]) for row in rows],
            [("test", "acme", True), ("other", "t", False)], "list")
    tap.is_(desk.json("profile")["role"], "admin", "this one")
    tap.is_(desk.json("-p", "other", "profile")["role"], "support", "another one")
    done = desk.json("profile", "check")
    tap.is_((done["ok"], done["tenant"], done["country"], done["timezone"]), (True, "acme", "IN", "IST"),
            "check")
    wrong = desks.Desk(server.url, token="wrong").run("profile", "check")
    tap.is_((wrong.status, len(wrong.lines)), (4, 1), "check with a wrong token")
    tap.is_(desk.run("profile", "frobnicate").status, 2, "what it does not take")
    tap.is_(desk.run("-p", "nobody", "profile").status, 2, "a profile that is not there")
    tap.is_(desks.Desk(config=False).run("profile", "list").status, 0, "no configuration: a list of none")


tap.main(deadline=120)
