"""A question to 1C is asked again from its message; an old answer is never applied in place of what holds now."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import pytest

from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit_onec.archive.message import Message
from b2bkit_onec.archive.store import keep_within
from b2bkit_onec.models import Kept
from plugins.onec.tests.flows.stage import Script, portal_with, runs_of, wind


def kept(portal: Portal, flow: str, direction: Literal["in", "out"] = "in") -> UUID:
    """A message of a run that is long over."""
    with portal.work() as work:
        said = Message(at=work.now, direction=direction, way="odata", name="GET AccumulationRegister", flow=flow, body=b"{}")
        keep_within(work, said, work.kit.plugins["onec"].settings)  # type: ignore[arg-type]
        return work.session.query(Kept.id).order_by(Kept.id.desc()).first()[0]  # type: ignore[index]


@pytest.mark.parametrize("direction", ["in", "out"])
def test_an_admin_has_1c_asked_again_and_a_manager_is_told_who_may(make_portal: MakePortal, direction: Literal["in", "out"]) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    path = f"/admin/exchange/messages/{kept(portal, 'stock', direction)}"
    with portal.work() as work:
        boss, other = make.staff(work, role="admin"), make.staff(work)
    admin, manager = portal.sign_in(boss), portal.sign_in(other)
    assert manager.post(f"{path}/again", {}).status_code in (404, 409)
    assert "Спросить 1С ещё раз" in admin.get(path).text
    assert admin.post(f"{path}/again", {}).status_code == 303
    portal.run_jobs()
    assert script.times == 2
    assert runs_of(portal, "stock")[-1].asked_by == boss.name


def test_a_paused_flow_is_not_asked_and_one_that_is_off_offers_nothing(make_portal: MakePortal) -> None:
    script = Script()
    portal = portal_with(make_portal, {"stock": script})
    wind(portal)
    with portal.work() as work:
        staff = make.staff(work, role="admin")
    admin = portal.sign_in(staff)
    assert admin.post("/admin/exchange/flows/stock", {"action": "pause"}).status_code == 303
    refused = admin.post(f"/admin/exchange/messages/{kept(portal, 'stock')}/again", {})
    assert refused.status_code == 409
    assert "Возобновите его" in refused.text
    off = f"/admin/exchange/messages/{kept(portal, 'limits')}"
    assert "Спросить 1С ещё раз" not in admin.get(off).text
    assert admin.post(f"{off}/again", {}).status_code == 409
    assert script.times == 1
