# The API layer beside curl, jansson and wrk: reading many, bulk updates, decoding, the sandbox itself.
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import figures  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

READS = int(os.environ.get("BENCH_READS", "5000"))
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
CHUNK = 100
AT_ONCE = 8
TIMES = 5
BULK_TIMES = 3
AUTH = "%s:%s" % (sandboxes.SID, sandboxes.TOKEN)
FOLDER = tap.temp_dir("greendesk-bench-")


def path(name):
    return os.path.join(FOLDER, name)


def write(name, text):
    with open(path(name), "w", encoding="utf-8") as file:
        file.write(text)
    return path(name)


def built(name):
    return os.path.join(tap.BUILDDIR, "tests", "bench", name)


def curl(config):
    return figures.seconds(["curl", "--silent", "--show-error", "--fail", "--parallel", "--parallel-max",
                            str(AT_ONCE), "--config", config], cwd=FOLDER)


def reads():
    server = sandboxes.Sandbox(seed=READS)
    ids = server.ids(READS)
    urls = "".join('url = "%s/tenants/%s/greenpin/%s"\noutput = "/dev/null"\n' %
                   (server.url, sandboxes.TENANT, name) for name in ids)
    config = write("reads.curl", 'user = "%s"\n' % AUTH + urls)
    names = write("ids", "\n".join(ids) + "\n")

    def run(desk, *words):
        return figures.seconds([desks.program()] + list(words), env=desk.env(), cwd=desk.home,
                               stdin=subprocess.DEVNULL)

    def importing():
        return run(desks.Desk(server.url), "import", names, "--fetch")

    def getting():
        return run(desks.Desk(server.url), "get", "-o", "jsonl", "--kind", "greenpin", *ids)

    known = desks.Desk(server.url)
    run(known, "import", names, "--fetch")
    got = figures.in_turn(TIMES, lambda: curl(config), importing, getting, lambda: run(known, "refresh"))
    for what, took in zip(("import --fetch", "get", "refresh"), got[1:]):
        figures.row("%d reads into the ledger, %s | curl --parallel" % (READS, what), took, got[0], "s", 1.5)
    server.stop()


def chunks(ids, server):
    """The same chunks as the program sends, for curl."""
    parts = []
    for at in range(0, len(ids), CHUNK):
        body = {"greenpins": [{"greenpin_id": name, "b": {"numbers": ["+919830000003"]}}
                              for name in ids[at:at + CHUNK]]}
        name = write("chunk-%d.json" % at, json.dumps(body, separators=(",", ":")))
        parts.append('url = "%s/tenants/%s/greenpin"\nuser = "%s"\nrequest = "PUT"\noutput = "/dev/null"\n'
                     'header = "Content-Type: application/json"\nheader = "Expect:"\ndata-binary = "@%s"\n'
                     % (server.url, sandboxes.TENANT, AUTH, name))
    return write("bulk.curl", "next\n".join(parts))


def bulk():
    server = sandboxes.Sandbox(seed=ROWS)
    ids = server.ids(ROWS)
    rows = write("rows.csv", "id,b.numbers\n" + "".join(name + ",+919830000003\n" for name in ids))
    config = chunks(ids, server)
    updates = []

    def counted(run):
        """Every run must change as many allocations: some of the seeds have ended, and their rows fail."""
        before = server.stats()["updates"]
        took = run()
        updates.append(server.stats()["updates"] - before)
        return took

    def apply():
        desk = desks.Desk(server.url, bulk_chunk=CHUNK, concurrency=AT_ONCE)
        return figures.seconds([desks.program(), "-o", "jsonl", "apply", rows, "--confirm=%d" % len(ids)],
                               env=desk.env(), cwd=desk.home, stdin=subprocess.DEVNULL, good=(0, 1))

    got, reference = figures.in_turn(BULK_TIMES, lambda: counted(apply),
                                     lambda: counted(lambda: curl(config)))
    if len(set(updates)) != 1 or updates[0] < ROWS * 0.9:
        raise RuntimeError("the runs did not do the same: updates %r" % updates)
    figures.row("%d rows in chunks of %d, journaled | curl" % (len(ids), CHUNK), got, reference, "s", 1.3)
    server.stop()


def decoding():
    examples = os.path.join(tap.SRCDIR, "tests", "contract", "examples")
    files = [os.path.join(examples, name + ".response.json")
             for name in ("party-greenpin", "flat-greenpin-get", "party-bulk-partial")]
    out = subprocess.run([built("decode")] + files, stdout=subprocess.PIPE, check=True).stdout.decode()
    for line in out.splitlines():
        name, got, reference = line.rsplit(" ", 2)
        figures.row("decode %s | json_loadb alone" % os.path.basename(name)[:-14], float(got) / 1e6,
                    float(reference) / 1e6, "MB/s", more_is_better=True)


def wrk():
    if shutil.which("wrk") is None:
        figures.missing("GETs of the sandbox", "wrk")
        return
    server = sandboxes.Sandbox(seed=1000)
    token = base64.b64encode(AUTH.encode()).decode()
    out = subprocess.run(["wrk", "-t1", "-c%d" % AT_ONCE, "-d3s", "-H", "Authorization: Basic " + token,
                          server.host + server.path("greenpin", server.ids()[0])],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    rate = [line.split()[1] for line in out.splitlines() if line.startswith("Requests/sec")]
    figures.row("GETs of the sandbox by wrk", float(rate[0]), None, "/s")
    if "Non-2xx" in out:
        raise RuntimeError(out)
    server.stop()


def main():
    figures.title("The API layer (the best of some runs each, %d transfers at once)" % AT_ONCE)
    if shutil.which("curl") is None:
        figures.missing("reading and bulk updates", "curl")
    else:
        reads()
        bulk()
    decoding()
    wrk()


figures.run(main)
