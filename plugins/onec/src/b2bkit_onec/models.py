"""Tables of the exchange with 1C."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, Identified, title


class Exchange(Identified, Base):
    """One exchange that 1C began with `checkauth`: a session of its own, with a folder for what it sends.

    kind      catalog or sale, as 1C said
    dialogue  version that the other side named at `init` (Bitrix's module does, 1C's own configurations do not)
    ended_at  when a newer exchange of the same kind took its place, or it was forgotten
    orders, confirmed   orders given to 1C in it, and those of them that 1C confirmed
    """

    __tablename__ = "onec_exchange"

    kind: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    dialogue: Mapped[str] = mapped_column(String(20), default="")
    client: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    orders: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)


class Upload(Identified, Base):
    """A file of an exchange, put together from its parts.

    state      receiving, queued, done, failed; unpacked (an archive whose files are uploads of their own now); beside (a picture of such an
               archive); dropped (its folder is gone)
    stored     its path below the exchange's folder, made by us
    last_part  hash of the last part, by which one that is sent twice is known
    attempts   how often reading it was begun
    turn       its place among queued files
    counts     what was told and what changed, by kind; `refused` what was not taken (the first 1000), with line, reason and cure
    """

    __tablename__ = "onec_upload"
    __table_args__ = (UniqueConstraint("exchange_id", "name"), Index("ix_onec_upload_state", "state", "queued_at"))

    exchange_id: Mapped[UUID] = mapped_column(ForeignKey("onec_exchange.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(500))
    stored: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    parts: Mapped[int] = mapped_column(default=0)
    last_part: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(20), default="receiving")
    received_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(String(2000), default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class Property(Base):
    """A property of the classifier (1C: ДополнительныеРеквизиты), kept since goods may come in a later file than their properties."""

    __tablename__ = "onec_property"

    ref: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(250))
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)


class Unit(Base):
    """A unit of measure by its code (1C: УпаковкиЕдиницыИзмерения): goods of schema 3 name the code only."""

    __tablename__ = "onec_unit"

    ref: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


class Variant(Base):
    """What a product that is a variant (1C: ХарактеристикаНоменклатуры) has of its own; the rest it takes from its base product.

    name, article, barcode, attributes   its own, empty where the offer named none
    deleted, base_deleted                marked in 1C: the variant itself, or the product that it is a variant of
    whole                                the catalogue names it as goods with everything: it takes nothing from its base product
    """

    __tablename__ = "onec_variant"

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"), primary_key=True)
    base_ref: Mapped[str] = mapped_column(String(255), index=True)
    name: Mapped[title] = mapped_column(default="")
    article: Mapped[str] = mapped_column(String(100), default="")
    barcode: Mapped[str] = mapped_column(String(50), default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    deleted: Mapped[bool] = mapped_column(default=False)
    base_deleted: Mapped[bool] = mapped_column(default=False)
    whole: Mapped[bool] = mapped_column(default=False)


class Mentioned(Identified, Base):
    """Goods that one file of a catalogue named, so that it can be told which ones a full export left out.

    catalog   Ид of the catalogue; each speaks of its own goods only
    kind      full (a full export starts in the file), changes, or known (what older files named, put together)
    refs      references, one a line, compressed (zlib); `count` is how many
    settled_at  when it was told what the full export that starts here left out
    """

    __tablename__ = "onec_mentioned"
    __table_args__ = (Index("ix_onec_mentioned_catalog", "catalog", "at"),)

    at: Mapped[datetime]
    catalog: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(10))
    count: Mapped[int]
    refs: Mapped[bytes] = mapped_column(LargeBinary)
    settled_at: Mapped[datetime | None]


class Taken(Base):
    """The last record of 1C about a product that was taken without a fault, so that the same one need not be taken again: apply/taken.py.

    kind    what the record speaks of: 0 the product, else 1 prices, 2 stock, 3 both
    digest  of its text, or of the record where its text is not known
    context digest of what else decides about the rows
    state   of the rows of which it speaks, as taking it left them
    prices, stock   how many it tells
    """

    __tablename__ = "onec_taken"

    product_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    digest: Mapped[UUID]
    context: Mapped[UUID]
    state: Mapped[int] = mapped_column(BigInteger)
    prices: Mapped[int]
    stock: Mapped[int]


class Picture(Identified, Base):
    """A picture that 1C names for a product (Картинка), on its way into the portal.

    path    as 1C names it, below the exchange's folder
    state   waiting; done; absent (its file has not come yet); failed, then `said` is why
    digest  SHA-256 of the file that was taken
    """

    __tablename__ = "onec_picture"
    __table_args__ = (UniqueConstraint("product_id", "position"), Index("ix_onec_picture_state", "state", "id"))

    product_id: Mapped[UUID] = mapped_column(ForeignKey("core_product.id", ondelete="CASCADE"))
    position: Mapped[int]
    path: Mapped[str] = mapped_column(String(255), index=True)
    description: Mapped[title] = mapped_column(default="")
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    said: Mapped[str] = mapped_column(String(500), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")


class Flow(Base):
    """A kind of data on its way (flows/kinds.py): what it is told to do and how it fares. Made when it is first needed.

    paused        staff stopped it: nothing of it goes or comes until it is resumed
    next_at       when it runs next; None when it waits for nothing (1C drives it, or a page asks)
    last_good_at  end of the last run that went well; `cursor` is where the next one goes on
    failures      runs in a row that went wrong: the pause between them grows with it
    error, cure   of the last run that went wrong; "" once one went well
    asked_by      name of the person for whom the next run is made; "" when it is its time
    run_id        the run that goes on now; `seen_at` shows that its process lives
    """

    __tablename__ = "onec_flow"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    paused: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None]
    last_good_at: Mapped[datetime | None]
    cursor: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(1000), default="")
    cure: Mapped[str] = mapped_column(String(1000), default="")
    asked_by: Mapped[str] = mapped_column(String(200), default="")
    run_id: Mapped[UUID | None]
    seen_at: Mapped[datetime | None]


class Run(Identified, Base):
    """One run of a flow, or one file of 1C that brought its data.

    way          site, odata, service
    asked_by     name of the person who ran it by hand; "" when its time had come, or 1C began
    outcome      running; good; failed (nothing was taken); lost (its process ended in the middle; what it had taken is kept)
    counts       kind of row -> {"told", "new", "changed", "ended"}; `differences` is `told` less that of the good run before
    refused      the first 1000 rows that were not taken: {"ref", "reason", "cure"}; `refused_count` counts all
    """

    __tablename__ = "onec_run"
    __table_args__ = (Index("ix_onec_run_flow", "flow", "started_at"),)

    flow: Mapped[str] = mapped_column(String(30))
    way: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(200), default="")
    started_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(10), default="running")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    differences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    refused: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    refused_count: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(1000), default="")
    cure: Mapped[str] = mapped_column(String(1000), default="")


class Kept(Identified, Base):
    """A message between 1C and the portal (archive/message.py), kept for a while. Its id sorts by time.

    pair        the same for a request and its answer
    company_id  client whose business it is; None when it is everybody's or nobody's: then only those see it who see all clients
    body        compressed (zlib); None when it is empty or lies in `file`, a path below the portal's data folder
    size        bytes of the body as it was on the wire, without what was taken out as secret; `hash` is SHA-256 of it
    words       what it can be found by, in small letters: name, number, address, references of the body
    """

    __tablename__ = "onec_message"
    __table_args__ = (
        Index("ix_onec_message_subject", "subject_entity", "subject_id", "at"),
        Index("ix_onec_message_flow", "flow", "at"),
    )

    at: Mapped[datetime] = mapped_column(index=True)
    direction: Mapped[str] = mapped_column(String(3))
    way: Mapped[str] = mapped_column(String(10))
    flow: Mapped[str] = mapped_column(String(30), default="")
    run_id: Mapped[UUID | None] = mapped_column(index=True)
    pair: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(2000), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    outcome: Mapped[str] = mapped_column(String(10))
    subject_entity: Mapped[str] = mapped_column(String(30), default="")
    subject_id: Mapped[UUID | None]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_company.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(String(100), default="")
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content_type: Mapped[str] = mapped_column(String(100), default="")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    file: Mapped[str] = mapped_column(String(300), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")
    words: Mapped[str] = mapped_column(Text, default="")
