"""What the demo's portal has beside the data of 1C fits these: every good has a drawing, every article named is sold."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from examples.polymertorg.generator.companies import make_companies
from examples.polymertorg.generator.families import FAMILIES
from examples.polymertorg.generator.files import PRODUCTS, SEED
from examples.polymertorg.generator.more import more_goods
from examples.polymertorg.generator.products import make_goods
from examples.polymertorg.generator.records import PROPERTIES
from examples.polymertorg.portal import beside, clients, filters, papers, pictures
from examples.polymertorg.portal.drawings import MOTIFS, SIDE, drawn

DEMO = Path(__file__).parents[2] / "examples" / "polymertorg" / "demo.toml"


def test_every_good_has_a_drawing_and_every_motif_is_somebodys() -> None:
    codes = {family.code for family in FAMILIES} | {good.article.partition("-")[0] for good in more_goods()}
    assert codes <= pictures.DRAWINGS.keys()
    assert {drawing.motif for drawing in pictures.DRAWINGS.values()} == MOTIFS.keys()


def test_drawings_are_the_same_each_time_and_unlike_each_other() -> None:
    seen = {motif: drawn(motif, (90, 120, 160), (230, 230, 230)).tobytes() for motif in MOTIFS}
    assert len(set(seen.values())) == len(MOTIFS)
    assert drawn("granules", (90, 120, 160), (230, 230, 230)).tobytes() == seen["granules"]


@pytest.mark.slow
def test_drawings_are_small_enough_for_a_list_of_forty(tmp_path: Path) -> None:
    pictures.draw(tmp_path)
    small, large = sorted(tmp_path.glob("*-s.webp")), sorted(tmp_path.glob("*-l.webp"))
    assert len(small) == len(large) > 20
    assert sum(path.stat().st_size for path in small) / len(small) < 4_000
    with Image.open(large[0]) as picture:
        assert picture.size == (SIDE, SIDE)


@pytest.mark.slow
def test_what_the_portal_names_is_there() -> None:
    rng = random.Random(SEED)
    goods = make_goods(rng, PRODUCTS)
    companies = {one.unp for one in make_companies(rng)}
    told = tomllib.loads(DEMO.read_text("utf-8"))["accounts"]
    articles = {good.article for good in (*goods, *more_goods())}
    linked = {*beside.ANALOGUES, *(other for others in beside.ANALOGUES.values() for other in others)}
    assert linked | {*papers.PASSPORTS, *papers.SAFETY, *papers.CERTIFICATES} <= articles
    assert {tax_id for one in told for tax_id in (one.get("company"), *one.get("dealers", ())) if tax_id} <= companies
    assert clients.DOUBLE_OF in companies
    assert {clients.ASKER, clients.MANAGER, filters.BUYER, filters.OWNER} <= {one["email"] for one in told}
    assert {name for one in filters.KEPT for name, _value in (*one.values, *one.ranges)} <= {name for name, _kind in PROPERTIES}


def test_a_paper_is_a_pdf_with_the_same_words_each_time() -> None:
    first = papers.sheet("Паспорт качества", "ПЭВД 15803-020", papers.RULES)
    assert first.startswith(b"%PDF-")
    assert papers.sheet("Паспорт качества", "ПЭВД 15803-020", papers.RULES) == first
