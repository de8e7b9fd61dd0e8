"""What goes where: each person's choices by kind and channel, and what may come once a day instead of at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update

from b2bkit.core.errors import NotFound
from b2bkit.core.extend.things import NotificationKind
from b2bkit.core.i18n import _
from b2bkit.core.notify.models import Preference, Sending
from b2bkit.core.work import Work

INBOX, EMAIL = "notify.inbox", "notify.email"
DIGEST = "notify.digest"  # no channel: e-mail once a day, as a choice
Pair = tuple[str, str]


class Wanted(NamedTuple):
    """Names of the channels that one kind goes to; `digested`: its e-mail waits for the mail of the day."""

    channels: frozenset[str]
    digested: bool


class Choice(NamedTuple):
    """A kind as the page of choices shows it."""

    name: str
    label: str
    on: frozenset[str]
    digested: bool
    urgent: bool


def wanted(work: Work, user_id: UUID, kinds: Iterable[NotificationKind]) -> dict[str, Wanted]:
    """Kind's name -> what the person wants: the kind's own channels and those that go by opting out, unless chosen otherwise."""
    kinds = list(kinds)
    statement = select(Preference.kind, Preference.channel, Preference.wanted, Preference.digested)
    mine = Preference.user_id == user_id, Preference.kind.in_([kind.name for kind in kinds])
    chosen: dict[str, dict[str, tuple[bool, bool]]] = {}
    for kind, channel, yes, digested in work.session.execute(statement.where(*mine)):
        chosen.setdefault(kind, {})[channel] = yes, digested
    joined = [name for name, channel in work.kit.channels.items() if channel.opt_out]
    found = {}
    for one in kinds:
        own = dict.fromkeys([*one.channels, *joined], (True, False)) | chosen.get(one.name, {})
        on = frozenset(name for name, (yes, _late) in own.items() if yes and name in work.kit.channels)
        found[one.name] = Wanted(on, EMAIL in on and own[EMAIL][1])
    return found


def channels_for(work: Work, kind: NotificationKind, user_id: UUID) -> list[str]:
    """Names of the channels a person wants for a kind."""
    return sorted(wanted(work, user_id, [kind])[kind.name].channels)


def choices(work: Work) -> list[Choice]:
    """Each kind that the actor may ever be told of, for the page of choices."""
    if work.actor.user_id is None:
        return []
    mine = kinds_for(work)
    now = wanted(work, work.actor.user_id, mine)
    return [Choice(kind.name, _(kind.label), *now[kind.name], kind.urgent) for kind in mine]


def kinds_for(work: Work) -> list[NotificationKind]:
    """Those that the actor may ever be told of."""
    side = "staff" if work.actor.kind == "staff" else "client"
    return [kind for kind in work.kit.notifications.values() if kind.audience in ("both", side)]


def choose_all(work: Work, chosen: Iterable[Pair]) -> None:
    """Keeps a person's choices: the (kind, channel) pairs that are on, all others are off; a channel `notify.digest` is e-mail once a day.

    Only what differs is written. Raises NotFound for a kind or channel that does not exist.
    """
    if work.actor.user_id is None:
        return
    picked = set(chosen)
    for kind, channel in picked:
        _check(work, kind, EMAIL if channel == DIGEST else channel)
    mine = kinds_for(work)
    now = wanted(work, work.actor.user_id, mine)
    for one in mine:
        for channel in work.kit.channels:
            digested = channel == EMAIL and (one.name, DIGEST) in picked
            yes = digested or (one.name, channel) in picked
            was = now[one.name]
            if yes != (channel in was.channels) or (channel == EMAIL and digested != was.digested):
                choose(work, kind=one.name, channel=channel, wanted=yes, digested=digested)


def _check(work: Work, kind: str, channel: str) -> None:
    if kind not in work.kit.notifications or channel not in work.kit.channels:
        raise NotFound("preference")


def choose(work: Work, *, kind: str, channel: str, wanted: bool, digested: bool = False) -> None:
    """Keeps the actor's choice for one kind and channel."""
    _check(work, kind, channel)
    if work.actor.user_id is not None:
        keep(work, work.actor.user_id, kind=kind, channel=channel, wanted=wanted, digested=digested)


def keep(work: Work, user_id: UUID, *, kind: str, channel: str, wanted: bool, digested: bool = False) -> None:
    """Keeps a person's choice; what waits for the digest is not sent when its kind is switched off."""
    mine = (Preference.user_id == user_id, Preference.kind == kind, Preference.channel == channel)
    found = work.session.scalars(select(Preference).where(*mine)).one_or_none()
    if found is None:
        found = Preference(user_id=user_id, kind=kind, channel=channel, wanted=wanted)
        work.session.add(found)
    found.wanted, found.digested = wanted, digested
    if not wanted:
        waiting = (Sending.user_id == user_id, Sending.kind == kind, Sending.channel == channel, Sending.state == "digest")
        dropped = update(Sending).where(*waiting).values(state="dropped")
        work.session.execute(dropped, execution_options={"synchronize_session": False})
