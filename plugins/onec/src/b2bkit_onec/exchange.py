"""The side of the exchange that 1C calls: `checkauth`, `init`, `file`, `import`, `query`, `success` at one address, and what
Bitrix's module and УНФ add to them: `deactivate`, `complete`, `info`.

Answers are plain text, `success`, `progress` or `failure` in the first line, exactly as 1C's configurations expect them: Trade Management
aborts when `init` has more or fewer than two lines, and keeps sending Basic credentials besides the cookie; others send only one of them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from b2bkit.core.errors import B2bkitError
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service.life import STATUS_LABELS
from b2bkit.core.web.handling import Request, Response, client_address, read_body
from b2bkit.core.work import SYSTEM
from b2bkit_onec import missing, sale, sessions, uploads
from b2bkit_onec.archive.door import archived
from b2bkit_onec.commerceml.directory import directory_xml
from b2bkit_onec.flows import site
from b2bkit_onec.flows.choice import Chosen
from b2bkit_onec.settings import OneCSettings
from b2bkit_onec.upload.refusals import UploadRefused

log = logging.getLogger("b2bkit.onec")
COOKIE = "b2bkit_exchange"
PATIENCE, PAUSE = 3.0, 0.1
TEXT = "text/plain; charset=utf-8"
KINDS = ("catalog", "sale", "reference")
WRONG, WINDOW, KEPT = 10, 300.0, 1000


class Door:
    """Counts wrong passwords per address: after ten in five minutes an address waits."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def closed(self, address: str) -> bool:
        """Whether this address has to wait."""
        with self._lock:
            recent = [moment for moment in self._wrong.get(address, []) if time.monotonic() - moment < WINDOW]
            return len(recent) >= WRONG

    def wrong(self, address: str) -> None:
        """One more wrong attempt."""
        with self._lock:
            self._wrong[address] = [*self._wrong.pop(address, [])[-WRONG:], time.monotonic()]
            while len(self._wrong) > KEPT:
                self._wrong.popitem(last=False)


class Refusal(Exception):
    """Answered as `failure` with this sentence."""


