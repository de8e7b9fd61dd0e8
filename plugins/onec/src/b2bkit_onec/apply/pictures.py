"""Картинка of goods: which pictures each product is to have, remembered for the job that brings them in (`pictures.py`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.db.rows import Row, parts, replace
from b2bkit.core.files import service as files
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml import records
from b2bkit_onec.models import Picture
from b2bkit_onec.pictures import JOB
from b2bkit_onec.upload.names import PICTURES, clean_name, extension
from b2bkit_onec.upload.refusals import NameRefused

MOST = 20


def apply(intake: Intake, goods: Sequence[records.Product]) -> None:
    """A product that names pictures has these and no others; one that names none keeps those that it has: 1C may send none at all."""
    named = {one.id: paths for one in goods if (paths := _paths(one))}
    if not named:
        return
    wanted_of = {id_: named[ref] for ref, id_ in intake.ids("product", named).items()}
    for part in parts(wanted_of):
        _part(intake, {id_: wanted_of[id_] for id_ in part})
    intake.work.enqueue(JOB, unique="pictures", key="onec-pictures")


def _paths(one: records.Product) -> list[tuple[str, str]]:
    """(path, description); what cannot be a picture's name is left out, as the file would be."""
    found: dict[str, str] = {}
    for image in one.images:
        try:
            path = clean_name(image.path)
        except NameRefused:
            continue
        if extension(path) in PICTURES:
            found.setdefault(path, image.description[:250])
    return list(found.items())[:MOST]


def _part(intake: Intake, named: Mapping[UUID, Sequence[tuple[str, str]]]) -> None:
    rows = intake.work.session.execute(select(Picture.__table__).where(Picture.product_id.in_(list(named)))).mappings()
    there = {(row["product_id"], row["position"]): dict(row) for row in rows}
    wanted: dict[tuple[UUID, int], Row] = {}
    for product_id, paths in named.items():
        for position, (path, description) in enumerate(paths):
            row: Row = {"path": path, "description": description}
            before = there.get((product_id, position))
            if before is not None and before["path"] != path:
                row |= {"state": "waiting", "digest": "", "said": ""}
            wanted[product_id, position] = row
    for product_id, position in there.keys() - wanted.keys():
        files.drop(intake.work, product_id=product_id, positions=[position])
    change = replace(intake.work.session, Picture, ("product_id", "position"), list(there.values()), wanted)
    intake.count("pictures", len(wanted), change)
