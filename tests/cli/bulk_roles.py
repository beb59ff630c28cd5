# Roles over the whole command table: a support profile sends no write by any command and any arguments; the
# others do what their role says, undo among it.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()

NUMBER = "+919876500001"
ENDLESS = {"listen"}  # these end only when they are told to
READING = {"settings", "resume"}  # these can have only reading, or nothing, to do


def table():
    """{name: flags} of the commands that the shell can run, from the program's own table."""
    with open(os.path.join(tap.SRCDIR, "api", "commands.def"), encoding="utf-8") as file:
        text = file.read()
    commands = {}
    for block in re.split(r"\nCOMMAND\(", text)[1:]:
        name = re.search(r'\.name = "([^"]+)"', block).group(1)
        flags = re.search(r"\.flags = ([^,]+),", block).group(1)
        if "ANYWHERE" in flags or "GD_CF_SHELL" in flags:
            commands[name] = flags
    return commands


def writes(server):
    stats = server.stats()
    return {key: stats[key] for key in ("creates", "updates", "update_rows_sent", "deletes", "bulk_requests",
                                        "settings_puts", "party_changes", "vn_changes")}


def as_role(desk, role):
    desk.profile["role"] = role
    desk.write_config()


def prepared():
    """A ledger in which every command finds something to do: rows staged, an operation done, one failed, one
    interrupted, one deallocation; and a changeset file."""
    server = sandboxes.Sandbox(seed=60, latency=60)
    desk = desks.Desk(server.url, bulk_chunk=2, concurrency=1, timeout=2)
    ids = server.ids()
    desk.run("import", "-", "--fetch", stdin="\n".join(ids) + "\n")
    rows = desk.json("list", "state:active", "ends>2h", "kind:greenpin")
    ids = [row["id"] for row in rows]
    desk.run("deallocate", ids[0], "-y")
    desk.run("update", ids[1], "b.numbers=" + NUMBER, "-y")
    desk.run("deallocate", "gp-nowhere", "-y", "--no-undo")
    path = os.path.join(desk.home, "set.csv")
    with open(path, "w", encoding="ascii") as file:
        file.write("id,b.numbers\n" + "".join("%s,+9170%08d\n" % (ids[i], i) for i in range(2, 12)))
    child = desk.start("apply", path, "--confirm=10", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    while server.stats()["bulk_requests"] < 2 and time.monotonic() < end:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    desk.json("stage", ids[12], ids[13], "b.numbers=" + NUMBER)
    desk.json("stage-deallocate", ids[14])
    return server, desk, ids, path


def argument_lists(desk, ids, path, n_operations):
    out = os.path.join(desk.home, "out.json")
    value = "b.numbers=+919876500002"
    lists = [[], [ids[15]], [ids[15], ids[16]], [ids[15], value], [value], [path], [out],
             ["--filter", "state:active"],
             ["set", "common.country=IN", "common.deletion_time=7"], ["set", "deletion_time=7"],
             ["revert", "1"],
             ["apply", path], ["mine", ids[12]], ["-"],
             ["transaction_id=ORD-9", "a.vns=+918047134401", "a.numbers=" + NUMBER]]
    return lists + [[str(i + 1)] for i in range(n_operations)]


@tap.case("support sends no write by any command")
def _():
    server, desk, ids, path = prepared()
    operations = desk.json("operations")
    tap.is_(operations[0]["state"], "interrupted", "there is an operation to resume")
    before = writes(server)
    as_role(desk, "support")
    commands = table()
    tap.ok(len([flags for flags in commands.values() if "GD_CF_WRITES" in flags]) >= 8, "the table was read",
           commands)
    confirmations = {True: (["-y"], ["-y", "--confirm=2"], ["--confirm=3"]), False: (["-y"],)}
    jobs = []
    for name, flags in sorted(commands.items()):
        if name in ENDLESS:
            continue
        for arguments in argument_lists(desk, ids, path, len(operations)):
            for confirm in confirmations["GD_CF_WRITES" in flags]:
                jobs.append((name, flags, arguments + confirm))
    refused, wrong = set(), []

    def one(name, flags, arguments):
        done = desk.run(name, *arguments, stdin=NUMBER + "\n", timeout=60)
        if done.status == 3:
            refused.add(name)
        elif "GD_CF_WRITES" in flags and done.status not in (2, 3) and name not in READING:
            wrong.append((name, arguments, done.status, done.err[:200]))

    tap.together([lambda job=job: one(*job) for job in jobs], at_once=4)
    tap.is_(writes(server), before, "of %d tries over %d commands none reached the server as a write"
            % (len(jobs), len(commands)))
    tap.is_(wrong[:3], [], "a command that writes is refused, or its words are bad")
    writing = {name for name, flags in commands.items() if "GD_CF_WRITES" in flags} - ENDLESS
    tap.is_(sorted(writing - refused), [], "each command that writes was refused at least once")
    tap.is_(desk.json("operations")[0]["counts"], operations[0]["counts"],
            "what was interrupted is as it was")


@tap.case("account and on-call")
def _():
    server, desk, ids, path = prepared()
    number = {op["kind"]: op["operation"] for op in reversed(desk.json("operations"))}
    deallocation = [op["operation"] for op in desk.json("operations")
                    if op["kind"] == "deallocate" and op["counts"]["applied"] == 1][-1]
    as_role(desk, "account")
    tap.is_(desk.run("deallocate", ids[20], "-y").status, 3, "account may not deallocate")
    tap.is_(desk.run("undo", deallocation, "-y").status, 3, "nor undo a deallocation")
    tap.is_(desk.run("resume", "-y").status, 0, "it may resume an update")
    made = desk.json("create", "transaction_id=ORD-9", "a.vns=+918047134401", "a.numbers=" + NUMBER, "-y")
    tap.is_(desk.run("undo", made["operation"], "-y").status, 0, "it may undo what it created")
    tap.is_(desk.run("undo", number["update"]).status, 0, "and an update")
    desk.run("unstage")
    desk.json("stage-deallocate", ids[14])
    tap.is_(desk.run("apply", "-y").status, 3, "apply of a deallocation is refused to account")
    tap.is_(len(desk.json("staged")), 1, "and stays staged")
    as_role(desk, "on-call")
    done = desk.run("create", "transaction_id=ORD-10", "a.vns=+918047134401", "a.numbers=" + NUMBER, "-y")
    tap.is_(done.status, 3, "on-call may not create")
    tap.is_(desk.run("undo", deallocation, "-y").status, 0, "but put back what should not have gone")
    tap.is_(desk.run("apply", "-y").status, 0, "and apply a deallocation")


tap.main(deadline=280)