class ExchangeDoor:
    """The one address of the exchange with a site."""

    def __init__(self, settings: OneCSettings, flows: Mapping[str, Chosen]) -> None:
        self.settings, self.flows = settings, flows
        self.door = Door()
        self._modes: dict[str, Callable[[Request, Response, sessions.Open], str | bytes]] = {
            "init": self._init,
            "file": self._file,
            "import": self._import,
            "query": self._query,
            "success": self._success,
            "complete": self._complete,
            "deactivate": self._deactivate,
            "info": self._info,
        }

    def on_get(self, req: Request, resp: Response) -> None:
        self._answer(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        self._answer(req, resp)

    def _answer(self, req: Request, resp: Response) -> None:
        resp.content_type = TEXT
        resp.set_header("Cache-Control", "no-store")
        try:
            answer = self._dispatch(req, resp)
        except (Refusal, UploadRefused, uploads.NotTaken, missing.NotSettled) as refusal:
            answer = f"failure\n{refusal}"
        except sessions.Ended as ended:
            answer = "failure\n" + _said_ended(ended)
        except B2bkitError:
            raise
        except Exception:
            log.exception("exchange", extra={"mode": req.get_param("mode")})
            answer = "failure\n" + _("The portal could not do this. Try again; its log tells more.")
        resp.content_type = resp.content_type if isinstance(answer, bytes) else TEXT
        resp.data = answer.encode() if isinstance(answer, str) else answer
        archived(req, resp.data, self.settings)

    def _dispatch(self, req: Request, resp: Response) -> str | bytes:
        kind, mode = req.get_param("type") or "catalog", req.get_param("mode") or ""
        if kind not in KINDS:
            raise Refusal(_("The portal takes type=catalog, type=sale and type=reference, not {kind}.").format(kind=kind[:40]))
        if mode == "checkauth":
            return self._checkauth(req, resp, kind)
        act = self._modes.get(mode)
        if act is None:
            known = ", ".join(["checkauth", *self._modes])
            raise Refusal(_("The portal does not know mode={mode}; it knows {known}.").format(mode=mode[:40], known=known))
        return act(req, resp, self._session(req, kind))

    def _checkauth(self, req: Request, resp: Response, kind: str) -> str:
        if not self._credentials(req):
            resp.status = 401
            resp.set_header("WWW-Authenticate", 'Basic realm="1C", charset="UTF-8"')
            raise Refusal(_("User name or password are wrong. They stand in [plugins.onec] login and B2BKIT_ONEC_PASSWORD."))
        req.context.onec_known = True
        with req.context.open_work(SYSTEM) as work:
            begun = sessions.begin(work, kind=kind, client=req.get_header("User-Agent") or "")
            now = int(work.now.timestamp())
        resp.set_cookie(COOKIE, begun.token, http_only=True, path=req.path, same_site="Strict", secure=req.scheme == "https")
        return f"success\n{COOKIE}\n{begun.token}\nsessid={begun.id.hex}\ntimestamp={now}"

    def _credentials(self, req: Request) -> bool:
        address = client_address(req)
        if self.door.closed(address):
            raise Refusal(_("Too many wrong passwords. Wait five minutes."))
        given = _basic(req.get_header("Authorization"))
        wanted = (self.settings.login, self.settings.password.get_secret_value())
        matches = [hmac.compare_digest(one.encode(), two.encode()) for one, two in zip(given or ("", ""), wanted, strict=True)]
        if given is None or not all(matches):
            self.door.wrong(address)
            return False
        return True

    def _session(self, req: Request, kind: str) -> sessions.Open:
        """By its cookie; a client that sends only Basic credentials goes on with the newest exchange of this kind."""
        token = (req.get_cookie_values(COOKIE) or [""])[0]
        if not token and (req.get_header("Authorization") is None or not self._credentials(req)):
            raise Refusal(_("Begin with checkauth."))
        with req.context.open_work(SYSTEM, write=False) as work:
            found = sessions.find(work, kind=kind, token=token, minutes=self.settings.session_minutes)
        if (req.get_param("sessid") or found.id.hex) != found.id.hex:
            raise Refusal(_("sessid is that of another exchange. Begin again with checkauth."))
        req.context.onec_known = True
        return found

    def _init(self, req: Request, _resp: Response, exchange: sessions.Open) -> str:
        version = req.get_param("version") or ""
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            sessions.name_version(work, exchange, version[:20])
            uploads.forget_partial(work, exchange.id)
        lines = [f"zip={'yes' if self.settings.zip else 'no'}", f"file_limit={self.settings.file_limit}"]
        if version:
            lines += [f"sessid={exchange.id.hex}", "version=2.09"]
        return "\n".join(lines)

    def _file(self, req: Request, _resp: Response, exchange: sessions.Open) -> str:
        name = _filename(req)
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            if why := site.stopped(work, self.flows, exchange=exchange.kind, filename=name):
                raise Refusal(why)
            uploads.receive(work, exchange=exchange, filename=name, data=read_body(req), settings=self.settings)
        return "success"

    def _import(self, req: Request, _resp: Response, exchange: sessions.Open) -> str:
        """Waits a few seconds for the end, for 1C asks again without a pause. Only reads while the import goes on."""
        name, until = _filename(req), time.monotonic() + PATIENCE
        while True:
            with req.context.open_work(SYSTEM, write=False) as work:
                seen = uploads.look(work, exchange=exchange, filename=name)
            if seen is None:
                with req.context.open_work(SYSTEM) as work:
                    sessions.touch(work, exchange)
                    uploads.ask_for_import(work, exchange=exchange, filename=name)
            elif seen.state in ("done", "unpacked"):
                return f"success\n{seen.message}" if seen.message else "success"
            elif seen.state in ("failed", "dropped"):
                return f"failure\n{seen.message}"
            elif time.monotonic() > until:
                return "progress\n" + _("The file is being read.")
            else:
                time.sleep(PAUSE)

    def _query(self, req: Request, resp: Response, exchange: sessions.Open) -> bytes:
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            may_go = site.goes_out(work, self.flows)
            answer = sale.orders_for(work, exchange=exchange, settings=self.settings) if may_go else sale.no_orders(work, self.settings)
        resp.content_type = f"text/xml; charset={self.settings.encoding}"
        return answer

    def _success(self, req: Request, _resp: Response, exchange: sessions.Open) -> str:
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            if exchange.kind == "sale":
                site.fetched(work, self.flows, sale.confirm(work, exchange=exchange))
        return "success"

    def _complete(self, req: Request, _resp: Response, exchange: sessions.Open) -> str:
        """1C has sent everything: what it did not ask for is imported now."""
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            uploads.finish(work, exchange)
        return "success"

    def _deactivate(self, req: Request, _resp: Response, exchange: sessions.Open) -> str:
        """Goods that the full export did not name are put away: the one explicit word that 1C has for it."""
        said, until = req.get_param("timestamp") or "", time.monotonic() + PATIENCE
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            uploads.finish(work, exchange)
            since = missing.moment(work, said) if said else exchange.started_at
        while True:
            with req.context.open_work(SYSTEM, write=False) as work:
                waits = missing.is_waiting(work)
            if not waits:
                break
            if time.monotonic() > until:
                return "progress\n" + _("Files of the export are still being read.")
            time.sleep(PAUSE)
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            return "success\n" + missing.deactivate(work, since=since, flow=self.flows["catalog"])

    def _info(self, req: Request, resp: Response, exchange: sessions.Open) -> bytes:
        """What УНФ and Bitrix's module ask before they map states of orders."""
        with req.context.open_work(SYSTEM) as work:
            sessions.touch(work, exchange)
            statuses = {code: _(label) for code, label in STATUS_LABELS.items()}
        resp.content_type = "text/xml; charset=windows-1251"
        return directory_xml(statuses=statuses)


def _said_ended(ended: sessions.Ended) -> str:
    if ended.replaced_at is None:
        return _("This exchange has ended. Begin again with checkauth.")
    return _("A newer exchange began at {time} UTC and took the place of this one. Run one exchange at a time.").format(
        time=f"{ended.replaced_at:%H:%M:%S}"
    )


def _filename(req: Request) -> str:
    name = req.get_param("filename")
    if not name:
        raise Refusal(_("filename is missing in the address."))
    return str(name)


def _basic(header: str | None) -> tuple[str, str] | None:
    """User and password of a Basic header: UTF-8 or windows-1251, split at the first colon."""
    scheme, _space, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic" or len(encoded) > 1000:
        return None
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1251", "replace")
    user, colon, password = text.partition(":")
    return (user, password) if colon else None
