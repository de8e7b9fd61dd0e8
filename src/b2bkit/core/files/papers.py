"""Files of products: certificates, data sheets. Kept as they came under random names, told to who sees the product."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, cast, null, select

from b2bkit.core.audit.service import record
from b2bkit.core.catalog.facets.keeper import edited_beside
from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.visibility import visible
from b2bkit.core.config import Config
from b2bkit.core.db.hold import hold
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import Facet
from b2bkit.core.files.models import ProductFile
from b2bkit.core.i18n import N_, _, language
from b2bkit.core.web.formatting import num
from b2bkit.core.work import Work

LARGEST: Final = 20_000_000  # bytes of one
MOST: Final = 50  # of a product
KINDS: Final[dict[str, str]] = {
    "certificate": N_("Certificate"),
    "data_sheet": N_("Data sheet"),
    "safety": N_("Safety data sheet"),
    "manual": N_("Instructions"),
    "other": N_("File"),
}
DOCUMENTS: Final = Facet(
    name="files.documents", order=250, label=N_("Documents"), follows_stock=False,
    pairs=select(ProductFile.product_id, cast(null(), Uuid).label("section"), ProductFile.kind.label("value")).distinct(),
    said=lambda _section, kind: _(KINDS.get(kind, KINDS["other"])),
)  # fmt: skip
# how the bytes begin -> the endings that such a file may have, with the media type of each
_ZIPPED: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
}
_BEGINNINGS: Final[tuple[tuple[bytes, dict[str, str]], ...]] = (
    (b"%PDF-", {"pdf": "application/pdf"}),
    (b"PK\x03\x04", _ZIPPED),
    (b"\xff\xd8\xff", {"jpg": "image/jpeg", "jpeg": "image/jpeg"}),
    (b"\x89PNG\r\n\x1a\n", {"png": "image/png"}),
)
ENDINGS: Final = tuple(ending for _begins, endings in _BEGINNINGS for ending in endings)


class Paper(NamedTuple):
    """A file as pages show it; `size` in bytes."""

    id: UUID
    kind: str
    given: str
    filename: str
    type: str
    size: int
    added_at: datetime

    @property
    def label(self) -> str:
        """What people read: the name that it was given, else its own."""
        return self.given or self.filename

    @property
    def kind_said(self) -> str:
        """Its kind in words."""
        return _(KINDS.get(self.kind, KINDS["other"]))

    @property
    def size_said(self) -> str:
        """`1,2 MB`, `340 kB`: how much there is to fetch."""
        if self.size >= 1_000_000:
            return _("%(size)s MB") % {"size": num((Decimal(self.size) / 1_000_000).quantize(Decimal("0.1")), lang=language())}
        return _("%(size)s kB") % {"size": num(max(1, round(self.size / 1000)), lang=language())}


def kinds() -> list[tuple[str, str]]:
    """(kind, its name in words), to choose from."""
    return [(kind, _(label)) for kind, label in KINDS.items()]


def path_of(config: Config, name: str) -> Path:
    """Where a file lies."""
    return config.data / "files" / name[:2] / name


def type_of(filename: str, data: bytes) -> str:
    """The media type that name and bytes agree on. Raises Refused for a file of another kind, or whose name says something else."""
    _stem, dot, ending = filename.lower().rpartition(".")
    for begins, endings in _BEGINNINGS:
        if dot and data.startswith(begins) and ending in endings:
            return endings[ending]
    told = _("This is no file that can be kept here. PDF, DOCX, XLSX, ODT, ODS, ZIP, JPEG and PNG are, each with its own ending.")
    raise Refused(Problem("files.kind", told, "file"))


def add(work: Work, *, product_id: UUID, kind: str, title: str, filename: str, data: bytes) -> UUID:
    """A new file of a product that the actor sees; returns its id. Raises NotFound, and Refused for what cannot be kept."""
    _require_product(work, product_id)
    if not data:
        raise Refused(Problem("files.empty", _("Choose a file."), "file"))
    if len(data) > LARGEST:
        raise Refused(Problem("files.large", _("The file is larger than 20 MB."), "file"))
    found = type_of(filename, data)
    hold(work.session, Product, product_id)
    there = work.session.scalars(select(ProductFile.id).where(ProductFile.product_id == product_id)).all()
    if len(there) >= MOST:
        raise Refused(Problem("files.many", _("A product has at most %(most)d files. Remove one first.") % {"most": MOST}, "file"))
    name = secrets.token_hex(16)
    put(path_of(work.config, name), data)
    label = filename.replace("\\", "/").rpartition("/")[2][-250:]
    row = {"id": new_id(), "product_id": product_id, "kind": kind, "label": title[:250], "filename": label, "name": name}
    work.session.insert_rows(ProductFile, [{**row, "type": found, "size": len(data), "added_at": work.now}])
    edited_beside(work)
    record(work, action="files.added", entity="product", entity_id=product_id, details={"file": title or label})
    return row["id"]  # type: ignore[return-value]


def put(path: Path, data: bytes) -> None:
    """Writes a file whole: nobody ever sees half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, half = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    Path(half).replace(path)


def remove(work: Work, *, product_id: UUID, file_id: UUID) -> None:
    """Takes a file away. Raises NotFound alike for one that is not there and for a product that the actor does not see."""
    _require_product(work, product_id)
    statement = select(ProductFile).where(ProductFile.id == file_id, ProductFile.product_id == product_id).with_for_update()
    found = work.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("file")
    path = path_of(work.config, found.name)
    edited_beside(work)
    record(work, action="files.removed", entity="product", entity_id=product_id, details={"file": found.label or found.filename})
    work.session.delete(found)
    work.session.flush()
    work.after_commit(lambda: path.unlink(missing_ok=True))


def files_of(work: Work, product_id: UUID) -> Sequence[Paper]:
    """Files of a product by kind and title; none of one that the actor does not see."""
    columns = (ProductFile.id, ProductFile.kind, ProductFile.label, ProductFile.filename, ProductFile.type, ProductFile.size)
    statement = select(*columns, ProductFile.added_at).join(Product, Product.id == ProductFile.product_id)
    rows = work.session.execute(statement.where(ProductFile.product_id == product_id, visible(work)))
    order = list(KINDS)
    return sorted((Paper(*row) for row in rows), key=lambda one: (order.index(one.kind) if one.kind in order else 99, one.label, one.id))


def file_of(work: Work, *, file_id: UUID, product_id: UUID | None = None) -> tuple[str, str, Path]:
    """(file name, media type, path), of this product where one is named.

    Raises NotFound alike for one that is not there and for a product that the actor does not see.
    """
    statement = select(ProductFile.filename, ProductFile.type, ProductFile.name).join(Product, Product.id == ProductFile.product_id)
    if product_id is not None:
        statement = statement.where(ProductFile.product_id == product_id)
    found = work.session.execute(statement.where(ProductFile.id == file_id, visible(work))).one_or_none()
    if found is None or not (path := path_of(work.config, found[2])).is_file():
        raise NotFound("file")
    return found[0], found[1], path


def _require_product(work: Work, product_id: UUID) -> None:
    if work.session.execute(select(Product.id).where(Product.id == product_id, visible(work))).one_or_none() is None:
        raise NotFound("product")
