# A TCP and HTTP server on loopback that misbehaves as it is told, and remembers what it was sent.
# SPDX-License-Identifier: GPL-3.0-or-later
"""FaultServer(default=reaction) answers each request by the first rule that fits:

    server = FaultServer(default=proxy(sandbox))
    server.on("PUT", r"/greenpin/gp-1$", proxy_then_cut(sandbox, at=40), times=1)
    server.on_connect(reset_now())              # the next connection, before anything is read

A reaction is a function of one Exchange; it returns True where the connection may go on. reactions.py
holds them. server.requests is every request exactly as it came, in order of arrival."""

import re
import socket
import struct
import threading
import time

import tap

LIMIT = 64 * 1024 * 1024


class Request:
    """One request as it came, `at` (time.monotonic) its end. `complete` is False where it was cut short."""

    def __init__(self):
        self.method = self.path = self.version = ""
        self.headers = []
        self.body = b""
        self.raw_head = b""
        self.complete = False
        self.at = time.monotonic()

    def header(self, name):
        """The value of a header, None where absent."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    def __repr__(self):
        end = "" if self.complete else " cut short"
        return "<%s %s %r%s>" % (self.method, self.path, self.body[:200], end)


class Exchange:
    """What a reaction works on: the connection, the request where one was read, the server."""

    def __init__(self, server, sock):
        self.server, self.sock = server, sock
        self.request = None
        self.buffer = b""

    def send(self, data):
        self.sock.sendall(data)

    def recv(self, size=65536):
        """More bytes into the buffer; False at the end."""
        more = self.sock.recv(size)
        self.buffer += more
        return bool(more)

    def take(self, size):
        """The first `size` bytes; fewer where the connection ended."""
        while len(self.buffer) < size and self.recv():
            pass
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def take_until(self, mark):
        """Up to and with `mark`, None where the connection ended before."""
        while mark not in self.buffer:
            if len(self.buffer) > LIMIT or not self.recv():
                return None
        end = self.buffer.index(mark) + len(mark)
        taken, self.buffer = self.buffer[:end], self.buffer[end:]
        return taken

    def reset(self):
        """End the connection by RST: what was not delivered yet is thrown away."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def read_request(self):
        """Read one request into self.request and remember it; False at the end of the connection."""
        head = self.take_until(b"\r\n\r\n")
        if head is None:
            if self.buffer:
                self.request = parse_head(self.buffer)
                self.server.remember(self.request)
            return False
        self.request = parse_head(head)
        if (self.request.header("Expect") or "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._read_body()
        self.server.remember(self.request)
        return self.request.complete

    def _read_body(self):
        if "chunked" in (self.request.header("Transfer-Encoding") or "").lower():
            self.request.complete = self._read_chunks()
            return
        length = int(self.request.header("Content-Length") or 0)
        self.request.body = self.take(length)
        self.request.complete = len(self.request.body) == length

    def _read_chunks(self):
        while True:
            line = self.take_until(b"\r\n")
            if line is None:
                return False
            size = int(line.split(b";")[0], 16)
            piece = self.take(size + 2)
            self.request.body += piece[:size]
            if len(piece) < size + 2:
                return False
            if size == 0:
                return True


def parse_head(head):
    """A Request from the bytes of its head, which may be cut short."""
    request = Request()
    request.raw_head = head
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ", 2) + ["", "", ""]
    request.method, request.path, request.version = words[:3]
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if colon:
            request.headers.append((name, value.strip()))
    return request


class _Rule:
    def __init__(self, method, pattern, reaction, times):
        self.method, self.pattern, self.reaction, self.left = method, pattern, reaction, times

    def fits(self, request):
        return (self.left != 0 and (self.method is None or self.method == request.method)
                and re.search(self.pattern, request.path) is not None)


class FaultServer:
    def __init__(self, default=None):
        self.default = default
        self.requests = []
        self.connections = 0
        self.problems = []
        self.released = threading.Event()
        self._rules, self._first, self._open = [], [], set()
        self._changed = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self.host = "http://127.0.0.1:%d" % self.port
        self.url = self.host + "/v1"
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()
        tap.at_end(self.close)

    def on(self, method, pattern, reaction, times=-1):
        """React so to requests of a method (None: any) whose path holds the pattern; times -1 is always."""
        with self._changed:
            self._rules.append(_Rule(method, pattern, reaction, times))
        return self

    def on_connect(self, *reactions):
        """React so to the next connections, one each, before a byte is read."""
        with self._changed:
            self._first.extend(reactions)
        return self

    def release(self):
        """Let every reaction that holds back its answer go on."""
        self.released.set()

    def count(self, method=None, pattern=""):
        with self._changed:
            return sum(1 for request in self.requests
                       if (method is None or request.method == method) and re.search(pattern, request.path))

    def wait_for(self, count, method=None, pattern="", deadline=20):
        """Wait until so many such requests have come; False at the deadline."""
        with self._changed:
            return self._changed.wait_for(lambda: self.count(method, pattern) >= count, deadline)

    def remember(self, request):
        request.at = time.monotonic()
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    def close(self):
        self._closed = True
        self.released.set()
        with self._changed:
            sockets = list(self._open)
        for sock in [self._listener] + sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def _accept(self):
        while not self._closed:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._changed:
                self._open.add(sock)
                self.connections += 1
                first = self._first.pop(0) if self._first else None
            threading.Thread(target=self._serve, args=(sock, first), daemon=True).start()

    def _serve(self, sock, first):
        exchange = Exchange(self, sock)
        try:
            if first is not None and not first(exchange):
                return
            while exchange.read_request():
                if not self._reaction(exchange.request)(exchange):
                    return
        except OSError:
            pass  # the other side went away, which is its right
        except Exception as error:  # kept for the test to see: check problems == []
            self.problems.append("%s: %s" % (type(error).__name__, error))
        finally:
            sock.close()
            with self._changed:
                self._open.discard(sock)

    def _reaction(self, request):
        with self._changed:
            for rule in self._rules:
                if rule.fits(request):
                    rule.left -= 1 if rule.left > 0 else 0
                    return rule.reaction
        if self.default is None:
            raise LookupError("no reaction for %r" % request)
        return self.default
