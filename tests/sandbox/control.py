# The sandbox from outside: options, seeds, the control plane, the store that outlives a kill, ways to end.
# SPDX-License-Identifier: GPL-3.0-or-later
import http.client
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import asking  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from asking import made, party  # noqa: E402

sandboxes.require()


def run(*argv):
    """Status, output and complaint of a run that ends by itself."""
    done = subprocess.run([sandboxes.program(), *argv], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=20,
                          text=True)
    return done.returncode, done.stdout, done.stderr


@tap.case("options")
def _():
    status, out, err = run("--help")
    tap.ok(status == 0 and "--seed N" in out and "bulk-shuffle" in out and err == "",
           "--help tells options and faults")
    status, out, err = run("--version")
    tap.ok(status == 0 and out.startswith("greendesk-sandbox ") and out.count("\n") == 1,
           "--version is one line", out)
    wrong = [["--colour"], ["extra"], ["--port"], ["--port", "x"], ["--port", "70000"], ["--port=-1"],
             ["--dialect", "loud"],
             ["--bind", "0.0.0.0"], ["--bind", "192.0.2.1"], ["--bind", "example.net"],
             ["--fail", "nonsense"],
             ["--verbose=1"], ["--user", "me"], ["--bulk-limit", "0"], ["--seed", "1.5"], ["--tenant", ""]]
    for argv in wrong:
        status, out, err = run(*argv)
        tap.ok(status == 2 and out == "" and err.count("\n") == 1 and err.startswith("greendesk-sandbox: "),
               "%s is refused in one line" % " ".join(argv), (status, out, err))
    status, out, err = run("--db", "/nonexistent/x.db")
    tap.ok(status == 1 and err.count("\n") == 1 and "/nonexistent/x.db" in err, "a store that cannot be",
           (status, err))


@tap.case("a port that is taken, and the other loopback addresses")
def _():
    own = sandboxes.Sandbox()
    status, out, err = run("--port", str(own.port))
    tap.ok(status == 1 and out == "" and str(own.port) in err, "a taken port is told", (status, out, err))
    own.stop()
    own = sandboxes.Sandbox(bind="localhost")
    tap.is_(own.request("GET", "/_sandbox/config").status, 200, "localhost is one")
    own.stop()


@tap.case("credentials and tenants of one's own")
def _():
    own = sandboxes.Sandbox("--tenant", "one", "--tenant", "two", user="me", token="secret", seed=3)
    path = own.path("greenpin", "gp-000001", tenant="one")
    tap.is_(own.request("GET", path, auth=("me", "secret")).status, 200, "the right ones")
    for auth in (("me", "Secret"), ("you", "secret"), ("me", "secret2"), ("me", "")):
        tap.is_(own.request("GET", path, auth=auth).status, 401, "%s:%s" % auth)
    reply = own.request("GET", path, auth=None)
    tap.like(reply.headers.get("www-authenticate"), "^Basic ", "401 asks for Basic")
    tap.is_(own.request("GET", own.path("greenpin", "gp-000001", tenant="two"),
                        auth=("me", "secret")).status, 200, "two")
    tap.is_(own.request("GET", own.path("greenpin", "gp-000001", tenant="three"),
                        auth=("me", "secret")).status, 403, "three")
    own.stop()


@tap.case("a million seeds")
def _():
    start = time.monotonic()
    own = sandboxes.Sandbox(seed=1000000)
    took = time.monotonic() - start
    tap.ok(took < 5, "are there within seconds", took)
    text = own.control("GET", "ids").body
    tap.ok(text.count(b"\n") == 1000000 and text.startswith(b"gp-000001\ngp-000002\n") and
           text.endswith(b"\ngp-1000000\n"), "all are listed in order", text[-40:])
    last = own.get("greenpin", "gp-1000000").data
    tap.is_([last["transaction_id"], last["greenpin_id"]], ["ORD-1001000", "gp-1000000"],
            "the last is served")
    asking.refused(own.get("greenpin", "gp-1000001"), 404, 1, "one more is not")
    asking.refused(own.get("greenpin", "gp-0000001"), 404, 1, "nor one written otherwise")
    own.stop()


