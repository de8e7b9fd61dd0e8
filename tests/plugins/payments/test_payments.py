"""What is to be paid and when: as a month, in one's own calendar, and told in time, to those alone who may see money."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from sqlalchemy import update

from b2bkit import Forbidden
from b2bkit.core.accounts.models import Membership, User
from b2bkit.core.db.types import new_id
from b2bkit.core.notify.models import Notification
from b2bkit.core.settlements.models import Due
from b2bkit.plugins.payments.service import calendar
from b2bkit.plugins.payments.service.remind import remind
from b2bkit.plugins.payments.settings import PaymentsSettings
from b2bkit.testing import factories as make
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements
from tests.core.ordering.shop import Shop
from tests.core.settlements.test_pages import TellingErp
from tests.plugins.shared import DIALECTS, portal_with

D = Decimal
NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday; noon in the portal's zone
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), {"payments": {}}, (TellingErp,)) as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Shop:
    portal.at(NOON)
    return Shop(portal)


def due(shop: Shop, days: int, amount: str = "100.00", *, other: bool = False, **values: Any) -> str:
    """An expected payment, so many days from TODAY; returns what the ERP calls it."""
    place = str(new_id())
    company, entity, contract = (
        (shop.other, shop.other_entity, shop.other_contract) if other else (shop.company, shop.entity, shop.contract)
    )
    with shop.portal.work() as work:
        usual = {
            "id": new_id(), "company_id": company.id, "legal_entity_id": entity.id, "contract_id": contract.id, "order_id": None,
            "place": place, "deal": "Реализация 17", "due_on": TODAY + timedelta(days=days), "amount": D(amount), "currency": "BYN",
            "as_of": work.now,
        }  # fmt: skip
        work.session.insert_rows(Due, [{**usual, **values}])
    return place


def told(shop: Shop, user: Any = None) -> list[tuple[str, str]]:
    """(kind, title) of what a person has in his inbox, the newest last."""
    shop.portal.run_jobs()
    with shop.portal.work(write=False) as work:
        found = work.session.query(Notification).filter_by(user_id=(user or shop.colleague).id).order_by(Notification.id).all()
        return [(one.kind, one.title) for one in found]


def run(shop: Shop, **settings: Any) -> None:
    with shop.portal.work() as work:
        remind(work, PaymentsSettings(**settings))


def feed_of(page: str) -> str:
    return urlsplit(page.split('id="f-address" value="', 1)[1].split('"', 1)[0]).path


# the month


def test_a_month_shows_each_day_with_its_sum_and_what_is_overdue_whenever_it_was_due(shop: Shop) -> None:
    due(shop, -40, "70.00")
    due(shop, 1, "100.00")
    due(shop, 1, "20.50")
    due(shop, 30, "9.00")
    due(shop, 2, "5000.00", other=True)
    client = shop.portal.sign_in(shop.colleague)
    page = client.get("/payments").text
    assert "ноябрь 2026" in page
    assert "120,50" in page
    assert "70,00" in page
    assert "5\xa0000,00" not in page
    assert client.get("/payments?month=2026-12").text.count("9,00") >= 1
    with shop.work(shop.colleague) as work, counted_statements() as found:
        seen = calendar.month(work)
    assert [(day.on.day, day.tone, day.sums) for day in seen.days] == [(25, "warn", ((D("120.50"), "BYN"),))]
    assert [one.days for one in seen.late] == [-40]
    assert len(found) == 2


def test_a_month_that_is_none_is_refused_and_one_far_away_is_todays(shop: Shop) -> None:
    client = shop.portal.sign_in(shop.colleague)
    assert client.get("/payments?month=2026").status_code == 422
    assert "ноябрь 2026" in client.get("/payments?month=1899-01").text
    assert "ноябрь 2026" in client.get("/payments?month=2026-13").text


def test_one_legal_entity_can_be_looked_at_alone(shop: Shop) -> None:
    with shop.portal.work() as work:
        second = make.legal_entity(work, company=shop.company, name="Второе юрлицо")
    due(shop, 1, "11.00")
    due(shop, 1, "22.00", legal_entity_id=second.id, contract_id=None)
    client = shop.portal.sign_in(shop.colleague)
    assert "33,00" in client.get("/payments").text
    page = client.get(f"/payments?entity={second.id}").text
    assert "22,00" in page
    assert "33,00" not in page
    assert "11,00" not in client.get(f"/payments?entity={new_id()}").text


def test_who_may_not_see_money_sees_no_calendar_and_the_api_says_the_same_as_the_page(shop: Shop) -> None:
    due(shop, 3, "100.00")
    with shop.work(shop.viewer) as work, pytest.raises(Forbidden):
        calendar.month(work)
    assert shop.portal.sign_in(shop.viewer).get("/payments").status_code in (403, 404)
    answer = shop.portal.sign_in(shop.colleague).get("/api/v1/payments?month=2026-11").json
    assert [(one["due_on"], one["amount"], one["days"]) for one in answer["payments"]] == [("2026-11-27", "100.00", 3)]
    assert answer["sums"] == [{"amount": "100.00", "currency": "BYN"}]


# the feed


def test_a_feed_says_what_its_person_may_see_and_ends_with_a_new_address_or_his_dismissal(shop: Shop) -> None:
    due(shop, -3, "70.00")
    due(shop, 5, "1250.40", deal="Реализация 18, частями")
    due(shop, 5, "5000.00", other=True)
    client, program = shop.portal.sign_in(shop.colleague), shop.portal.browser()
    client.post("/payments/feed")
    path = feed_of(client.get("/payments").text)
    answer = program.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    events = Calendar.from_ical(answer.content).events
    assert [(one.start, one["SUMMARY"]) for one in events] == [
        (date(2026, 11, 21), "Просрочено: К оплате 70,00\xa0BYN"), (date(2026, 11, 29), "К оплате 1\xa0250,40\xa0BYN")
    ]  # fmt: skip
    assert "Реализация 18, частями" in events[1]["DESCRIPTION"]
    assert [one["UID"] for one in Calendar.from_ical(program.get(path).content).events] == [one["UID"] for one in events]

    client.post("/payments/feed")
    newer = feed_of(client.get("/payments").text)
    assert newer != path
    gone = program.get(path)
    assert (gone.status_code, program.get(newer).status_code) == (404, 200)
    assert program.get("/payments/feed/" + newer.rsplit("/", 1)[1].replace("A", "B", 1)).status_code == 404
    none = program.get("/payments/feed/no.ics").json
    assert {name: value for name, value in none.items() if name != "request_id"} == {
        name: value for name, value in gone.json.items() if name != "request_id"
    }

    with shop.portal.work() as work:
        work.session.execute(update(User).where(User.id == shop.colleague.id).values(lang="en"))
    assert [one["SUMMARY"] for one in Calendar.from_ical(program.get(newer).content).events][1] == "Pay 1,250.40\xa0BYN"
    with shop.portal.work() as work:
        work.session.execute(update(Membership).where(Membership.user_id == shop.colleague.id).values(role="buyer"))
    assert program.get(newer).status_code == 404
    with shop.portal.work() as work:
        gone_at = {"role": "owner", "dismissed_at": work.now}
        work.session.execute(update(Membership).where(Membership.user_id == shop.colleague.id).values(**gone_at))
    assert program.get(newer).status_code == 404


def test_an_address_that_is_ended_leads_nowhere_and_belongs_to_its_person_alone(shop: Shop) -> None:
    client = shop.portal.sign_in(shop.colleague)
    client.post("/payments/feed")
    path = feed_of(client.get("/payments").text)
    with shop.portal.work() as work:
        partner = make.member(work, company=shop.company, role="owner")
    assert "f-address" not in shop.portal.sign_in(partner).get("/payments").text
    shop.portal.sign_in(partner).post("/payments/feed/end")
    assert shop.portal.browser().get(path).status_code == 200
    client.post("/payments/feed/end")
    assert shop.portal.browser().get(path).status_code == 404
    assert "f-address" not in client.get("/payments").text


# reminders


def test_people_who_see_money_are_reminded_once_before_on_the_day_and_when_it_is_late(shop: Shop) -> None:
    due(shop, 3, "100.00")
    due(shop, 3, "20.00")
    due(shop, 0, "7.00")
    due(shop, 2, "999.00")
    for _time in range(2):
        run(shop)
    assert sorted(told(shop)) == [
        ("payments.coming", "Оплатите 120,00\xa0BYN до 27\xa0ноября 2026"),
        ("payments.coming", "Оплатите 7,00\xa0BYN до 24\xa0ноября 2026"),
    ]
    assert told(shop, shop.buyer) == []
    assert told(shop, shop.stranger) == []
    shop.portal.at(NOON + timedelta(days=1))
    run(shop)
    assert ("payments.late", "Просрочено: 7,00\xa0BYN") in told(shop)
    count = len(told(shop))
    shop.portal.at(NOON + timedelta(days=2, hours=1))
    run(shop, remind_days=())
    assert len(told(shop)) == count
    shop.portal.at(NOON + timedelta(days=8))
    run(shop, remind_days=())
    assert len(told(shop)) == count + 1


def test_nobody_is_reminded_before_the_hour_or_of_a_company_whose_access_is_suspended(shop: Shop) -> None:
    due(shop, 0)
    shop.portal.at(NOON.replace(hour=4))
    run(shop)
    assert told(shop) == []
    shop.portal.at(NOON)
    with shop.portal.work() as work:
        work.session.merge(shop.company).suspended = True
    run(shop)
    assert told(shop) == []
