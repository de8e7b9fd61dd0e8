"""Rows for tests, each with believable defaults: `company(work)`, `buyer(work, company=...)`, `product(work, category=...)`."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from b2bkit.core.accounts.models import Address, Company, Contract, ContractCategory, LegalEntity, Membership, User
from b2bkit.core.catalog.models import Category, CategoryClosure, Packaging, Product, Stock, Warehouse
from b2bkit.core.catalog.service import search_text
from b2bkit.core.db.types import new_id
from b2bkit.core.pricing.models import Price, PriceType
from b2bkit.core.work import Work

_numbers = count(1)


def _add(work: Work, row: Any) -> Any:
    work.session.add(row)
    work.session.flush()
    return row


def user(work: Work, *, name: str = "Ирина Лапко", email: str = "", **values: Any) -> User:
    """A person without a place in any company."""
    email = email or f"person{next(_numbers)}@client.example"
    made: User = _add(work, User(id=new_id(), email=email, name=name, created_at=work.now, **values))
    return made


def staff(work: Work, *, role: str = "manager", name: str = "Ольга Савицкая", **values: Any) -> User:
    """One of the supplier's people."""
    return user(work, name=name, email=f"staff{next(_numbers)}@portal.example", staff_role=role, **values)


def company(work: Work, *, name: str = "", manager: User | None = None, **values: Any) -> Company:
    """A client company without legal entities or people."""
    name = name or f"ООО «Клиент {next(_numbers)}»"
    made: Company = _add(work, Company(id=new_id(), name=name, manager_id=manager.id if manager else None, created_at=work.now, **values))
    return made


def member(work: Work, *, company: Company, role: str = "buyer", **values: Any) -> User:
    """A person who works for the company."""
    person = user(work, **values)
    _add(work, Membership(company_id=company.id, user_id=person.id, role=role, since=work.now))
    return person


def legal_entity(work: Work, *, company: Company, name: str = "", **values: Any) -> LegalEntity:
    """A legal entity of the company."""
    values.setdefault("tax_id", str(190000000 + next(_numbers)))
    made: LegalEntity = _add(work, LegalEntity(id=new_id(), company_id=company.id, name=name or company.name, **values))
    return made


def price_type(work: Work, *, name: str = "Опт", currency: str = "BYN", vat_included: bool = False) -> PriceType:
    """A column of the price list."""
    made: PriceType = _add(work, PriceType(id=new_id(), name=name, currency=currency, vat_included=vat_included))
    return made


def contract(
    work: Work,
    *,
    company: Company,
    entity: LegalEntity | None = None,
    prices: PriceType | None = None,
    categories: tuple[Category, ...] = (),
    whole_catalogue: bool = False,
    **values: Any,
) -> Contract:
    """A contract; without categories it opens nothing unless `whole_catalogue`."""
    entity = entity or legal_entity(work, company=company)
    values.setdefault("number", f"{next(_numbers)}/2026")
    values.setdefault("currency", prices.currency if prices else "BYN")
    made: Contract = _add(
        work,
        Contract(
            id=new_id(),
            company_id=company.id,
            legal_entity_id=entity.id,
            price_type_id=prices.id if prices else None,
            whole_catalogue=whole_catalogue,
            **values,
        ),
    )
    for category in categories:
        _add(work, ContractCategory(company_id=company.id, contract_id=made.id, category_id=category.id))
    return made


def address(work: Work, *, company: Company, label: str = "Склад", text: str = "Минск, Промышленная, 8") -> Address:
    """A delivery address."""
    made: Address = _add(work, Address(id=new_id(), company_id=company.id, label=label, text=text))
    return made


def category(work: Work, *, name: str = "", parent: Category | None = None) -> Category:
    """A group of products, with its closure."""
    made: Category = _add(work, Category(id=new_id(), name=name or f"Группа {next(_numbers)}", parent_id=parent.id if parent else None))
    work.session.add(CategoryClosure(ancestor_id=made.id, descendant_id=made.id, depth=0))
    if parent is not None:
        above = work.session.query(CategoryClosure).filter_by(descendant_id=parent.id).all()
        for row in above:
            work.session.add(CategoryClosure(ancestor_id=row.ancestor_id, descendant_id=made.id, depth=row.depth + 1))
    work.session.flush()
    return made


def product(
    work: Work,
    *,
    category: Category | None = None,
    name: str = "",
    packagings: tuple[tuple[str, int], ...] = (("мешок", 25),),
    minimum: str = "25",
    multiple: str = "25",
    **values: Any,
) -> Product:
    """A product in kilograms, in bags of 25."""
    number = next(_numbers)
    row = Product(
        id=new_id(),
        name=name or f"ПЭВД {number:05}",
        article=values.pop("article", f"PE-{number:05}"),
        category_id=category.id if category else None,
        unit=values.pop("unit", "кг"),
        vat_rate=values.pop("vat_rate", Decimal(20)),
        minimum=Decimal(minimum),
        multiple=Decimal(multiple),
        updated_at=work.now,
        **values,
    )
    row.search_text = search_text(article=row.article, name=row.name, producer=row.producer or "", full_name=row.full_name or "")
    work.session.add(row)
    work.session.flush()
    for position, (label, factor) in enumerate(packagings):
        work.session.add(Packaging(id=new_id(), product_id=row.id, name=label, factor=Decimal(factor), position=position))
    work.session.flush()
    return row


def price(work: Work, *, product: Product, prices: PriceType, value: str = "4.62", min_quantity: str = "0") -> Price:
    """A price per base unit."""
    row = Price(price_type_id=prices.id, product_id=product.id, min_quantity=Decimal(min_quantity), value=Decimal(value), as_of=work.now)
    made: Price = _add(work, row)
    return made


def warehouse(work: Work, *, name: str = "Минск") -> Warehouse:
    """A warehouse."""
    made: Warehouse = _add(work, Warehouse(id=new_id(), name=name))
    return made


def stock(work: Work, *, product: Product, warehouse: Warehouse, quantity: str = "18400") -> Stock:
    """What lies there."""
    row = Stock(product_id=product.id, warehouse_id=warehouse.id, quantity=Decimal(quantity), as_of=work.now)
    made: Stock = _add(work, row)
    return made
