"""How often something may be tried, by whom: counted in rows beside failed sign-ins, so that all processes count together."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from b2bkit.core.accounts.models import SignInAttempt
from b2bkit.core.accounts.sign_in import token_hash
from b2bkit.core.work import Work


class Limit(NamedTuple):
    """At most `most` tries within `window`, counted under `name` for each subject. No window is longer than `sign_in.KEPT`."""

    name: str
    most: int
    window: timedelta


def bucket(limit: Limit, subject: str) -> str:
    """Under what a try is counted; addresses and accounts are kept as hashes."""
    return f"{limit.name}:{token_hash(subject)}"


def reached(work: Work, limit: Limit, subject: str) -> bool:
    """Whether nothing more may be tried for now."""
    counted = select(func.count(SignInAttempt.id)).where(
        SignInAttempt.bucket == bucket(limit, subject), SignInAttempt.at > work.now - limit.window
    )
    return (work.session.scalar(counted) or 0) >= limit.most


def count(work: Work, limit: Limit, subject: str) -> None:
    """Notes a try; the caller's transaction must commit although its answer may be a refusal."""
    work.session.insert_rows(SignInAttempt, [{"bucket": bucket(limit, subject), "at": work.now}])
