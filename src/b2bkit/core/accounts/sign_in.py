"""Signing in and out, and who the bearer of a session's cookie is. Works on the unscoped session: there is no actor yet."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from b2bkit.core.access.actors import ACTS_AS, Client, acting_for, actor_of, within
from b2bkit.core.access.book import RightsBook
from b2bkit.core.access.models import AccessVersion, Acting
from b2bkit.core.access.rights import Holder
from b2bkit.core.accounts import passwords
from b2bkit.core.accounts.models import Company, Contract, Membership, SignInAttempt, User, UserSession
from b2bkit.core.accounts.models_proof import SecondFactor
from b2bkit.core.db.engine import Reader
from b2bkit.core.db.session import PortalSession
from b2bkit.core.db.types import new_id
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.web.parts import SignedIn
from b2bkit.core.work import Actor, Work

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_ADDRESS = 30
STALE = timedelta(minutes=5)
KEPT = timedelta(days=1)


def token_hash(token: str) -> str:
    """What is stored of a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SignIn:
    """Result of an attempt: a token for the cookie, or the problems to show. Never an exception, so that the attempt is counted.

    step   the password fits, and this person's second factor is asked next: no session is open yet
    """

    token: str = ""
    problems: tuple[Problem, ...] = ()
    step: UUID | None = None


def sign_in(work: Work, *, email: str, password: str, address: str, user_agent: str = "") -> SignIn:
    """Opens a session. The same answer and the same time whether the address is unknown, the password wrong or the account blocked."""
    email = email.strip().lower()
    if locked(work, email=email, address=address):
        return SignIn(problems=(too_many(),))
    user = work.session.scalars(select(User).where(User.email == email)).one_or_none()
    fits = passwords.verify(user.password_hash if user else None, password)
    if not fits or user is None or not may_come_in(work, user):
        count_failure(work, email=email, address=address)
        wrong = _("E-mail and password do not match. Check the keyboard layout or ask your manager for a new invitation.")
        return SignIn(problems=(Problem("wrong_credentials", wrong, "password"),))
    forget_failures(work, email=email)
    sign_out(work)
    if _second_step(work, user.id):
        return SignIn(step=user.id)
    return SignIn(token=open_session(work, user_id=user.id, user_agent=user_agent))


def _account_bucket(email: str) -> str:
    return "email:" + token_hash(email)


def locked(work: Work, *, email: str, address: str) -> bool:
    """Whether this account or this network address failed too often within the window: then no password is even looked at."""
    limits = {_account_bucket(email): PER_ACCOUNT, "ip:" + address: PER_ADDRESS}
    counted = select(SignInAttempt.bucket, func.count(SignInAttempt.id))
    counted = counted.where(SignInAttempt.bucket.in_(list(limits)), SignInAttempt.at > work.now - WINDOW).group_by(SignInAttempt.bucket)
    return any(count >= limits[bucket] for bucket, count in work.session.execute(counted))


def count_failure(work: Work, *, email: str, address: str) -> None:
    """Notes a wrong password; the caller's transaction must commit although its answer is a refusal."""
    buckets = (_account_bucket(email), "ip:" + address)
    work.session.insert_rows(SignInAttempt, [{"bucket": bucket, "at": work.now} for bucket in buckets])


def too_many() -> Problem:
    """What a locked account or address is told, whether the account exists or not."""
    return Problem(
        "too_many_attempts", _("Too many attempts. Try again in 15 minutes or ask your manager for a new invitation."), "password"
    )


def forget_failures(work: Work, *, email: str) -> None:
    """A password fitted, or was set anew: wrong ones before it count no more."""
    work.session.execute(delete(SignInAttempt).where(SignInAttempt.bucket == _account_bucket(email)))


def may_come_in(work: Work, user: User) -> bool:
    """Whether the person is not blocked and has a place: among the staff, or in a company that is open."""
    return not user.blocked and (user.staff_role is not None or first_company(work, user.id) is not None)


def roles_of(work: Work, user_id: UUID) -> set[str]:
    """The person's role among the staff, or those in the companies where he works."""
    works_there = (Membership.user_id == user_id, Membership.dismissed_at.is_(None))
    staff = select(User.staff_role).where(User.id == user_id, User.staff_role.is_not(None))
    return {role for role in work.session.scalars(staff.union_all(select(Membership.role).where(*works_there))) if role}


