"""Live events reach whom they concern and nobody else, carry ids only, end with the session, and cross processes."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Coroutine, Sequence
from typing import Any

import psycopg
import pytest

from b2bkit.core.access.book import RightsBook
from b2bkit.core.accounts.companies import switch
from b2bkit.core.accounts.models import Membership
from b2bkit.core.accounts.people import dismiss
from b2bkit.core.accounts.sign_in import Sessions
from b2bkit.core.web import live
from b2bkit.core.web.live import CHANNEL, LocalBus, pack, unpack
from b2bkit.core.work import Signal
from b2bkit.testing import factories as make
from b2bkit.testing.client import Client
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit.testing.services import RedisServer, redis_server
from tests.web.ear import Ear, Event

NO_SIGNALS = (
    b"", b"{}", b"[1]", b'[{"kind": "order"}]', b"\xff\xfe", b'[{"kind":"x","id":"1","users":[5],"companies":[],"staff":true}]',
    b'[{"kind":"x","id":"1","users":["no"],"companies":[],"staff":true}]',
)  # fmt: skip
HERE = "0197a3f0-0000-7000-8000-00000000000a"


class People:
    """Two companies with a person each, one person of both, one of the staff."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            self.ours, self.theirs = make.company(work), make.company(work)
            self.our_contract = make.contract(work, company=self.ours)
            self.their_contract = make.contract(work, company=self.theirs)
            self.buyer = make.member(work, company=self.ours)
            self.stranger = make.member(work, company=self.theirs)
            self.manager = make.staff(work)

    def signal(self, kind: str, id: str = HERE, **whom: Any) -> None:
        """A signal as services send it, with the commit of a work."""
        with self.portal.work() as work:
            work.signal(kind, id, **whom)

    def clients(self, *users: Any) -> list[Client]:
        return [self.portal.sign_in(user) for user in users]


@pytest.fixture
def people(portal: Portal) -> People:
    return People(portal)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 60))


def test_a_signal_reaches_the_people_it_names_and_holds_ids_only(people: People) -> None:
    buyer, stranger, manager = people.clients(people.buyer, people.stranger, people.manager)

    async def story() -> None:
        async with Ear(people.portal, buyer) as ours, Ear(people.portal, stranger) as theirs, Ear(people.portal, manager) as staff:
            people.signal("order", companies=(people.ours.id,))
            people.signal("notify", users=(people.stranger.id,))
            people.signal("erp", staff=True)
            people.signal("last", companies=(people.ours.id, people.theirs.id), staff=True)
            assert [await ours.next(), await ours.next()] == [Event("order", {"id": HERE}), Event("last", {"id": HERE})]
            assert [await theirs.next(), await theirs.next()] == [Event("notify", {"id": HERE}), Event("last", {"id": HERE})]
            assert [await staff.next(), await staff.next()] == [Event("erp", {"id": HERE}), Event("last", {"id": HERE})]

    run(story())


def live_of(page: str) -> str:
    """The query of a page's own address of news."""
    found = re.search(r'data-live="/events\?(since=\d+)"', page)
    assert found is not None, "the page does not say where its news are"
    return found.group(1)


def test_what_happens_while_a_page_is_on_its_way_is_told_when_its_stream_opens(people: People) -> None:
    buyer, stranger = people.clients(people.buyer, people.stranger)

    async def earlier() -> None:
        async with Ear(people.portal, buyer) as ear:
            people.signal("before", companies=(people.ours.id,))
            assert (await ear.next()).kind == "before"

    run(earlier())
    ours, theirs = live_of(buyer.get("/").text), live_of(stranger.get("/").text)
    people.signal("order", companies=(people.ours.id,))

    async def story() -> None:
        async with (
            Ear(people.portal, buyer, ours) as ear,
            Ear(people.portal, stranger, theirs) as other,
            Ear(people.portal, buyer) as later,
        ):
            people.signal("last", companies=(people.ours.id, people.theirs.id))
            assert [(await ear.next()).kind, (await ear.next()).kind] == ["order", "last"]
            assert (await other.next()).kind == "last"
            assert (await later.next()).kind == "last"

    run(story())


