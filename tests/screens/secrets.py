# What is typed in the console stays out of every file but the ledger: no history holds a PIN or a number, and
# the token is nowhere.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

console.require()
PIN, NUMBER = "730951846", "9830051837"


def holders(folder, *secrets):
    """The files below the folder that hold one of the texts."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                content = file.read()
            if any(secret.encode() in content for secret in secrets):
                found.append(name)
    return sorted(found)


@tap.case("PINs and numbers typed behind the colon, in the filter and in the form")
def _():
    stage = console.Stage(seed=5)
    identity, _ = stage.pick()
    term = stage.start().ready()
    term.key(":")
    term.type("update %s b.pin=%s b.numbers=%s" % (identity, PIN, NUMBER))
    term.key("<Enter>")
    term.find("Yes: y")
    term.key("y")
    term.gone("Yes: y")
    term.narrow(NUMBER, identity)
    tap.is_(term.leave(), "exit 0", "it leaves with status 0")
    data = stage.server.get("greenpin", identity).data
    tap.is_((data["b"]["pin"], data["b"]["numbers"]), (PIN, ["+91" + NUMBER]), "both were sent")
    beside = [name for name in holders(stage.desk.home, PIN, NUMBER) if not name.startswith("ledger.db")]
    tap.is_(beside, [], "PIN and number are in the ledger alone")
    tap.is_(holders(stage.desk.home, sandboxes.TOKEN), [], "the token is in no file")


tap.main(deadline=90)