def _second_step(work: Work, user_id: UUID) -> bool:
    """Whether a password alone is not enough: there is a second factor, or one of the person's roles must have it."""
    in_force = select(SecondFactor.id).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    needed = set(work.config.tables.accounts.second_factor)
    return work.session.scalars(in_force).first() is not None or bool(needed and needed & roles_of(work, user_id))


def prove(work: Work, user: User, password: str, *, address: str, field: str = "password") -> None:
    """Raises Refused unless this is the person's present password; a wrong one is counted like at sign-in, and the caller commits."""
    if locked(work, email=user.email, address=address):
        raise Refused(Problem("too_many_attempts", _("Too many wrong passwords. Try again in 15 minutes."), field))
    if not passwords.verify(user.password_hash, password):
        count_failure(work, email=user.email, address=address)
        raise Refused(Problem("wrong_password", _("This is not your present password."), field))


def first_company(work: Work, user_id: UUID) -> UUID | None:
    """The company a person starts in: the one of the oldest membership that holds."""
    holds = (Membership.user_id == user_id, Membership.dismissed_at.is_(None), Company.suspended.is_(False))
    statement = (
        select(Membership.company_id)
        .join(Company, Company.id == Membership.company_id)
        .where(*holds)
        .order_by(Membership.since, Membership.id)
    )
    return work.session.scalars(statement.limit(1)).one_or_none()


def first_contract(work: Work, company_id: UUID | None) -> UUID | None:
    """The contract a person starts with: the newest active one."""
    if company_id is None:
        return None
    statement = select(Contract.id).where(Contract.company_id == company_id, Contract.active.is_(True))
    return work.session.scalars(statement.order_by(Contract.signed_on.desc().nulls_last(), Contract.number).limit(1)).one_or_none()


def open_session(work: Work, *, user_id: UUID, user_agent: str = "", company_id: UUID | None = None, proven: bool = False) -> str:
    """A new session for a person; returns the token for the cookie, of which only the hash is kept.

    proven   by more than a password: a code or a passkey
    """
    token = secrets.token_urlsafe(32)
    company = company_id or first_company(work, user_id)
    web = work.config.tables.web
    row = {
        "id": new_id(),
        "token_hash": token_hash(token),
        "user_id": user_id,
        "company_id": company,
        "contract_id": first_contract(work, company),
        "csrf": secrets.token_urlsafe(24),
        "created_at": work.now,
        "seen_at": work.now,
        "expires_at": work.now + timedelta(days=web.session_days),
        "user_agent": user_agent[:300],
        "proven": proven,
    }
    work.session.insert_rows(UserSession, [row])
    return token


def session_proven(work: Work) -> None:
    """This session was just proven by more than its password."""
    if work.actor.session_id is not None:
        work.session.execute(update(UserSession).where(UserSession.id == work.actor.session_id).values(proven=True))


def sign_out(work: Work) -> None:
    """Ends this browser's session, if there is one."""
    if work.actor.session_id is None:
        return
    work.session.execute(delete(UserSession).where(UserSession.id == work.actor.session_id))


def end_sessions(work: Work, *, user_id: UUID, company_id: UUID | None = None, keep: UUID | None = None) -> None:
    """Ends a person's sessions (those in one company, when given) at once; `keep` one of them."""
    which = [UserSession.user_id == user_id]
    if company_id is not None:
        which.append(UserSession.company_id == company_id)
    if keep is not None:
        which.append(UserSession.id != keep)
    work.session.execute(delete(UserSession).where(*which))


def forget_old(work: Work) -> None:
    """Job: deletes sessions and failed attempts that no longer matter."""
    work.session.execute(delete(UserSession).where(UserSession.expires_at < work.now))
    work.session.execute(delete(SignInAttempt).where(SignInAttempt.at < work.now - KEPT))


