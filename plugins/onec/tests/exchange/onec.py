"""1C as the portal meets it: real requests to a real portal, on both databases."""

from __future__ import annotations

import base64
import io
import json
import os
import threading
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from falcon.testing import Result

from b2bkit.testing.portal import Portal
from b2bkit_onec.models import Upload

LOGIN, PASSWORD = "1c", "пароль:с двоеточием"
FOLDER = Path(os.environ.get("B2BKIT_ONEC_DATA") or Path(__file__).parents[4].parent / "shared" / "data" / "onec")
ORACLE = FOLDER / "EXPECTED.json"
EXPECTED: dict[str, dict[str, Any]] = json.loads(ORACLE.read_text("utf-8")) if ORACLE.is_file() else {}
absent = pytest.mark.skipif(not EXPECTED, reason=f"1C's files are not in {FOLDER}; set B2BKIT_ONEC_DATA to their folder")


class OneC:
    """1C's side, request by request. `cookie` is what checkauth gave; Basic credentials go along unless `basic` is False."""

    def __init__(
        self, portal: Portal, *, basic: bool = True, login: str = LOGIN, password: str = PASSWORD, encoding: str = "utf-8"
    ) -> None:
        self.portal, self.basic = portal, basic
        self._authorization = "Basic " + base64.b64encode(f"{login}:{password}".encode(encoding)).decode()
        self.cookie = ""

    def ask(self, mode: str, kind: str = "catalog", *, filename: str = "", body: bytes | None = None, **more: str) -> Result:
        """One request, the cookie sent by hand as 1C does."""
        headers = {"Authorization": self._authorization} if self.basic else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        query = f"type={kind}&mode={mode}" + (f"&filename={quote(filename, safe='')}" if filename else "")
        query += "".join(f"&{name}={value}" for name, value in more.items())
        method = "GET" if body is None else "POST"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"  # some clients call XML so
        return self.portal.browser().request(method, "/1c_exchange", query=query, headers=headers, body=body or b"")

    def sign_in(self, kind: str = "catalog") -> list[str]:
        """checkauth; returns its lines."""
        was, self.basic, self.cookie = self.basic, True, ""
        lines = self.ask("checkauth", kind).text.split("\n")
        self.basic = was
        if lines[0] == "success":
            self.cookie = f"{lines[1]}={lines[2]}"
        return lines

    def begin(self, kind: str = "catalog") -> None:
        """checkauth and init."""
        assert self.sign_in(kind)[0] == "success"
        assert self.ask("init", kind).text.startswith("zip=")

    def send(self, name: str, body: bytes, kind: str = "catalog") -> str:
        """A file in one part; the answer's text."""
        return self.ask("file", kind, filename=name, body=body).text

    def take(self, name: str, kind: str = "catalog") -> str:
        """Import as 1C asks for it: again and again until it is no `progress`, while the portal's jobs run."""
        until = time.monotonic() + 60
        with working(self.portal):
            while True:
                said = self.ask("import", kind, filename=name).text
                if not said.startswith("progress") or time.monotonic() > until:
                    return said

    def give(self, files: dict[str, bytes], kind: str = "catalog") -> list[str]:
        """A whole exchange of these files; what each import said."""
        self.begin(kind)
        for name, body in files.items():
            assert self.send(name, body, kind) == "success"
        return [self.take(name, kind) for name in files]


class working:  # noqa: N801  (read as a word: `with working(portal)`)
    """Runs the portal's jobs in a thread for the block, as its worker would."""

    def __init__(self, portal: Portal) -> None:
        self._portal, self._end = portal, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._end.wait(0.02):
            self._portal.run_jobs()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive as 1C makes it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target.getvalue()


def upload(portal: Portal, name: str) -> Upload:
    """The newest upload of this name."""
    with portal.work(write=False) as work:
        found = work.session.query(Upload).filter_by(name=name).order_by(Upload.id.desc()).first()
        assert found is not None
        return found
