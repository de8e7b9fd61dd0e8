"""Where clients are, and what they ask for: access for a company, other data than 1C has."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts import changes, registration, sign_in
from b2bkit.core.accounts.models import Company, LegalEntity, User
from b2bkit.core.accounts.models_requests import Registration
from b2bkit.core.app import App
from b2bkit.core.db.types import new_id
from b2bkit.core.work import SYSTEM

REGIONS: Final = {
    "1": "Минск", "2": "Брестская область", "3": "Витебская область", "4": "Гомельская область", "5": "Гродненская область",
    "6": "Минская область", "7": "Могилёвская область",
}  # fmt: skip
ASKER, MANAGER = "owner@ekopaket.example", "s.dubovik@polymertorg.example"
DOUBLE, DOUBLE_OF = "Вектор Упак, интернет-заявка", "599637450"
LASTS: Final = timedelta(days=2)


class Wish(NamedTuple):
    """Somebody who asks for access; `tax_id` of a client that 1C knows, or of one that it does not."""

    email: str
    name: str
    phone: str
    tax_id: str
    legal_name: str
    comment: str


WISHES: Final = (
    Wish(
        "zakupki@polesie-upak.example", "Инна Савчиц", "+375 29 615-40-12", "290988509", "ООО «Полесье-Упак»",
        "Берём плёночный полиэтилен, до 20 т в месяц.",
    ),
    Wish("buh@client09.example", "Жанна Федорчук", "+375 33 402-18-77", "396252137", "ООО «Стройпрофиль»", ""),
)  # fmt: skip


def place_in_regions(work: Work) -> None:
    """A region for each client, by the first digit of its tax number: that is how Belarus gives them out."""
    rows = work.session.execute(select(LegalEntity.company_id, LegalEntity.tax_id).where(LegalEntity.active.is_(True)))
    regions = {company_id: REGIONS.get(tax_id[:1], "") for company_id, tax_id in rows}
    for company in work.session.scalars(select(Company)):
        company.region = company.region or regions.get(company.id, "")
    work.session.flush()


def register_twice(work: Work) -> None:
    """A client that also registered by itself, under another name: two that are one, until an administrator joins them."""
    double = Company(id=new_id(), name=DOUBLE, region="Гомельская область", created_at=work.now - timedelta(days=9))
    work.session.add(double)
    work.session.flush()
    work.session.add(LegalEntity(id=new_id(), company_id=double.id, name=DOUBLE, full_name=DOUBLE, tax_id=DOUBLE_OF))
    work.session.flush()


def ask_for_access(work: Work, password: str) -> None:
    """Two registrations that wait: of a company that nobody knows, and of one whose client is known."""
    for wish in WISHES:
        made = new_id()
        token = registration.registration_token(work, made)
        row = Registration(
            id=made, state="unconfirmed", email=wish.email, name=wish.name, phone=wish.phone, country="BY", tax_id=wish.tax_id,
            legal_name=wish.legal_name, comment=wish.comment, lang="ru", created_at=work.now - timedelta(hours=3),
            token_hash=sign_in.token_hash(token), expires_at=work.now + LASTS,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        registration.confirm(work, token=token, password=password)


def ask_for_changes(app: App) -> None:
    """Wishes of the owner of Экопакет: one that waits, one that the manager confirmed, one that he declined."""
    with app.work() as work:
        people = {one.email: one for one in work.session.scalars(select(User).where(User.email.in_((ASKER, MANAGER))))}
        owner, manager = (replace(SYSTEM, user_id=people[email].id, name=people[email].name) for email in (ASKER, MANAGER))
        entity = work.session.scalars(select(LegalEntity).where(LegalEntity.tax_id == "791515295")).one()
        entity_id, company_id = entity.id, entity.company_id
        data = {field: getattr(entity, field) for field in changes.OF_ENTITY}
        contacts = changes.contacts(work, company_id=company_id)
        person = {field: getattr(contacts[0], field) for field in changes.OF_CONTACT} if contacts else {}
        person_id = contacts[0].id if contacts else None
    with app.work(owner) as work:
        new = {"name": "Ирина Лобач", "position": "логист", "phone": "+375 29 700-15-15", "email": "logist@client06.example"}
        confirmed = changes.ask_contact(work, company_id=company_id, contact_id=None, values=new)
        declined = changes.ask_contact(
            work, company_id=company_id, contact_id=person_id, values=person | {"position": "директор по закупкам"}
        )
    with app.work(manager) as work:
        changes.decide(work, request_id=confirmed, action="confirm")
        changes.decide(work, request_id=declined, action="decline", reason="Пришлите приказ о назначении: без него в 1С не внесём.")
    with app.work(owner) as work:
        moved = data | {"address": "212030, г. Могилёв, ул. Крупской, 14"}
        changes.ask_entity(work, entity_id=entity_id, values=moved, note="Переехали с 1 ноября, договор аренды пришлём по запросу.")
