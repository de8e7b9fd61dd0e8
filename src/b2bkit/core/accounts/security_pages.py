"""Pages of how people prove who they are: a forgotten password, the second step, passkeys, one's open sessions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from b2bkit.core.accounts import open_sessions, passkeys, profile, reset, second_factor, sign_in, steps
from b2bkit.core.accounts import security_forms as forms
from b2bkit.core.errors import NotFound, Problem, Refused
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
    render,
    reply,
    set_session,
    work_of,
)
from b2bkit.core.web.state import state_of
from b2bkit.core.web.urls import local_path

HOME, SECURITY = "home.today", "accounts.security"


def _session_seconds(req: Request) -> int:
    return work_of(req).config.tables.web.session_days * 86400


class AskReset:
    """Where a forgotten password begins. The answer is the same for every address."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, forms.AskResetForm())

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.AskResetForm)
        try:
            reset.ask(work_of(req), email=form.email, address=client_address(req))
        except Refused as refused:
            keep(req)
            return self._show(req, resp, form, refused)
        return self._show(req, resp, form, sent=True)

    def _show(self, req: Request, resp: Response, form: forms.AskResetForm, refused: Refused | None = None, *, sent: bool = False) -> None:
        mailed, problems = bool(work_of(req).config.tables.mail.host), refused.problems if refused else ()
        status = 422 if refused else 200
        render(req, resp, "accounts/reset_ask.html", status=status, form=form, problems=problems, sent=sent, mailed=mailed)


class Reset:
    """The page behind a reset link."""

    def on_get(self, req: Request, resp: Response, token: str) -> None:
        self._show(req, resp, token)

    def on_post(self, req: Request, resp: Response, token: str) -> None:
        form = read_form(req, forms.ResetForm)
        try:
            reset.choose(work_of(req), token=token, password=form.password)
        except Refused as refused:
            return self._show(req, resp, token, refused)
        except NotFound:
            return self._show(req, resp, token)
        return render(req, resp, "accounts/reset.html", state="done", email="", problems=())

    def _show(self, req: Request, resp: Response, token: str, refused: Refused | None = None) -> None:
        try:
            _link, user = reset.holder(work_of(req), token=token)
        except NotFound:
            return render(req, resp, "accounts/reset.html", status=404, state="over", email="", problems=())
        problems, status = (refused.problems, 422) if refused else ((), 200)
        return render(req, resp, "accounts/reset.html", status=status, state="open", email=user.email, problems=problems)


def ask_second_step(req: Request, resp: Response, *, user_id: UUID, following: str) -> None:
    """The password fits: this browser is asked for its code next. Who must have the second step and has none sets it up now."""
    work = work_of(req)
    if state_of(req).signed is not None:
        end_session(req, resp)
    steps.begin(work, browser=steps.browser_after_sign_out(req), purpose="code", user_id=user_id)
    if second_factor.state(work, user_id).since is None:
        second_factor.start(work, user_id)
    redirect(req, resp, "accounts.sign_in_code", next=following or None)


class SignInCode:
    """The second step of signing in: a code, or, for who must have one and has none, the set-up."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, read_query(req, forms.CodeForm))

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.CodeForm), work_of(req)
        step = steps.find(work, browser=steps.browser_of(req), purpose="code")
        if step is None or step.user_id is None:
            return redirect(req, resp, "accounts.sign_in", next=form.next or None)
        user_id, codes = step.user_id, list[str]()
        try:
            if second_factor.state(work, user_id).since is None:
                codes = second_factor.confirm(work, user_id, form.code)
            else:
                second_factor.check(work, user_id, form.code)
        except Refused as refused:
            keep(req)  # the wrong code is counted
            return self._show(req, resp, form, refused)
        return self._enter(req, resp, user_id, codes, form.next)

    def _enter(self, req: Request, resp: Response, user_id: UUID, codes: Sequence[str], following: str) -> None:
        work = work_of(req)
        steps.end(work, browser=steps.browser_of(req), purpose="code")
        agent = req.get_header("User-Agent") or ""
        set_session(req, resp, sign_in.open_session(work, user_id=user_id, user_agent=agent, proven=True), _session_seconds(req))
        if codes:
            return render(req, resp, "accounts/codes_first.html", codes=codes, following=local_path(following) or "/")
        return redirect_local(req, resp, following, HOME)

    def _show(self, req: Request, resp: Response, form: forms.CodeForm, refused: Refused | None = None) -> None:
        work = work_of(req)
        step = steps.find(work, browser=steps.browser_of(req), purpose="code")
        if step is None or step.user_id is None:
            return redirect(req, resp, "accounts.sign_in", next=form.next or None)
        problems, status = (refused.problems, 422) if refused else ((), 200)
        setup = second_factor.setup(work, step.user_id)
        return render(req, resp, "accounts/sign_in_code.html", status=status, form=form, problems=problems, setup=setup)


class PasskeyIn:
    """Signing in with a passkey: first what to ask the browser, then what it answered. JSON, for the page's script."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.PasskeyInForm), work_of(req)
        browser = steps.browser_of(req)
        if not form.credential:
            return reply(req, resp, {"options": passkeys.ask_in(work, browser=browser)})
        agent = req.get_header("User-Agent") or ""
        try:
            told = {"credential": form.credential, "address": client_address(req), "user_agent": agent}
            token = passkeys.come_in(work, browser=browser, **told)
        except Refused as refused:
            keep(req)  # the attempt is counted, and its challenge is used up
            return _wrong(req, resp, refused)
        set_session(req, resp, token, _session_seconds(req))
        return reply(req, resp, {"next": local_path(form.next) or "/"})


