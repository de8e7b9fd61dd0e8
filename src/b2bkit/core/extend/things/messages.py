"""What people are told, and how it reaches them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from b2bkit.core.extend.things.work import Fact, OpenWork

if TYPE_CHECKING:
    from b2bkit.core.work import Work


@dataclass(frozen=True, slots=True)
class Message:
    """A notification for one person in one language, as a channel sends it. `link` is an absolute URL."""

    id: UUID
    kind: str
    title: str
    text: str
    html: str
    link: str
    lang: str


@dataclass(frozen=True, kw_only=True)
class NotificationKind:
    """A reason to tell people something.

    event        the fact behind it
    label        what people see in their preferences
    recipients   (work, event) -> ids of users
    context      (work, event) -> values for the templates; JSON-plain
    title        msgid with {placeholders} from context
    text         msgid with {placeholders} from context
    route        (work, event) -> path in the portal that the message leads to
    channels     names of channels that it goes to unless the person chose otherwise
    audience     who is ever told: the supplier's staff, clients' people, or both; others are not asked where it should go
    urgent       goes out in a person's quiet hours too
    samples      a believable value for each placeholder, shown to staff who word the text their own way; what is not in here and not in
                 the shipped texts cannot be used
    """

    name: str
    label: str
    event: type[Fact]
    recipients: Callable[..., Iterable[UUID]]
    context: Callable[..., Mapping[str, str]]
    title: str
    text: str
    route: Callable[..., str]
    channels: tuple[str, ...] = ("notify.inbox", "notify.email")
    audience: Literal["both", "staff", "client"] = "both"
    urgent: bool = False
    samples: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A way to reach a person. send(open_work, message, address) raises when it did not work; it is tried again, so it may arrive twice.

    It raises `TryLater` when the other side says how long to wait, and `Undeliverable` when trying again would not help: staff see it.

    send      opens short works where it needs the database, and none while it talks to the outside
    address   (work, user_id) -> where to send, or None when this person cannot be reached so
    opt_out   True: every kind goes there until the person says no, for ways that one has to connect oneself
    quiet     True: it disturbs nobody, so quiet hours do not hold it back
    """

    name: str
    label: str
    send: Callable[[OpenWork, Message, str], None]
    address: Callable[[Work, UUID], str | None]
    opt_out: bool = False
    quiet: bool = False
