"""What people are told of discounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import NotificationKind, Work
from b2bkit.core.accounts.models import Company, Membership
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.urls import Urls
from b2bkit.plugins.discount_requests.events import DiscountAnswered, DiscountAsked

_SAID: Final = {
    "granted": N_("The discount is granted"), "offered": N_("Other prices are offered to you"), "refused": N_("There is no discount"),
    "lapsed": N_("The discount holds no more"),
}  # fmt: skip
_NEXT: Final = {
    "granted": N_("The prices stand in your cart."), "offered": N_("Take them or leave them in your cart."),
    "refused": N_("The usual prices hold."), "lapsed": N_("Its time is over. Ask once more if you need it."),
}  # fmt: skip


def _manager(work: Work, event: DiscountAsked) -> Iterable[UUID]:
    found = work.session.scalar(select(Company.manager_id).where(Company.id == event.company_id))
    return [found] if found else []


def _asker(work: Work, event: DiscountAnswered) -> Iterable[UUID]:
    there = select(Membership.user_id).where(Membership.company_id == event.company_id, Membership.dismissed_at.is_(None))
    return list(work.session.scalars(there.where(Membership.user_id == event.user_id))) if event.user_id else []


def _company(work: Work, event: DiscountAsked) -> Mapping[str, str]:
    return {"company": work.session.get_one(Company, event.company_id).name}


def _answer(_work: Work, event: DiscountAnswered) -> Mapping[str, str]:
    return {"said": _(_SAID[event.state]), "next": _(_NEXT[event.state]), "answer": event.answer}


def _staff_page(work: Work, event: DiscountAsked) -> str:
    return Urls([work.kit.routes["discount_requests.decide"]]).path("discount_requests.decide", discount_request_id=event.request_id)


def _cart(work: Work, _event: DiscountAnswered) -> str:
    return Urls([work.kit.routes["ordering.cart"]]).path("ordering.cart")


KINDS = (
    NotificationKind(
        name="discount_requests.asked", label=N_("A client asks for a discount"), event=DiscountAsked, recipients=_manager,
        context=_company, title=N_("{company} asks for a discount"), text=N_("Grant it, offer other prices, or say why not."),
        route=_staff_page, audience="staff", samples={"company": "ООО «Экопакет»"},
    ),
    NotificationKind(
        name="discount_requests.answered", label=N_("The answer to my wish for a discount"), event=DiscountAnswered, recipients=_asker,
        context=_answer, title=N_("{said}"), text=N_("{next} {answer}"), route=_cart, audience="client",
        samples={"said": "The discount is granted", "next": "The prices stand in your cart.", "answer": "До конца месяца."},
    ),
)  # fmt: skip
