# A private home for greendesk: its configuration, its ledger, and its commands run in it.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desk(url) writes a configuration with one profile; run("get", "gp-1") runs the program and returns
(status, out, err) with .json, the parsed output, None where it is not JSON."""

import json
import os
import sqlite3
import subprocess
from collections import namedtuple
from pathlib import Path

import sandbox
import tap

BULLETS = "\u2022" * 5


def program():
    return os.environ.get("GREENDESK") or os.path.join(tap.BUILDDIR, "greendesk")


def require():
    if not os.access(program(), os.X_OK):
        tap.bail("there is no " + program())


def masked(number):
    """An Indian number as it is shown while masked."""
    return number[:3] + BULLETS + number[-4:]


class Result(namedtuple("Result", "status out err")):
    @property
    def json(self):
        try:
            return json.loads(self.out)
        except ValueError:
            return None

    @property
    def lines(self):
        """The lines on standard error."""
        return self.err.splitlines()


class Desk:
    def __init__(self, url=None, token=sandbox.TOKEN, config=True, **keys):
        """`keys` are further keys of the profile; a key that is None is left out. Without `config` there is
        no configuration at all."""
        self.home = tap.temp_dir("greendesk-home-")
        self.token = token
        self.config_path = os.path.join(self.home, "config", "greendesk", "config.ini")
        self.ledger_path = os.path.join(self.home, "state", "greendesk", "ledger.db")
        self.extra_env = {}
        if config:
            self.profile = {"base_url": url, "tenant": sandbox.TENANT, "account_sid": sandbox.SID,
                            "dialect": "party", "role": "admin"}
            self.profile.update(keys)
            self.write_config()

    def write_config(self, name="test", text=None):
        if text is None:
            lines = ["[greendesk]", "default_profile = " + name, "[profile %s]" % name]
            lines += ["%s = %s" % pair for pair in self.profile.items() if pair[1] is not None]
            text = "\n".join(lines) + "\n"
        os.makedirs(os.path.dirname(self.config_path), mode=0o700, exist_ok=True)
        with open(self.config_path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.config_path, 0o600)

    def env(self, **more):
        """Nothing of the caller's but what sanitizers and the loader need."""
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.home, "USER": "tester",
               "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata", "TERM": "xterm-256color",
               "XDG_CONFIG_HOME": os.path.join(self.home, "config"),
               "XDG_STATE_HOME": os.path.join(self.home, "state"),
               "TMPDIR": self.home}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if name in os.environ:
                env[name] = os.environ[name]
        if self.token is not None:
            env["GREENDESK_TOKEN"] = self.token
        env.update(self.extra_env)
        env.update(more)
        return {name: value for name, value in env.items() if value is not None}

    def start(self, *args, env=None, **options):
        """The program as a running child, for tests that kill it or watch it."""
        argv = [program()] + [str(arg) for arg in args]
        return tap.spawn(argv, env=self.env(**(env or {})), cwd=self.home, **options)

    def run(self, *args, stdin="", timeout=40, env=None):
        child = self.start(*args, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE)
        try:
            out, err = child.communicate(stdin.encode() if isinstance(stdin, str) else stdin, timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError("greendesk %s did not end within %d s: %r %r"
                                 % (" ".join(map(str, args)), timeout, out[-400:], err[-400:]))
        finally:
            tap.end_child(child)
        return Result(child.returncode, out.decode("utf-8", "surrogateescape"),
                      err.decode("utf-8", "surrogateescape"))

    def json(self, *args, **options):
        """Run with -o json; a status other than 0 or output that is not JSON raises."""
        result = self.run("-o", "json", *args, **options)
        if result.status != 0 or result.json is None:
            raise AssertionError("greendesk -o json %s: %r" % (" ".join(map(str, args)), result))
        return result.json

    def ledger(self):
        """The ledger, opened for reading only."""
        connection = sqlite3.connect(Path(self.ledger_path).as_uri() + "?mode=ro", uri=True, timeout=5)
        connection.row_factory = sqlite3.Row
        tap.at_end(connection.close)
        return connection
