"""What is searched for: counted without a person, once for what was meant, and no more words than a day holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from falcon.testing import Result
from sqlalchemy import delete, select

from b2bkit.core.db.base import Base
from b2bkit.plugins.analytics.models import AnalyticsSearch
from b2bkit.plugins.analytics.plugin import AnalyticsPlugin
from b2bkit.plugins.analytics.service import searches
from b2bkit.plugins.analytics.service.periods import read_period
from b2bkit.plugins.analytics.service.sales import sales
from b2bkit.testing.client import Client
from b2bkit.testing.databases import Databases
from b2bkit.testing.portal import Portal
from tests.core.ordering.shop import Shop
from tests.plugins.analytics.test_analytics import NOON, TODAY
from tests.plugins.shared import DIALECTS, portal_with


@pytest.fixture(scope="module", params=DIALECTS)
def portal(request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal_with(databases, request.param, tmp_path_factory.mktemp("portal"), {"analytics": {"words_a_day": 10}}) as found:
        yield found


@pytest.fixture
def shop(portal: Portal) -> Shop:
    portal.at(NOON)
    ear_of(portal).flush(everything=True)
    with portal.work() as work:
        work.session.execute(delete(AnalyticsSearch))
    return Shop(portal)


def ear_of(portal: Portal) -> searches.Ear:
    plugin = portal.app.kit.plugins["analytics"]
    assert isinstance(plugin, AnalyticsPlugin)
    return plugin.ear


def look(client: Client, words: str, further: str = "") -> Result:
    return client.get(f"/catalog?q={quote(words)}{further}")


def counted(shop: Shop) -> list[tuple[str, int, int]]:
    ear_of(shop.portal).flush(everything=True)
    with shop.portal.work(write=False) as work:
        columns = (AnalyticsSearch.words, AnalyticsSearch.found, AnalyticsSearch.missed)
        rows = work.session.execute(select(*columns).order_by(AnalyticsSearch.words))
        return [(row[0], row[1], row[2]) for row in rows]


def test_words_are_counted_as_found_or_missed_in_one_spelling(shop: Shop) -> None:
    for user in (shop.buyer, shop.colleague):
        client = shop.sign_in(user)
        look(client, "ПЭВД")
        look(client, "Фторопласт")
        look(client, "фторопласт", "&cursor=")
    assert counted(shop) == [("пэвд", 2, 0), ("фторопласт", 0, 2)]
    client = shop.sign_in()
    look(client, "ФТОРОПЛАСТ")
    assert counted(shop) == [("пэвд", 2, 0), ("фторопласт", 0, 3)]
    with shop.work(shop.manager) as work:
        missed, found = sales(work, read_period(TODAY, "month")).searches or ((), ())
    assert [(one.words, one.missed) for one in missed] == [("фторопласт", 3)]
    assert [one.words for one in found] == ["пэвд"]


def test_who_types_slowly_is_counted_once_for_what_he_meant(shop: Shop) -> None:
    client = shop.sign_in()
    for typed in ("фт", "фтор", "фторопласт"):
        look(client, typed)
    assert counted(shop) == [("фторопласт", 0, 1)]


def test_staff_addresses_of_people_and_narrowed_lists_are_not_counted(shop: Shop) -> None:
    look(shop.sign_in(shop.manager), "фторопласт")
    client = shop.sign_in()
    look(client, "anna@example.com")
    look(client, "фторопласт", "&f=catalog.producer:none")
    look(client, "...")
    look(client, "длинно" * 30)
    assert counted(shop) == []


def test_a_day_holds_so_many_words_and_no_more(shop: Shop) -> None:
    with shop.portal.work() as work:
        searches.add(work, Counter({(TODAY, f"слово {number:03}", False): 1 for number in range(30)}), 10)
        searches.add(work, Counter({(TODAY, "слово 000", True): 4, (TODAY, "новое", True): 1}), 10)
    found = counted(shop)
    assert len(found) == 10
    assert found[0] == ("слово 000", 4, 1)


def test_nothing_of_a_person_is_kept_and_old_words_go(shop: Shop) -> None:
    assert set(Base.metadata.tables["analytics_search"].columns.keys()) == {"id", "day", "words", "found", "missed"}
    look(shop.sign_in(), "фторопласт")
    assert len(counted(shop)) == 1
    shop.portal.pass_time(days=30)
    with shop.portal.work() as work:
        searches.forget(work, 29)
    assert counted(shop) == []


def test_a_listener_that_fails_changes_nothing_for_the_one_who_searches(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object) -> str:
        raise RuntimeError("no words")

    monkeypatch.setattr(searches, "spelt", broken)
    assert look(shop.sign_in(), "ПЭВД").status_code == 200


def test_what_could_not_be_written_is_written_the_next_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    look(shop.sign_in(), "фторопласт")
    with monkeypatch.context() as broken:
        broken.setattr(searches, "add", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ear_of(shop.portal).flush(everything=True)
    assert counted(shop) == [("фторопласт", 0, 1)]
