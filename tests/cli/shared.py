# Several processes on one ledger, one of them killed at any moment: the file stays whole, no lock is left,
# what was told as done is there, and the index agrees with the rows.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import tap  # noqa: E402

desks.require()

ROUNDS = 8
ROWS = 3000
SEED = int(os.environ.get("SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)


def rows_of(batch, n):
    return json.dumps([{"id": "gp-%d-%d" % (batch, i), "kind": "greenpin", "state": "active",
                        "transaction_id": "ORD-%d-%d" % (batch, i), "a": {"numbers": ["+9198%08d" % i]}}
                       for i in range(n)])


def killed_import(desk, batch, after):
    """An import that is killed some time after its start; whether it was still running."""
    path = os.path.join(desk.home, "batch-%d.json" % batch)
    with open(path, "w", encoding="ascii") as file:
        file.write(rows_of(batch, ROWS))
    child = desk.start("import", path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    time.sleep(after)  # the moment is what is tried, not a wait for anything
    was_running = child.poll() is None
    if was_running:
        child.send_signal(signal.SIGKILL)
    child.wait()
    return was_running


@tap.case("one process is killed while others read and write")
def _():
    tap.diag("SOAK_SEED=%d" % SEED)
    chance = random.Random(SEED)
    desk = desks.Desk("http://127.0.0.1:9/v1")
    tap.is_(desk.run("import", "-", stdin=rows_of(0, 50)).status, 0, "the first process")
    done, killed = set("gp-0-%d" % i for i in range(50)), 0
    for batch in range(1, ROUNDS + 1):
        told = []
        other = threading.Thread(target=lambda: told.append(
            desk.run("import", "-", stdin=rows_of(100 + batch, 20))))
        other.start()
        killed += killed_import(desk, batch, chance.uniform(0.005, 0.25))
        read = desk.run("-o", "json", "list", "id:gp-0-")
        other.join()
        tap.is_((told[0].status, read.status), (0, 0), "the others go on")
        tap.is_(len(read.json or []), 50, "and read what was there")
        done |= set("gp-%d-%d" % (100 + batch, i) for i in range(20))
        began = time.monotonic()
        tap.is_(desk.run("import", "-", stdin=rows_of(200 + batch, 1)).status, 0, "the next one writes")
        tap.ok(time.monotonic() - began < 8, "at once: no lock was left")
        done.add("gp-%d-0" % (200 + batch))
        ledger = desk.ledger()
        tap.is_(ledger.execute("PRAGMA integrity_check").fetchone()[0], "ok", "the file is whole")
        ids = set(one[0] for one in ledger.execute("SELECT id FROM alloc"))
        tap.is_(sorted(done - ids), [], "what was told as done is there")
        kept = ledger.execute("SELECT n FROM tenant").fetchone()[0]
        tap.is_(kept, len(ids), "the count is that of the rows")
        found = set(one["id"] for one in desk.json("list", "order:ORD-%d-" % batch))
        there = set(one for one in ids if one.startswith("gp-%d-" % batch))
        tap.is_(found, there, "the index knows them")
    tap.ok(killed > 0, "%d of %d were killed while they ran" % (killed, ROUNDS))


tap.main(deadline=120)
