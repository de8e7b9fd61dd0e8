"""The exchange with the site, in the order in which 1C:Trade Management does it: goods, then orders, then states of orders."""

from __future__ import annotations

import io
import json
import threading
import uuid
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from b2bkit_onec.simulate import outgoing
from b2bkit_onec.simulate.batch import BadBatch, read_batch
from b2bkit_onec.simulate.documents import take_batch
from b2bkit_onec.simulate.infobase import IDLE_KEPT, JOURNAL_KEPT, Infobase, forget_changes
from b2bkit_onec.simulate.load import SALE
from b2bkit_onec.simulate.site import TIMEOUT, Address, ExchangeFailed, SiteSession, Step
from b2bkit_onec.simulate.site_faults import HOUR, NO_FAULT, site_fault


@dataclass(slots=True)
class Outcome:
    """What one exchange did. `orders`: numbers of the site for which documents were made; `problems`: why parts of it failed."""

    files: int = 0
    offers: int = 0
    orders: list[str] = field(default_factory=list)
    states: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.problems

    @property
    def idle(self) -> bool:
        """Nothing was to be done, and that went well."""
        return self.good and not (self.files or self.offers or self.orders or self.states)


class Exchanger:
    """Runs exchanges, one at a time; a second call waits for the first."""

    def __init__(self, base: Infobase, address: Address, *, timeout: float = TIMEOUT) -> None:
        self.base, self.address, self.timeout = base, address, timeout
        self._one_at_a_time = threading.Lock()
        self._fault = NO_FAULT

    def exchange(self) -> Outcome:
        """Everything that is due. Goods and orders fail apart from each other, as in 1C; nothing is done while 1C is off."""
        outcome = Outcome()
        with self._one_at_a_time:
            if not self.base.is_on:
                outcome.problems.append("1C is switched off")
                return outcome
            before = self._last_step()
            self._fault = site_fault(self.base)
            with self.base.clock_off(HOUR if self._fault.name == "clock" else 0):
                self._do(outcome)
            self._close_journal(before, idle=outcome.idle)
        return outcome

    def _do(self, outcome: Outcome) -> None:
        for part in (self._send_full, self._send_changes, self._fetch_orders, self._send_states):
            try:
                part(outcome)
            except ExchangeFailed as failed:
                outcome.problems.append(str(failed))

    @property
    def is_running(self) -> bool:
        """Whether an exchange is going on."""
        return self._one_at_a_time.locked()

    def _send_full(self, outcome: Outcome) -> None:
        """Portions of the full exchange that the site has not taken yet, each in a whole session of its own."""
        with self.base.read() as db:
            rows = db.execute("SELECT * FROM portion WHERE sent_at = '' ORDER BY id").fetchall()
        for row in rows:
            names: list[str] = json.loads(row["files"])
            files = {name: (self.base.folder / "full" / name).read_bytes() for name in names}
            self._upload(str(row["exchange"]), files)
            outcome.files += len(files)
            with self.base.write() as db:
                db.execute("UPDATE portion SET sent_at = ? WHERE id = ?", (self.base.now().isoformat(), row["id"]))

    def _send_changes(self, outcome: Outcome) -> None:
        outcome.offers += self._send(outgoing.offer_changes)

    def _send_states(self, outcome: Outcome) -> None:
        outcome.states += self._send(outgoing.order_states)

    def _send(self, build: Callable[..., outgoing.Parcel | None]) -> int:
        """Sends what is registered and unregisters it; what changes meanwhile stays for the next time."""
        with self.base.read() as db:
            waits_for_full = db.execute("SELECT 1 FROM portion WHERE sent_at = ''").fetchone() is not None
            parcel = build(db, self.base.now())
        if parcel is None or waits_for_full:
            return 0
        for body in self._fault.bodies(parcel):
            self._upload(parcel.exchange, {parcel.name: body})
        with self.base.write() as db:
            forget_changes(db, parcel.kinds, parcel.up_to)
        return parcel.holds

    def _fetch_orders(self, outcome: Outcome) -> None:
        """checkauth, query, read strictly, write documents, and only then success: a batch that fails is offered again."""
        if self._fault.name == "parallel":
            self._at_once(lambda: self._fetch_once(Outcome()), lambda: self._fetch_once(outcome))
        else:
            self._fetch_once(outcome)

    def _fetch_once(self, outcome: Outcome) -> None:
        session = self._session(SALE)
        session.sign_in()
        body = session.fetch_orders()
        if self._fault.name == "dies":
            raise ExchangeFailed("query: 1C died before it wrote anything")
        try:
            batch = read_batch(body)
        except BadBatch as bad:
            self._tell("", Step(SALE, "query.xml", str(bad), 0, 0, good=False))
            raise ExchangeFailed(f"query: {bad}") from bad
        outcome.orders += take_batch(self.base, batch).made
        if self._fault.name != "unconfirmed":
            session.confirm_orders()

    def _upload(self, exchange: str, files: dict[str, bytes]) -> None:
        if self._fault.name == "parallel":
            self._at_once(lambda: self._upload_once(exchange, files), lambda: self._upload_once(exchange, files))
        else:
            self._upload_once(exchange, files)

    def _at_once(self, other: Callable[[], None], own: Callable[[], None]) -> None:
        """Two sessions at the same time; what becomes of the other one stands in the journal."""

        def quietly() -> None:
            with suppress(ExchangeFailed):
                other()

        thread = threading.Thread(target=quietly, name="second session", daemon=True)
        thread.start()
        try:
            own()
        finally:
            thread.join()

    def _upload_once(self, exchange: str, files: dict[str, bytes]) -> None:
        session = self._session(exchange)
        session.sign_in()
        session.start_upload()
        sent = {f"v8_{uuid.uuid4().hex[:4].upper()}.zip": _zipped(files)} if session.zip else files
        for name, body in sent.items():
            session.send_file(name, body)
        for name in files:
            session.start_import(name)

    def _session(self, exchange: str) -> SiteSession:
        name = uuid.uuid4().hex[:8]
        return SiteSession(
            self.address,
            exchange,
            allowed=lambda: self.base.is_on,
            tell=lambda step: self._tell(name, step),
            timeout=self.timeout,
            fault=self._fault,
        )

    def _tell(self, session: str, step: Step) -> None:
        row = (session, self.base.now().isoformat(), step.exchange, step.request, step.answer, step.status, step.milliseconds)
        with self.base.write() as db:
            db.execute(
                "INSERT INTO journal (session, at, exchange, request, answer, http_status, milliseconds, good)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, int(step.good)),
            )

    def _last_step(self) -> int:
        with self.base.read() as db:
            return int(db.execute("SELECT COALESCE(max(id), 0) FROM journal").fetchone()[0])

    def _close_journal(self, before: int, *, idle: bool) -> None:
        """Marks the steps of an exchange without work, so that they do not hide the others, and forgets the oldest."""
        with self.base.write() as db:
            if idle:
                db.execute("UPDATE journal SET idle = 1 WHERE id > ?", (before,))
            for kind, kept in ((1, IDLE_KEPT), (0, JOURNAL_KEPT)):
                db.execute(
                    "DELETE FROM journal WHERE idle = ? AND id NOT IN (SELECT id FROM journal WHERE idle = ? ORDER BY id DESC LIMIT ?)",
                    (kind, kind, kept),
                )


def _zipped(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target.getvalue()


class Schedule:
    """Exchanges every `seconds` in a thread of its own (1C: регламентное задание), and at once when asked."""

    def __init__(self, exchanger: Exchanger, seconds: float) -> None:
        self.exchanger, self.seconds = exchanger, seconds
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="exchange", daemon=True)

    def start(self) -> None:
        """The first exchange begins at once."""
        self._wake.set()
        self._thread.start()

    def ask(self) -> None:
        """Exchange as soon as possible, without waiting for it."""
        self._wake.set()

    def stop(self) -> None:
        """Ends after the exchange that is going on, if any; waits for it a while."""
        self._stopping = True
        self._wake.set()
        self._thread.join(10)

    def _run(self) -> None:
        while True:
            self._wake.wait(self.seconds)
            self._wake.clear()
            if self._stopping:
                return
            if self.exchanger.base.is_on:
                self.exchanger.exchange()
