"""A supplier of size: products, companies and orders by the hundred thousand, made by the database itself (`large_fill.sql`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import text

from b2bkit.core.accounts.models import Company
from b2bkit.core.accounts.sign_in import open_session
from b2bkit.core.app import owners, read_deployment
from b2bkit.core.catalog.search import search_text
from b2bkit.core.catalog.words.learn import learn_words
from b2bkit.core.db import migrate
from b2bkit.core.db.engine import Database
from b2bkit.core.work import Work
from b2bkit.testing import factories
from b2bkit.testing.portal import write_config
from tests.bench.stage import Stage

CART: Final = 300


@dataclass(frozen=True)
class Size:
    """How much there is; the buyer who is measured has one order in fifty and a cart of 300 lines."""

    products: int
    companies: int
    orders: int

    def part(self, share: int) -> Size:
        """One of so many parts."""
        return Size(self.products // share, self.companies // share, self.orders // share)


FULL: Final = Size(200_000, 60_000, 1_000_000)
_MATERIALS: Final = ("Полиэтилен", "Полипропилен", "Полистирол", "Поливинилхлорид", "Полиамид", "Поликарбонат", "Труба", "Плёнка")
_GRADES: Final = ("высший сорт", "первый сорт", "литьевой", "экструзионный", "трубный", "плёночный", "выдувной", "светостойкий")
_FILL: Final = (Path(__file__).parent / "large_fill.sql").read_text("utf-8").split(";\n")


@dataclass(frozen=True)
class People:
    """Sessions of the buyer and of a member of the supplier's staff who sees all."""

    buyer: str
    staff: str


def fill(stage: Stage, size: Size) -> People:
    """Tables and data."""
    write_config(stage.folder, {})
    deployment = read_deployment(stage.folder, stage.environment)
    database = Database(stage.url)
    migrate.upgrade(database, owners(deployment.kit))
    database.dispose()
    app = stage.app()
    with app.work() as work:
        people = _filled(work, size)
    with app.work() as work:
        learn_words(work)
    with app.db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    app.close()
    return people


def _filled(work: Work, size: Size) -> People:
    prices = factories.price_type(work)
    factories.warehouse(work)
    groups = [factories.category(work, name=f"Группа {number:02}") for number in range(40)]
    company = factories.company(work)
    contract = factories.contract(work, company=company, prices=prices, categories=tuple(groups[:24]))
    buyer, staff = factories.member(work, company=company, role="owner"), factories.staff(work, role="admin")
    names = [f"{material} {grade}" for material in _MATERIALS for grade in _GRADES]
    spelled = [search_text(article="PE-000000", name=f"{name} 000000", producer="Завод 7") for name in names]
    given = {
        "products": size.products, "companies": size.companies, "orders": size.orders, "names": names, "spelled": spelled,
        "kinds": len(names), "company": company.id, "contract": contract.id, "entity": contract.legal_entity_id, "buyer": buyer.id,
        "cart": CART,
    }  # fmt: skip
    for statement in filter(str.strip, _FILL):
        work.session.execute(text(statement), {name: value for name, value in given.items() if f":{name}" in statement})
        work.session.execute(text("ANALYZE"))  # what follows looks up what is new: plans for empty tables would read all of it each time
        work.session.execute(text("DISCARD PLANS"))
    assert work.session.query(Company).count() == size.companies
    return People(open_session(work, user_id=buyer.id), open_session(work, user_id=staff.id))


def cookies(token: str) -> dict[str, str]:
    """Of a page in Russian."""
    return {"Cookie": f"b2bkit={token}; b2bkit-theme=light", "Accept-Language": "ru"}