@tap.case("seeds are plausible, and the same each time")
def _():
    def read(where):
        return [where.get("greenpin", "gp-%06d" % n).data for n in range(1, 301)]

    first, again, other = (sandboxes.Sandbox(seed=300, seed_value=value) for value in (7, 7, 8))
    rows, same, others = read(first), read(again), read(other)
    for data in rows + same + others:
        data.pop("deallocation_time", None)
    tap.is_(rows == same, True, "the same value makes the same")
    tap.is_(rows == others, False, "another makes others")
    numbers = [n for row in rows for side in "ab" for n in row[side].get("numbers", [])]
    tap.ok(all(len(n) == 13 and n[:3] == "+91" and n[3] in "6789" for n in numbers),
           "Indian mobile numbers")
    vns = {vn for row in rows for vn in row["a"]["vns"]}
    tap.ok(20 <= len(vns) <= 40 and all(vn.startswith("+91804713") for vn in vns),
           "a few VNs shared by many", len(vns))
    shares = {"without A numbers": sum("numbers" not in row["a"] for row in rows),
              "with several numbers": sum(len(row["b"]["numbers"]) > 1 for row in rows),
              "oneway": sum(row["usage"] == "oneway" for row in rows),
              "in the vault": sum(row["state"] == "vault" for row in rows)}
    for name, count in shares.items():
        tap.ok(0 < count < 60, "a few %s" % name, count)
    couriers = {}
    for row in rows:
        for n in row["a"].get("numbers", []):
            couriers[n] = couriers.get(n, 0) + 1
    tap.ok(max(couriers.values()) > 1, "couriers have several")
    for own in (first, again, other):
        own.stop()


@tap.case("ids go on after one, with those that were made since")
def _():
    own = sandboxes.Sandbox(seed=5)
    identity = made(own, "greenpin", party())["greenpin_id"]
    tap.is_(own.ids(), ["gp-%06d" % n for n in range(1, 6)] + [identity], "seeds first")
    tap.is_(own.control("GET", "ids?after=gp-000004&limit=1").body, b"gp-000005\n", "one after the fourth")
    tap.is_(own.control("GET", "ids?after=gp-000005").body.decode().split(), [identity],
            "after the last seed")
    tap.is_(own.control("GET", "ids?after=" + identity).body, b"", "after the last of all")
    tap.is_(own.request("GET", "/_sandbox/ids?after=nobody").status, 404, "after nobody")
    tap.is_(own.request("GET", "/_sandbox/nothing").status, 404, "what there is not")
    tap.is_(own.request("GET", "/_sandbox/fail").status, 405, "another method")
    tap.is_(own.control("GET", "config").json["seed"], 5, "config tells the seed")
    own.stop()


@tap.case("requests as they came")
def _():
    own = sandboxes.Sandbox(seed=5)
    raw = b'{ "usage" :  "oneway" }'
    own.request("PUT", own.path("greenpin", "gp-000001") + "?x=%20y", raw=raw,
                headers={"Content-Type": "application/json"})
    own.get("greenpin", "a/b c")
    tap.is_([(r["method"], r["path"], r["body"], r["status"]) for r in own.requests()],
            [("PUT", "/v1/tenants/acme/greenpin/gp-000001?x=%20y", raw.decode(), 200),
             ("GET", "/v1/tenants/acme/greenpin/a%2Fb%20c", "", 404)], "byte for byte")
    for _ in range(1005):
        own.get("greenpin", "gp-000002")
    kept = own.requests()
    tap.is_([len(kept), kept[0]["path"]], [1000, "/v1/tenants/acme/greenpin/gp-000002"],
            "the last thousand")
    own.stop()


