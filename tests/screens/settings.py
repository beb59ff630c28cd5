# View 4, settings: every one of them set, saved and read back through the screen, at two sizes, before the
# judge where it is there; bad values refused at the field; callbacks and SMS as forms; roles; other
# people's changes.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import console  # noqa: E402
import desk as desks  # noqa: E402
import prism  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from setting_keys import CALLBACKS, PLAIN  # noqa: E402
from setting_service import service_of  # noqa: E402

console.require()

SIZES = ((24, 80), (36, 120))
KNOWN = {"common": {"country": "IN", "timezone": "IST", "deletion_time": 0, "tag_enabled": "false"}}


def open_view(desk, rows=24, cols=80):
    term = console.Console([desks.program()], env=desk.env(), rows=rows, cols=cols, term="xterm-256color",
                           cwd=desk.home)
    term.ready()
    term.key("4")
    term.find("Settings of acme")
    term.gone("reading …")
    return term


def go_to(term, words):
    """Narrow to the row of a key; the search is kept."""
    term.key("/")
    term.type(words)
    term.key("<Enter>")
    term.quiet(60)


def done_with(term):
    term.key("<Esc>")
    term.quiet(60)


def says(term, words):
    """Waits for words in the help, wrapped or not."""
    def holds(lines):
        from_column = 70 if len(lines[1]) > 100 else 1
        return words in " ".join(line[from_column:].strip("│ ") for line in lines)
    term.until(holds)


def puts(server):
    return [json.loads(request["body"]) for request in server.requests() if request["method"] == "PUT"]


def edit_plain(term, key, typed):
    go_to(term, key)
    term.key("<Enter>")
    if key.endswith(("country", "default_region")):
        term.find("Search")
        term.type(typed)
        term.quiet(60)
        term.key("<Enter>")
    elif key.endswith("sms_config"):
        term.find("SMS after a call")
        for label in ("A: sent", "A: text", "B: sent"):
            term.field(label)
            if label.endswith("sent"):
                term.key("<Right>", "<Right>")
                continue
            term.type("Hi")
            term.find("2 characters, 1 segment, 158 left")
        term.key("<C-s>")
        term.gone("SMS after a call")
    elif not key.endswith(("_enabled", "_sup", "timezone")):
        term.key("<C-u>")
        term.type(typed)
        term.key("<Enter>")
    term.find("not saved")
    done_with(term)


def edit_callback(term, section, stem):
    go_to(term, "%s.%s_event" % (section, stem))
    term.key("<Enter>")
    term.find("Send all to")
    term.type("https://hooks.example/" + stem)
    term.key("<Tab>", "<Right>", "<Left>", "<Tab>")
    term.type("application/json")
    term.find("POST_JSON")
    term.key("<C-s>")
    term.gone("Send all to")
    done_with(term)


def every_key(rows, cols):
    server = sandboxes.Sandbox()
    judged = shutil.which("node") is not None and os.path.exists(prism.program())
    judge = prism.Judge(upstream=server.url) if judged else None
    desk = desks.Desk(judge.url if judge else server.url)
    term = open_view(desk, rows, cols)
    wanted = {"common": {}, "greenvn": {}, "greenpin": {}}
    for key, (typed, wire) in PLAIN.items():
        edit_plain(term, key, typed)
        wanted[key.split(".")[0]][key.split(".")[1]] = wire
    for section, stems in CALLBACKS.items():
        for stem in stems:
            edit_callback(term, section, stem)
            wanted[section].update({"%s_event_endpoint" % stem: "https://hooks.example/" + stem,
                                    "%s_event_method" % stem: "POST_JSON",
                                    "%s_event_headers" % stem: '{"content_type": "application/json"}'})
    sms = json.loads(wanted["common"].pop("sms_config"))
    term.find("43 not saved")
    tap.is_(puts(server), [], "%dx%d: nothing is sent before the review" % (cols, rows))
    term.key("<C-s>")
    term.find("Save settings of acme")
    term.find("common.country")
    term.key("y")
    term.find("43 settings saved")
    sent = puts(server)
    tap.is_(len(sent), 1, "%dx%d: one PUT" % (cols, rows))
    tap.is_(json.loads(sent[0]["common"].pop("sms_config")), sms, "%dx%d: SMS as the form said"
            % (cols, rows))
    tap.is_(sent[0], wanted, "%dx%d: all that was changed is sent, with its types" % (cols, rows))
    data = server.get("settings").data
    wanted["common"]["default_region"] = [wanted["common"]["default_region"]]
    data["common"].pop("sms_config")
    tap.is_(data, wanted, "%dx%d: and seen from outside" % (cols, rows))
    for key, words in (("common.country", "DE (Germany, +49)"), ("common.deletion_time", "1800 s (30m)"),
                       ("common.max_deallocation_time", "12h"), ("common.default_region",
                                                                 "MH (Maharashtra and Goa)"),
                       ("greenpin.aparty_pin_length", "6 digits"),
                       ("greenvn.greencall_complete_event", "POST_JSON https://hooks")):
        go_to(term, key)
        term.find(words)
        done_with(term)
    tap.ok(True, "%dx%d: read back and shown" % (cols, rows))
    if judge:
        asked, found = judge.verdict()
        tap.ok(len(asked) >= 3 and not found, "%dx%d: the judge finds no fault" % (cols, rows),
               "\n".join(found))
    tap.is_(term.leave(), "exit 0", "%dx%d: leaves" % (cols, rows))


