"""References, freshness, and whether the ERP is there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b2bkit.core.db.types import new_id
from b2bkit.core.erp import service as erp
from b2bkit.core.erp.service.contact import line_health
from b2bkit.testing.portal import Portal
from tests.core.ordering.shop import Shop


def test_references_lead_both_ways_and_keep_their_first_row(portal: Portal) -> None:
    first, second = new_id(), new_id()
    with portal.work() as work:
        erp.remember(work, system="onec", entity="product", pairs={"a1 ": first, "b2": second})
        erp.remember(work, system="onec", entity="product", pairs={"b2": first, "c3": second})
        assert erp.ids_for(work, system="onec", entity="product", refs=["a1 ", "a1", "b2", "c3", "d4"]) == {
            "a1 ": first,
            "b2": second,
            "c3": second,
        }
        assert erp.ref_of(work, system="onec", entity="product", entity_id=second) == "b2"
        assert erp.id_of(work, system="onec", entity="order", ref="b2") is None
        assert erp.id_of(work, system="other", entity="product", ref="b2") is None


def test_thousands_of_references_are_asked_in_batches(portal: Portal) -> None:
    pairs = {f"ref-{number}": new_id() for number in range(1200)}
    with portal.work() as work:
        erp.remember(work, system="onec", entity="product", pairs=pairs)
        assert erp.ids_for(work, system="onec", entity="product", refs=[*pairs, "none"]) == pairs


def test_news_older_than_what_is_known_does_not_make_data_younger(portal: Portal) -> None:
    with portal.work() as work:
        erp.mark_fresh(work, "stock", work.now, 12)
        erp.mark_fresh(work, "stock", work.now - timedelta(hours=1), 5)
        assert {kind: fresh.rows for kind, fresh in erp.freshness(work).items()} == {"stock": 12}
        with pytest.raises(ValueError, match="kinds: catalog"):
            erp.mark_fresh(work, "weather", work.now, 1)


def test_the_line_is_up_then_slow_then_down_by_the_expected_period(shop: Shop) -> None:
    with shop.portal.work() as work:
        assert erp.state(work, "asked.line").state == "unknown"
        erp.heard(work, "asked.line")
    heard, seen = shop.portal.now, []
    for seconds in (0, 120, 121, 300, 301):
        shop.portal.at(heard + timedelta(seconds=seconds))
        with shop.portal.work() as work:
            seen.append((seconds, erp.state(work, "asked.line").state))
    assert seen == [(0, "up"), (120, "up"), (121, "slow"), (300, "slow"), (301, "down")]
    with shop.portal.work() as work:
        view = erp.erp_view(work)
        assert view is not None
        assert view.since == heard + timedelta(seconds=60)
        assert not line_health(work).ok


def test_a_failed_exchange_shows_until_the_next_good_one(shop: Shop) -> None:
    with shop.portal.work() as work:
        erp.heard(work, "asked.line")
    shop.portal.pass_time(seconds=10)
    with shop.portal.work() as work:
        erp.failed(work, "asked.line", "broken XML")
        assert erp.state(work, "asked.line").state == "slow"
    shop.portal.pass_time(seconds=10)
    with shop.portal.work() as work:
        erp.heard(work, "asked.line")
        assert erp.state(work, "asked.line").state == "up"


def test_a_portal_without_an_erp_owes_nothing_and_is_healthy(portal: Portal) -> None:
    alone = Shop(portal)
    alone.order()
    portal.run_jobs()
    with portal.work() as work:
        assert erp.erp_view(work) is None
        assert line_health(work).ok
        assert erp.offer_batch(work, "any") == []
