"""Tables of how people prove who they are: reset links, second factors, passkeys, and sign-ins that are half done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified


class PasswordReset(Identified, Base):
    """A single-use link to a new password; only the token's hash is kept."""

    __tablename__ = "core_password_reset"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SecondFactor(Identified, Base):
    """A person's authenticator app (TOTP, RFC 6238). `secret` is encrypted with the portal's key; not `confirmed_at`: not in force yet.

    last_step   the period of thirty seconds of the newest code that was accepted: neither it nor an older one is accepted again
    """

    __tablename__ = "core_second_factor"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), unique=True)
    secret: Mapped[str] = mapped_column(String(300))
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Identified, Base):
    """A code that stands in once for the authenticator app; only its keyed hash is kept."""

    __tablename__ = "core_recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Identified, Base):
    """A key of WebAuthn that signs a person in without a password. `credential` is its id, base64url."""

    __tablename__ = "core_passkey"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    credential: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInStep(Identified, Base):
    """What one browser has begun and not finished: a sign-in that waits for its code, a passkey's challenge. Minutes, and once.

    browser   hash of what that browser alone bears
    purpose   code (the password fitted, the second factor is asked), key_new, key_in
    """

    __tablename__ = "core_sign_in_step"
    __table_args__ = (UniqueConstraint("browser", "purpose"),)

    browser: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    challenge: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
