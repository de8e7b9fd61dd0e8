"""One call of 1C: to an allowed host, over TLS of our own, never redirected, at most so long and so large; kept by the archive."""

from __future__ import annotations

import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpcore

from b2bkit.core.i18n import _
from b2bkit_onec.archive.message import Keep
from b2bkit_onec.line.breaker import Breaker
from b2bkit_onec.line.deadline import Deadlines, ending_in
from b2bkit_onec.line.errors import Barred, LineError, OneCBroken, OneCSilent
from b2bkit_onec.line.record import Answer, Record, Request
from b2bkit_onec.line.tls import Certificates
from b2bkit_onec.settings import LineSettings, allowed

__all__ = ["Answer", "Caller", "Request"]

CONNECT_SECONDS: Final = 10.0
IDLE_SECONDS: Final = 20.0
MOST_CONNECTIONS: Final = 8
MEGABYTE: Final = 1_000_000


class Caller:
    """Makes calls for both protocols. Safe for several threads; connections are kept for a few seconds."""

    def __init__(
        self,
        settings: LineSettings,
        folder: Path,
        hosts: frozenset[str],
        *,
        breaker: Breaker | None = None,
        keep: Keep | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.breaker = breaker or Breaker()
        self._hosts, self._keep, self._clock = hosts, keep, clock
        self._most = settings.max_mb * MEGABYTE
        self._certificates = Certificates(settings, folder)
        self._lock = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None

    def send(self, request: Request) -> Answer:
        """The whole answer, whatever its status. Raises Barred, LineOpen, OneCSilent or OneCBroken."""
        with self._call(request) as (status, headers, chunks, began):
            body = b"".join(chunks)
            return Answer(status, headers, body, time.monotonic() - began)

    @contextmanager
    def stream(self, request: Request) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes]]]:
        """Status, headers and the body in pieces as they come; it is not kept whole anywhere."""
        with self._call(request) as (status, headers, chunks, _began):
            yield status, headers, chunks

    def close(self) -> None:
        """Closes what is open; a later call opens anew."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    @contextmanager
    def _call(self, request: Request) -> Iterator[tuple[int, Mapping[str, str], Iterator[bytes], float]]:
        if not allowed(request.url, self._hosts):
            raise _not_allowed(request.url)
        pool = self._connections()
        self.breaker.enter(probe=request.probe)
        record = Record(self._keep, request, self._clock)
        began = time.monotonic()
        try:
            with (
                ending_in(request.seconds),
                _translated(),
                pool.stream(request.method, request.url, headers=_raw(request), content=request.body, extensions=_TIMES) as answer,
            ):
                headers = _named(answer.headers)
                chunks = self._limited(answer.iter_stream(), headers.get("content-encoding", ""))
                yield answer.status, headers, record.answered(answer.status, headers, chunks), began
        except LineError as error:
            record.failed(error)
            if isinstance(error, Barred) or not request.counts:
                self.breaker.left()
            else:
                self.breaker.bad(error.words)
            raise
        except BaseException:
            self.breaker.left()
            raise
        else:
            record.done()
            self._count(request, answer.status)

    def _count(self, request: Request, status: int) -> None:
        """A gateway that says that nobody is behind it is no sign of 1C."""
        if status in (502, 503, 504):
            if request.counts:
                self.breaker.bad(_("Status {status}.").format(status=status))
            else:
                self.breaker.left()
        else:
            self.breaker.good()

    def _connections(self) -> httpcore.ConnectionPool:
        context, fresh = self._certificates.context()
        with self._lock:
            old = self._pool if fresh else None
            if fresh or self._pool is None:
                self._pool = httpcore.ConnectionPool(
                    ssl_context=context, max_connections=MOST_CONNECTIONS, keepalive_expiry=IDLE_SECONDS, network_backend=Deadlines()
                )
            pool = self._pool
        if old is not None and all(one.is_idle() or one.is_closed() for one in old.connections):
            old.close()  # one with calls under way ends with them
        return pool

    def _limited(self, chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
        """Uncompressed pieces; more than the limit is no answer."""
        size = 0
        for piece in _inflated(chunks, encoding):
            size += len(piece)
            if size > self._most:
                raise OneCBroken(
                    _("The answer is larger than {limit} MB.").format(limit=self._most // MEGABYTE),
                    _("Lower page in [plugins.onec.odata], or raise max_mb in [plugins.onec.line]."),
                )
            yield piece


_TIMES: Final = {"timeout": {"connect": CONNECT_SECONDS, "pool": CONNECT_SECONDS}}


def _raw(request: Request) -> list[tuple[bytes, bytes]]:
    host = request.url.split("/", 3)[2]
    headers = {"Host": host, "Accept-Encoding": "gzip", "User-Agent": "b2bkit", **request.headers}
    if request.body or request.method in ("POST", "PATCH", "PUT"):
        headers["Content-Length"] = str(len(request.body))
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _named(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in lower case; one that comes several times is joined."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}; {text}" if key in found else text
    return found


def _inflated(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise OneCBroken(_("The answer is compressed as “{encoding}”, which was not asked for.").format(encoding=encoding[:50]))
    inflate = zlib.decompressobj(47 if encoding != "deflate" else 15)
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield inflate.decompress(rest, 1 << 20)
                rest = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error as error:
        raise OneCBroken(_("The compressed answer is damaged.")) from error
    if not inflate.eof:
        raise OneCBroken(_("The answer was cut off."))


def _not_allowed(url: str) -> Barred:
    host = url.split("/", 3)[2].rpartition("@")[2] if url.count("/") >= 2 else url
    return Barred(
        _("The portal may not call {host}.").format(host=host[:100]),
        _("Add the host to hosts in [plugins.onec.line], or mend the address."),
    )


@contextmanager
def _translated() -> Iterator[None]:
    """httpcore's errors -> ours. A body that ends early is a broken answer, everything before an answer is silence."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise OneCSilent(_("1C did not answer in time.")) from error
    except httpcore.RemoteProtocolError as error:
        if "incomplete" in str(error) or "peer closed" in str(error):
            raise OneCBroken(_("The answer was cut off.")) from error
        raise OneCSilent(_("1C's web server closed the connection.")) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        distrust = _distrust(error)
        if distrust is not None:
            raise Barred(
                _("No trusted connection with 1C's side: {why}").format(why=str(distrust)[:200]),
                _("Check ca, certificate and key in [plugins.onec.line], and the certificate of the other side."),
            ) from error
        if isinstance(error, httpcore.ConnectError):
            raise OneCSilent(_("There is no connection with 1C's web server.")) from error
        raise OneCSilent(_("The connection with 1C's web server broke.")) from error


def _distrust(error: BaseException) -> ssl.SSLError | None:
    """The error of TLS behind an error of the network: a certificate that one side does not take (the other one says so late)."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLError) and not isinstance(found, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
            return found
        found = found.__cause__ or found.__context__
    return None