def _wrong(req: Request, resp: Response, refused: Refused) -> None:
    reply(req, resp, {"problems": [problem.message for problem in refused.problems]}, status=422)


def _show_security(req: Request, resp: Response, problems: Sequence[Problem] = (), *, done: str = "") -> None:
    work = work_of(req)
    user = profile.myself(work)
    render(
        req,
        resp,
        "accounts/security.html",
        status=422 if problems else 200,
        sessions=open_sessions.mine(work),
        factor=second_factor.state(work, user.id),
        required=bool(work.config.tables.accounts.second_factor) and second_factor.required(work, user.id),
        keys=passkeys.mine(work),
        offered=passkeys.party(work.config) is not None,
        problems=problems,
        done=done,
    )


class Security:
    def on_get(self, req: Request, resp: Response) -> None:
        _show_security(req, resp, done=read_query(req, forms.SecurityQuery).done)


class Sessions:
    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.SessionForm), work_of(req)
        if isinstance(form.session, UUID):
            open_sessions.end(work, session_id=form.session)
        else:
            open_sessions.end_others(work)
        redirect(req, resp, SECURITY, done="session")


class Factor:
    """The second step: switched on with a picture and a first code, off, new recovery codes."""

    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        setup = second_factor.setup(work, profile.myself(work).id)
        if setup is None:
            return redirect(req, resp, SECURITY)
        return render(req, resp, "accounts/factor.html", setup=setup, codes=(), problems=())

    def on_post(self, req: Request, resp: Response) -> None:
        form, user = read_form(req, forms.FactorForm), profile.myself(work_of(req))
        try:
            codes = self._do(req, form, user.id)
        except Refused as refused:
            keep(req)  # a wrong code or password is counted
            if form.action != "confirm":
                return _show_security(req, resp, refused.problems)
            setup = second_factor.setup(work_of(req), user.id)
            return render(req, resp, "accounts/factor.html", status=refused.status, setup=setup, codes=(), problems=refused.problems)
        if codes:
            return render(req, resp, "accounts/factor.html", setup=None, codes=codes, problems=())
        if form.action == "start":
            return redirect(req, resp, "accounts.second_factor")
        return redirect(req, resp, SECURITY, done="factor_off" if form.action == "remove" else "cancelled")

    def _do(self, req: Request, form: forms.FactorForm, user_id: UUID) -> list[str]:
        work = work_of(req)
        if form.action == "start":
            sign_in.prove(work, profile.myself(work), form.password, address=client_address(req))
            second_factor.start(work, user_id)
        elif form.action == "confirm":
            codes = second_factor.confirm(work, user_id, form.code)
            sign_in.session_proven(work)
            return codes
        elif form.action == "codes":
            return second_factor.renew_codes(work, user_id, form.code)
        elif form.action == "remove":
            second_factor.remove(work, user_id, form.code)
        else:
            second_factor.cancel(work, user_id)
        return []


class Passkeys:
    """A new passkey: first what to ask the browser, then what it answered. JSON, for the page's script."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.PasskeyForm), work_of(req)
        user, browser = profile.myself(work), steps.browser_of(req)
        try:
            if not form.credential:
                sign_in.prove(work, user, form.password, address=client_address(req))
                return reply(req, resp, {"options": passkeys.ask_new(work, browser=browser, user=user)})
            passkeys.add(work, browser=browser, user=user, credential=form.credential, name=form.name)
        except Refused as refused:
            keep(req)
            return _wrong(req, resp, refused)
        return reply(req, resp, {"next": state_of(req).site.urls.path(SECURITY, done="key")})


class RemoveKey:
    def on_post(self, req: Request, resp: Response) -> None:
        passkeys.remove(work_of(req), passkey_id=read_form(req, forms.RemoveKeyForm).key)
        redirect(req, resp, SECURITY, done="key_removed")
