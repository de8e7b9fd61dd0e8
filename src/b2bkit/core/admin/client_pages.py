"""Pages of clients: the list, the card, and what staff do there."""

from __future__ import annotations

from uuid import UUID

from b2bkit.core.accounts import companies, kinds, people
from b2bkit.core.accounts.forms import InviteForm, PersonForm
from b2bkit.core.accounts.models import Company, Invitation, Membership
from b2bkit.core.admin import clients, forms
from b2bkit.core.admin.orders import Filter, orders
from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import Level
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of

FOUND_ORDERS = 5


class Clients:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, forms.ClientsQuery), work_of(req)
        page = clients.clients(work, search=asked.q, mine=asked.mine, after=asked.after)
        found = orders(work, Filter(number=asked.q), size=FOUND_ORDERS).items if asked.q and not asked.after else ()
        choice = work.actor.level("accounts.clients") is Level.ALL
        render(req, resp, "admin/clients.html", block="results", page_of=page, asked=asked, found_orders=found, choice=choice)


def _show(
    req: Request,
    resp: Response,
    company_id: UUID,
    form: InviteForm | None = None,
    *,
    refused: Refused | None = None,
    person: Refused | None = None,
    done: str = "",
) -> None:
    work = work_of(req)
    render(
        req,
        resp,
        "admin/client.html",
        status=422 if refused or person else 200,
        card=clients.card(work, company_id),
        links=people.links_to_hand_over(work, company_id=company_id),
        mailed=bool(work.config.tables.mail.host),
        roles=[(role.code, _(role.label)) for role in work.kit.roles.values() if role.side == "client"],
        form=form or InviteForm(role="buyer"),
        problems=refused.problems if refused else (),
        person_problems=person.problems if person else (),
        done=done,
    )


class Client:
    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        _show(req, resp, company_id, done=read_query(req, forms.DoneQuery).done)


class Invite:
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        form = read_form(req, InviteForm)
        try:
            people.invite(work_of(req), company_id=company_id, email=form.email, name=form.name, role=form.role)
        except Refused as refused:
            return _show(req, resp, company_id, form, refused=refused)
        return redirect(req, resp, "admin.client", company_id=company_id, done="invited")


class Person:
    def on_post(self, req: Request, resp: Response, company_id: UUID, membership_id: UUID) -> None:
        form, work = read_form(req, PersonForm), work_of(req)
        clients.belongs(work, Membership, membership_id, company_id)
        try:
            people.change(work, membership_id=membership_id, action=form.action, role=form.role)
        except Refused as refused:
            return _show(req, resp, company_id, person=refused)
        return redirect(req, resp, "admin.client", company_id=company_id, done="dismissed" if form.action == "dismiss" else "role")


class Revoke:
    def on_post(self, req: Request, resp: Response, company_id: UUID, invitation_id: UUID) -> None:
        work = work_of(req)
        clients.belongs(work, Invitation, invitation_id, company_id)
        people.revoke(work, invitation_id=invitation_id)
        redirect(req, resp, "admin.client", company_id=company_id, done="revoked")


class Account:
    """Region, kind of account and distributor of a client."""

    def on_get(self, req: Request, resp: Response, company_id: UUID) -> None:
        company = clients.seen(work_of(req), company_id)
        form = forms.AccountForm(region=company.region, profile=company.profile, dealer_of=company.dealer_of)
        self._show(req, resp, company, form)

    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        form, work = read_form(req, forms.AccountForm), work_of(req)
        company = clients.seen(work, company_id)
        try:
            kinds.change(work, company_id=company_id, region=form.region, profile=form.profile, dealer_of=form.dealer_of, seen=form.seen)
        except Refused as refused:
            return self._show(req, resp, company, form, refused)
        return redirect(req, resp, "admin.client", company_id=company_id, done="account")

    def _show(self, req: Request, resp: Response, company: Company, form: forms.AccountForm, refused: Refused | None = None) -> None:
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        choice = kinds.choice(work_of(req), company)
        render(
            req, resp, "admin/account.html", status=status, company=company, form=form, choice=choice, stamp=kinds.stamp(company),
            problems=problems,
        )  # fmt: skip


class Access:
    def on_post(self, req: Request, resp: Response, company_id: UUID) -> None:
        form = read_form(req, forms.AccessForm)
        companies.suspend(work_of(req), company_id=company_id, suspended=form.suspended)
        redirect(req, resp, "admin.client", company_id=company_id, done="suspended" if form.suspended else "reopened")
