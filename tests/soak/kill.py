# Bulk work under kill -9, a full disk and a server that drops connections: nothing twice, nothing lost, each
# row's outcome true. SOAK_ROUNDS rounds of each kind (20), SOAK_SEED for the same moments again.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random
import resource
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

ROWS = 500
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "20"))
SEED = int(os.environ.get("SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
BATCHES = 8  # of one server and ledger


class Field:
    """A server with allocations, and a ledger that has read them."""

    def __init__(self, dialect):
        self.dialect = dialect
        self.server = sandboxes.Sandbox(seed=BATCHES * ROWS * 2, dialect=dialect, latency=4, bulk_limit=1000)
        self.desk = desks.Desk(self.server.url, dialect=dialect, timeout=1, connect_timeout=1, bulk_chunk=25,
                               pause_at=100)
        ids = self.server.ids(limit=BATCHES * ROWS * 2)
        done = self.desk.run("import", "-", "--fetch", stdin="\n".join(ids) + "\n", timeout=200)
        if done.status not in (0, 1):
            raise RuntimeError("the allocations could not be read: %r" % (done,))
        lines = self.desk.run("-o", "json", "list", "state:active", "ends>2h", timeout=100)
        self.ids = sorted(row["id"] for row in lines.json if row["kind"] == "greenpin")
        self.numbers = 0

    def batch(self):
        """The next ROWS ids; None where there are no more."""
        taken, self.ids = self.ids[:ROWS], self.ids[ROWS:]
        return taken if len(taken) == ROWS else None

    def changes(self, ids):
        """A changeset file that gives each a number of its own."""
        path = os.path.join(self.desk.home, "changes.csv")
        wanted = {}
        with open(path, "w", encoding="ascii") as file:
            file.write("id,b.numbers\n")
            for identity in ids:
                self.numbers += 1
                wanted[identity] = "+9170%08d" % self.numbers
                file.write("%s,%s\n" % (identity, wanted[identity]))
        return path, wanted

    def counts(self, kind):
        return {identity: entry[kind] for identity, entry in self.server.stats(ids=True)["ids"].items()}

    def operations(self):
        return self.desk.json("operations")

    def rows(self, operation):
        done = self.desk.run("-o", "json", "operations", operation)
        return {row["id"]: row["outcome"] for row in done.json["rows"]}


def interrupted(child, after):
    """Kills it after so many seconds; whether it was still running."""
    try:
        child.wait(after)
        return False
    except subprocess.TimeoutExpired:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        return True


def resume(desk, tries=6):
    """Goes on until nothing is open; the last result."""
    for _ in range(tries):
        done = desk.run("resume", "-y", timeout=120)
        if done.status == 0:
            return done
    return done


def judge(field, kind, ids, wanted, operation, name):
    """What the server did against what was asked and what the journal says. Returns the faults."""
    counts = field.counts(kind)
    outcomes = field.rows(operation)
    faults = []
    if sorted(outcomes) != sorted(ids):
        faults.append("the journal has other rows than were asked")
    for identity in ids:
        done, outcome = counts.get(identity, 0), outcomes.get(identity)
        if done > 1:
            faults.append("%s was done %d times" % (identity, done))
        if outcome not in ("applied", "failed", "unknown"):
            faults.append("%s: outcome %s" % (identity, outcome))
        if (outcome == "applied") != (done == 1):
            faults.append("%s: %s, and the server did it %d times" % (identity, outcome, done))
    tap.ok(not faults, name, "; ".join(faults[:5]))
    return outcomes


def spot_check(field, wanted, outcomes, name):
    """Some of the values, read from outside."""
    some = [identity for identity in wanted if outcomes.get(identity) == "applied"][::97]
    got = {}
    for identity in some:
        data = field.server.get("greenpin", identity).data
        numbers = data.get("to") if "to" in data else data["b"]["numbers"]
        got[identity] = numbers[0] if isinstance(numbers, list) else numbers
    tap.is_(got, {identity: wanted[identity] for identity in some}, name + ": the values are those asked for")


def undisturbed(field):
    """How long one run takes, from the start of the process to its end."""
    ids = field.batch()
    path, wanted = field.changes(ids)
    begin = time.monotonic()
    done = field.desk.run("apply", path, "--confirm=%d" % ROWS, timeout=100)
    took = time.monotonic() - begin
    tap.is_(done.status, 0, field.dialect + ": undisturbed: status")
    outcomes = judge(field, "updates", ids, wanted, field.operations()[0]["operation"],
                     field.dialect + ": undisturbed: all is done once")
    spot_check(field, wanted, outcomes, field.dialect + ": undisturbed")
    begin = time.monotonic()
    done = field.desk.run("deallocate", *ids, "--confirm=%d" % ROWS, timeout=100)
    return took, time.monotonic() - begin


def one_round(field, kind, argv, ids, wanted, after, name):
    before = len(field.operations())
    child = field.desk.start(*argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    killed = interrupted(child, after)
    name = "%s, %s after %.0f ms" % (name, "killed" if killed else "done", after * 1000)
    known = field.operations()
    if len(known) == before:
        done = sum(field.counts(kind).get(identity, 0) for identity in ids)
        tap.is_(done, 0, name + ": it was not in the journal yet, and nothing was sent")
        return None
    done = resume(field.desk)
    if not tap.is_(done.status, 0, name + ": resume"):
        tap.diag(done.err)
    outcomes = judge(field, kind, ids, wanted, known[0]["operation"], name + ": none twice, none lost")
    tap.is_(set(outcomes.values()), {"applied"}, name + ": all applied")
    return outcomes


def kill_rounds(dialect):
    dice = random.Random("%d %s" % (SEED, dialect))
    left, field = ROUNDS // 2 if dialect == "flat" else ROUNDS - ROUNDS // 2, None
    tap.diag("SOAK_SEED=%d" % SEED)
    while left > 0:
        ids = field.batch() if field is not None else None
        if ids is None:
            if field is not None:
                field.server.stop()
            field = Field(dialect)
            took = undisturbed(field)
            continue
        path, wanted = field.changes(ids)
        name = "%s: round %d" % (dialect, left)
        outcomes = one_round(field, "updates", ["apply", path, "--confirm=%d" % ROWS], ids, wanted,
                             dice.uniform(0, took[0] * 1.05), name + ": apply")
        if outcomes is not None:
            spot_check(field, wanted, outcomes, name)
        one_round(field, "deletes", ["deallocate"] + ids + ["--confirm=%d" % ROWS], ids, {},
                  dice.uniform(0, took[1] * 1.05), name + ": deallocate")
        left -= 1


@tap.case("kill -9 at any moment, party")
def _():
    kill_rounds("party")


@tap.case("kill -9 at any moment, flat")
def _():
    kill_rounds("flat")


def limited(size):
    """For the child: no file may grow beyond so many bytes, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@tap.case("the disk is full")
def _():
    dice = random.Random("%d disk" % SEED)
    field = Field("party")
    parts = 0
    for i in range(min(BATCHES - 1, max(5, ROUNDS // 3))):
        ids = field.batch()
        path, wanted = field.changes(ids)
        # Room for the journal to begin, or not even that, or for a part of the work.
        size = (40000, 300000, 450000, 600000, 900000)[i] if i < 5 else dice.randrange(40000, 1500000)
        before = field.operations()
        child = field.desk.start("apply", path, "--confirm=%d" % ROWS, preexec_fn=limited(size),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = child.communicate(timeout=100)
        name = "no file over %d bytes" % size
        tap.ok(child.returncode in (0, 1, 2, 3, 4, 5), name + ": it ends by itself", (child.returncode, err))
        if child.returncode != 0:
            tap.like(err.decode(), r"(?s)greendesk: .*: .+", name + ": and says why")
        known = field.operations()
        done = sum(field.counts("updates").get(identity, 0) for identity in ids)
        parts += 0 < done < ROWS
        tap.diag("%d of %d were done before" % (done, ROWS))
        if len(known) == len(before):
            tap.is_(done, 0, name + ": it was not in the journal, and nothing was sent")
            continue
        done = resume(field.desk)
        tap.is_(done.status, 0, name + ": with room again, resume")
        outcomes = judge(field, "updates", ids, wanted, known[0]["operation"],
                         name + ": none twice, none lost")
        tap.is_(set(outcomes.values()), {"applied"}, name + ": all applied")
    tap.ok(parts > 0, "at least once the disk was full in the middle of the work")
    check = field.desk.ledger().execute("pragma integrity_check").fetchone()[0]
    tap.is_(check, "ok", "the ledger is whole")


@tap.case("the server resets connections after it did the work")
def _():
    for dialect in ("party", "flat"):
        field = Field(dialect)
        ids = field.batch()
        path, wanted = field.changes(ids)
        field.server.fail("reset-after:0.2")
        done = field.desk.run("apply", path, "--confirm=%d" % ROWS, timeout=200)
        field.server.fail("")
        number = field.operations()[0]["operation"]
        tap.is_(done.status in (0, 1), True, dialect + ": apply ends")
        judge(field, "updates", ids, wanted, number, dialect + ": apply: each outcome is true")
        tap.is_(resume(field.desk).status, 0, dialect + ": apply: resume")
        outcomes = judge(field, "updates", ids, wanted, number, dialect + ": apply: none twice, none lost")
        tap.is_(set(outcomes.values()), {"applied"}, dialect + ": apply: all applied")
        spot_check(field, wanted, outcomes, dialect)
        field.server.fail("reset-after:0.1")
        field.desk.run("deallocate", *ids, "--confirm=%d" % ROWS, timeout=200)
        field.server.fail("")
        number = field.operations()[0]["operation"]
        judge(field, "deletes", ids, {}, number, dialect + ": deallocate: each outcome is true")
        tap.is_(resume(field.desk).status, 0, dialect + ": deallocate: resume")
        outcomes = judge(field, "deletes", ids, {}, number, dialect + ": deallocate: none twice, none lost")
        tap.is_(set(outcomes.values()), {"applied"}, dialect + ": deallocate: all applied")


tap.main(deadline=120 + ROUNDS * 20)