@tap.case("the store outlives a kill, with every count")
def _():
    path = os.path.join(tap.temp_dir(), "store.db")
    own = sandboxes.Sandbox(db=path, seed=50)
    identity = made(own, "greenpin", party())["greenpin_id"]
    for n in (1, 2, 3):
        own.request("PUT", own.path("greenpin", "gp-000001"),
                    json={"b": {"numbers": ["+91987650000%d" % n]}})
    own.request("DELETE", own.path("greenpin", "gp-000002"))
    own.request("PUT", own.path("settings"), json={"common": {"aparty_tag": "rider"}})
    before = own.stats(ids=True)
    end = own.get("greenpin", "gp-000003").data
    own.child.send_signal(signal.SIGKILL)
    own.child.wait(timeout=10)
    own.stop()
    own = sandboxes.Sandbox(db=path, seed=50)
    after = own.stats(ids=True)
    durable = ("creates", "updates", "update_rows_sent", "deletes", "settings_puts", "ids")
    tap.is_({key: after[key] for key in durable}, {key: before[key] for key in durable}, "counts")
    tap.is_(after["ids"]["gp-000001"], {"updates": 3, "deletes": 0}, "three updates of one")
    tap.is_(own.get("greenpin", "gp-000001").data["b"]["numbers"], ["+919876500003"], "the last update")
    tap.is_(own.get("greenpin", "gp-000002").data["state"], "vault", "the deallocation")
    tap.is_(own.get("greenpin", identity).status, 200, "the one that was made")
    tap.is_(own.get("greenpin", "gp-000003").data, end, "seeds end when they did")
    tap.is_(own.get("settings").data["common"]["aparty_tag"], "rider", "settings")
    status, _, err = run("--db", path)
    tap.ok(status == 1 and "store.db" in err, "nobody else opens it meanwhile", (status, err))
    own.stop()
    status, _, err = run("--db", path, "--seed", "51")
    tap.ok(status == 2 and "--seed 50" in err, "other seeds are refused", (status, err))


def write_until_killed(own, first, answered, target, enough):
    """Gives gp-000001 one B number after another, notes which were answered, tells when target were."""
    n = first
    try:
        while True:
            reply = own.request("PUT", own.path("greenpin", "gp-000001"), json={"b": {"numbers": [nth(n)]}})
            if reply.status == 200:
                answered.append(n)
            n += 1
            if len(answered) >= target:
                enough.set()
    except (OSError, http.client.HTTPException):
        enough.set()


def nth(n):
    return "+9198%08d" % n


@tap.case("killed at any moment, no update is lost and none counted that did not happen")
def _():
    path = os.path.join(tap.temp_dir(), "store.db")
    dice = random.Random(11)
    known = 0
    for turn in range(8):
        own = sandboxes.Sandbox(db=path, seed=3)
        answered, enough = [], threading.Event()
        writer = threading.Thread(target=write_until_killed,
                                  args=(own, known + 1, answered, dice.randrange(1, 60), enough))
        writer.start()
        enough.wait(timeout=20)
        own.child.send_signal(signal.SIGKILL)
        own.child.wait(timeout=10)
        writer.join()
        own.stop()
        own = sandboxes.Sandbox(db=path, seed=3)
        last = answered[-1] if answered else known
        count = own.stats(ids=True)["ids"]["gp-000001"]["updates"]
        number = own.get("greenpin", "gp-000001").data["b"]["numbers"][0]
        tap.ok(count in (last, last + 1) and number == nth(count),
               "turn %d: %d were answered, and as many or one more are there" % (turn, last),
               (count, number))
        known = count
        own.stop()


@tap.case("ways to end")
def _():
    own = sandboxes.Sandbox()
    for number in (signal.SIGTERM, signal.SIGINT):
        own = sandboxes.Sandbox()
        own.child.send_signal(number)
        tap.is_(own.child.wait(timeout=10), 0, "%s" % signal.Signals(number).name)
        own.stop()
    guarded = tap.spawn([sandboxes.program(), "--port", "0", "--stdin-guard"], stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE)
    tap.ok(guarded.stdout.readline().strip().isdigit(), "with the guard it serves")
    guarded.stdin.close()
    tap.is_(guarded.wait(timeout=10), 0, "until standard input is closed")
    script = '"$1" --port 0 --die-with-parent & read line; exit 0'
    parent = tap.spawn(["sh", "-c", script, "sh", sandboxes.program()], stdin=subprocess.PIPE,
                       stdout=subprocess.PIPE)
    tap.ok(parent.stdout.readline().strip().isdigit(), "a child serves")
    parent.stdin.close()
    ready, _, _ = select.select([parent.stdout], [], [], 10)
    tap.ok(ready and parent.stdout.read() == b"", "until its parent ends")


@tap.case("a line for each request")
def _():
    own = sandboxes.Sandbox("--verbose", seed=5)
    own.get("greenpin", "gp-000001")
    own.get("greenpin", "\x1b[31mred")
    own.child.terminate()
    own.child.wait(timeout=10)
    lines = own.stderr().splitlines()
    tap.like(lines[0], r"^GET /v1/tenants/acme/greenpin/gp-000001 200 \d+ ms$",
             "method, path, status, time")
    tap.ok(all(" " <= c <= "~" for line in lines for c in line), "nothing that a terminal would obey",
           lines)
    own.stop()


tap.main(deadline=120)
