# Hostile text in every field, through every output of the shell: nothing of it steers a terminal, columns
# stay aligned, files hold what was there.
# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import io
import json
import os
import re
import sqlite3
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import tap  # noqa: E402

desks.require()

TEXTS = {
    "escape": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "c1": "\u009b31m\u0085x",
    "bidi": "a\u202eb\u2066c\u200f",
    "combining": "e\u0301\u0301\u0301o\u0308",
    "wide": "\u4e16\u754c\uff21\U0001f600",
    "newlines": "one\ntwo\rthree\tfour\u2028five",
    "long": "x" * 10240,
    "formula": "=cmd|' /C calc'!A0",
    "quotes": "\"a\",'b';\\",
    "delete": "a\x7f\x08b",
    "zero width": "a\u200b\ufeffb",
}
STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def width(text):
    return sum(0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
               for char in text)


def hostile_desk():
    """The rows are written behind the program's back, so that nothing on the way in can have mended them."""
    desk = desks.Desk("http://127.0.0.1:9/v1")
    plain = [{"id": "gp-%02d" % number, "kind": "greenpin", "state": "active",
              "read_at": "2026-01-01T00:00:00Z"} for number in range(len(TEXTS) + 1)]
    desk.json("import", "-", stdin=json.dumps(plain))
    ledger = sqlite3.connect(desk.ledger_path)
    columns = [row[1] for row in ledger.execute("PRAGMA table_info(alloc)") if row[2] == "TEXT"]
    texts = [text.encode() for text in TEXTS.values()] + [b"\xff\xfe\x80 \xc3( \xed\xa0\x80 \xf4\x90\x80\x80"]
    for number, text in enumerate(texts):
        ident = b"gp-%02d" % number
        sets = ", ".join("%s = CAST(? AS TEXT)" % name for name in columns if name != "id")
        ledger.execute("UPDATE alloc SET %s WHERE id = ?" % sets,
                       [text] * (len(columns) - 1) + [ident.decode()])
        body = json.dumps({"caller": text.decode("utf-8", "replace"), "pin": text.decode("utf-8", "replace"),
                           "call_type": text.decode("utf-8", "replace")})
        ledger.execute("INSERT INTO event (tenant, kind, product, received_at, id, transaction_id, call_sid,"
                       " vn, caller, body) SELECT tenant, 'call', 0, 1767261600, ?, CAST(? AS TEXT),"
                       " CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ? FROM tenant",
                       (ident.decode(), text, text + ident, text, text, body))
    ledger.commit()
    ledger.close()
    return desk


desk = None

COMMANDS = (("list",), ("list", "--sort", "order"), ("--reveal", "list"), ("events",), ("--reveal", "events"),
            ("count", "order"), ("count", "a", "--reveal"), ("audit",))


def setup():
    global desk
    desk = desk or hostile_desk()
    return desk


@tap.case("tables: nothing steers the terminal, columns are aligned")
def _():
    for words in COMMANDS:
        done = setup().run(*words)
        name = " ".join(words)
        tap.is_(done.status, 0, name + ": is shown")
        found = STEERS.search(done.out + done.err)
        tap.ok(found is None, name + ": no character steers", repr(found and found.group(0)))
        tap.ok(not re.search("[\ud800-\udfff]", done.out), name + ": all of it is UTF-8")
        lines = done.out.splitlines()
        tap.ok(len(lines) > 1 if words != ("audit",) else True, name + ": a line each")
        heads = [width(lines[0][:match.start()]) for match in re.finditer(r"(?<=  )\S|^\S", lines[0])]
        for line in lines[1:]:
            edges = {0}
            at, blanks = 0, 0
            for char in line:
                if blanks >= 2 and char != " ":
                    edges.add(at)
                blanks = blanks + 1 if char == " " else 0
                at += width(char)
            if not edges <= set(heads):
                tap.ok(False, name + ": columns are aligned", repr((heads, sorted(edges), line[:200])))
                break
        else:
            tap.ok(True, name + ": columns are aligned")


@tap.case("csv, tsv and JSON: whole rows, nothing that a spreadsheet computes")
def _():
    for words in COMMANDS[:-1]:
        name = " ".join(words)
        done = setup().run("-o", "csv", *words)
        rows = list(csv.reader(io.StringIO(done.out, newline="")))
        tap.ok(len(rows) > len(TEXTS) // 2 and len({len(row) for row in rows}) == 1, name + ": csv is whole",
               repr({len(row) for row in rows}))
        cells = [cell for row in rows[1:] for cell in row if re.match(r"[=@\t\r]|[+-](?!\d)", cell)]
        tap.is_(cells[:3], [], name + ": no cell is a formula")
        done = setup().run("-o", "tsv", *words)
        tabs = {line.count("\t") for line in done.out.rstrip("\n").split("\n")}
        tap.is_(len(tabs), 1, name + ": tsv is whole")
        tap.ok(isinstance(setup().json(*words), list), name + ": JSON can be read")
        lines = setup().run("-o", "jsonl", *words).out.rstrip("\n").split("\n")
        tap.ok(all(isinstance(json.loads(line), dict) for line in lines), name + ": jsonl, a line each")


@tap.case("JSON holds the text as it is")
def _():
    rows = {one["id"]: one for one in setup().json("--reveal", "list")}
    for number, (kind, text) in enumerate(TEXTS.items()):
        tap.is_(rows["gp-%02d" % number]["transaction_id"], text, kind)
    tap.like(rows["gp-%02d" % len(TEXTS)]["transaction_id"], "\ufffd", "what is no UTF-8 is mended")


@tap.case("export: the same, into files")
def _():
    for ending in ("csv", "tsv", "json", "jsonl"):
        path = os.path.join(setup().home, "x." + ending)
        tap.is_(desk.run("--reveal", "export", path).status, 0, ending + ": is written")
        with open(path, "rb") as file:
            tap.ok(b"\x1b" not in file.read() or ending in ("csv", "tsv"), ending + ": no escape in it")


tap.main()
