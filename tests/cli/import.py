# import, export of what it took in, and refresh: ids, CSV, JSON, bad lines, many rows, what is gone.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402

desks.require()
sandboxes.require()

NOWHERE = "http://127.0.0.1:9/v1"


def ids(desk):
    return sorted(row["id"] for row in desk.json("list"))


def file_in(desk, name, text):
    path = os.path.join(desk.home, name)
    with open(path, "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
    return path


@tap.case("ids")
def _():
    desk = desks.Desk(NOWHERE)
    counts = desk.json("import", "-", stdin="gp-1\r\n\n gp-2 \ngp-1")
    tap.is_((counts["new"], counts["known"], counts["bad"]), (2, 1, 0), "counts")
    tap.is_(ids(desk), ["gp-1", "gp-2"], "in the ledger")
    rows = desk.json("list")
    tap.is_([(row["kind"], row["state"], row["read_at"], row["source"]) for row in rows],
            [("greenpin", "unknown", None, "import")] * 2, "nothing more is claimed to be known")
    desk.json("import", "-", "--kind", "greenvn", stdin="gv-1\n")
    tap.is_([row["kind"] for row in desk.json("list", "id:gv-1")], ["greenvn"], "--kind")
    tap.is_(desk.run("import", "-", "--kind", "blue", stdin="gv-1\n").status, 2, "a kind that is none")


@tap.case("bad lines are told by number, the others go in")
def _():
    desk = desks.Desk(NOWHERE)
    done = desk.run("-o", "json", "import", "-", stdin="gp-1\ngp 2\ngp-3\n\x1b[2J\n")
    tap.is_(done.status, 1, "status 1")
    tap.is_((done.json["new"], done.json["bad"]), (2, 2), "counts")
    tap.is_([line.split(":")[:3] for line in done.lines],
            [["greendesk", " standard input", " line 2"], ["greendesk", " standard input", " line 4"]],
            "a line for each")
    tap.unlike(done.err, "\x1b", "which steers no terminal")
    tap.is_(ids(desk), ["gp-1", "gp-3"], "the others are in")
    tap.is_(desk.run("import", "-", stdin="a b\nc d\n").status, 2, "nothing good at all is status 2")


@tap.case("CSV")
def _():
    desk = desks.Desk(NOWHERE)
    path = file_in(desk, "some.csv", "\ufefftransaction_id,b.numbers,id,kind,custom_field\r\n"
                   'ORD-1,098200 00002,gp-1,greenpin,"say ""x"", y"\r\n'
                   "ORD-2,,gv-2,greenvn,\r\n")
    tap.is_(desk.json("import", path)["new"], 2, "two rows")
    row = desk.json("list", "id:gp-1", "--reveal")[0]
    tap.is_((row["transaction_id"], row["b"]["numbers"], row["custom_field"]),
            ("ORD-1", ["+919820000002"], 'say "x", y'), "their values, numbers completed")
    tap.is_(desk.json("list", "id:gv-2")[0]["kind"], "greenvn", "kind by row")
    done = desk.run("import", "-", stdin="id,colour\ngp-9,red\n")
    tap.is_(done.status, 2, "an unknown column is refused")
    tap.ok(len(done.lines) == 1 and "colour" in done.err, "and named", done.err)
    tap.is_(desk.json("list", "id:gp-9"), [], "and nothing went in")
    tap.like(desk.run("import", "-", stdin="id,b.number\ngp-9,1\n").err, r"b\.numbers",
             "the nearest is named")


@tap.case("JSON and JSONL")
def _():
    desk = desks.Desk(NOWHERE)
    desk.json("import", "-", stdin='[{"id":"gp-1","b":{"numbers":["+919820000002"]}}, "gp-2"]')
    desk.json("import", "-", stdin='{"id":"gp-3"}\n{"id":"gp-4","kind":"greenvn"}\n')
    tap.is_(ids(desk), ["gp-1", "gp-2", "gp-3", "gp-4"], "all are in")
    tap.is_(desk.json("list", "id:gp-1", "--reveal")[0]["b"]["numbers"], ["+919820000002"], "with values")
    done = desk.run("import", "-", stdin='{"id":"gp-5"}\n{"id":}\n{"id":"gp-6","tenant":"other"}\n')
    tap.is_(done.status, 1, "a bad object and another tenant's: status 1")
    tap.like(done.err, "line 2", "the bad one by its line")
    tap.like(done.err, "line 3: .*other", "the other tenant's too")


@tap.case("what was printed can be taken in elsewhere")
def _():
    server = sandboxes.Sandbox(seed=30)
    one = desks.Desk(server.url)
    one.run("import", "-", "--fetch", stdin="\n".join(server.ids()) + "\n")
    known = one.json("list", "--reveal", "--sort", "id")
    tap.is_(len(known), 30, "thirty are known")
    for form in ("json", "jsonl", "csv", "tsv"):
        other = desks.Desk(server.url)
        path = file_in(other, "all." + form, one.run("-o", form, "list", "--reveal").out)
        done = other.run("import", path)
        tap.is_((done.status, done.err), (0, ""), form + ": taken in")
        rows = other.json("list", "--reveal", "--sort", "id")
        for row, before in zip(rows, known):
            row["source"] = before["source"]
            row["a"]["pin_length"] = row["b"]["pin_length"] = None
            before["a"]["pin_length"] = before["b"]["pin_length"] = None
        tap.is_(rows, known, form + ": the same rows")
        masked = desks.Desk(server.url)
        path = file_in(masked, "masked." + form, one.run("-o", form, "list").out)
        tap.is_(masked.run("import", path).status, 0, form + ": a masked one too")
        row = masked.json("list", "--reveal", "--sort", "id")[0]
        tap.is_((row["id"], row["a"]["numbers"], row["a"]["pin"]), (known[0]["id"], [], None),
                form + ": what was masked is absent")


@tap.case("a reading is not overwritten by an import")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    identity = server.create()["greenpin_id"]
    desk.json("get", identity)
    desk.json("import", "-", stdin="id,b.numbers\n%s,+919899999999\n" % identity)
    tap.is_(desk.json("list", "--reveal")[0]["b"]["numbers"], ["+919820000002"], "the reading stands")
    desk.json("import", "-", stdin="gp-bare\n")
    desk.json("import", "-", stdin="id,b.numbers\ngp-bare,+919899999999\n")
    tap.is_(desk.json("list", "id:gp-bare", "--reveal")[0]["b"]["numbers"], ["+919899999999"],
            "a row never read learns from an import")


@tap.case("--fetch reads each; both kinds are found; refresh marks what is gone")
def _():
    server = sandboxes.Sandbox(seed=300)
    desk = desks.Desk(server.url)
    wanted = server.ids()
    done = desk.run("-o", "json", "import", "-", "--fetch", stdin="\n".join(wanted + ["gp-none"]) + "\n")
    tap.is_((done.status, done.json["new"], done.json["read"], done.json["gone"], done.json["failed"]),
            (0, 301, 300, 1, 0), "counts")
    before = {row["id"] for row in desk.json("list", "state:deallocated")}
    tap.ok("gp-none" in before, "what is not there is marked", before)
    alive = [row["id"] for row in desk.json("list", "state:active")][:3]
    for identity in alive:
        server.request("DELETE", server.path("greenpin", identity))
    counts = desk.json("refresh")
    tap.is_(counts["asked"], 301, "refresh asks for all")
    tap.is_({row["id"] for row in desk.json("list", "state:deallocated")} - before, set(alive),
            "and marks what is gone")
    tap.is_(desk.json("refresh", "id:" + wanted[5])["asked"], 1, "refresh of a filter")
    tap.is_(desk.json("refresh", "--filter", "id:" + wanted[5])["asked"], 1, "refresh --filter")
    before = len(server.requests())
    tap.like(desk.run("refresh", "-n").out, "301", "refresh --dry-run says how many")
    tap.is_(len(server.requests()), before, "and reads none")


@tap.case("many rows")
def _():
    desk = desks.Desk(NOWHERE)
    path = file_in(desk, "many", "".join("gp-%06d\n" % i for i in range(20000)))
    tap.is_(desk.json("import", path)["new"], 20000, "twenty thousand ids")
    tap.is_(len(desk.run("-o", "jsonl", "list").out.splitlines()), 20000, "are listed")
    tap.is_(len(desk.json("list", "--limit", "7")), 7, "--limit")
    tap.is_([row["id"] for row in desk.json("list", "--sort", "-id", "--limit", "2")],
            ["gp-019999", "gp-019998"], "--sort turned round")
    tap.is_(desk.run("list", "--sort", "colour").status, 2, "what cannot be sorted by")
    tap.is_(desk.json("import", path, "--dry-run")["known"], 20000, "--dry-run looks")
    other = desks.Desk(NOWHERE)
    other.json("import", file_in(other, "few", "gp-1\n"), "-n")
    tap.is_(other.json("list"), [], "and takes nothing in")


tap.main(deadline=240)
