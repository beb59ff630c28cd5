# Operations while they run: giving way, pausing, stopping, canaries, bulk answers out of order, the least
# number of requests.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()


def opened(n, dialect="party", server_options=None, **keys):
    """A server with seeded allocations, a desk that has read them, and the ids of n that live long enough."""
    server = sandboxes.Sandbox(seed=n * 2 + 40, dialect=dialect, **(server_options or {}))
    desk = desks.Desk(server.url, dialect=dialect, **keys)
    desk.run("import", "-", "--fetch", stdin="\n".join(server.ids(limit=n * 3)) + "\n", timeout=100)
    rows = desk.run("-o", "json", "list", "state:active", "ends>2h", "kind:greenpin", timeout=60).json
    ids = sorted(row["id"] for row in rows)[:n]
    if len(ids) < n:
        raise RuntimeError("only %d of %d allocations live" % (len(ids), n))
    return server, desk, ids


def changes(desk, ids, first=0):
    path = os.path.join(desk.home, "changes.csv")
    with open(path, "w", encoding="ascii") as file:
        file.write("id,b.numbers\n")
        for i, identity in enumerate(ids):
            file.write("%s,+9170%08d\n" % (identity, first + i))
    return path


def started(desk, *args):
    return desk.start("-o", "json", *args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE)


