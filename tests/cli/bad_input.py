# What goes wrong at first: each gives exactly one clear line on standard error that says what to do, and the
# right status, and nothing on standard output.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
sandboxes.require()


def line(desk, status, says, name, *args, **options):
    return judge(desk.run(*args, **options), status, says, name)


def lines(*cases):
    """Reads of gp-1 side by side, since most of them wait: (desk, status, says, name)"""
    results = tap.together([lambda case=case: case[0].run("get", "gp-1") for case in cases])
    for (_desk, status, says, name), done in zip(cases, results):
        judge(done, status, says, name)


def judge(done, status, says, name):
    tap.is_(done.status, status, name + ": status %d" % status) or tap.diag(done)
    tap.is_(done.out, "", name + ": nothing on standard output")
    tap.ok(len(done.lines) == 1 and done.err.endswith("\n"), name + ": one line", done.err)
    tap.like(done.err, r"^greendesk: ", name + ": says who speaks")
    tap.like(done.err, "(?i)" + says, name + ": says what is wrong and what to do")
    tap.unlike(done.err, r"[\x00-\x09\x0b-\x1f\x7f]", name + ": no control characters")
    tap.unlike(done.err, "[\udc80-\udcff]", name + ": no bytes that are no text")
    tap.unlike(done.err, re.escape(sandboxes.TOKEN), name + ": no token")
    return done


def served(reaction, **keys):
    """A profile at a server that always reacts so."""
    return desks.Desk(FaultServer(default=reaction).url, timeout=2, **keys)


GOOD = ('{"success":true,"status":200,"code":null,"message":null,"data":{"greenpin_id":"gp-1",'
        '"transaction_id":"t","a":{"numbers":["+919810000001"],"vns":["+918047134401"],"pin":"4711"},'
        '"b":{"numbers":["+919820000002"]},'
        '"usage":"twoway","state":"active","deallocation_time":"2099-01-01 00:00:00"}}')


@tap.case("configuration")
def _():
    line(desks.Desk(config=False), 2, r"config\.ini", "no configuration", "get", "gp-1")
    line(desks.Desk(config=False), 2, r"config\.ini|terminal", "no configuration, the console", stdin="")
    desk = desks.Desk("http://127.0.0.1:9/v1")
    desk.write_config(text="[greendesk]\ndefault_profile = acme\n[profile other]\n"
                      "base_url = http://127.0.0.1:9/v1\ntenant = other\naccount_sid = other1\n")
    line(desk, 2, "acme", "a profile that is not there", "get", "gp-1")
    desk.write_config(text="[profile acme]\nbase_url = http://127.0.0.1:9/v1\naccount_sid = acme1\n")
    line(desk, 2, "tenant", "no tenant", "get", "gp-1")
    desk.write_config(text="[profile acme]\nbase_url = http://127.0.0.1:9/v1\ntenant = acme\n")
    line(desk, 2, "account_sid", "no account", "get", "gp-1")
    desk.write_config(text="[profile acme]\nbase_uri = x\n")
    line(desk, 2, r"config\.ini.*base_uri", "an unknown key", "get", "gp-1")
    desk.write_config(text="[profile acme]\ntimeout = soon\n")
    line(desk, 2, "timeout", "a value that is none", "get", "gp-1")
    desk.write_config(text="[profile acme\nthis is no ini\n")
    line(desk, 2, r"config\.ini", "no INI", "get", "gp-1")
    desk.write_config(text="[profile acme]\nbase_url = http://127.0.0.1:9/v1\ntenant = acme\n"
                      "account_sid = a\ntoken = %s\n" % sandboxes.TOKEN)
    os.chmod(desk.config_path, 0o644)
    line(desk, 2, "chmod|0600|others", "a token that others can read", "get", "gp-1")
    desk = desks.Desk("http://127.0.0.1:9/v1", token=None)
    line(desk, 2, "GREENDESK_TOKEN|token", "no token", "get", "gp-1")
    desk = desks.Desk("http://127.0.0.1:9/v1", token=None, token_command="exit 3")
    line(desk, 2, "token_command", "a token command that fails", "get", "gp-1")
    desk = desks.Desk("http://127.0.0.1:9/v1", token=None, token_file="/nonexistent/token")
    line(desk, 2, "/nonexistent/token", "a token file that is not there", "get", "gp-1")


