"""The box's web server: threads on loopback, HTTP/1.1, and able to break a connection as a network would."""

from __future__ import annotations

import io
import socket
import struct
import sys
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from wsgiref.types import WSGIApplication, WSGIEnvironment

from b2bkit_onec.simulate.faulty import CUT, HALF, RESET

HOST = "127.0.0.1"
IDLE = 75
LARGEST = 16 << 20


class BoxServer(ThreadingHTTPServer):
    """Serves a WSGI application on 127.0.0.1; `port` 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        self.app = app
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Served:
    """A context in which the server runs in a thread: for tests and tools."""

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        self.server = BoxServer(app, port)
        self.url = self.server.url
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Served:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "1C", ""
    timeout = IDLE
    disable_nagle_algorithm = True
    server: BoxServer

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if self.headers.get("Transfer-Encoding") or not length.isdecimal() or int(length) > LARGEST:
            self.close_connection = True
            self.send_error(413 if length.isdecimal() and int(length) > LARGEST else 411)
            return
        environ = self._environ(self.rfile.read(int(length)))
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            told[:] = [(status, headers)]
            return None

        body = b"".join(self.server.app(environ, start))  # type: ignore[arg-type]
        self._send(*told[0], body, str(environ.get(CUT) or ""))

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes, cut: str) -> None:
        if cut == RESET:
            self._reset()
            return
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason or None)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        bare = self.command == "HEAD" or code in ("204", "304")
        if code not in ("204", "304"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if bare else body[: len(body) // 2] if cut == HALF else body)
        if cut == HALF:
            self.close_connection = True

    def _reset(self) -> None:
        """RST in place of an answer."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.wfile = io.BytesIO()  # nothing is flushed to a socket that is gone
        self.connection.close()

    def _environ(self, body: bytes) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": self.command, "SCRIPT_NAME": "", "PATH_INFO": urllib.parse.unquote(path, "iso-8859-1"), "QUERY_STRING": query,
            "SERVER_NAME": HOST, "SERVER_PORT": str(self.server.server_port), "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0], "CONTENT_LENGTH": str(len(body)), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }  # fmt: skip
        for name, value in self.headers.items():
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key != "CONTENT_LENGTH":
                key = f"HTTP_{key}"
                joined = "; " if key == "HTTP_COOKIE" else ","
                environ[key] = f"{environ[key]}{joined}{value}" if key in environ else value
        return environ

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET` and the like: every method is for the application."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        """Messages are kept in the infobase."""
