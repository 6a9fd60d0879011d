"""Where alerts are told of: a webhook and a mail server of the faults' own, which keep what came.

Each refuses some of what it is given the first time, so that it has to be told again.
"""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Of so many, one is refused at first.
REFUSED = 4
SITE, READER = "http://faults.example.org", "ops@faults.example.org"
SUBJECT = re.compile(r"^Subject: \[\w+\] (Opened|Became critical|Resolved): ", re.MULTILINE)
ALERT = re.compile(r"/admin/ops/alert/([0-9a-f-]{36})/change/")


@dataclass
class Sink:
    """`told` counts by event for the webhook, by alert and what happened to it for mails."""

    told: Counter[tuple[str, ...]] = field(default_factory=Counter)
    refused: set[tuple[str, ...]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> dict[str, str]:
        """The settings that lead here."""
        self.servers: list[Any] = []
        for base, handler in ((ThreadingHTTPServer, Hook), (Mails, Mail)):
            server = base(("127.0.0.1", 0), type(handler.__name__, (handler,), {"sink": self}))
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.servers.append(server)
        hook, mails = (server.server_address[1] for server in self.servers)
        return {
            "ALERT_WEBHOOK_URL": f"http://127.0.0.1:{hook}/",
            "ALERT_EMAILS": READER,
            "EMAIL_URL": f"smtp://127.0.0.1:{mails}",
            "SITE_URL": SITE,
        }

    def close(self) -> None:
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def takes(self, *key: str) -> bool:
        """Whether it was told, and is not to be told again."""
        with self.lock:
            if key not in self.refused and not self.told[key]:
                self.told[key] = 0
                if len(self.told) % REFUSED == 0:
                    self.refused.add(key)
                    return False
            self.told[key] += 1
            return True


class Hook(BaseHTTPRequestHandler):
    sink: Sink

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204 if self.sink.takes(event["id"]) else 503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


class Mails(socketserver.ThreadingTCPServer):
    daemon_threads = True


class Mail(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a sender without login needs."""

    sink: Sink

    def handle(self) -> None:
        self.say("220 faults")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 Go on")
                self.say("250 Kept" if self.keeps(self.letter()) else "451 Not now")
            elif word == b"QUIT":
                self.say("221 Bye")
                return
            else:
                self.say("250 faults")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def letter(self) -> str:
        lines = iter(self.rfile.readline, b".\r\n")
        return b"".join(lines).replace(b"\r\n ", b" ").decode()

    def keeps(self, letter: str) -> bool:
        what, alert = SUBJECT.search(letter), ALERT.search(letter)
        return self.sink.takes(alert[1], what[1]) if what and alert else False
