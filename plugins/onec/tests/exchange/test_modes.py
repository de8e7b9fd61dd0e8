"""Modes that not every 1C speaks: `complete`, `deactivate`, `info`, `type=reference`, sessid and timestamp of `checkauth`; and what becomes
of goods that a full export does not name any more.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from b2bkit.core.catalog.models import Product
from b2bkit.testing.portal import Portal
from b2bkit_onec.models import Mentioned, Run
from plugins.onec.tests.exchange.onec import OneC, working
from plugins.onec.tests.exchange.test_dialogue import HEAD, catalogue


def portion(*names: str, changes: str = "true", catalog: str = "1") -> bytes:
    goods = "".join(f"<Товар><Ид>{name}</Ид><Наименование>{name}</Наименование></Товар>\n" for name in names)
    section = f'<Каталог СодержитТолькоИзменения="{changes}"><Ид>{catalog}</Ид><Товары>\n{goods}</Товары></Каталог>'
    return f"{HEAD}{section}</КоммерческаяИнформация>".encode()


def shown(portal: Portal) -> set[str]:
    with portal.work(write=False) as work:
        return set(work.session.scalars(select(Product.name).where(Product.active)))


def settled(portal: Portal) -> None:
    """The pause after which a full export counts as over, and the job that looks."""
    portal.pass_time(minutes=61)
    with portal.work() as work:
        work.enqueue("onec.missing")
    portal.run_jobs()


def last_run(portal: Portal) -> Run | None:
    with portal.work(write=False) as work:
        runs = work.session.scalars(select(Run).where(Run.flow == "catalog").order_by(Run.started_at, Run.id)).all()
        return next((run for run in runs if "missing" in run.counts), None)


def test_checkauth_by_post_is_the_same(portal: Portal, onec: OneC) -> None:
    answer = onec.ask("checkauth", body=b"")
    assert answer.text.startswith("success\nb2bkit_exchange\n")


def test_sessid_and_timestamp_of_checkauth_may_come_back_and_a_wrong_sessid_is_refused(portal: Portal, onec: OneC) -> None:
    lines = onec.sign_in()
    assert lines[4] == f"timestamp={int(portal.now.timestamp())}"
    assert onec.ask("init", sessid=lines[3].removeprefix("sessid=")).text.startswith("zip=yes")
    assert onec.ask("init", sessid="0" * 32).text.startswith("failure\n")


def test_complete_imports_what_was_not_asked_for(portal: Portal, onec: OneC) -> None:
    onec.begin()
    onec.send("import.xml", catalogue("a"))
    with working(portal):
        assert onec.ask("complete").text == "success"
    portal.run_jobs()
    assert shown(portal) == {"a"}


def test_reference_is_an_exchange_of_its_own(portal: Portal, onec: OneC) -> None:
    catalog = OneC(portal)
    catalog.begin()
    assert onec.give({"references.xml": portion("r")}, "reference")[0].startswith("success")
    assert catalog.send("import.xml", catalogue("a")) == "success", "it did not end the exchange of the catalogue"


def test_info_names_the_states_of_orders_in_windows_1251_with_the_latin_c(onec: OneC) -> None:
    onec.sign_in("sale")
    answer = onec.ask("info", "sale")
    assert answer.headers["content-type"].endswith("charset=windows-1251")
    root = etree.fromstring(answer.content)
    assert root.tag == "Справочник"
    assert root.xpath("C\u0442\u0430\u0442\u0443\u0441\u044b/Элемент/Ид/text()") == [
        "placed",
        "confirmed",
        "ready",
        "shipped",
        "closed",
        "cancelled",
    ]
    assert all(root.xpath("C\u0442\u0430\u0442\u0443\u0441\u044b/Элемент/Название/text()"))
    assert [one.tag for one in root] == ["C\u0442\u0430\u0442\u0443\u0441\u044b", "ПлатежныеСистемы", "СлужбыДоставки"]


def test_deactivate_puts_away_what_no_file_since_its_timestamp_named(portal: Portal, onec: OneC) -> None:
    onec.give({"import0_1.xml": portion("a", "b", changes="false"), "import1_1.xml": portion("other", catalog="2")})
    portal.pass_time(minutes=5)
    stamp = onec.sign_in()[4].removeprefix("timestamp=")
    portal.pass_time(seconds=5)
    onec.give({"import0_1.xml": portion("a", "new")})
    portal.pass_time(seconds=5)
    onec.begin()  # Bitrix's module opens a session for each step
    assert onec.ask("deactivate", timestamp=stamp).text.startswith("success\n")
    assert shown(portal) == {"a", "new", "other"}, "another catalogue is not spoken of"
    onec.give({"import0_1.xml": portion("b")})
    assert shown(portal) == {"a", "b", "new", "other"}, "what is named again is back"


def test_deactivate_changes_nothing_when_a_file_of_the_export_is_broken_or_none_came(portal: Portal, onec: OneC) -> None:
    onec.give({"import0_1.xml": portion("a", "b", changes="false")})
    portal.pass_time(minutes=5)
    stamp = onec.sign_in()[4].removeprefix("timestamp=")
    assert onec.ask("deactivate", timestamp=stamp).text.startswith("failure\n")
    assert onec.ask("deactivate", timestamp="99999999999").text.startswith("failure\n")
    onec.give({"import0_1.xml": portion("a"), "import0_2.xml": portion("b")[:-40]})
    said = onec.ask("deactivate", timestamp=stamp).text
    assert said.startswith("failure\n")
    assert "import0_2.xml" in said
    assert shown(portal) == {"a", "b"}


def test_a_full_export_in_portions_hides_nothing_of_its_own_and_by_default_nothing_at_all(portal: Portal, onec: OneC) -> None:
    onec.give({"import0_1.xml": portion("a", "b", "c", changes="false")})
    portal.pass_time(days=1)
    onec.give({"import0_1.xml": portion("a", changes="false")})
    onec.give({"import0_2.xml": portion("b", changes="true")})
    settled(portal)
    assert shown(portal) == {"a", "b", "c"}
    run = last_run(portal)
    assert run is not None
    assert (run.counts["missing"], run.refused_count) == ({"told": 1, "new": 0, "changed": 0}, 0)


class TestHiding:
    """With `missing = "hide"`."""

    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"missing": "hide", "missing_share": 40}

    @pytest.mark.parametrize("second", ["true", "false"])
    def test_what_no_portion_named_is_hidden_once_the_export_is_over(self, portal: Portal, onec: OneC, second: str) -> None:
        onec.give({"import0_1.xml": portion("a", "b", "c", changes="false")})
        portal.pass_time(days=1)
        onec.give({"import0_1.xml": portion("a", changes="false")})
        portal.pass_time(minutes=20)
        onec.give({"import0_2.xml": portion("b", changes=second)})
        assert shown(portal) == {"a", "b", "c"}
        settled(portal)
        assert shown(portal) == {"a", "b"}

    def test_changes_alone_hide_nothing(self, portal: Portal, onec: OneC) -> None:
        onec.give({"import0_1.xml": portion("a", "b", "c", changes="false")})
        settled(portal)
        onec.give({"import0_1.xml": portion("a")})
        settled(portal)
        assert shown(portal) == {"a", "b", "c"}

    def test_more_than_the_share_is_left_to_people(self, portal: Portal, onec: OneC) -> None:
        onec.give({"import0_1.xml": portion("a", "b", "c", changes="false")})
        portal.pass_time(days=1)
        onec.give({"import0_1.xml": portion("a", changes="false")})
        settled(portal)
        assert shown(portal) == {"a", "b", "c"}
        run = last_run(portal)
        assert run is not None
        assert {one["ref"] for one in run.refused} == {"b", "c"}
        assert all("missing_share" in one["cure"] for one in run.refused)

    def test_what_was_known_long_ago_is_still_missed(self, portal: Portal, onec: OneC) -> None:
        onec.give({"import0_1.xml": portion("a", "b", "c", changes="false")})
        settled(portal)
        portal.pass_time(days=10)
        with portal.work() as work:
            work.enqueue("onec.clear_up")
        portal.run_jobs()
        with portal.work(write=False) as work:
            assert work.session.scalars(select(Mentioned.kind)).all() == ["known"]
        onec.give({"import0_1.xml": portion("a", "b", changes="false")})
        settled(portal)
        assert shown(portal) == {"a", "b"}
