"""Pages of accounts: signing in, an invitation, the company and its people, oneself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from b2bkit.core.accounts import companies, forms, passkeys, people, profile, registration, security_pages, sign_in
from b2bkit.core.accounts.models import Company
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import (
    Request,
    Response,
    client_address,
    end_session,
    keep,
    read_form,
    read_query,
    redirect,
    redirect_local,
    remember,
    render,
    set_session,
    work_of,
)
from b2bkit.core.work import Work

HOME = "home.today"


def personal_manager(work: Work, _subject: object) -> Mapping[str, object] | None:
    """Data of the dashboard's box."""
    company_id = work.actor.company_id if work.actor.shows("company.manager") else None
    manager = companies.manager_of(work, company_id=company_id) if company_id is not None else None
    return {"manager": manager} if manager is not None else None


class SignIn:
    """The door: who is inside already goes on."""

    def on_get(self, req: Request, resp: Response) -> None:
        asked = read_query(req, forms.SignInForm)
        if work_of(req).actor.user_id is not None:
            return redirect_local(req, resp, asked.next, HOME)
        return self._show(req, resp, asked)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.SignInForm), work_of(req)
        agent = req.get_header("User-Agent") or ""
        result = sign_in.sign_in(work, email=form.email, password=form.password, address=client_address(req), user_agent=agent)
        if result.problems:
            keep(req)  # the failed attempt is counted
            return self._show(req, resp, form, result.problems)
        if result.step is not None:
            return security_pages.ask_second_step(req, resp, user_id=result.step, following=form.next)
        set_session(req, resp, result.token, work.config.tables.web.session_days * 86400)
        return redirect_local(req, resp, form.next, HOME)

    def _show(self, req: Request, resp: Response, form: forms.SignInForm, problems: Sequence[Problem] = ()) -> None:
        known = passkeys.party(work_of(req).config) is not None
        strangers, status = registration.open_to_strangers(work_of(req)), 422 if problems else 200
        render(req, resp, "accounts/sign_in.html", form=form, problems=problems, passkeys=known, strangers=strangers, status=status)


class SignOut:
    def on_post(self, req: Request, resp: Response) -> None:
        sign_in.sign_out(work_of(req))
        end_session(req, resp)
        redirect(req, resp, "accounts.sign_in")


class Invited:
    """The page behind an invitation's link."""

    def on_get(self, req: Request, resp: Response, token: str) -> None:
        self._show(req, resp, token)

    def on_post(self, req: Request, resp: Response, token: str) -> None:
        form, work = read_form(req, forms.AcceptForm), work_of(req)
        try:
            agent = req.get_header("User-Agent") or ""
            session = people.accept(work, token=token, password=form.password, address=client_address(req), user_agent=agent)
        except Refused as refused:
            keep(req)  # a wrong password is counted
            return self._show(req, resp, token, refused)
        set_session(req, resp, session, work.config.tables.web.session_days * 86400)
        return redirect(req, resp, HOME)

    def _show(self, req: Request, resp: Response, token: str, refused: Refused | None = None) -> None:
        work = work_of(req)
        invitation = people.open_invitation(work, token=token)
        company = work.session.get_one(Company, invitation.company_id)
        problems, status = (refused.problems, 422) if refused else ((), 200)
        known = people.has_account(work, invitation.email)
        role = work.kit.roles.get(invitation.role)
        render(
            req,
            resp,
            "accounts/invitation.html",
            status=status,
            invitation=invitation,
            company=company,
            role=_(role.label) if role else "",
            known=known,
            problems=problems,
        )


class Switch:
    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.SwitchForm)
        companies.switch(work_of(req), choice_id=form.contract_id)
        redirect_local(req, resp, form.next, HOME)


class Preferences:
    """Language and theme, for the browser; the language also for mails."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.PreferencesForm), work_of(req)
        if form.lang in work.config.portal.languages:
            remember(req, resp, "lang", form.lang)
            if work.actor.user_id is not None:
                profile.speak(work, form.lang)
        if form.theme is not None:
            remember(req, resp, "theme", form.theme)
        redirect_local(req, resp, form.next, HOME)


class Profile:
    def on_get(self, req: Request, resp: Response) -> None:
        user = profile.myself(work_of(req))
        self._show(req, resp, forms.ProfileForm(name=user.name, phone=user.phone))

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.ProfileForm)
        try:
            told = {"password": form.password, "new_password": form.new_password, "address": client_address(req)}
            profile.change(work_of(req), name=form.name, phone=form.phone, **told)
        except Refused as refused:
            keep(req)  # a wrong password is counted
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "accounts.profile", saved="1")

    def _show(self, req: Request, resp: Response, form: forms.ProfileForm, refused: Refused | None = None) -> None:
        user = profile.myself(work_of(req))
        problems, status = (refused.problems, 422) if refused else ((), 200)
        saved = req.get_param("saved") == "1" and refused is None
        render(req, resp, "accounts/profile.html", user=user, form=form, problems=problems, saved=saved, status=status)


def _company(req: Request) -> UUID:
    company_id = work_of(req).actor.company_id
    if company_id is None:
        raise NotFound("company")
    return company_id


def _show_company(
    req: Request, resp: Response, form: forms.InviteForm | None = None, *, refused: Refused | None = None, person: Refused | None = None
) -> None:
    """`refused` is about the invitation's form, `person` about a change of somebody who works there."""
    work, company_id = work_of(req), _company(req)
    render(
        req,
        resp,
        "accounts/company.html",
        status=422 if refused or person else 200,
        company=work.session.get_one(Company, company_id),
        contracts=companies.contracts(work, company_id=company_id),
        addresses=companies.addresses(work, company_id=company_id),
        people=people.people(work, company_id=company_id),
        invitations=people.invitations(work, company_id=company_id) if work.may("accounts.people") else [],
        links=people.links_to_hand_over(work, company_id=company_id),
        mailed=bool(work.config.tables.mail.host),
        manager=companies.manager_of(work, company_id=company_id),
        roles=[(role.code, _(role.label)) for role in work.kit.roles.values() if role.side == "client"],
        may_change=work.may("accounts.people"),
        myself=work.actor.user_id,
        form=form or forms.InviteForm(role="buyer"),
        problems=refused.problems if refused else (),
        person_problems=person.problems if person else (),
    )


class CompanyPage:
    def on_get(self, req: Request, resp: Response) -> None:
        _show_company(req, resp)


class Invite:
    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.InviteForm)
        try:
            people.invite(work_of(req), company_id=_company(req), email=form.email, name=form.name, role=form.role)
        except Refused as refused:
            return _show_company(req, resp, form, refused=refused)
        return redirect(req, resp, "accounts.company")


class PersonForm:
    def on_post(self, req: Request, resp: Response, membership_id: UUID) -> None:
        form, work = read_form(req, forms.PersonForm), work_of(req)
        try:
            people.change(work, membership_id=membership_id, action=form.action, role=form.role)
        except Refused as refused:
            return _show_company(req, resp, person=refused)
        return redirect(req, resp, "accounts.company")


class Revoke:
    def on_post(self, req: Request, resp: Response, invitation_id: UUID) -> None:
        people.revoke(work_of(req), invitation_id=invitation_id)
        redirect(req, resp, "accounts.company")