for size in SIZES:
    @tap.case("every key at %dx%d" % (size[1], size[0]))
    def _(size=size):
        every_key(*size)


def bad_values(rows, cols):
    server = sandboxes.Sandbox()
    term = open_view(desks.Desk(server.url), rows, cols)
    for key, typed, why in (("common.deletion_time", "90000", "not from 0 to 86400"),
                            ("common.max_deallocation_time", "171d", "more than 170 days"),
                            ("greenpin.aparty_pin_length", "x", "no whole number"),
                            ("common.aparty_tag", "", "cannot be empty")):
        go_to(term, key)
        term.key("<Enter>", "<C-u>")
        term.type(typed + "z" if not typed else typed)
        if not typed:
            term.key("<BS>")
        says(term, why)
        term.key("<Enter>")
        term.quiet(60)
        says(term, why)
        tap.ok(not term.shows("not saved"), "%s: refused at the field, with the reason" % key, term.text())
        term.key("<Esc>")
        done_with(term)
    go_to(term, "greenvn.greencall_complete_event")
    term.key("<Enter>")
    term.find("Send all to")
    term.type("ftp://x")
    term.find("does not begin with https://")
    term.key("<C-s>")
    term.find("mend")
    term.key("<C-u>")
    term.type("https://h.example/x")
    term.key("<C-s>")
    term.find("missing")
    tap.ok(term.shows("Send all to"), "an incomplete callback cannot be staged", term.text())
    term.key("<Esc>")
    term.gone("Send all to")
    done_with(term)
    term.key("<C-s>")
    term.find("nothing is changed")
    tap.is_(puts(server), [], "nothing was sent")


for size in SIZES:
    @tap.case("bad values at %dx%d" % (size[1], size[0]))
    def _(size=size):
        bad_values(*size)


@tap.case("a small window, resized while a value is typed")
def _():
    server = sandboxes.Sandbox()
    term = open_view(desks.Desk(server.url))
    go_to(term, "common.deletion_time")
    term.key("<Enter>", "<C-u>")
    term.type("90000")
    says(term, "not from 0 to 86400")
    term.resize(9, 44)
    term.find("common.deletion_time is not from")
    term.resize(5, 20)
    term.find("needs 40")
    term.resize(24, 80)
    says(term, "not from 0 to 86400")
    term.key("<C-u>")
    term.type("90")
    term.key("<Enter>")
    term.find("90 s (1m30s)")
    tap.ok(term.shows("1 not saved"), "what was typed is still there, and can be mended", term.text())


@tap.case("send all to, reset, and leaving")
def _():
    server = sandboxes.Sandbox()
    term = open_view(desks.Desk(server.url))
    go_to(term, "greenpin.greenpin_call_complete_event")
    term.key("<Enter>")
    term.find("Send all to")
    term.type("https://h.example/all")
    term.key("<Tab>", "<Right>", "<Tab>")
    term.type("json")
    term.key("<Tab>", "<Right>", "<Right>")
    term.find("all eight")
    term.key("<C-s>")
    term.find("24 not saved")
    term.key("<C-r>")
    term.find("21 not saved")
    done_with(term)
    for key in ("q", "1", ":quit<Enter>"):
        if key.startswith(":"):
            term.key(":")
            term.type("quit")
            term.key("<Enter>")
        else:
            term.key(key)
        term.find("21 settings are changed and not saved")
        term.key("<Esc>")
        term.gone("Leave, and forget")
        tap.ok(term.shows("21 not saved"), "%s asks first" % key)
    term.key("d")
    term.find("is about allocations")
    term.key("q")
    term.find("Leave, and forget")
    term.key("y")
    term.gone("Settings of acme")
    tap.is_(puts(server), [], "nothing was sent")
    tap.is_(term.leave(), "exit 0", "leaves")


