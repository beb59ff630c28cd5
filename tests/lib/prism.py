# The independent judge: Prism holds requests and answers against tests/contract/openapi.yaml.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge() answers by itself with the contract's examples and judges what it is asked; Judge(upstream=url)
stands before a server and judges both sides. verdict() is what it has found since the last call."""

import http.client
import os
import re
import shutil
import subprocess
import threading

import tap

CONTRACT = os.path.join(tap.SRCDIR, "tests", "contract")
SENTINEL = "/end-of-what-is-judged-"


def program():
    return os.environ.get("GREENDESK_PRISM") or os.path.join(
        CONTRACT, "judge", "node_modules", "@stoplight", "prism-cli", "dist", "index.js")


def require():
    """Without Node or Prism the file is left out; where it must be there (in CI) that is a failure."""
    what = None
    if shutil.which("node") is None:
        what = "Node is missing (Debian: nodejs)"
    elif not os.path.exists(program()):
        what = "Prism is missing: ./bootstrap check installs it, or npm ci in tests/contract/judge"
    if what is None:
        return
    if os.environ.get("GREENDESK_NEED_JUDGE"):
        tap.bail(what)
    tap.skip_all(what)


class Judge:
    def __init__(self, upstream=None):
        argv = ["node", program(), "proxy" if upstream else "mock", "--errors", "-h", "127.0.0.1", "-p", "0",
                os.path.join(CONTRACT, "openapi.yaml")] + ([upstream] if upstream else [])
        env = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        self.child = tap.spawn(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=env)
        self.lines, self.ended = [], False
        self.more = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.seen = self.sentinels = 0
        line = self._wait("listening on http://127.0.0.1:")
        self.port = int(re.search(r"127\.0\.0\.1:(\d+)", line).group(1))
        self.url = "http://127.0.0.1:%d" % self.port
        self.verdict()

    def _read(self):
        for line in self.child.stdout:
            with self.more:
                self.lines.append(line.decode("utf-8", "replace").rstrip())
                self.more.notify_all()
        with self.more:
            self.ended = True
            self.more.notify_all()

    def _wait(self, *parts):
        """The first line that holds all the parts, when it has come."""
        at = 0
        with self.more:
            while True:
                for line in self.lines[at:]:
                    if all(part in line for part in parts):
                        return line
                at = len(self.lines)
                if self.ended or not self.more.wait(30):
                    raise RuntimeError("Prism did not say %r: %s" % (parts, "\n".join(self.lines[-20:])))

    def verdict(self):
        """(requests, violations): what came since the last call, and every line that finds fault with it."""
        self.sentinels += 1
        mark = SENTINEL + str(self.sentinels)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", mark)
        connection.getresponse().read()
        connection.close()
        self._wait(mark + " \u2716")
        new, self.seen = self.lines[self.seen:], len(self.lines)
        asked = [line for line in new if "Request received" in line and SENTINEL not in line]
        faults = [line for line in new if re.search("\u2716|\u26a0|Violation", line) and SENTINEL not in line]
        return asked, faults

    def request(self, method, path, body=None, auth=True):
        """A request past the program under test: (status, body)."""
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if auth:
            headers["Authorization"] = "Basic eDp5"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, text


def operations():
    """Every method and path of the contract: {"put /tenants/{tenant_id}/settings", …}"""
    found, path = set(), None
    with open(os.path.join(CONTRACT, "openapi.yaml"), encoding="utf-8") as file:
        for line in file:
            at = re.match(r"  (/\S+):$", line)
            path = at.group(1) if at else None if re.match(r"\S", line) else path
            method = re.match(r"    (get|put|post|delete):$", line)
            if path and method:
                found.add(method.group(1) + " " + path)
    return found


def operation_of(line):
    """Which of them a line "Request received" is about, None where none."""
    at = re.search(r"\] (\w+) (/\S+)", line)
    for operation in operations():
        method, path = operation.split(" ")
        if at and at.group(1) == method and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)),
                                                         at.group(2).split("?")[0]):
            return operation
    return None
