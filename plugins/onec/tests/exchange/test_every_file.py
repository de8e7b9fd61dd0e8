"""Every file that is kept of real 1Cs: a valid one is imported, counted against XPath; any other is named with its line and a cure, and
changes nothing.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import cast

import pytest
from lxml import etree
from sqlalchemy import func, select

from b2bkit.core.catalog.models import Product
from b2bkit.core.erp.models import ExternalRef
from b2bkit.core.work import Work
from b2bkit.testing.portal import Portal
from b2bkit_onec.apply.file import apply_file
from b2bkit_onec.apply.intake import Intake
from b2bkit_onec.commerceml.broken import BrokenFile
from b2bkit_onec.commerceml.reader import read
from b2bkit_onec.commerceml.records import Item, Refused
from b2bkit_onec.plugin import OneCPlugin
from plugins.onec.tests.exchange.onec import FOLDER, OneC, absent

FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file()) if FOLDER.is_dir() else []
BROKEN = [path for path in FILES if path.parent.name == "BAD"]
# element -> what a run counts it as, and where it stands; read by local name, for exporters disagree about namespaces
COUNTED = {
    "Товар": ("products", "//*[local-name()='Каталог']/*[local-name()='Товары']/*[local-name()='Товар']"),
    "Группа": ("groups", "/*/*[local-name()='Классификатор']//*[local-name()='Группы']/*[local-name()='Группа']"),
    "Предложение": ("offers", "//*[local-name()='Предложения']/*[local-name()='Предложение']"),
    "Документ": ("orders", "//*[local-name()='Документ']"),
    "Контрагент": ("counterparties", "/*/*[local-name()='Контрагенты']/*[local-name()='Контрагент']"),
}


class Undone(Exception):
    """Ends a file's transaction without keeping it."""


def is_commerceml(path: Path) -> bool:
    """By the root element, which lxml reads for itself."""
    if path in BROKEN or path.suffix != ".xml":
        return False
    with path.open("rb") as stream:
        return etree.QName(next(etree.iterparse(stream, ("start",), huge_tree=True))[1]).localname == "КоммерческаяИнформация"


VALID = [path for path in FILES if is_commerceml(path)]
OTHERS = [path for path in FILES if path not in VALID]


def _imported(work: Work, portal: Portal, name: str, items: list[Item]) -> Intake:
    settings = cast(OneCPlugin, portal.app.kit.plugins["onec"]).own
    intake = apply_file(work, name=name, items=lambda: items, settings=settings)
    work.session.flush()
    return intake


def _count(root: etree._ElementTree, element: str, where: str) -> int:
    """How many there are; groups that a file repeats count once, as they do in the classifier."""
    if element == "Группа":
        return len({str(one).strip() for one in cast(list[object], root.xpath(f"{where}/*[local-name()='Ид']/text()"))})
    return int(cast(float, root.xpath(f"count({where})")))


def differences(portal: Portal, path: Path) -> list[str]:
    """What a file brought, in a transaction that is undone afterwards, where that is not what XPath counts in it."""
    items, root, found = list(read(path, path.name)), etree.parse(path, etree.XMLParser(huge_tree=True)), list[str]()
    refused = Counter(one.element for one in items if isinstance(one, Refused) and one.whole)
    try:
        with portal.work() as work:
            intake = _imported(work, portal, path.name, items)
            for element, (kind, where) in COUNTED.items():
                wanted = _count(root, element, where)
                told = intake.counts.get(kind, {"told": 0})["told"] + refused[element]
                if told != wanted:
                    found.append(f"{path.relative_to(FOLDER)}: {told} {kind}, {wanted} by XPath")
            refs = set(work.session.scalars(select(ExternalRef.ref).where(ExternalRef.entity == "product")))
            rows = work.session.scalar(select(func.count()).select_from(Product))
            if rows != len(refs):
                found.append(f"{path.relative_to(FOLDER)}: {rows} products under {len(refs)} names")
            raise Undone
    except Undone:
        return found


@absent
@pytest.mark.slow
def test_every_valid_file_is_imported_to_the_last_item(portal: Portal) -> None:
    assert len(VALID) >= 118
    assert [line for path in VALID for line in differences(portal, path)] == []


@absent
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_other_file_is_named_with_its_line_and_a_cure(path: Path) -> None:
    with pytest.raises(BrokenFile) as caught:
        list(read(path, path.name))
    assert caught.value.file == path.name
    assert caught.value.line >= 1
    assert caught.value.reason
    assert caught.value.cure


@absent
def test_broken_files_tell_1c_where_they_break_and_change_nothing(portal: Portal, onec: OneC) -> None:
    said = onec.give({f"import{number}_1.xml": path.read_bytes() for number, path in enumerate(BROKEN)})
    assert BROKEN
    for number, line in enumerate(said):
        assert line.startswith(f"failure\nimport{number}_1.xml:"), line
    with portal.work(write=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Product)) == 0
