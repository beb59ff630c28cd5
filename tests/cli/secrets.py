# Promise 5: no secret in argv, log, core, history or the ledger. Every command runs with -vv; then everything
# that it wrote, and what /proc showed of it meanwhile, is searched for every secret that it used.
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import os
import re
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import sandbox as sandboxes  # noqa: E402
import tap  # noqa: E402
from faults import FaultServer  # noqa: E402

desks.require()
sandboxes.require()

TOKEN = "t0k3n-Zx9QwLm4"
CREDENTIALS = base64.b64encode(("%s:%s" % (sandboxes.SID, TOKEN)).encode()).decode()
# Six digits: a number of that length is masked by its field's name, or not at all.
PINS = {"a": "908172", "b": "061845", "new": "730951"}
A, B, C = "+919810046281", "+919820073912", "+919830051837"
HOOK = "in-Kd82hT5x"  # in the address of the tenant's receiver, which nothing else protects
NATIONAL = {A: "98100 46281", B: "098200-73912", C: "9830051837"}


def traces(text, secrets):
    """Which of the secrets stand in the text: of numbers, their national part in any grouping."""
    found = []
    for secret in secrets:
        if secret.startswith("+"):
            pattern = r"[ .()-]?".join(secret[-10:])
        else:
            pattern = (r"(?<!\d)%s(?!\d)" if secret.isdigit() else "%s") % re.escape(secret)
        if re.search(pattern, text):
            found.append(secret)
    return found


def files_under(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                yield path, file.read().decode("latin-1")


class Watcher(threading.Thread):
    """Looks at every process of this machine as long as it runs: argv, and of children the environment."""

    def __init__(self, child):
        super().__init__(daemon=True)
        self.child, self.argv, self.environ = child, set(), set()
        self.start()

    def run(self):
        while self.child.poll() is None:
            for pid in filter(str.isdigit, os.listdir("/proc")):
                self.look(pid)

    def look(self, pid):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                argv = file.read().decode("latin-1")
            if int(pid) != os.getpid():
                self.argv.add(argv)
            if int(pid) == self.child.pid or self.parent(pid) == self.child.pid:
                with open("/proc/%s/environ" % pid, "rb") as file:
                    self.environ.add(file.read().decode("latin-1"))
        except OSError:
            pass

    @staticmethod
    def parent(pid):
        with open("/proc/%s/stat" % pid, encoding="latin-1") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])


