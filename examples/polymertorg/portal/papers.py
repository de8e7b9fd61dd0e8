"""Papers of goods: a passport of quality with the figures of the product, and for liquids a safety data sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.catalog.models import Product
from b2bkit.core.files import papers
from b2bkit.core.files.models import ProductFile

PASSPORTS: Final = ("LDF-1007", "LDI-1007", "LLF-1007", "HDM-1007", "PPH-1007", "DOP-2007", "FLM-1007", "PIP-1007")
SAFETY: Final = ("DOP-2007",)
MADE_ON: Final = dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC)
_LABEL, _VALUE = 70, 110  # millimetres
_Rows = Sequence[tuple[str, str]]
RULES: Final = (
    ("Состав", "пластификатор, не менее 99,5 %"),
    ("Опасность", "при обычных условиях не воспламеняется; пролив скользкий"),
    ("Защита", "перчатки, очки, проветривание"),
    ("Первая помощь", "промыть водой; при попадании в глаза обратиться к врачу"),
    ("Хранение", "в закрытой таре, от -30 до +40 °C, вдали от огня"),
    ("Перевозка", "не является опасным грузом"),
)


def give(work: Work) -> int:
    """Gives goods their papers; those that have some keep them. Returns how many papers were made."""
    there = set(work.session.scalars(select(ProductFile.product_id)))
    wanted = select(Product).where(Product.article.in_(PASSPORTS), Product.active.is_(True)).order_by(Product.article)
    made = 0
    for one in work.session.scalars(wanted).all():
        if one.id in there:
            continue
        papers.add(
            work, product_id=one.id, kind="data_sheet", title="Паспорт качества", filename=f"Паспорт {one.article}.pdf",
            data=sheet("Паспорт качества", one.name, _figures(one)),
        )  # fmt: skip
        made += 1
        if one.article in SAFETY:
            papers.add(
                work, product_id=one.id, kind="safety", title="Паспорт безопасности", filename=f"Безопасность {one.article}.pdf",
                data=sheet("Паспорт безопасности", one.name, RULES),
            )  # fmt: skip
            made += 1
    return made


def _figures(one: Product) -> _Rows:
    given: Mapping[str, object] = one.attributes
    told = [(name, str(value)) for name, value in given.items() if value]
    return [("Артикул", one.article), *told, ("Партия", f"{one.article}/26"), ("Соответствие", "требованиям нормативного документа")]


def sheet(title: str, name: str, rows: _Rows) -> bytes:
    """A page A4 as PDF: title, what it is about, a table of two columns; the same words give the same figures."""
    from fpdf import FPDF  # takes half a second: only who makes papers waits for it

    pdf = FPDF(format="A4")
    pdf.set_creation_date(MADE_ON)
    pdf.set_title(f"{title}: {name}")
    pdf.set_lang("ru")
    with as_file(files("font_roboto").joinpath("files/Roboto-Regular.ttf")) as font:
        pdf.add_font("Roboto", fname=font)
    pdf.add_page()
    pdf.set_font("Roboto", size=9)
    pdf.cell(0, 6, "ООО «Полимерторг», 220075, г. Минск, ул. Промышленная, 23", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(6)
    pdf.set_font("Roboto", size=18)
    pdf.multi_cell(0, 9, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Roboto", size=11)
    pdf.multi_cell(0, 7, name, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)
    pdf.set_font("Roboto", size=10)
    for label, value in rows:
        pdf.cell(_LABEL, 8, label, border=1)
        pdf.cell(_VALUE, 8, value[:60], border=1, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.cell(0, 6, "Лаборатория входного контроля", new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())
