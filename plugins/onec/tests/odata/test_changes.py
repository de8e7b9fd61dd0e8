"""The run over an exchange plan: every kind taken, what cannot be taken yet tried again, nothing confirmed that was not taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from b2bkit_onec.flows.pull import Taking
from b2bkit_onec.line import Line
from b2bkit_onec.odata.changes import changes_run
from b2bkit_onec.odata.kinds import contacts, contracts
from plugins.onec.tests.odata import ut
from plugins.onec.tests.odata.conftest import MakeLine
from plugins.onec.tests.odata.fake import FakeOneC
from plugins.onec.tests.odata.test_plan import Registered


@pytest.fixture
def node(onec: FakeOneC) -> Registered:
    return Registered(onec)


@pytest.fixture
def line(node: Registered, make_line: MakeLine) -> Line:
    return make_line(plan="ДляODATA", node="portal")


class Portal:
    """Takes contracts; one whose client is not known yet is to be told again."""

    def __init__(self) -> None:
        self.numbers: list[str] = []
        self.gone: list[str] = []
        self.knows = True
        self.dies = False

    @contextmanager
    def open_work(self, *, write: bool = True) -> Iterator[Any]:
        yield self

    def take(self, taking: Taking[Any], told: Sequence[Any], gone: Sequence[str]) -> None:
        if self.dies:
            raise KeyboardInterrupt
        self.gone += gone
        if not self.knows:
            taking.tally.again |= {one.ref for one in told}
            return
        self.numbers += [one.number for one in told]
        taking.tally.count("contracts", len(told))


@pytest.fixture
def portal() -> Portal:
    return Portal()


def test_a_change_is_taken_and_confirmed(node: Registered, line: Line, portal: Portal) -> None:
    run = changes_run([(contracts.KIND, portal.take), (contacts.KIND, portal.take)])
    node.change("5/1")
    node.deleted = [ut.AGREEMENT]
    result = run(portal.open_work, line, "")
    assert (portal.numbers, node.received) == (["5/1"], 1)
    assert result.counts["contracts"]["told"] == 1
    node.change("5/2")
    run(portal.open_work, line, result.cursor)
    assert portal.numbers == ["5/1", "5/2"]


def test_what_cannot_be_taken_yet_is_read_again_until_it_can(node: Registered, line: Line, portal: Portal, onec: FakeOneC) -> None:
    run = changes_run([(contracts.KIND, portal.take)])
    node.change("5/1")
    portal.knows = False
    cursor = run(portal.open_work, line, "").cursor
    assert (portal.numbers, node.received) == ([], 1)
    cursor = run(portal.open_work, line, cursor).cursor
    portal.knows = True
    cursor = run(portal.open_work, line, cursor).cursor
    assert portal.numbers == ["5"]  # as 1C has it now, which is what its set says
    run(portal.open_work, line, cursor)
    assert portal.numbers == ["5"]


def test_a_run_that_dies_confirms_nothing(node: Registered, line: Line, portal: Portal) -> None:
    run = changes_run([(contracts.KIND, portal.take)])
    node.change("5/1")
    portal.dies = True
    with pytest.raises(KeyboardInterrupt):
        run(portal.open_work, line, "")
    assert node.received == 0
    portal.dies = False
    run(portal.open_work, line, "")
    assert (portal.numbers, node.received) == (["5/1"], 1)


def test_messages_that_somebody_else_took_are_told_to_staff(node: Registered, line: Line, portal: Portal) -> None:
    run = changes_run([(contracts.KIND, portal.take)])
    cursor = run(portal.open_work, line, "").cursor
    node.received = 9
    refused = run(portal.open_work, line, cursor).refused
    assert [one.cure for one in refused]


def test_without_a_plan_nothing_is_asked(node: Registered, make_line: MakeLine, portal: Portal, onec: FakeOneC) -> None:
    result = changes_run([(contracts.KIND, portal.take)])(portal.open_work, make_line(), "kept")
    assert (result.cursor, onec.asked) == ("kept", [])