class Watched:
    """A desk whose token comes from a command; all that its programs say is gathered."""

    def __init__(self, url, **keys):
        vault = tap.temp_dir("greendesk-vault-")
        with open(os.path.join(vault, "token"), "w", encoding="ascii") as file:
            file.write(TOKEN + "\n")
        self.desk = desks.Desk(url, token=None, token_command="cat %s/token" % vault, **keys)
        self.out, self.log, self.seen = "", "", []

    def run(self, *words, stdin="", status=0, hidden=False, argued=False):
        """Runs it with -vv; hidden: its words and what it prints are not looked into; argued: its words."""
        child = self.desk.start("-vv", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        watcher = Watcher(child)
        out, err = child.communicate(stdin.encode(), 40)
        watcher.join()
        tap.end_child(child)
        if not hidden and not argued:
            self.seen.append(watcher)
        if not hidden:
            self.out += out.decode("utf-8", "replace")
        self.log += err.decode("utf-8", "replace")
        if status is not None:
            tap.ok(child.returncode == status, " ".join(words)[:60], (child.returncode, out, err[-2000:]))
        return out.decode("utf-8", "replace")


CREATE = {"party": ["transaction_id=ORD-1", "a.vns=+918047134401", "a.pin=-", "b.pin=-", "usage=twoway"],
          "flat": ["a.vns=+918047134401"]}


def every_command(watched, server, dialect):
    """All that the program can do, with the secrets given where they may be given; the PIN that was made."""
    numbers = ["a.numbers=-", "b.numbers=-"]
    typed = [NATIONAL[A], NATIONAL[B]] + ([PINS["a"], PINS["b"]] if dialect == "party" else [])
    made = watched.run("create", "-y", *numbers, *CREATE[dialect], stdin="\n".join(typed) + "\n")
    identity = re.search(r"(gp_\w+|[0-9a-f-]{36})", made).group(1)
    data = server.get("greenpin", identity).data
    pins = [PINS["a"], PINS["b"]] if dialect == "party" else [data["pin"]]
    for form in ("table", "json", "jsonl", "csv", "tsv"):
        watched.run("-o", form, "get", identity)
        watched.run("-o", form, "list")
    watched.run("list", "id:" + identity)
    if dialect == "party":
        watched.run("update", identity, "b.pin=-", "-y", stdin=PINS["new"] + "\n")
        pins.append(PINS["new"])
    watched.run("update", identity, "b.numbers+=-", "-y", stdin=NATIONAL[C] + "\n")
    watched.run("update", identity, "b.numbers=-", "-y", stdin=NATIONAL[A] + "\n", status=2)
    watched.run("refresh")
    watched.run("import", "-", "--fetch", stdin=identity + "\nnobody\n")
    for words in (["operations"], ["operations", "1"], ["-o", "json", "operations", "1"], ["audit"],
                  ["-o", "json", "audit"], ["profile", "check"], ["keys"], ["help"]):
        watched.run(*words)
    watched.run("stage", identity, "somebody", "b.numbers=-", stdin=NATIONAL[C] + "\n")
    for words in (["staged"], ["-o", "json", "staged"], ["apply", "--confirm=2"], ["report", "4"],
                  ["retry", "4", "-y"], ["undo", "4"], ["-o", "csv", "staged"], ["unstage"],
                  ["deallocate", identity, "-y"], ["report", "5"], ["undo", "5", "-y"], ["report", "6"],
                  ["operations"], ["-o", "json", "audit"], ["events"], ["count", "state"],
                  *(["export", "all." + ending] for ending in ("csv", "json", "jsonl", "tsv"))):
        watched.run(*words, status=None)
    for words in (["why", A], ["-o", "json", "why", A], ["count", "b.numbers"], ["count", "b.pin"]):
        watched.run(*words, status=None, argued=True)
    watched.run("settings", "set", "verified_caller_event_endpoint=https://hooks.example/" + HOOK,
                "verified_caller_event_method=GET", "verified_caller_event_headers=json", "-y", hidden=True)
    watched.run("settings", hidden=True)
    return pins


def check_said(watched, pins, name):
    everything = [TOKEN, CREDENTIALS, A, B, C] + pins
    tap.ok(len(watched.log) > 5000 and "PUT" in watched.log and "> {" in watched.log,
           name + ": the log holds requests and bodies", watched.log[:500])
    tap.ok("hooks.example" in watched.log, name + ": so are settings")
    tap.is_(traces(watched.log, everything + [HOOK]), [], name + ": no secret in log and standard error")
    tap.is_(traces(watched.out, everything), [], name + ": no secret on standard output")


def check_seen(watched, pins, name):
    everything = [TOKEN, CREDENTIALS, A, B, C] + pins
    argv = "\n".join(set().union(*(seen.argv for seen in watched.seen)))
    environ = "\n".join(set().union(*(seen.environ for seen in watched.seen)))
    tap.ok("greendesk" in argv and environ, name + ": processes were seen")
    tap.is_(traces(argv, everything), [], name + ": no secret in the arguments of any process")
    tap.is_(traces(environ, everything), [], name + ": nor in an environment")


def check_kept(watched, pins, name):
    kept = list(files_under(watched.desk.home))
    tap.ok(any(path.endswith("ledger.db") for path, _ in kept), name + ": there is a ledger")
    tap.is_(len([path for path, text in kept if "/all." in path and text]), 4, name + ": and exports")
    tap.is_([path for path, text in kept if traces(text, [TOKEN, CREDENTIALS])], [],
            name + ": the token is in no file")
    beside = [path for path, text in kept
              if not os.path.basename(path).startswith("ledger.db") and traces(text, [A, B, C] + pins)]
    tap.is_(beside, [], name + ": numbers and PINs are in the ledger alone")
    tap.is_([path for path, _ in kept if os.stat(path).st_mode & 0o077], [], name + ": no file is for others")


@tap.case("every command, both dialects")
def _():
    for dialect in ("party", "flat"):
        server = sandboxes.Sandbox(dialect=dialect)
        watched = Watched(server.url, dialect=dialect)
        pins = every_command(watched, server, dialect)
        check_said(watched, pins, dialect)
        check_seen(watched, pins, dialect)
        check_kept(watched, pins, dialect)


@tap.case("while a request is under way")
def _():
    server = FaultServer(do.never())
    watched = Watched(server.url, timeout=20)
    child = watched.desk.start("get", "gp-1", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server.wait_for(1)
    with open("/proc/%d/limits" % child.pid, encoding="ascii") as file:
        tap.like(file.read(), r"Max core file size +0 +0 ", "no core can be written")
    for name in ("cmdline", "environ"):
        with open("/proc/%d/%s" % (child.pid, name), "rb") as file:
            text = file.read().decode("latin-1")
        tap.ok(text and not traces(text, [TOKEN, CREDENTIALS]), "no token in its " + name)
    os.kill(child.pid, signal.SIGABRT)
    child.wait()
    tap.is_([path for path, _ in files_under(watched.desk.home) if "core" in os.path.basename(path)], [],
            "and none is written when it is aborted")


def echo(status, content_type, form):
    """Answers with all that it was sent: the worst that a proxy's page of errors can do."""
    def react(exchange):
        text = exchange.request.raw_head.decode("latin-1") + exchange.request.body.decode() + TOKEN
        body = form % text.replace("\r\n", "<br>").replace('"', "'")
        exchange.send(do.message(status, body, content_type=content_type))
        return True
    return react


@tap.case("a server that says aloud what it was told")
def _():
    for status, kind, form in ((500, "text/html", "<html>%s</html>"),
                               (400, "application/json", '{"success":false,"status":400,"message":"%s"}'),
                               (200, "application/json", '{"success":true,"status":200,"data":{'
                                                         '"greenpin_id":"gp-1","custom_field":"%s"}}'),
                               (200, "text/plain", "%s")):
        name = "%d %s" % (status, kind)
        watched = Watched(FaultServer(echo(status, kind, form)).url, timeout=1)
        for words in (["get", "gp-1"], ["update", "gp-1", "b.pin=-", "-y"], ["list"], ["operations", "1"]):
            watched.run(*words, stdin=PINS["new"] + "\n", status=None)
        secrets = [TOKEN, CREDENTIALS] + ([PINS["new"]] if status != 200 else [])
        tap.is_(traces(watched.log + watched.out, secrets), [], name + ": no secret is repeated")
        tap.is_([path for path, text in files_under(watched.desk.home) if traces(text, [TOKEN, CREDENTIALS])],
                [], name + ": the token is in no file")


@tap.case("a token that cannot be had")
def _():
    desk = desks.Desk("http://127.0.0.1:1/v1", token=None, token_command="echo %s; exit 1" % TOKEN)
    done = desk.run("get", "gp-1")
    tap.ok(done.status == 2 and TOKEN not in done.err + done.out, "a command that fails after printing it",
           done)
    for lines in ("token = %s\nbase_url = ftp://x", "tokn = %s", "token_file = /nowhere/%s\n[keys", "%s"):
        desk.write_config(text="[profile test]\n" + lines % TOKEN + "\n")
        done = desk.run("get", "gp-1")
        tap.ok(done.status == 2, "a configuration that is refused", done)
        if "nowhere" not in lines:
            tap.ok(TOKEN not in done.err + done.out, "does not repeat the token", done)
    desk.write_config(text="[profile test]\ntoken = %s\nbase_url = http://127.0.0.1:1/v1\ntenant = t\n"
                      "account_sid = s\n" % TOKEN)
    os.chmod(desk.config_path, 0o644)
    done = desk.run("get", "gp-1")
    tap.ok(done.status == 2 and TOKEN not in done.err, "one that others can read is refused, without it",
           done)


tap.main(deadline=180)
