"""Papers of goods: a passport of quality with the figures of the product, a certificate, and for liquids a safety data sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import as_file, files
from typing import Final

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.catalog.models import Product
from b2bkit.core.files import papers
from b2bkit.core.files.models import ProductFile

PASSPORTS: Final = ("LDF-1007", "LDI-1007", "LLF-1007", "HDM-1007", "PPH-1007", "DOP-2007", "FLM-1007", "PIP-1007")
SAFETY: Final = ("DOP-2007",)
CERTIFICATES: Final = ("LDF-1007", "LDF-1014", "LDI-1007", "LLF-1007", "HDM-1007", "PPH-1007", "FLM-1007", "PIP-1007")
MADE_ON: Final = dt.datetime(2026, 1, 12, 9, tzinfo=dt.UTC)
CERTIFIED: Final = (
    ("Заявитель", "ООО «Полимерторг», Республика Беларусь, г. Минск"),
    ("Соответствует", "требованиям нормативного документа на продукцию"),
    ("Испытания", "протокол от 12.01.2026, лаборатория входного контроля"),
    ("Схема", "3с, анализ состояния производства"),
    ("Действует", "с 12.01.2026 по 11.01.2029"),
)
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
    wanted = {*PASSPORTS, *SAFETY, *CERTIFICATES}
    goods = select(Product).where(Product.article.in_(wanted), Product.active.is_(True)).order_by(Product.article)
    given = [(one, *paper) for one in work.session.scalars(goods).all() if one.id not in there for paper in _papers_of(one)]
    for one, kind, title, name, rows in given:
        data = sheet(title, one.name, rows)
        papers.add(work, product_id=one.id, kind=kind, title=title, filename=f"{name} {one.article}.pdf", data=data)
    return len(given)


def _papers_of(one: Product) -> Iterator[tuple[str, str, str, _Rows]]:
    """(kind, title, beginning of the file's name, rows) of what this product has."""
    if one.article in CERTIFICATES:
        number = f"BY/112 02.01. 014 {10_000 + CERTIFICATES.index(one.article) * 37}"
        yield "certificate", "Сертификат соответствия", "Сертификат", [("Номер", number), ("Артикул", one.article), *CERTIFIED]
    if one.article in PASSPORTS:
        yield "data_sheet", "Паспорт качества", "Паспорт", _figures(one)
    if one.article in SAFETY:
        yield "safety", "Паспорт безопасности", "Безопасность", RULES


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
