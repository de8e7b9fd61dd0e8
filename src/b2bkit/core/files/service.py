"""Pictures of products: made anew in a child process, kept under random names, told to who sees the product."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.catalog.models import Product
from b2bkit.core.catalog.visibility import visible
from b2bkit.core.config import Config
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import NotFound
from b2bkit.core.files.models import ProductPicture
from b2bkit.core.i18n import N_, _
from b2bkit.core.work import Work

SMALL, LARGE = "s", "l"
SECONDS: Final = 150
_REFUSED: Final = {
    "bytes": N_("The picture is larger than 30 MB."),
    "pixels": N_("The picture has more than 40 million pixels, or a side of more than 20,000."),
    "no-picture": N_("The file is no picture that can be read: JPEG, PNG, GIF, WebP, BMP and TIFF are."),
    "died": N_("The picture broke the program that reads it."),
}


class Recoded(NamedTuple):
    """What became of one picture: `name` of its files, or `refused`, a sentence."""

    name: str = ""
    width: int = 0
    height: int = 0
    refused: str = ""


class Shown(NamedTuple):
    """A picture as pages show it."""

    id: UUID
    description: str
    width: int
    height: int


def path_of(config: Config, name: str, size: str) -> Path:
    """Where a picture's file lies."""
    return config.data / "pictures" / name[:2] / f"{name}-{size}.webp"


def recode(config: Config, sources: Sequence[Path]) -> list[Recoded]:
    """Makes the pictures anew and puts their files in place, outside any transaction; one result a source, in their order.

    A picture that breaks the reader costs itself only.
    """
    found: list[Recoded] = []
    while len(found) < len(sources):
        found += _in_child(config, sources[len(found) :])
    return found


def _in_child(config: Config, sources: Sequence[Path]) -> list[Recoded]:
    names = [secrets.token_hex(16) for _source in sources]
    command = [sys.executable, "-I", "-m", "b2bkit.core.files.recode"]
    for source, name in zip(sources, names, strict=True):
        target = path_of(config, name, LARGE).with_name(name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        command += [str(source), str(target)]
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8"}
    try:
        out = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, env=environment, check=False).stdout
    except subprocess.TimeoutExpired as late:
        out = late.stdout or b""
    told = [json.loads(line) for line in out.decode().splitlines()]
    results = [_result(name, one) for name, one in zip(names, told, strict=False)]
    if len(results) < len(sources):
        results.append(_result(names[len(results)], {"refused": "died"}))
    for name, result in zip(names, results, strict=False):
        if result.refused:
            forget_files(config, name)
    return results


def _result(name: str, told: dict[str, object]) -> Recoded:
    if "refused" in told:
        return Recoded(refused=_(_REFUSED[str(told["refused"])]))
    return Recoded(name, int(str(told["width"])), int(str(told["height"])))


def forget_files(config: Config, name: str) -> None:
    """Deletes a picture's files."""
    for size in (SMALL, LARGE):
        path_of(config, name, size).unlink(missing_ok=True)


def keep(work: Work, *, product_id: UUID, position: int, picture: Recoded, description: str = "") -> None:
    """This is the product's picture at this place now; the one before is deleted with its files."""
    drop(work, product_id=product_id, positions=[position])
    row = {"id": new_id(), "product_id": product_id, "position": position, "name": picture.name, "description": description[:250]}
    work.session.insert_rows(ProductPicture, [{**row, "width": picture.width, "height": picture.height, "added_at": work.now}])


def drop(work: Work, *, product_id: UUID, positions: Iterable[int]) -> None:
    """The product has no pictures at these places."""
    found = select(ProductPicture).where(ProductPicture.product_id == product_id, ProductPicture.position.in_(list(positions)))
    for one in work.session.scalars(found).all():
        name = one.name
        work.session.delete(one)
        work.after_commit(lambda name=name: forget_files(work.config, name))  # type: ignore[misc]
    work.session.flush()


def pictures_of(work: Work, product_id: UUID) -> list[Shown]:
    """Pictures of a product in their order; none of one that the actor does not see."""
    columns = (ProductPicture.id, ProductPicture.description, ProductPicture.width, ProductPicture.height)
    statement = select(*columns).join(Product, Product.id == ProductPicture.product_id)
    statement = statement.where(ProductPicture.product_id == product_id, visible(work)).order_by(ProductPicture.position)
    return [Shown(*row) for row in work.session.execute(statement)]


def picture_file(work: Work, *, picture_id: UUID, size: str, product_id: UUID | None = None) -> tuple[str, Path]:
    """(name that changes with the picture, file), of this product where one is named.

    Raises NotFound alike for one that is not there and for a product that the actor does not see.
    """
    statement = select(ProductPicture.name).join(Product, Product.id == ProductPicture.product_id)
    if product_id is not None:
        statement = statement.where(ProductPicture.product_id == product_id)
    name = work.session.scalars(statement.where(ProductPicture.id == picture_id, visible(work))).one_or_none()
    if name is None or not (path := path_of(work.config, name, size)).is_file():
        raise NotFound("picture")
    return f"{name}-{size}", path
