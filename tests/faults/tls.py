# TLS that does not come about: a certificate that is not trusted, for another host or out of date, no TLS at
# all. Nothing is sent then, and a write that did not leave is no unknown one.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shutil
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import ask_all  # noqa: E402
import desk as desks  # noqa: E402
import reactions as do  # noqa: E402
import tap  # noqa: E402

desks.require()
if shutil.which("openssl") is None:
    tap.skip_all("there is no openssl to make certificates with")

FOLDER = tap.temp_dir()


def certificate(name, subject, days):
    """Key and certificate, for that name, in one file."""
    path = os.path.join(FOLDER, name + ".pem")
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", str(days),
                           "-subj", "/CN=" + name, "-addext", "subjectAltName=" + subject,
                           "-keyout", path + ".key", "-out", path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode != 0:
        tap.skip_all("openssl makes no certificate: " + made.stdout.decode("utf-8", "replace")[-200:])
    return path


GOOD = certificate("good", "IP:127.0.0.1", 3650)
OTHER = certificate("other", "DNS:other.invalid", 3650)


def speak_tls(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, path + ".key")

    def react(exchange):
        exchange.sock = context.wrap_socket(exchange.sock, server_side=True)
        return True
    return react


def behind(path, count=12):
    """Every connection speaks TLS with that certificate; all is answered well then."""
    def prepare(server):
        server.default = do.answer(json=ask_all.party())
        if path is not None:
            server.on_connect(*[speak_tls(path)] * count)
    return prepare


def secure(server):
    return "https://127.0.0.1:%d/v1" % server.port


GET = ("-o", "json", "get", "--kind", "greenpin", "gp-1")
CREATE = ("create", "transaction_id=ORD-1", "a.numbers=+919810000001", "a.vns=+918047134401",
          "b.numbers=+919820000002", "-y")
BROKEN = (
    ("not trusted", GOOD, None, "certificate is not trusted", 1),
    ("for another host", OTHER, OTHER, "certificate is not trusted", 1),
    ("no file of trusted ones", GOOD, "/nonexistent.pem", "ca_file|certificate", None),
    ("a plain port", None, GOOD, "no secure connection|no connection", 5),
)


@tap.case("a certificate that is trusted")
def _():
    run = ask_all.Run("trusted", behind(GOOD), *GET, url=secure, ca_file=GOOD).go()
    tap.is_((run.result.status, run.server.count()), (0, 1), "read") or tap.diag(run.result)


@tap.case("no TLS comes about")
def _():
    runs = []
    for name, certificate_file, trusted, _says, _tries in BROKEN:
        for words in (GET, CREATE):
            runs.append(ask_all.Run("%s, %s" % (name, "get" if words is GET else "create"),
                                    behind(certificate_file), *words, url=secure, ca_file=trusted))
    ask_all.go_all(runs)
    for at, run in enumerate(runs):
        _name, _file, trusted, says, connections = BROKEN[at // 2]
        status = 2 if trusted == "/nonexistent.pem" and run.result.status == 2 else 5
        run.check_line(status, says)
        tap.is_([request for request in run.server.requests if request.complete], [],
                run.name + ": nothing was sent")
        if connections is not None:
            tap.is_(run.server.connections, connections, "%s: %d connections" % (run.name, connections))
        tap.is_(run.known(), [], run.name + ": nothing is stored")
        if run.words is CREATE and status == 5:
            operations = run.desk.json("operations")
            tap.is_([operation["counts"]["unknown"] for operation in operations], [0],
                    run.name + ": no unknown row")


@tap.case("plain HTTP to a TLS port")
def _():
    run = ask_all.Run("plain HTTP to a TLS port", behind(GOOD), *GET).go()
    run.server.problems.clear()
    run.check_line(5, "after 5 tries")
    tap.is_(run.server.requests, [], "no request was understood")


tap.main(deadline=180)