class _Bearer(NamedTuple):
    session_id: UUID
    csrf: str
    seen_at: datetime
    company_id: UUID | None
    contract_id: UUID | None
    user_id: UUID
    name: str
    lang: str
    staff_role: str | None
    proven: bool
    role: str | None
    profile: str | None
    version: int
    acting_for: UUID | None
    acting_contract: UUID | None
    acting_profile: str | None
    acting_manager: UUID | None
    acting_region: str | None


_Client = aliased(Company)
_BEARER = (
    select(
        UserSession.id,
        UserSession.csrf,
        UserSession.seen_at,
        UserSession.company_id,
        UserSession.contract_id,
        User.id,
        User.name,
        User.lang,
        User.staff_role,
        UserSession.proven,
        Membership.role,
        Company.profile,
        func.coalesce(select(AccessVersion.number).where(AccessVersion.id == 1).scalar_subquery(), 0),
        _Client.id,
        Acting.contract_id,
        _Client.profile,
        _Client.manager_id,
        _Client.region,
    )
    .join(User, User.id == UserSession.user_id)
    .outerjoin(
        Membership,
        and_(Membership.user_id == User.id, Membership.company_id == UserSession.company_id, Membership.dismissed_at.is_(None)),
    )
    .outerjoin(Company, Company.id == UserSession.company_id)
    .outerjoin(Acting, and_(Acting.session_id == UserSession.id, Acting.until > bindparam("now")))
    .outerjoin(_Client, and_(_Client.id == Acting.company_id, _Client.suspended.is_(False)))
    .where(
        UserSession.token_hash == bindparam("hash"),
        UserSession.expires_at > bindparam("now"),
        UserSession.seen_at > bindparam("idle"),
        User.blocked.is_(False),
        or_(User.staff_role.is_not(None), and_(Membership.role.is_not(None), Company.suspended.is_(False))),
    )
)


class Sessions:
    """Reads and keeps sessions for the guard: one query a request; dismissal, block, suspension and changed rights hold at once.

    second_factor   roles for which a session that a password alone has opened does not count
    """

    def __init__(self, book: RightsBook, idle: timedelta, zone: ZoneInfo, second_factor: Collection[str] = ()) -> None:
        self.book = book
        self.idle = idle
        self.zone = zone
        self.second_factor = frozenset(second_factor)

    def read(self, session: Reader, token: str, now: datetime) -> SignedIn | None:
        """Who bears this token, or None."""
        found = session.rows(_BEARER, {"hash": token_hash(token), "now": now, "idle": now - self.idle})
        if not found:
            return None
        bearer = _Bearer._make(found[0])
        if (bearer.staff_role or bearer.role) in self.second_factor and not bearer.proven:
            return None
        actor = self._staff(session, bearer, now) if bearer.staff_role is not None else self._client(session, bearer)
        return SignedIn(actor=actor, csrf=bearer.csrf, lang=bearer.lang, stale=now - bearer.seen_at > STALE)

    def _client(self, session: Reader, bearer: _Bearer) -> Actor:
        holder = Holder(bearer.role or "", bearer.user_id, bearer.company_id, bearer.profile or "")
        actor = actor_of(holder, self.book.of(session, bearer.version, holder), bearer.name)
        return replace(actor, session_id=bearer.session_id, contract_id=within(actor, bearer.contract_id))

    def _staff(self, session: Reader, bearer: _Bearer, now: datetime) -> Actor:
        holder = Holder(bearer.staff_role or "", bearer.user_id)
        rights = self.book.of(session, bearer.version, holder)
        stands_for = self.book.stands_for(bearer.user_id, now.astimezone(self.zone).date())
        actor = replace(actor_of(holder, rights, bearer.name), session_id=bearer.session_id, stands_for=stands_for)
        if bearer.acting_for is None:
            return actor
        client = Client(
            bearer.acting_for, bearer.acting_contract, bearer.acting_profile or "", bearer.acting_manager, bearer.acting_region or ""
        )
        deputy = Holder(ACTS_AS, None, client.company_id, client.profile, behalf=True)
        return acting_for(actor, client, self.book.of(session, bearer.version, deputy))

    def touch(self, session: PortalSession, token: str, now: datetime) -> None:
        """Notes that the session was used."""
        session.execute(update(UserSession).where(UserSession.token_hash == token_hash(token)).values(seen_at=now))
