# Scripts: keys and commands from a file, on a screen of any size, without a terminal too.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import desk as desks  # noqa: E402
import tap  # noqa: E402

desks.require()


def play(stage, text, **env):
    path = os.path.join(stage.desk.home, "script")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return stage.desk.run("--script", path, env=env)


def screen(stage, name="screen"):
    with open(os.path.join(stage.desk.home, name), encoding="utf-8") as file:
        return file.read().split("\n")


@tap.case("keys by name, text, and commands")
def _():
    stage = console.Stage()
    done = play(stage, "# find one\n/\nORD-1005\nEnter\n:save-screen screen\nEsc j j j\n:save-screen moved\n"
                "/\nORD-10<BSpace><BSpace>1042<Enter>\n:save-screen typed\n")
    tap.is_((done.status, done.out, done.err), (0, "", ""), "it plays to the end, and prints nothing")
    lines = screen(stage)
    tap.is_((len(lines), max(map(len, lines)) <= 80), (25, True), "80x24 where nothing else is said")
    tap.like(lines[1], "ORD-1005 .* 1 of 60 ", "filtered")
    tap.like("\n".join(lines), "gp-000005 +ORD-1005", "the row")
    moved = [line for line in screen(stage, "moved") if "\u25b8" in line]
    tap.like(moved[0] if moved else "", "gp-00000[0-9]|gp-0000[0-9]{2}", "the cursor moved")
    tap.like("\n".join(screen(stage, "typed")), "ORD-1042", "a key within text")


@tap.case("the size comes from COLUMNS and LINES")
def _():
    stage = console.Stage(seed=5)
    done = play(stage, ":save-screen screen\n", COLUMNS="120", LINES="36")
    lines = screen(stage)
    tap.is_((done.status, len(lines), max(map(len, lines))), (0, 37, 120), "120x36")
    done = play(stage, ":save-screen screen\n", COLUMNS="20", LINES="5")
    tap.is_((done.status, screen(stage)[0]), (0, "needs 40\u00d78, is 20\u00d75"), "20x5: one line")


@tap.case("it waits for what a step began")
def _():
    stage = console.Stage(seed=8, options=["--latency", "80"])
    done = play(stage, ":deallocate\ny\n:save-screen screen\n")
    tap.is_(done.status, 0, "done")
    tap.like("\n".join(screen(stage)), "deallocated", "the answer was there before the next step")
    tap.is_(stage.server.stats()["deletes"], 1, "one was deallocated")


@tap.case("the status is that of the first command that failed")
def _():
    stage = console.Stage(seed=5)
    done = play(stage, ":get no-such-id\n:save-screen screen\n")
    tap.is_(done.status, 4, "the server knows no such id")
    tap.like(screen(stage)[-2], "no-such-id", "the screen says so")
    tap.is_(play(stage, ":dance\n").status, 2, "an unknown command")
    tap.is_(play(stage, ":filter ends<\n").status, 2, "a filter that cannot be read")
    tap.is_(play(stage, ":save-screen /nowhere/x\n").status, 2, "a file that cannot be written")
    tap.is_(play(stage, "Esc Esc j k\n").status, 0, "keys fail nothing")
    tap.is_(play(stage, ":quit\n:dance\n").status, 0, "quit ends it")
    done = stage.desk.run("--script", "/nowhere/script")
    tap.is_((done.status, len(done.lines)), (2, 1), "no script: one line")


tap.main(deadline=120)
