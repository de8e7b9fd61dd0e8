"""The second factor: an authenticator app (TOTP, RFC 6238), and recovery codes for the day it is lost."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, select

from b2bkit.core.accounts import limits, sign_in
from b2bkit.core.accounts.events import SignInChanged
from b2bkit.core.accounts.models import User
from b2bkit.core.accounts.models_proof import RecoveryCode, SecondFactor
from b2bkit.core.accounts.sign_in import roles_of
from b2bkit.core.audit.service import record
from b2bkit.core.errors import Conflict, Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

PERIOD: Final = 30
TOLERANCE: Final = (0, -1, 1)  # periods: clocks of phones are seldom exact
CODES: Final = 10
TRIES: Final = limits.Limit("code", 5, timedelta(minutes=15))
_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # without what looks like something else


class Setup(NamedTuple):
    """What a person needs to add the portal to an app: a picture (data: URI of an SVG), and the same secret to type, in groups."""

    picture: str
    typed: str


class State(NamedTuple):
    """Of a person's second factor: since when it is in force (None: it is not), and how many recovery codes are left."""

    since: datetime | None
    codes: int


def _key(work: Work, purpose: bytes) -> bytes:
    return hmac.digest(work.config.secret_key.get_secret_value().encode(), b"second-factor:" + purpose, "sha256")


def _sealed(work: Work, user_id: UUID, secret: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(_key(work, b"secret")).encrypt(nonce, secret.encode(), user_id.bytes)).decode()


def _opened(work: Work, factor: SecondFactor) -> str | None:
    """The secret; None when the portal's key has changed since: then only recovery codes are left, or an administrator."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    raw = base64.b64decode(factor.secret)
    try:
        return AESGCM(_key(work, b"secret")).decrypt(raw[:12], raw[12:], factor.user_id.bytes).decode()
    except InvalidTag:
        return None


def _hashed(work: Work, code: str) -> str:
    return hmac.digest(_key(work, b"recovery"), code.encode(), "sha256").hex()


def _factor(work: Work, user_id: UUID, *, lock: bool = False) -> SecondFactor | None:
    statement = select(SecondFactor).where(SecondFactor.user_id == user_id)
    return work.session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def state(work: Work, user_id: UUID) -> State:
    """What the person's own page shows."""
    factor = _factor(work, user_id)
    left = select(func.count(RecoveryCode.id)).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return State(factor.confirmed_at if factor is not None else None, work.session.scalar(left) or 0)


def required(work: Work, user_id: UUID) -> bool:
    """Whether one of the person's roles must have a second factor in this portal (`[accounts] second_factor`)."""
    return bool(set(work.config.tables.accounts.second_factor) & roles_of(work, user_id))


def start(work: Work, user_id: UUID) -> None:
    """Makes a secret that is in force once a code of it was typed; one that waits is kept. Conflict when there is one in force."""
    import pyotp

    factor = _factor(work, user_id, lock=True)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict(Problem("factor_there", _("The second step is already on.")))
    if factor is None:
        sealed = _sealed(work, user_id, pyotp.random_base32())
        row = {"user_id": user_id, "secret": sealed, "last_step": 0, "created_at": work.now, "confirmed_at": None}
        work.session.insert_rows(SecondFactor, [row])


