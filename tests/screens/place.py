# The place that the console remembers, and copies into the clipboard.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import tap  # noqa: E402

console.require()


def filter_by(term, words):
    term.key("/")
    term.type(words)
    term.key("<Enter>")
    term.gone("Esc gives back")


@tap.case("filter, order and row are there again at the next start; a filter that names a person is not")
def _():
    stage = console.Stage()
    term = stage.start().ready()
    filter_by(term, "ORD-100")
    term.key(">", "I", "j", "j")
    term.quiet()
    here = next(line.split()[1] for line in term.lines() if line.startswith("\u2502\u25b8"))
    tap.is_(term.leave(), "exit 0", "it leaves")
    term = stage.start().ready()
    tap.like(term.lines()[1], "ORD-100 .* of 60", "the filter")
    tap.like(term.lines()[2], "ID\u2191", "the order")
    term.wait("\u25b8 " + here)
    tap.ok(True, "the row under the cursor")
    filter_by(term, "98765 43210")
    tap.is_(term.leave(), "exit 0", "it leaves")
    term = stage.start().ready()
    tap.unlike(term.lines()[1], "98765", "a number is not kept")
    tap.is_(term.leave(), "exit 0", "it leaves")


@tap.case("y copies the id, Y what is chosen: masked as it is shown, no credentials")
def _():
    stage = console.Stage()
    identity, old = stage.pick()
    number = old["b"]["numbers"][0]
    term = stage.start().ready()
    term.narrow(number[-6:], identity)
    term.key("y")
    term.find("the id copied")
    tap.is_(term.clip(), identity, "the id")
    term.key("Y")
    term.find("Copy")
    term.key("<Enter>")
    term.find("the row copied")
    tap.ok(identity in term.clip() and number not in term.clip(), "the row, masked", repr(term.clip()))
    term.command("copy shell")
    term.find("the shell command copied")
    tap.like(term.clip(), "^greendesk --profile .* get .%s.$" % identity, "the shell command")
    term.command("copy curl")
    term.find("the curl command copied")
    tap.like(term.clip(), r"^curl -u .\$ACCOUNT_SID:\$TOKEN. .http.*%s" % identity, "the curl command")
    tap.is_(term.leave(), "exit 0", "it leaves")


tap.main(deadline=100)
