"""Two people, or two tabs, do the same thing at the same moment: one of them is told, nothing is there twice, no limit is passed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import func, select

from b2bkit.core.accounts import changes, kinds, own_addresses, people
from b2bkit.core.accounts.models import Address, Company, Invitation, LegalEntity, Membership
from b2bkit.core.accounts.models_requests import ChangeRequest
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.catalog import beside
from b2bkit.core.catalog.models import Analogue
from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.files import papers
from b2bkit.core.files.models import ProductFile
from b2bkit.core.work import Work
from b2bkit.testing import factories as make
from b2bkit.testing.portal import Portal

PDF = b"%PDF-1.7\nnothing more"
Does = Callable[[Work], object]


def at_once(portal: Portal, first: Does, second: Does | None = None) -> list[str]:
    """Runs both in transactions of their own, the second while the first has done its part and not committed; what was refused or raised.

    The first commits when the second is through or, as it should, has had to wait.
    """
    done, through = threading.Event(), threading.Event()

    def earlier() -> str:
        with told() as said, portal.work() as work:
            first(work)
            work.session.flush()
            done.set()
            through.wait(0.3)
        done.set()
        return said[0]

    def later() -> str:
        done.wait(10)
        with told() as said, portal.work() as work:
            (second or first)(work)
        through.set()
        return said[0]

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(earlier), pool.submit(later)]
        return [one.result(30) for one in running]


@contextmanager
def told() -> Iterator[list[str]]:
    """What ended a block, in a word: its problem's code, `not found`, or "" when it went through."""
    said = [""]
    try:
        yield said
    except Refused as refused:
        said[0] = refused.problems[0].code
    except NotFound:
        said[0] = "not found"


def counted(portal: Portal, model: type, *criteria: object) -> int:
    with portal.work(write=False) as work:
        return work.session.scalar(select(func.count()).select_from(model).where(*criteria)) or 0  # type: ignore[arg-type]


class Place:
    """Products, a company with a legal entity and an owner."""

    def __init__(self, portal: Portal) -> None:
        with portal.work() as work:
            group = make.category(work)
            self.products = [make.product(work, category=group, article=f"A-{number}") for number in range(beside.MOST_ANALOGUES + 2)]
            self.company = make.company(work)
            self.entity = make.legal_entity(work, company=self.company)
            self.owner = make.member(work, company=self.company, role="owner")


@pytest.fixture
def place(portal: Portal) -> Place:
    return Place(portal)


def test_the_same_analogue_twice_is_there_once_whichever_way_round(portal: Portal, place: Place) -> None:
    one, other = place.products[:2]
    both = at_once(
        portal,
        lambda work: beside.link(work, product_id=one.id, article="A-1"),
        lambda work: beside.link(work, product_id=other.id, article="A-0"),
    )
    assert both == ["", ""]
    assert counted(portal, Analogue) == counted(portal, AuditEntry, AuditEntry.action == "catalog.analogue_added") == 1


def test_two_analogues_do_not_pass_the_limit_together(portal: Portal, place: Place) -> None:
    first, *others = place.products
    with portal.work() as work:
        for one in others[: beside.MOST_ANALOGUES - 1]:
            beside.link(work, product_id=first.id, article=one.article)
    both = at_once(portal, *(lambda work, one=one: beside.link(work, product_id=first.id, article=one.article) for one in others[-2:]))
    assert both == ["", "catalog.many_analogues"]


def test_an_analogue_is_taken_away_once(portal: Portal, place: Place) -> None:
    one, other = place.products[:2]
    with portal.work() as work:
        beside.link(work, product_id=one.id, article="A-1")
    assert at_once(portal, lambda work: beside.unlink(work, product_id=one.id, other_id=other.id)) == ["", "not found"]


def test_two_files_do_not_pass_the_limit_together_and_one_is_removed_once(portal: Portal, place: Place) -> None:
    product_id = place.products[0].id

    def add(work: Work) -> UUID:
        return papers.add(work, product_id=product_id, kind="other", title="", filename="a.pdf", data=PDF)

    with portal.work() as work:
        for _ in range(papers.MOST - 1):
            file_id = add(work)
    assert at_once(portal, add) == ["", "files.many"]
    assert counted(portal, ProductFile) == papers.MOST
    assert at_once(portal, lambda work: papers.remove(work, product_id=product_id, file_id=file_id)) == ["", "not found"]
    assert counted(portal, AuditEntry, AuditEntry.action == "files.removed") == 1