def setup(work: Work, user_id: UUID) -> Setup | None:
    """What is shown of a secret that waits for its first code; None when none does. A secret in force is never shown again."""
    import pyotp
    import segno

    factor, user = _factor(work, user_id), work.session.get(User, user_id)
    secret = _opened(work, factor) if factor is not None and factor.confirmed_at is None else None
    if secret is None or user is None:
        return None
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=work.config.portal.name)
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=4, border=3, light="#fff", xmldecl=False)
    data = base64.b64encode(picture.getvalue()).decode()
    return Setup(f"data:image/svg+xml;base64,{data}", " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)))


def cancel(work: Work, user_id: UUID) -> None:
    """Forgets a secret that waits for its first code."""
    factor = _factor(work, user_id, lock=True)
    if factor is not None and factor.confirmed_at is None:
        work.session.delete(factor)
        work.session.flush()


def confirm(work: Work, user_id: UUID, code: str) -> list[str]:
    """The first code: the second step is in force from now on. Returns the recovery codes, which are shown this once.

    Raises Refused for a wrong code; it is counted when the caller commits all the same.
    """
    factor = _factor(work, user_id, lock=True)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict(Problem("factor_gone", _("Start again: this page is out of date.")))
    _refuse_too_many(work, user_id)
    if not _fits(work, factor, code):
        raise _wrong(work, user_id)
    factor.confirmed_at = work.now
    work.session.flush()
    _told(work, user_id, "factor_on")
    return _new_codes(work, user_id)


def check(work: Work, user_id: UUID, code: str) -> None:
    """Accepts a code of the app that was not used before, or a recovery code; each opens once.

    Raises Refused for any other, and after five wrong ones within a quarter of an hour for all; the caller commits then too.
    """
    _refuse_too_many(work, user_id)
    factor = _factor(work, user_id, lock=True)
    if factor is not None and factor.confirmed_at is not None:
        if _fits(work, factor, code):
            return
        if _recovered(work, user_id, code):
            _told(work, user_id, "recovery_used")
            return
    raise _wrong(work, user_id)


def renew_codes(work: Work, user_id: UUID, code: str) -> list[str]:
    """New recovery codes in place of the old ones, for a code of the app."""
    check(work, user_id, code)
    _told(work, user_id, "codes")
    return _new_codes(work, user_id)


def remove(work: Work, user_id: UUID, code: str) -> None:
    """Puts the second step out of force. Refused where the person's role must have it."""
    if required(work, user_id):
        raise Refused(Problem("factor_required", _("Your role must have the second step. You can set it up anew on another device.")))
    check(work, user_id, code)
    forget(work, user_id)
    _told(work, user_id, "factor_off")


def forget(work: Work, user_id: UUID) -> None:
    """Deletes the app's secret and the recovery codes: for who lost both, after somebody made sure who asks."""
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    work.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))


def reset(work: Work, user_id: UUID) -> bool:
    """Takes the second step from somebody who lost app and codes, and ends that person's sessions; False when there was none.

    For whoever runs the portal and has made sure who asks. The person is told.
    """
    if _factor(work, user_id, lock=True) is None:
        return False
    forget(work, user_id)
    sign_in.end_sessions(work, user_id=user_id)
    _told(work, user_id, "factor_reset")
    return True


def _fits(work: Work, factor: SecondFactor, code: str) -> bool:
    """Whether it is the app's code of now, give or take a period, and newer than the last one that was accepted."""
    import pyotp

    typed, secret = "".join(code.split()).replace("-", ""), _opened(work, factor)
    if secret is None or len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        return False
    now = int(work.now.timestamp()) // PERIOD
    app = pyotp.TOTP(secret)
    for step in (now + away for away in TOLERANCE):
        if step > factor.last_step and hmac.compare_digest(app.generate_otp(step), typed):
            factor.last_step = step
            work.session.flush()
            return True
    return False


def _recovered(work: Work, user_id: UUID, code: str) -> bool:
    typed = "".join(code.lower().split()).replace("-", "")[:40]
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hashed(work, typed), RecoveryCode.used_at.is_(None))
    found = work.session.scalars(select(RecoveryCode).where(*unused)).one_or_none()
    if found is None:
        return False
    found.used_at = work.now
    work.session.flush()
    return True


def _new_codes(work: Work, user_id: UUID) -> list[str]:
    made = ["".join(secrets.choice(_ALPHABET) for _place in range(10)) for _code in range(CODES)]
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": _hashed(work, code), "created_at": work.now, "used_at": None} for code in made]
    work.session.insert_rows(RecoveryCode, rows)
    return [f"{code[:5]}-{code[5:]}" for code in made]


def _refuse_too_many(work: Work, user_id: UUID) -> None:
    if limits.reached(work, TRIES, str(user_id)):
        raise Refused(Problem("too_many_attempts", _("Too many wrong codes. Try again in 15 minutes."), "code"))


def _wrong(work: Work, user_id: UUID) -> Refused:
    limits.count(work, TRIES, str(user_id))
    text = _("This code does not fit. Wait for the next one in the app, and check that the phone's clock is set by the network.")
    return Refused(Problem("wrong_code", text, "code"))


def _told(work: Work, user_id: UUID, what: str) -> None:
    work.publish(SignInChanged(user_id, what), key=f"user:{user_id}")
    record(work, action=f"accounts.{what}", entity="user", entity_id=user_id, company_id=work.actor.company_id)
