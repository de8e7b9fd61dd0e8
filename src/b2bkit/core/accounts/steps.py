"""What a browser has begun and not finished: bound to that browser, for minutes, once."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID

from falcon import Request
from sqlalchemy import delete, select

from b2bkit.core.accounts.models_proof import SignInStep
from b2bkit.core.accounts.sign_in import token_hash
from b2bkit.core.web.state import state_of
from b2bkit.core.work import Work

Purpose = Literal["code", "key_new", "key_in"]
LASTS = timedelta(minutes=10)


def browser_of(req: Request) -> str:
    """The hash of what this browser alone bears: its session's token, or before sign-in the token that its forms repeat."""
    state = state_of(req)
    if state.signed is not None and state.token:
        return token_hash("session:" + state.token)
    if state.pre_session is None:
        state.pre_session, state.new_pre_session = secrets.token_urlsafe(24), True
    return token_hash("browser:" + state.pre_session)


def browser_after_sign_out(req: Request) -> str:
    """The same for a browser whose session is about to end: it gets a token of its own again."""
    state = state_of(req)
    state.signed = None
    return browser_of(req)


def begin(work: Work, *, browser: str, purpose: Purpose, user_id: UUID | None = None, challenge: str = "") -> None:
    """Remembers a step for ten minutes, in place of one of the same purpose. Unscoped work, or the person's own."""
    end(work, browser=browser, purpose=purpose)
    row = {
        "browser": browser,
        "purpose": purpose,
        "user_id": user_id,
        "challenge": challenge,
        "created_at": work.now,
        "expires_at": work.now + LASTS,
    }
    work.session.insert_rows(SignInStep, [row])


def find(work: Work, *, browser: str, purpose: Purpose) -> SignInStep | None:
    """The step, unless it is too old or none was begun."""
    mine = (SignInStep.browser == browser, SignInStep.purpose == purpose, SignInStep.expires_at > work.now)
    return work.session.scalars(select(SignInStep).where(*mine)).one_or_none()


def take(work: Work, *, browser: str, purpose: Purpose) -> SignInStep | None:
    """The step, which ends with this: what it was for cannot be done twice."""
    found = find(work, browser=browser, purpose=purpose)
    if found is None:
        return None
    work.session.expunge(found)
    gone = work.session.execute(delete(SignInStep).where(SignInStep.id == found.id).returning(SignInStep.id)).first()
    return found if gone is not None else None


def end(work: Work, *, browser: str, purpose: Purpose) -> None:
    """Forgets the step."""
    work.session.execute(delete(SignInStep).where(SignInStep.browser == browser, SignInStep.purpose == purpose))


def forget_old(work: Work) -> None:
    """Job: deletes steps that are over."""
    work.session.execute(delete(SignInStep).where(SignInStep.expires_at < work.now))
