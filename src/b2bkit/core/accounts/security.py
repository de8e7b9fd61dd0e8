"""What the ways of signing in give to the portal: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, true

from b2bkit.core.accounts import events, models_proof, reset, security_pages, steps
from b2bkit.core.extend.things import PUBLIC, SIGNED_IN, Fact, Job, NotificationKind, Route, Scope
from b2bkit.core.i18n import N_, _
from b2bkit.core.web.urls import Urls
from b2bkit.core.work import Actor, Work

EVENTS: Final[tuple[type[Fact], ...]] = (events.SignInChanged,)
WHAT: Final[Mapping[str, str]] = {
    "password": N_("The password was changed."),
    "factor_on": N_("Signing in takes a code of your app from now on."),
    "factor_off": N_("Signing in takes no second step any more."),
    "factor_reset": N_("Your second step was taken away by who runs the portal, and all your sessions ended. Set it up anew."),
    "codes": N_("New recovery codes were made; the old ones are void."),
    "recovery_used": N_("Somebody signed in with a recovery code."),
    "passkey_added": N_("A passkey was added."),
    "passkey_removed": N_("A passkey was removed."),
}


def routes() -> Iterable[Route]:
    """`replay=False`: answers that hold secrets are not kept for their idempotency key."""
    yield _door("reset_ask", "/reset", security_pages.AskReset())
    yield _door("reset", "/reset/{token}", security_pages.Reset())
    yield _door("sign_in_code", "/sign-in/code", security_pages.SignInCode())
    yield _door("passkey_in", "/sign-in/passkey", security_pages.PasskeyIn())
    yield _own("security", "", security_pages.Security())
    yield _own("sessions", "/sessions", security_pages.Sessions())
    yield _own("second_factor", "/second-step", security_pages.Factor(), replay=False)
    yield _own("passkeys", "/passkeys", security_pages.Passkeys(), replay=False)
    yield _own("passkey_remove", "/passkeys/remove", security_pages.RemoveKey())


def _door(name: str, path: str, resource: object) -> Route:
    return Route(name=f"accounts.{name}", path=path, resource=resource, permission=PUBLIC, replay=False, unscoped=True)


def _own(name: str, path: str, resource: object, *, replay: bool = True) -> Route:
    return Route(name=f"accounts.{name}", path=f"/profile/security{path}", resource=resource, permission=SIGNED_IN, replay=replay)


def scopes() -> Iterable[Scope]:
    """What proves who somebody is belongs to him alone, whatever the role of who asks."""
    for entity in (models_proof.SecondFactor, models_proof.RecoveryCode, models_proof.Passkey, models_proof.PasswordReset):
        yield Scope(name=f"accounts.{entity.__tablename__.removeprefix('core_')}", entity=entity, criterion=own(entity.user_id))


def own(user: Any) -> Callable[[Actor], ColumnElement[bool]]:
    """The criterion of rows that belong to one person. `user` is the column with his id."""

    def criterion(actor: Actor) -> ColumnElement[bool]:
        if actor.kind == "system":
            return true()
        found: ColumnElement[bool] = user == actor.user_id
        return found

    return criterion


def jobs() -> Iterable[Job]:
    yield Job(name="accounts.send_reset", run=reset.send_reset, opens_work=True)
    yield Job(name="accounts.forget_steps", run=steps.forget_old, every=3600)


def notices() -> Iterable[NotificationKind]:
    yield NotificationKind(
        name="accounts.sign_in_changed",
        label=N_("How you sign in was changed"),
        event=events.SignInChanged,
        recipients=_person,
        context=_what,
        title=N_("How you sign in was changed"),
        text=N_("{what} If it was not you, choose a new password at once and tell your manager."),
        route=_security,
    )


def _person(_work: Work, event: events.SignInChanged) -> list[UUID]:
    return [event.user_id]


def _what(_work: Work, event: events.SignInChanged) -> Mapping[str, str]:
    return {"what": _(WHAT[event.what])}


def _security(work: Work, _event: events.SignInChanged) -> str:
    return Urls([work.kit.routes["accounts.security"]]).path("accounts.security")