@tap.case("the server is not there")
def _():
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    lines((desks.Desk("http://127.0.0.1:%d/v1" % port), 5, "refused|connect", "unreachable"),
          (desks.Desk("https://%s.invalid/v1" % ("x" * 64)), 5, "xxx", "a name that does not exist"),
          (served(do.never()), 5, "2 s|time", "no answer"))
    sock.close()


@tap.case("the server refuses")
def _():
    server = sandboxes.Sandbox(seed=1)
    line(desks.Desk(server.url, token="wrong"), 4, "401.*token|token.*401", "a wrong token", "get",
         server.ids()[0])
    done = line(desks.Desk(server.url), 4, "gp-none", "an unknown id", "get", "gp-none")
    tap.like(done.err, "404|no such allocation", "an unknown id: the meaning")
    line(desks.Desk(server.url), 4, "gp/", "an id that is a path", "get", "gp/../../settings")


@tap.case("the server answers nonsense")
def _():
    hostile = {"success": False, "status": 404, "code": 1, "data": None,
               "message": "line one\nline two\x1b[2J\u202e"}
    lines((served(do.answer(200, '{"success":true,')), 4, "json|read|understood", "malformed JSON"),
          (served(do.answer(200, "")), 4, "empty|json|nothing", "nothing at all"),
          (served(do.html()), 4, "(no|not) json", "HTML instead of JSON"),
          (served(do.html(403)), 4, "403", "HTML with a status"),
          (served(do.answer(200, "[1,2,3]")), 4, "data nor response", "JSON of another shape"),
          (served(do.answer(200, '{"data":{"greenpin_id":"a\\u0000b"}}')), 4, ".", "NUL in an id"),
          (served(do.nested(5000)), 4, "json|deep|read", "deep nesting"),
          (served(do.answer(200, b'{"data":{"greenpin_id":"\xff\xfe"}}')), 4, "another allocation",
           "invalid UTF-8"),
          (served(do.huge(33, declared=False)), 4, "32|large|big|long", "more than 32 MiB"),
          (served(do.redirect("http://127.0.0.1:9/x")), 4, "redirect|302", "a redirect"),
          (served(do.answer(400, "\x1b[31mred\x1b]0;title\x07")), 4, "400", "escape sequences"),
          (served(do.answer(404, json=hostile)), 4, "line one", "a hostile message"))


@tap.case("the answer is cut off")
def _():
    whole = do.message(200, GOOD)
    says = "answer|connection|cut|end|short|bytes"
    lines((served(do.cut_at(12, whole)), 5, says, "cut off in the head"),
          (served(do.cut_at(len(whole) - 9, whole)), 5, says, "cut off in the body"),
          (served(do.cut_at(len(whole) - 9, whole, how="reset")), 5, says, "cut off by reset"),
          (served(do.wrong_length(40, GOOD)), 5, says, "cut off by a wrong length"),
          (served(do.close_after()), 5, says, "cut off before it began"))


@tap.case("what looks odd and is right")
def _():
    for name, reaction in (("chunks of one byte", do.chunked(GOOD)),
                           ("gzip", do.gzipped(GOOD, asked_or_not=False)),
                           ("slow", do.drip(GOOD, pause=0.001, piece=7))):
        desk = served(reaction)
        rows = desk.run("-o", "json", "get", "gp-1").json or [{}]
        tap.is_((rows[0].get("id"), rows[0].get("state")), ("gp-1", "active"), name + " is read")


tap.main(deadline=240)
