"""The year of talks that Polymertorg's demo begins with."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from sqlalchemy import select

from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal
from b2bkit_chat.models import ChatMessage, Talk
from b2bkit_chat.plugin import ChatPlugin
from examples.polymertorg.portal import chats


def test_both_sides_open_a_year_of_talks_and_two_clients_wait(make_portal: MakePortal, tmp_path: Path) -> None:
    portal = make_portal(classes=(ChatPlugin,))
    with portal.work() as work:
        manager = make.staff(work, name="Светлана Дубовик")
        companies = [make.company(work, manager=manager) for _company in range(4)]
        buyer = make.member(work, company=companies[0])
        manager.email, buyer.email = chats.MANAGER, chats.BUYER
        for company in companies[1:]:
            make.member(work, company=company)
    Image.new("RGB", (600, 400), (90, 60, 160)).save(tmp_path / "0-l.webp", "WEBP")
    for _twice in range(2):
        chats.tell(portal.app, tmp_path)
    with portal.work(write=False) as work:
        talks = work.session.scalars(select(Talk)).all()
        assert sorted(one.staff_unread for one in talks) == [0, 0, 1, 1]
        for talk in talks:
            numbers = work.session.scalars(select(ChatMessage.seq).where(ChatMessage.talk_id == talk.id).order_by(ChatMessage.at)).all()
            assert list(numbers) == list(range(1, talk.newest + 1))
        mine = next(one.id for one in talks if one.user_id == buyer.id)
    shown = portal.sign_in(buyer).get("/chat?at=12").text
    assert "/picture" in shown
    assert "мешки.jpg" in shown
    assert chats.WAITING[0] in portal.sign_in(manager).get(f"/admin/chat/{mine}").text
