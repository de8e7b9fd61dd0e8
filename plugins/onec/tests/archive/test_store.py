"""Messages are kept in portions, never at the cost of what they tell of, and only for so long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from b2bkit.core.db.types import new_id
from b2bkit.core.work import Work
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.archive.message import Message
from b2bkit_onec.archive.store import MOST_HELD, Keeper, body_of, forget, keep, keep_within
from b2bkit_onec.models import Exchange, Kept
from b2bkit_onec.settings import OneCSettings
from plugins.onec.tests.exchange.onec import PASSWORD, OneC


@pytest.fixture
def portal(make_portal: MakePortal) -> Portal:
    return make_portal(plugins={"onec": {}}, environment={"B2BKIT_ONEC_PASSWORD": PASSWORD})


@pytest.fixture
def settings(portal: Portal) -> OneCSettings:
    found = portal.app.kit.plugins["onec"].settings
    assert isinstance(found, OneCSettings)
    return found


def message(portal: Portal, name: str, **more: object) -> Message:
    values = {"at": portal.now, "direction": "in", "way": "odata", "name": name, **more}
    return Message(**values)  # type: ignore[arg-type]


def names(portal: Portal) -> list[str]:
    with portal.work(write=False) as work:
        return [one.name for one in work.session.query(Kept).order_by(Kept.at, Kept.id)]


def test_messages_of_a_run_are_written_in_portions_and_at_its_end(portal: Portal, settings: OneCSettings) -> None:
    with Keeper(portal.app.work, settings=settings, flow="stock") as keeper:
        for number in range(MOST_HELD + 3):
            keep(message(portal, f"GET {number}"))
            assert keeper is not None
        assert len(names(portal)) == MOST_HELD
    assert len(names(portal)) == MOST_HELD + 3
    keep(message(portal, "outside"))
    assert "outside" not in names(portal)
    with portal.work(write=False) as work:
        assert {one.flow for one in work.session.query(Kept)} == {"stock"}


def test_what_was_said_of_an_order_is_kept_before_1c_answers(portal: Portal, settings: OneCSettings) -> None:
    with Keeper(portal.app.work, settings=settings, flow="orders"):
        keep(message(portal, "GET balances"))
        keep(message(portal, "POST П-10461", direction="out", subject=("order", new_id())))
        assert names(portal) == ["GET balances", "POST П-10461"]  # whatever becomes of this process now


def test_an_archive_that_cannot_write_harms_no_exchange(portal: Portal, settings: OneCSettings) -> None:
    @contextmanager
    def broken(*, write: bool = True) -> Iterator[Work]:
        raise OSError("no space left")
        yield  # pragma: no cover

    with Keeper(broken, settings=settings) as keeper:
        keeper.keep(message(portal, "GET"))
    with portal.work() as work:
        keep_within(work, message(portal, "x" * 20, run_id="no uuid"), settings)
        work.session.add(Exchange(kind="sale", token_hash="t", started_at=work.now, seen_at=work.now))
    assert names(portal) == []
    with portal.work(write=False) as work:
        assert work.session.query(Exchange).count() == 1


def test_a_body_comes_back_as_it_was_and_a_file_beside_only_from_the_data_folder(portal: Portal, settings: OneCSettings) -> None:
    with portal.work() as work:
        keep_within(work, message(portal, "one", body="Привет".encode() * 1000), settings)
        keep_within(work, message(portal, "two", file="../b2bkit.toml", size=10), settings)
        keep_within(work, message(portal, "three", file="onec/gone.xml", size=10), settings)
    with portal.work(write=False) as work:
        one, two, three = work.session.query(Kept).order_by(Kept.id)
        assert body_of(one, work.config.data) == "Привет".encode() * 1000
        assert one.size == 12_000
        assert one.body is not None
        assert len(one.body) < 200
        assert body_of(two, work.config.data) is None
        assert body_of(three, work.config.data) is None


def test_messages_are_forgotten_after_their_days(portal: Portal, settings: OneCSettings) -> None:
    with portal.work() as work:
        keep_within(work, message(portal, "old", at=portal.now - timedelta(days=31)), settings)
        keep_within(work, message(portal, "new", at=portal.now - timedelta(days=29)), settings)
        work.enqueue("onec.clear_up")
    portal.run_jobs()
    assert names(portal) == ["new"]
    with portal.work() as work:
        forget(work, days=1)
    assert names(portal) == []


def test_what_1c_asks_is_kept_with_its_answer_and_without_its_session_key(portal: Portal) -> None:
    onec = OneC(portal)
    onec.begin("sale")
    assert onec.ask("query", "sale").status_code == 200
    with portal.work(write=False) as work:
        found = list(work.session.query(Kept).order_by(Kept.id))
        text = b"".join(body_of(one, work.config.data) or b"" for one in found)
    assert [one.name for one in found if one.direction == "in"] == ["sale checkauth", "sale init", "sale query"]
    assert onec.cookie.partition("=")[2].encode() not in text
    assert PASSWORD.encode() not in text
    assert "КоммерческаяИнформация".encode() in text
    assert len({one.pair for one in found}) == 3


def test_who_does_not_prove_to_be_1c_fills_no_archive(portal: Portal) -> None:
    stranger = OneC(portal, password="guessed")
    stranger.sign_in()
    stranger.ask("query", "sale")
    OneC(portal, basic=False).ask("nonsense")
    assert names(portal) == []
