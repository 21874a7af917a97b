"""A mail server that keeps the number of every message it is given, and can be killed like any other."""

import socketserver
import threading
from contextlib import suppress


class _Talk(socketserver.StreamRequestHandler):
    """Just as much of SMTP as Django's mailer speaks."""

    def handle(self) -> None:
        office: PostOffice = self.server.office  # type: ignore[attr-defined]
        self._say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self._take(office)
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 yes")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _take(self, office: "PostOffice") -> None:
        number = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            if line.lower().startswith(b"message-id:"):
                number = line.split(b":", 1)[1].strip()
        office.got.append(number.decode())
        self._say("250 kept")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


class PostOffice:
    """Listens on one port for as long as it is not killed."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.port = 0
        self.server: _Server | None = None
        self.restart()

    def restart(self) -> None:
        if self.server is None:
            self.server = _Server(("127.0.0.1", self.port), _Talk)
            self.server.office = self  # type: ignore[attr-defined]
            self.port = self.server.server_address[1]
            threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def kill(self) -> None:
        if self.server is not None:
            with suppress(OSError):
                self.server.shutdown()
                self.server.server_close()
            self.server = None
