"""Files for browsers: built assets (immutable), the deployment's theme, files of plugins. What is served is listed at start."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import falcon
import falcon.asgi

TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".txt": "text/plain; charset=utf-8",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
}
_PACKED = frozenset({".css", ".js", ".json", ".svg", ".txt", ".webmanifest"})
PREFIX = "/static/"


class _File:
    """One file; read, hashed and packed when first asked for."""

    def __init__(self, source: Path | bytes, suffix: str, cache: str) -> None:
        self._source = source
        self._suffix = suffix
        self.cache = cache
        self.type = TYPES[suffix]

    @cached_property
    def data(self) -> bytes:
        return self._source if isinstance(self._source, bytes) else self._source.read_bytes()

    @cached_property
    def packed(self) -> bytes | None:
        if self._suffix not in _PACKED:
            return None
        beside = self._source.with_name(self._source.name + ".gz") if isinstance(self._source, Path) else None
        packed = beside.read_bytes() if beside is not None and beside.is_file() else gzip.compress(self.data, 6, mtime=0)
        return packed if len(packed) < len(self.data) else None

    @cached_property
    def etag(self) -> str:
        return f'W/"{hashlib.blake2b(self.data, digest_size=12).hexdigest()}"'  # weak: packed and plain share it


class StaticFiles:
    """A sink for `/static/`: exact names only, so no path of the request ever reaches the file system."""

    def __init__(self, folders: Mapping[str, Path], theme: Mapping[str, bytes]) -> None:
        self._files: dict[str, _File] = {}
        for mount, folder in folders.items():
            cache = "public, max-age=31536000, immutable" if mount == "build" else "public, max-age=300"
            for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
                if path.suffix in TYPES and path.is_file():
                    self._files[f"{PREFIX}{mount}/{path.relative_to(folder).as_posix()}"] = _File(path, path.suffix, cache)
        for name, data in theme.items():
            if Path(name).suffix in TYPES:
                self._files[f"{PREFIX}theme/{name}"] = _File(data, Path(name).suffix, "public, max-age=300")

    def __len__(self) -> int:
        return len(self._files)

    async def __call__(self, req: falcon.asgi.Request, resp: falcon.asgi.Response | None, **fields: object) -> None:
        assert resp is not None
        file = self._files.get(req.path)
        if file is None:
            raise falcon.HTTPRouteNotFound
        if req.method == "OPTIONS":
            resp.set_header("Allow", "GET, HEAD, OPTIONS")
            return
        if req.method not in ("GET", "HEAD"):
            raise falcon.HTTPMethodNotAllowed(["GET", "HEAD", "OPTIONS"])
        try:
            etag = file.etag
        except FileNotFoundError:  # built anew since this process started: its pages name files that are gone
            raise falcon.HTTPRouteNotFound from None
        resp.set_headers([("Cache-Control", file.cache), ("ETag", etag), ("Vary", "Accept-Encoding")])
        if etag in (req.get_header("If-None-Match") or ""):
            resp.status = 304
            return
        resp.content_type = file.type
        packed = file.packed if "gzip" in (req.get_header("Accept-Encoding") or "") else None
        if packed is not None:
            resp.set_header("Content-Encoding", "gzip")
        resp.data = packed if packed is not None else file.data