@tap.case("someone else's change, and a server that knows better")
def _():
    service = service_of(KNOWN)
    term = open_view(desks.Desk(service.url))
    service.data["common"]["timezone"] = "UTC"
    go_to(term, "common.deletion_time")
    term.key("<Enter>", "<C-u>")
    term.type("1800")
    term.key("<Enter>")
    term.find("not saved")
    service.after = {"common": dict(service.data["common"], deletion_time=0)}
    term.key("<C-s>")
    term.find("Changed by someone else")
    term.find("IST → UTC")
    tap.is_(service.puts, [], "shown before saving")
    term.key("y")
    term.find("asked 1800 s (30m), server has 0 s")
    tap.is_(service.puts, [{"common": {"deletion_time": 1800}}], "only the change was sent")
    tap.ok(term.shows("1 not saved"), "what was not done is still marked", term.text())


@tap.case("history takes back")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    desk.json("settings", "set", "deletion_time=60", "-y")
    desk.json("settings", "set", "aparty_tag=Rider", "-y")
    term = open_view(desk, 36, 120)
    term.key("H")
    term.find("takes back aparty_tag")
    term.key("<Down>", "<Enter>")
    term.find("1 not saved")
    go_to(term, "common.deletion_time")
    term.find("will be")
    done_with(term)
    term.key("<C-s>")
    term.find("60 s (1m) → 0 s")
    term.key("y")
    term.find("1 setting saved")
    tap.is_(puts(server)[-1], {"common": {"deletion_time": 0}}, "the inverse, and only that")


@tap.case("rules while typing; a command on the : line changes what is shown")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url)
    term = open_view(desk, 36, 120)
    go_to(term, "common.deletion_time")
    term.key("<Enter>", "<C-u>")
    term.type("80000")
    says(term, "none may be left to allocate")
    term.key("<Esc>")
    term.gone("none may be left to allocate")
    done_with(term)
    go_to(term, "greenpin.aparty_pin_length")
    term.key("<Enter>", "<C-u>")
    term.type("2")
    says(term, "guessed in 100 tries")
    term.key("<Esc>")
    done_with(term)
    path = os.path.join(desk.home, "template.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"common": {"aparty_tag": "Fahrer"}}, file)
    term.key(":")
    term.type("settings apply " + path)
    term.key("<Enter>")
    term.find("aparty → Fahrer")
    term.key("y")
    term.find("applied")
    term.key("q")
    term.find("Fahrer")
    tap.is_(puts(server), [{"common": {"aparty_tag": "Fahrer"}}],
            "a template is applied, and the view shows it")


@tap.case("roles: support sees")
def _():
    server = sandboxes.Sandbox()
    desk = desks.Desk(server.url, role="support")
    term = open_view(desk)
    go_to(term, "common.tag_enabled")
    term.key("<Enter>")
    term.find("may not change settings")
    tap.ok(not term.shows("not saved"), "and changes nothing")
    tap.is_(term.leave(), "exit 0", "leaves")
    tap.ok(any(row["result"].startswith("refused") for row in desk.json("audit")), "the refusal is recorded")


@tap.case("GET is not offered; odd and hostile answers")
def _():
    service = service_of({"common": dict(KNOWN["common"], colour="r\x1b[31med\u202e"), "extra": {"a": [1]}})
    desk = desks.Desk(service.url)
    desk.json("settings")
    service.get = 405
    term = open_view(desk)
    term.find("not read now, from 20")
    go_to(term, "colour")
    term.find("r\\x1b[31med\\u202e")
    tap.ok(term.shows("common.colour"), "an unknown key is shown, escaped", term.text())
    done_with(term)
    go_to(term, "greenvn.verified_caller_event")
    tap.ok(not term.shows("key      greenvn"), "a long help does not fit")
    term.key("<Tab>")
    term.find("key      greenvn.verified_caller_event_endpoint")
    term.key("<Tab>")
    term.gone("key      greenvn")
    done_with(term)
    go_to(term, "common.country")
    term.find("reported 20")
    tap.ok(term.shows("not in the last reading") is False, "what the snapshot holds is of the last reading")


tap.main(deadline=400)