def until(what, condition, seconds=30):
    """Waits for a condition; a failed case where it does not come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("%s did not come within %d s" % (what, seconds))


def ended(child, seconds=60):
    out, err = child.communicate(timeout=seconds)
    return child.returncode, json.loads(out) if out else None, err.decode()


def running(desk):
    """The newest operation that runs and has applied something."""
    for operation in desk.json("operations"):
        if operation["state"] == "running" and operation["counts"]["applied"] > 0:
            return operation["operation"]
    return None


def counted(server, kind, ids):
    entries = server.stats(ids=True)["ids"]
    return [entries.get(identity, {}).get(kind, 0) for identity in ids]


@tap.case("a deallocation does not queue behind an update")
def _():
    server, desk, ids = opened(120, server_options={"latency": 150}, bulk_chunk=4, concurrency=1)
    update = started(desk, "apply", changes(desk, ids[:100]), "--confirm=100")
    first = until("the update", lambda: running(desk))
    begin = time.monotonic()
    done = desk.json("deallocate", *ids[100:110], "--confirm=10")
    took = time.monotonic() - begin
    tap.is_(done["counts"]["applied"], 10, "it is done")
    state = [op for op in desk.json("operations") if op["operation"] == first][0]
    tap.ok(state["counts"]["applied"] < 100, "while the update was not", (took, state))
    status, result, err = ended(update)
    tap.is_((status, result["counts"]["applied"]), (0, 100), "the update goes on by itself to its end")
    tap.is_(counted(server, "updates", ids[:100]), [1] * 100, "each row was sent once")
    requests = [r["method"] for r in server.requests() if r["method"] in ("PUT", "DELETE")]
    turns = [m for i, m in enumerate(requests) if i == 0 or requests[i - 1] != m]
    tap.is_(turns, ["PUT", "DELETE", "PUT"], "no chunk left while the deallocation wrote")


@tap.case("a second update is refused")
def _():
    server, desk, ids = opened(120, server_options={"latency": 100}, bulk_chunk=4, concurrency=1)
    update = started(desk, "apply", changes(desk, ids[:100]), "--confirm=100")
    first = until("the update", lambda: running(desk))
    done = desk.run("update", ids[110], "b.numbers=+919876500001", "-y")
    tap.is_(done.status, 3, "status")
    tap.like(done.err, r"operation %d of tester .* since 20" % first, "it says who writes and since when")
    known = len(desk.json("operations"))
    tap.is_(known, first, "and nothing was journaled for it")
    tap.is_(desk.run("stop", first).status, 0, "stop from another process")
    status, result, err = ended(update)
    tap.is_((status, result["state"]), (1, "stopped"), "the update has stopped")
    tap.ok(0 < result["counts"]["applied"] < 100, "in the middle", result["counts"])
    tap.is_(desk.run("resume", first, "-y").status, 0, "resume goes on with what was not sent")
    tap.is_(counted(server, "updates", ids[:100]), [1] * 100, "each row was sent once")


@tap.case("pause, and the changeset is not lost to a refusal")
def _():
    server, desk, ids = opened(120, server_options={"latency": 100}, bulk_chunk=4, concurrency=1)
    update = started(desk, "apply", changes(desk, ids[:100]), "--confirm=100")
    first = until("the update", lambda: running(desk))
    desk.json("stage", ids[110], "b.numbers=+919876500001")
    tap.is_(desk.run("apply", "-y").status, 3, "an apply beside it is refused")
    tap.is_(len(desk.json("staged")), 1, "and its row is still staged")
    tap.is_(desk.run("pause", first).status, 0, "pause from another process")
    status, result, err = ended(update)
    tap.is_((status, result["state"]), (1, "paused"), "the update has paused")
    tap.like(err, "resume %d" % first, "and says how to go on")
    tap.is_(desk.run("pause", 99).status, 2, "an operation that is not there")
    tap.is_(desk.run("resume", "-y").status, 0, "resume finds it")
    tap.is_(desk.run("pause", first).status, 3, "what is done cannot be paused")
    tap.is_(counted(server, "updates", ids[:100]), [1] * 100, "each row was sent once")


@tap.case("a resume that may not write leaves the operation as it was")
def _():
    server, desk, ids = opened(120, server_options={"latency": 100}, bulk_chunk=4, concurrency=1, timeout=1)
    server.fail("reset-before@PUT:1.0")
    done = desk.run("-o", "json", "update", ids[110], "b.numbers=+919876500001", "-y", timeout=60)
    server.fail("")
    tap.is_((done.status, done.json["rows"][0]["outcome"]), (5, "failed"), "one that was not applied")
    update = started(desk, "apply", changes(desk, ids[:40]), "--confirm=40")
    until("the update", lambda: running(desk))
    refused = desk.run("resume", "1", "-y")
    tap.is_(refused.status, 3, "its resume is refused while another writes")
    tap.is_(desk.run("-o", "json", "operations", "1").json["rows"][0]["outcome"], "failed",
            "and it is as it was")
    ended(update)
    tap.is_(desk.run("resume", "1", "-y").status, 0, "afterwards it goes on")
    tap.is_(counted(server, "updates", [ids[110]]), [1], "once")


@tap.case("canary and pause_at")
def _():
    server, desk, ids = opened(120)
    done = desk.run("-o", "json", "deallocate", *ids[:20], "--canary", "5", "--confirm=20")
    tap.is_((done.status, done.json["state"], done.json["counts"]["applied"]), (1, "paused", 5),
            "the canary goes first, and nobody can be asked")
    tap.is_(server.stats()["deletes"], 5, "no more was sent")
    tap.is_(desk.run("resume", "-y").status, 0, "resume goes on with the rest")
    tap.is_(server.stats()["deletes"], 20, "all went")
    done = desk.run("-o", "json", "apply", changes(desk, ids[20:40]), "--canary", "3", "--confirm=20")
    applied = done.json["counts"]["applied"]
    tap.is_((done.json["state"], applied), ("paused", 3), "a canary of updates is as small")
    desk.run("resume", "-y")
    server.fail("452:1.0")
    done = desk.run("-o", "json", "deallocate", *ids[40:120], "--confirm=80")
    server.fail("")
    tap.is_(done.json["state"], "paused", "too many failures pause it")
    tap.ok(done.json["counts"]["skipped"] > 0, "before all was sent", done.json["counts"])


@tap.case("partial success in both dialects")
def _():
    for dialect in ("party", "flat"):
        server, desk, ids = opened(300, dialect=dialect, bulk_chunk=10, timeout=1, pause_at=100)
        for i, fault in enumerate(("bulk-shuffle", "bulk-missing", "bulk-double", "bulk-surplus",
                                   "bulk-row-fail", "metadata-lie", "drop-id")):
            part = ids[i * 40:(i + 1) * 40]
            name = dialect + ": " + fault
            server.fail(fault + ":2")
            done = desk.run("-o", "json", "apply", changes(desk, part, 1000 * i), "--confirm=40")
            server.fail("")
            truth = dict(zip(part, counted(server, "updates", part)))
            rows = {row["id"]: row["outcome"] for row in done.json["rows"]}
            lies = [(identity, outcome, truth[identity]) for identity, outcome in rows.items()
                    if (outcome == "applied") != (truth[identity] == 1)]
            tap.is_((lies, len(rows), max(truth.values())), ([], 40, 1), name + ": each outcome is true")
            number = done.json["operation"]
            if done.json["counts"]["failed"] > 0:
                again = desk.run("-o", "json", "retry", number, "-y",
                                 "--confirm=%d" % done.json["counts"]["failed"])
                tap.is_(again.status, 0, name + ": retry")
                truth = counted(server, "updates", part)
            else:
                truth = list(truth.values())
            tap.is_(set(truth), {1}, name + ": none twice, none lost")


@tap.case("10,000 rows in the least number of requests")
def _():
    server = sandboxes.Sandbox(seed=22000, bulk_limit=100)
    desk = desks.Desk(server.url, bulk_chunk=100, pause_at=100, timeout=10)
    desk.run("import", "-", stdin="\n".join(server.ids(limit=22000)) + "\n", timeout=60)
    ids = server.ids(limit=22000)[:10000]
    sent = server.stats()
    done = desk.run("-o", "json", "apply", changes(desk, ids), "--confirm=10000", timeout=100)
    stats = server.stats()
    bulk = stats["bulk_requests"] - sent["bulk_requests"]
    tap.is_(bulk, 100, "chunks of 100: 100 requests")
    tap.is_(stats["update_rows_sent"] - sent["update_rows_sent"], 10000, "each row was sent once")
    tap.is_(len(done.json["rows"]), 10000, "each row has its outcome")
    outcomes = {row["id"]: row["outcome"] for row in done.json["rows"]}
    truth = server.stats(ids=True)["ids"]
    lies = [i for i in ids if (outcomes[i] == "applied") != (truth.get(i, {}).get("updates", 0) == 1)]
    tap.is_(lies[:3], [], "and it is true")
    server.stop()

    server, desk, ids = opened(1000, server_options={"bulk_limit": 30}, bulk_chunk=100, pause_at=100)
    done = desk.json("apply", changes(desk, ids), "--confirm=1000")
    stats = server.stats()
    tap.is_(done["counts"]["applied"], 1000, "413: all applied")
    # 100 and 50 are refused, 25 goes: 40 chunks.
    puts = stats["requests"] - stats["gets"] - stats["settings_gets"]
    tap.ok(puts <= 40 + 2 + 4, "413: few requests", stats)
    tap.is_(max(counted(server, "updates", ids)), 1, "413: none twice")
    server.stop()

    server, desk, ids = opened(400, bulk_chunk=20, pause_at=100)
    server.fail("429@PUT:3")
    done = desk.json("apply", changes(desk, ids), "--confirm=400")
    tap.is_((done["counts"]["applied"], server.stats()["bulk_requests"]), (400, 20), "429: all applied")
    tap.is_(set(counted(server, "updates", ids)), {1}, "429: none twice")


tap.main(deadline=300)
