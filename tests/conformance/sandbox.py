"""What all scripts share: the sandbox's address, its own routes, and downloads."""

import json
import os
import signal
import struct
import threading
import urllib.error
import urllib.request
import zlib
from http.server import BaseHTTPRequestHandler, HTTPServer

URL = os.environ["SANDBOX_URL"]
"""The vendor's base URL, with `/v1`."""

ROOT = "/".join(URL.split("/")[:3])
"""Scheme and host, before the sandbox's own `/_sandbox/`."""

# An SDK that waits for ever is ended from here.
signal.alarm(90)

# A proxy of the machine would see loopback as its own.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def passed(text):
    print(f"  ok  {text}", flush=True)


def call(method, url, body=None, headers=None):
    """One call without any SDK: status, headers and bytes."""
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with _direct.open(request, timeout=10) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def faults(*rules):
    """Replaces the fault plan; without rules all is well again."""
    body = json.dumps(rules).encode()
    status, _, answer = call("POST", f"{ROOT}/_sandbox/faults", body)
    assert status == 200, answer


def fault(step, kind, **more):
    """A rule for the next call of a step at this vendor."""
    return {"provider": URL.split("/")[3], "step": step, "fault": {"kind": kind, **more}}


def charges():
    """How many jobs were paid at this vendor so far."""
    _, _, body = call("GET", f"{ROOT}/_sandbox/ledger")
    provider = URL.split("/")[3]
    return sum(charge["provider"] == provider for charge in json.loads(body)["charges"])


def fetch(url, kind):
    """Downloads without credentials and checks type and first bytes."""
    status, headers, body = call("GET", url)
    assert status == 200, (status, url)
    assert headers["content-type"] == kind, (headers["content-type"], kind)
    magic = {"image/png": (0, b"\x89PNG\r\n\x1a\n"), "image/jpeg": (0, b"\xff\xd8\xff"),
             "image/webp": (8, b"WEBP"), "video/mp4": (4, b"ftyp")}
    at, first = magic[kind]
    assert body[at:at + len(first)] == first, body[:16]
    return body


class Receiver:
    """Takes calls on loopback, such as those of webhooks, and keeps them."""

    def __init__(self):
        self.calls = calls = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                calls.append((dict(self.headers), body.decode()))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.server.timeout = 10
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def after(self, act):
        """Acts, and gives what the act gave and the next call as headers and body."""
        thread = threading.Thread(target=self.server.handle_request)
        thread.start()
        made = act()
        thread.join()
        assert self.calls, "nobody called"
        return made, self.calls.pop()


def png(side=8):
    """A grey square, a valid PNG."""
    def chunk(name, data):
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * side) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def size_of_png(body):
    return struct.unpack(">II", body[16:24])
