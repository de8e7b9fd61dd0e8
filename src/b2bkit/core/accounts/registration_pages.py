"""Pages of registrations: for a stranger, behind the letter's link, and for who decides."""

from __future__ import annotations

from uuid import UUID

from b2bkit.core.accounts import registration, registration_list, tax_numbers
from b2bkit.core.accounts import registration_forms as forms
from b2bkit.core.errors import NotFound, Refused
from b2bkit.core.i18n import _
from b2bkit.core.web.handling import Request, Response, client_address, keep, read_form, read_query, redirect, render, work_of


class Register:
    """A new company asks for access."""

    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        countries = work.config.tables.accounts.countries
        self._show(req, resp, forms.RegisterForm(country=countries[0] if countries else ""))

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.RegisterForm)
        try:
            if not form.more:
                registration.ask(work_of(req), _wish(form), address=client_address(req))
        except Refused as refused:
            keep(req)
            return self._show(req, resp, form, refused)
        return self._show(req, resp, form, sent=True)

    def _show(self, req: Request, resp: Response, form: forms.RegisterForm, refused: Refused | None = None, *, sent: bool = False) -> None:
        work = work_of(req)
        problems, status = (refused.problems, 422) if refused else ((), 200)
        known = [tax_numbers.COUNTRIES[code] for code in work.config.tables.accounts.countries]
        is_open = registration.open_to_strangers(work)
        render(req, resp, "accounts/register.html", status=status, form=form, problems=problems, sent=sent, countries=known, open=is_open)


def _wish(form: forms.RegisterForm) -> registration.Wish:
    given = (tax_numbers.compact(text) for text in (form.tax_id, form.tax_code, form.registry))
    country = tax_numbers.COUNTRIES.get(form.country)
    numbers = tax_numbers.Numbers(*given)
    if country is not None and not country.tax_code:
        numbers = tax_numbers.Numbers(numbers.tax_id)
    return registration.Wish(
        email=form.email,
        name=" ".join(form.name.split()),
        phone=form.phone,
        country=form.country,
        numbers=numbers,
        legal_name=" ".join(form.legal_name.split()),
        comment=form.comment,
    )


class Confirm:
    """Behind the letter's link: the address is proven, a password is chosen."""

    def on_get(self, req: Request, resp: Response, token: str) -> None:
        self._show(req, resp, token)

    def on_post(self, req: Request, resp: Response, token: str) -> None:
        form = read_form(req, forms.ConfirmForm)
        try:
            registration.confirm(work_of(req), token=token, password=form.password)
        except Refused as refused:
            return self._show(req, resp, token, refused)
        except NotFound:
            return self._show(req, resp, token)
        return render(req, resp, "accounts/register_confirm.html", state="done", wish=None, problems=())

    def _show(self, req: Request, resp: Response, token: str, refused: Refused | None = None) -> None:
        try:
            wish = registration.opened(work_of(req), token=token)
        except NotFound:
            return render(req, resp, "accounts/register_confirm.html", status=404, state="over", wish=None, problems=())
        problems, status = (refused.problems, 422) if refused else ((), 200)
        return render(req, resp, "accounts/register_confirm.html", status=status, state="open", wish=wish, problems=problems)


class Registrations:
    """Staff: who asks for access."""

    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, forms.RegistrationsQuery), work_of(req)
        page = registration_list.page(work, state=asked.state, after=asked.after)
        render(req, resp, "accounts/registrations.html", page_of=page, asked=asked)


class Decide:
    """Staff: one wish, with what is known of the company."""

    def on_get(self, req: Request, resp: Response, registration_id: UUID) -> None:
        self._show(req, resp, registration_id, forms.DecideForm(action="accept"))

    def on_post(self, req: Request, resp: Response, registration_id: UUID) -> None:
        form, work = read_form(req, forms.DecideForm), work_of(req)
        try:
            if form.action == "accept":
                registration.accept(work, registration_id=registration_id, role=form.role)
            else:
                registration.decline(work, registration_id=registration_id, reason=form.reason)
        except Refused as refused:
            return self._show(req, resp, registration_id, form, refused)
        return redirect(req, resp, "accounts.registrations", done="accepted" if form.action == "accept" else "declined")

    def _show(self, req: Request, resp: Response, registration_id: UUID, form: forms.DecideForm, refused: Refused | None = None) -> None:
        work = work_of(req)
        seen = registration_list.one(work, registration_id)
        problems, status = (refused.problems, refused.status) if refused else ((), 200)
        roles = [(role.code, _(role.label)) for role in work.kit.roles.values() if role.side == "client"]
        render(req, resp, "accounts/registration.html", status=status, seen=seen, roles=roles, form=form, problems=problems)
