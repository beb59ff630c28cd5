# Both programs tell their version and usage, and refuse what they do not know with status 2 and one line.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk  # noqa: E402
import sandbox  # noqa: E402
import tap  # noqa: E402


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=20, check=False)


def check(name, program):
    answer = run(program, "--version")
    tap.is_(answer.returncode, 0, name + " --version: status")
    tap.like(answer.stdout, r"\A%s \d+\.\d+\.\d+\n" % name, name + " --version: name and version")
    answer = run(program, "--help")
    tap.is_((answer.returncode, answer.stderr), (0, ""), name + " --help: status, nothing on standard error")
    tap.like(answer.stdout, name, name + " --help: on standard output")
    answer = run(program, "--no-such-option")
    tap.is_((answer.returncode, answer.stdout, answer.stderr.count("\n")), (2, "", 1),
            name + " refuses an unknown option in one line")
    tap.like(answer.stderr, "--no-such-option", name + " names it")


@tap.case("greendesk")
def _():
    desk.require()
    check("greendesk", desk.program())


@tap.case("greendesk-sandbox")
def _():
    sandbox.require()
    check("greendesk-sandbox", sandbox.program())


tap.main(deadline=60)
