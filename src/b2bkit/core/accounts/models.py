"""Tables of companies and people."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned, Identified, currency, title, within


class User(Identified, Base):
    """A person who can sign in: a client's employee or, with `staff_role`, one of the supplier's own people (1C: Пользователь)."""

    __tablename__ = "core_user"

    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[title]
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    staff_role: Mapped[str | None] = mapped_column(String(30))
    lang: Mapped[str] = mapped_column(String(8), default="")
    blocked: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Company(Identified, Base):
    """A client (1C: Партнер): one or more legal entities, with a personal manager.

    region     where it is, as the supplier parts its market (1C: БизнесРегион)
    profile    what kind of account it is: a name of `[profiles]`
    dealer_of  the distributor whose dealer it is
    """

    __tablename__ = "core_company"

    name: Mapped[title]
    region: Mapped[str] = mapped_column(String(100), default="", server_default="", index=True)
    profile: Mapped[str] = mapped_column(String(30), default="legal_entity", server_default="legal_entity")
    dealer_of: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="SET NULL"), index=True)
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"), index=True)
    suspended: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class LegalEntity(CompanyOwned, Base):
    """A legal entity of a client (1C: Контрагент). `tax_id` is the INN in Russia, the UNP in Belarus, the BIN in Kazakhstan."""

    __tablename__ = "core_legal_entity"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    name: Mapped[title]
    full_name: Mapped[str] = mapped_column(String(1000), default="")
    tax_id: Mapped[str] = mapped_column(String(20), default="", index=True)
    tax_code: Mapped[str] = mapped_column(String(20), default="")  # Russia: КПП
    address: Mapped[str] = mapped_column(String(1000), default="")
    active: Mapped[bool] = mapped_column(default=True)


class Contract(CompanyOwned, Base):
    """Terms under which a legal entity buys (1C: Договор контрагента, Соглашение с клиентом): prices, currency, what may be ordered."""

    __tablename__ = "core_contract"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        within("legal_entity_id", "core_legal_entity", "CASCADE"),
    )

    legal_entity_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[str] = mapped_column(String(100))
    signed_on: Mapped[date | None]
    price_type_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_price_type.id", ondelete="SET NULL"))
    currency: Mapped[currency]
    payment_delay_days: Mapped[int] = mapped_column(default=0)
    whole_catalogue: Mapped[bool] = mapped_column(default=False)  # True: no list of groups restricts it
    active: Mapped[bool] = mapped_column(default=True)


class ContractCategory(CompanyOwned, Base):
    """A group of products that a contract opens, with everything below it."""

    __tablename__ = "core_contract_category"
    __table_args__ = (
        UniqueConstraint("contract_id", "category_id"),
        within("contract_id", "core_contract", "CASCADE"),
    )

    contract_id: Mapped[UUID]
    category_id: Mapped[UUID] = mapped_column(ForeignKey("core_category.id", ondelete="CASCADE"), index=True)


class Address(CompanyOwned, Base):
    """Where goods go to: a delivery address, and who takes them there (1C: Грузополучатель) where it is not the buyer himself.

    made_here   added by the client's own people, who may change it; the others are the ERP's
    """

    __tablename__ = "core_address"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    label: Mapped[title]
    text: Mapped[str] = mapped_column(String(1000))
    consignee: Mapped[str] = mapped_column(String(250), default="", server_default="")
    contact: Mapped[str] = mapped_column(String(250), default="", server_default="")
    phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    made_here: Mapped[bool] = mapped_column(default=False, server_default=false())
    active: Mapped[bool] = mapped_column(default=True)


class Membership(CompanyOwned, Base):
    """A person's place in a company, with a role (owner, buyer, accountant, viewer). `dismissed_at` ends it at once."""

    __tablename__ = "core_membership"
    __table_args__ = (UniqueConstraint("company_id", "user_id"), UniqueConstraint("company_id", "id"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    since: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]


class UserSession(Identified, Base):
    """A signed-in browser. The cookie holds a random token; only its hash is kept."""

    __tablename__ = "core_user_session"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("core_user.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="CASCADE"))
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_contract.id", ondelete="SET NULL"))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    proven: Mapped[bool] = mapped_column(default=False, server_default=false())  # by more than a password


class Invitation(CompanyOwned, Base):
    """A single-use link that lets one address join a company with a role; only the token's hash is kept."""

    __tablename__ = "core_invitation"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[title]
    role: Mapped[str] = mapped_column(String(30))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Identified, Base):
    """A failed sign-in, counted per address and per account against guessing; old ones are deleted by a job."""

    __tablename__ = "core_sign_in_attempt"
    __table_args__ = (Index("ix_core_sign_in_attempt_bucket_at", "bucket", "at"),)

    bucket: Mapped[str] = mapped_column(String(300))  # "email:<hash>" or "ip:<address>"
    at: Mapped[datetime]


from b2bkit.core.accounts import models_proof, models_requests  # noqa: E402, F401  (tables of the same domain)