def test_a_dealer_does_not_get_dealers_while_it_becomes_one(portal: Portal, place: Place) -> None:
    with portal.work() as work:
        top, middle = (make.company(work, profile="distributor") for _ in range(2))

    def becomes_dealer(work: Work, company: Company, of: Company) -> None:
        kinds.change(work, company_id=company.id, region="", profile=company.profile, dealer_of=of.id)

    both = at_once(
        portal, lambda work: becomes_dealer(work, middle, top), lambda work: becomes_dealer(work, place.company, middle)
    )  # fmt: skip
    assert both == ["", "is_dealer"]


def test_two_wishes_for_other_data_leave_one_that_waits(portal: Portal, place: Place) -> None:
    def ask(work: Work, address: str) -> None:
        entity = work.session.get_one(LegalEntity, place.entity.id)
        changes.ask_entity(work, entity_id=entity.id, values={"name": entity.name, "tax_id": entity.tax_id, "address": address})

    assert at_once(portal, lambda work: ask(work, "Минск, Новая, 1"), lambda work: ask(work, "Минск, Новая, 2")) == ["", ""]
    assert counted(portal, ChangeRequest, ChangeRequest.state == "waiting") == 1
    with portal.work(write=False) as work:
        waiting = work.session.scalars(select(ChangeRequest.id).where(ChangeRequest.state == "waiting")).one()
    both = at_once(
        portal,
        lambda work: changes.decide(work, request_id=waiting, action="confirm"),
        lambda work: changes.decide(work, request_id=waiting, action="decline", reason="нет"),
    )
    assert both == ["", "decided"]


def test_two_addresses_do_not_pass_the_limit_together(portal: Portal, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_addresses, "MOST", 1)
    wanted = own_addresses.Wanted(label="Цех", text="Минск, Заводская, 1")
    assert at_once(portal, lambda work: own_addresses.save(work, company_id=place.company.id, address_id=None, wanted=wanted)) == [
        "",
        "too_many",
    ]
    with portal.work(write=False) as work:
        address_id = work.session.scalars(select(Address.id)).one()
    both = at_once(
        portal,
        lambda work: own_addresses.archive(work, company_id=place.company.id, address_id=address_id),
        lambda work: own_addresses.save(work, company_id=place.company.id, address_id=address_id, wanted=wanted),
    )
    assert both == ["", "not found"]


def test_of_two_invitations_to_one_address_one_link_opens(portal: Portal, place: Place) -> None:
    def invite(work: Work) -> UUID:
        return people.invite(work, company_id=place.company.id, email="anna@client.example", name="Анна", role="buyer")

    assert at_once(portal, invite) == ["", ""]
    assert counted(portal, Invitation, Invitation.revoked_at.is_(None)) == 1


def test_an_invitation_is_revoked_or_used_and_never_both(portal: Portal, place: Place) -> None:
    with portal.work() as work:
        invitation_id = people.invite(work, company_id=place.company.id, email="anna@client.example", name="Анна", role="buyer")
        token = people.invitation_token(work, invitation_id)
    both = at_once(
        portal,
        lambda work: people.accept(work, token=token, password="другой длинный пароль", address="192.0.2.7"),
        lambda work: people.revoke(work, invitation_id=invitation_id),
    )
    assert both == ["", "not found"]
    assert counted(portal, Invitation, Invitation.revoked_at.is_not(None)) == 0


def test_a_person_is_dismissed_once(portal: Portal, place: Place) -> None:
    with portal.work() as work:
        person = make.member(work, company=place.company, role="buyer")
        membership_id = work.session.scalars(select(Membership.id).where(Membership.user_id == person.id)).one()
    assert at_once(portal, lambda work: people.dismiss(work, membership_id=membership_id)) == ["", "not found"]
    assert counted(portal, AuditEntry, AuditEntry.action == "accounts.dismissed") == 1