@pytest.mark.parametrize("why", ["older than the process", "more than is remembered"])
def test_a_page_whose_moment_is_forgotten_fetches_itself_afresh(people: People, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    (buyer,) = people.clients(people.buyer)
    since = "since=1000"
    if why == "more than is remembered":
        since = live_of(buyer.get("/").text)
        for _one in range(live.REMEMBERED + 1):
            people.portal.app.parts.live.deliver([Signal("erp", "", staff=True)])  # type: ignore[union-attr]

    async def story() -> None:
        async with Ear(people.portal, buyer, since) as ear:
            assert (await ear.next()).kind == "reload"

    run(story())


@pytest.mark.parametrize("since", ["since=yesterday", "since=-1"])
def test_a_moment_that_is_none_is_refused(people: People, since: str) -> None:
    (buyer,) = people.clients(people.buyer)

    async def story() -> None:
        async with Ear(people.portal, buyer, since) as ear:
            assert ear.status == 400

    run(story())


def signal_and_fail(people: People) -> None:
    with people.portal.work() as work:
        work.signal("order", HERE, users=(people.buyer.id,))
        raise RuntimeError("rolled back")


def test_nobody_hears_what_was_rolled_back(people: People) -> None:
    (buyer,) = people.clients(people.buyer)

    async def story() -> None:
        async with Ear(people.portal, buyer) as ear:
            with pytest.raises(RuntimeError, match="rolled back"):
                signal_and_fail(people)
            people.signal("last", users=(people.buyer.id,))
            assert (await ear.next()).kind == "last"

    run(story())


def test_a_stranger_without_a_session_gets_no_stream(people: People) -> None:
    async def story() -> None:
        async with Ear(people.portal, people.portal.browser()) as ear:
            assert ear.status in (303, 401)

    run(story())


def test_the_stream_of_a_dismissed_person_ends_at_once(people: People) -> None:
    (buyer,) = people.clients(people.buyer)

    async def story() -> None:
        async with Ear(people.portal, buyer) as ear:
            with people.portal.work() as work:
                member = work.session.query(Membership).filter_by(user_id=people.buyer.id).one()
                dismiss(work, membership_id=member.id)
            people.signal("order", companies=(people.ours.id,))
            assert (await ear.next()).kind == "signed-out"
            await asyncio.wait_for(ear.ended.wait(), 10)
        assert people.portal.app.parts.live.count == 0  # type: ignore[union-attr]

    run(story())


def test_the_stream_of_a_signed_out_browser_ends_by_itself(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.2)
    (buyer,) = people.clients(people.buyer)

    async def story() -> None:
        async with Ear(people.portal, buyer) as ear:
            buyer.csrf = buyer.csrf or "x"
            left = await asyncio.to_thread(buyer.post, "/sign-out")
            assert left.status_code == 303, left.text
            assert (await ear.next()).kind == "signed-out"

    run(story())


def test_who_works_for_another_company_now_hears_no_more_of_the_first(people: People) -> None:
    with people.portal.work() as work:
        work.session.add(Membership(company_id=people.theirs.id, user_id=people.buyer.id, role="buyer", since=work.now))
    client = people.portal.sign_in(people.buyer, contract_id=people.our_contract.id)

    async def story() -> None:
        async with Ear(people.portal, client) as ear:
            with people.portal.work(write=False) as work:
                reader = Sessions(RightsBook(people.portal.app.kit), people.portal.app.sessions.idle, people.portal.app.sessions.zone)
                signed = reader.read(work.session, client.cookies["b2bkit"], work.now)
            assert signed is not None
            with people.portal.app.work(signed.actor, unscoped=True) as work:
                switch(work, choice_id=people.their_contract.id)
            assert (await ear.next()).kind == "cart"
            people.signal("order", companies=(people.ours.id,))
            people.signal("last", companies=(people.theirs.id,))
            assert (await ear.next()).kind == "last"

    run(story())


def test_a_page_that_reads_too_slowly_is_told_to_fetch_itself_afresh(people: People) -> None:
    (buyer,) = people.clients(people.buyer)

    async def story() -> None:
        async with Ear(people.portal, buyer) as ear:
            people.portal.app.bus.send([Signal("order", str(number), users=(people.buyer.id,)) for number in range(live.WAITING * 3)])
            assert (await ear.until("reload")).data == {"id": ""}

    run(story())


def test_a_person_cannot_open_streams_without_end(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PER_PERSON", 2)
    (buyer,) = people.clients(people.buyer)

    async def story() -> None:
        async with Ear(people.portal, buyer), Ear(people.portal, buyer), Ear(people.portal, buyer) as third:
            assert third.status == 429
        async with Ear(people.portal, buyer) as again:
            assert again.status == 200

    run(story())


# across processes


@pytest.fixture
def own_redis() -> Any:
    with redis_server() as server:
        yield server


async def listening(*portals: Portal) -> None:
    """Until the buses of these portals hear each other."""
    for portal in portals:
        if not isinstance(portal.app.bus, LocalBus):
            assert await asyncio.to_thread(portal.app.bus.listening.wait, 15)  # type: ignore[attr-defined]


async def hears(people: People, other: Portal, client: Client) -> None:
    """A signal of one portal reaches a page that is open in another one, and only the person it is for."""
    stranger = people.portal.sign_in(people.stranger)
    async with Ear(other, client) as ear, Ear(other, stranger) as theirs:
        people.signal("order", companies=(people.ours.id,))
        people.signal("notify", users=(people.stranger.id,))
        assert await ear.next() == Event("order", {"id": HERE})
        assert await theirs.next() == Event("notify", {"id": HERE})


def redis_settings(redis: RedisServer) -> dict[str, str]:
    return {"B2BKIT_JOBS_BROKER": "redis", "B2BKIT_REDIS_URL": redis.url}


def test_signals_cross_processes_through_redis(make_portal: MakePortal, redis: RedisServer) -> None:
    here, there = (make_portal(environment=redis_settings(redis)) for _app in range(2))
    people = People(here)

    async def story() -> None:
        await listening(here, there)
        await hears(people, there, here.sign_in(people.buyer))

    run(story())


def postgres_only(portal: Portal) -> str:
    if portal.app.db.dialect != "postgresql":
        pytest.skip("NOTIFY is PostgreSQL's")
    return portal.app.config.database_url.replace("postgresql+psycopg://", "postgresql://")


def test_signals_cross_processes_through_postgresql(make_portal: MakePortal) -> None:
    here, there = make_portal(), make_portal()
    postgres_only(here)
    people = People(here)

    async def story() -> None:
        await listening(here, there)
        await hears(people, there, here.sign_in(people.buyer))

    run(story())


def test_a_page_hears_its_own_process_once_and_also_while_the_bus_is_away(make_portal: MakePortal, own_redis: RedisServer) -> None:
    here, there = (make_portal(environment=redis_settings(own_redis)) for _app in range(2))
    people = People(here)

    async def story() -> None:
        await listening(here, there)
        async with Ear(here, here.sign_in(people.buyer)) as ear:
            here.app.bus.send([Signal("order", "own", (people.buyer.id,))])
            assert (await ear.next()).data["id"] == "own"
            there.app.bus.send([Signal("order", "theirs", (people.buyer.id,))])
            assert (await ear.next()).data["id"] == "theirs"  # what came back over the bus was not told again
            own_redis.stop()
            here.app.bus.send([Signal("order", "away", (people.buyer.id,))])
            assert (await ear.next()).data["id"] == "away"

    run(story())


def test_more_signals_than_one_notice_can_hold_all_arrive(make_portal: MakePortal) -> None:
    here, there = make_portal(), make_portal()
    postgres_only(here)
    people = People(here)
    companies: Sequence[uuid.UUID] = [uuid.uuid4() for _number in range(60)]

    async def story() -> None:
        await listening(here, there)
        async with Ear(there, here.sign_in(people.buyer)) as ear:
            here.app.bus.send([Signal("order", str(number), (people.buyer.id,), (*companies[:30],)) for number in range(12)])
            assert [(await ear.next()).data["id"] for _number in range(12)] == [str(number) for number in range(12)]

    run(story())


def test_pages_look_again_after_redis_was_away(make_portal: MakePortal, own_redis: RedisServer) -> None:
    here, there = (make_portal(environment=redis_settings(own_redis)) for _app in range(2))
    people = People(here)
    client = here.sign_in(people.buyer)

    async def story() -> None:
        await listening(here, there)
        async with Ear(there, client) as ear:
            own_redis.stop()
            people.signal("order", users=(people.buyer.id,))
            own_redis.start()
            assert (await ear.until("reload")).data == {"id": ""}
            await listening(here, there)
            people.signal("last", users=(people.buyer.id,))
            await ear.until("last")

    run(story())


def test_pages_look_again_after_the_line_to_postgresql_broke(make_portal: MakePortal) -> None:
    here, there = make_portal(), make_portal()
    url = postgres_only(here)
    people = People(here)
    client = here.sign_in(people.buyer)

    async def story() -> None:
        await listening(here, there)
        async with Ear(there, client) as ear:
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            await ear.until("reload")
            await listening(here, there)
            people.signal("last", users=(people.buyer.id,))
            await ear.until("last")

    run(story())


def test_a_line_on_the_bus_that_is_no_signal_is_left_aside(make_portal: MakePortal, redis: RedisServer) -> None:
    portal = make_portal(environment=redis_settings(redis))
    people = People(portal)
    client = portal.sign_in(people.buyer)

    async def story() -> None:
        await listening(portal)
        async with Ear(portal, client) as ear:
            with redis.client() as other:
                for line in (
                    b"",
                    b"{}",
                    b"[1]",
                    b'[{"kind": "order"}]',
                    b"\xff\xfe",
                    b'[{"kind":"x","id":"1","users":["no"],"companies":[],"staff":true}]',
                ):
                    other.publish(CHANNEL, line)
            people.signal("last", users=(people.buyer.id,))
            assert (await ear.next()).kind == "last"

    run(story())


def test_signals_come_out_of_a_line_as_they_went_in() -> None:
    sent = [Signal("order", HERE, (uuid.UUID(HERE),), (), True), Signal("cart", "ё")]
    assert unpack(pack(sent)) == sent
