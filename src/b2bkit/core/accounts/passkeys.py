"""Passkeys (WebAuthn): a key of a person's device that signs him in without a password. Name and origin are the portal's base_url.

The library takes 15 MB, so it is loaded when the first key is asked for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select

from b2bkit.core.accounts import limits, sign_in, steps
from b2bkit.core.accounts.events import SignInChanged
from b2bkit.core.accounts.models import User
from b2bkit.core.accounts.models_proof import Passkey
from b2bkit.core.audit.service import record
from b2bkit.core.config import Config
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

MOST: Final = 20
LONGEST: Final = 20_000  # characters of what a browser answers
TRIES: Final = limits.Limit("passkey-ip", 30, timedelta(minutes=15))


class Key(NamedTuple):
    """One of a person's passkeys."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None


class _Unfit(Exception):
    """An answer that proves nothing."""


def party(config: Config) -> tuple[str, str] | None:
    """(name of the relying party, origin) by which browsers know the portal; None where they give no passkeys: without a host name,
    and without TLS anywhere but on localhost.
    """
    address = urlsplit(config.portal.base_url)
    host = address.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        secure = address.scheme == "https" or host == "localhost" or host.endswith(".localhost")
        return (host, config.portal.base_url) if secure else None
    return None


def _party(work: Work) -> tuple[str, str]:
    found = party(work.config)
    if found is None:
        raise NotFound("passkeys")
    return found


def mine(work: Work) -> list[Key]:
    """The actor's own keys, oldest first."""
    statement = select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at).where(Passkey.user_id == work.actor.user_id)
    return [Key(*row) for row in work.session.execute(statement.order_by(Passkey.created_at, Passkey.id))]


def ask_new(work: Work, *, browser: str, user: User) -> str:
    """Begins a new key: what the browser is asked for, as JSON. Refused beyond twenty keys."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    host, _origin = _party(work)
    if (work.session.scalar(select(func.count(Passkey.id)).where(Passkey.user_id == user.id)) or 0) >= MOST:
        raise Refused(Problem("too_many_keys", _("You have 20 keys. Remove one that you do not use.")))
    known = work.session.scalars(select(Passkey.credential).where(Passkey.user_id == user.id))
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=work.config.portal.name,
        user_id=user.id.bytes,
        user_name=user.email,
        user_display_name=user.name,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
    )
    steps.begin(work, browser=browser, purpose="key_new", user_id=user.id, challenge=bytes_to_base64url(options.challenge))
    return options_to_json(options)


def add(work: Work, *, browser: str, user: User, credential: str, name: str) -> UUID:
    """Keeps a new key. Refused when the browser's answer does not belong to what it was asked, or the key is there already."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    host, origin = _party(work)
    step = steps.take(work, browser=browser, purpose="key_new")
    try:
        if step is None or step.user_id != user.id:
            raise _Unfit
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(step.challenge),
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )
        key = bytes_to_base64url(made.credential_id)
        if work.session.scalars(select(Passkey.id).where(Passkey.credential == key)).first() is not None:
            raise _Unfit
    except (WebAuthnException, _Unfit, ValueError, KeyError, TypeError) as error:
        raise Refused(Problem("key_unfit", _("This device did not give a key. Try again; nothing was changed."))) from error
    found = Passkey(
        user_id=user.id,
        credential=key,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=" ".join(name.split())[:100] or _("Passkey"),
        created_at=work.now,
    )
    work.session.add(found)
    work.session.flush()
    _told(work, user.id, "passkey_added", found.name)
    return found.id


def remove(work: Work, *, passkey_id: UUID) -> None:
    """Removes one of the actor's keys; NotFound for any other."""
    found = work.session.get(Passkey, passkey_id)
    if found is None or found.user_id != work.actor.user_id:
        raise NotFound("passkey")
    work.session.delete(found)
    work.session.flush()
    _told(work, found.user_id, "passkey_removed", found.name)


def ask_in(work: Work, *, browser: str) -> str:
    """Begins a sign-in: what the browser is asked for, as JSON. It names no keys, so it says nothing of who has an account."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    host, _origin = _party(work)
    options = webauthn.generate_authentication_options(rp_id=host, user_verification=UserVerificationRequirement.REQUIRED)
    steps.begin(work, browser=browser, purpose="key_in", challenge=bytes_to_base64url(options.challenge))
    return options_to_json(options)


def come_in(work: Work, *, browser: str, credential: str, address: str, user_agent: str = "") -> str:
    """Signs in with a key; returns a session token. One refusal for every reason; it is counted when the caller commits all the same.

    Unscoped work.
    """
    from webauthn.helpers.exceptions import WebAuthnException

    if limits.reached(work, TRIES, address):
        raise Refused(Problem("too_many_attempts", _("Too many attempts. Try again in 15 minutes.")))
    step = steps.take(work, browser=browser, purpose="key_in")
    try:
        user = _recognised(work, credential, step.challenge if step is not None else "")
    except (WebAuthnException, _Unfit, ValueError, KeyError, TypeError) as error:
        limits.count(work, TRIES, address)
        raise Refused(Problem("key_unfit", _("This key does not open the portal. Sign in with your password."))) from error
    sign_in.sign_out(work)
    return sign_in.open_session(work, user_id=user.id, user_agent=user_agent, proven=True)


def _recognised(work: Work, credential: str, challenge: str) -> User:
    """Whose key has signed this challenge, when he may come in."""
    import webauthn
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    host, origin = _party(work)
    given = webauthn.helpers.parse_authentication_credential_json(credential)
    statement = select(Passkey).where(Passkey.credential == bytes_to_base64url(given.raw_id)).with_for_update()
    key = work.session.scalars(statement).one_or_none()
    user = work.session.get(User, key.user_id) if key is not None else None
    if key is None or user is None or not challenge or not sign_in.may_come_in(work, user):
        raise _Unfit
    shown = webauthn.verify_authentication_response(
        credential=given,
        expected_challenge=base64url_to_bytes(challenge),
        expected_rp_id=host,
        expected_origin=origin,
        credential_public_key=key.public_key,
        credential_current_sign_count=key.sign_count,
        require_user_verification=True,
    )
    key.sign_count, key.used_at = shown.new_sign_count, work.now
    work.session.flush()
    return user


def _told(work: Work, user_id: UUID, what: str, name: str) -> None:
    work.publish(SignInChanged(user_id, what), key=f"user:{user_id}")
    record(work, action=f"accounts.{what}", entity="user", entity_id=user_id, company_id=work.actor.company_id, details={"key": name})
