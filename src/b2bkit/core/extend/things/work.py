"""What happens beside requests: facts and who reacts to them, jobs, commands, health."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import click

    from b2bkit.core.work import Work


class Fact:
    """Base of facts: frozen dataclasses in the past tense, with ids and plain values only (str, int, bool, Decimal, UUID,
    datetime, date).
    """

    __slots__ = ()


class Handle(Protocol):
    """Reacts to a fact within `work`; may be called more than once for the same fact."""

    def __call__(self, work: Work, event: Fact, /) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A reaction to a fact. Atomic ones run inside the publisher's transaction and may refuse; others are delivered at least once
    after it.
    """

    name: str
    event: type[Fact]
    handle: Callable[..., None]
    atomic: bool = False


class OpenWork(Protocol):
    """Opens short units of work as the system, for code that talks to the outside between them: no network inside a transaction."""

    def __call__(self, *, write: bool = True) -> AbstractContextManager[Work]: ...


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work outside a request: run(work, **arguments), arguments being plain JSON values. What it did and that it is done are one
    transaction.

    opens_work   True for a job that talks to the outside: run(open_work, **arguments), which opens short works of its own; it may run again
                 after a crash, so what it does outside carries a key
    every        seconds between runs of a scheduled job; None: runs only when asked for
    time_limit   seconds; a job that takes longer is counted as failed
    """

    name: str
    run: Callable[..., None]
    opens_work: bool = False
    every: int | None = None
    queue: str = "default"
    time_limit: int = 60


@dataclass(frozen=True, kw_only=True)
class Command:
    """A click command mounted as `b2bkit <plugin> <command>`; gets no app unless it opens one."""

    name: str
    command: click.Command


@dataclass(frozen=True, slots=True)
class Health:
    """Result of a health check: ok or not, one sentence, and for `not ok` what to do."""

    ok: bool
    text: str
    cure: str = ""


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """Part of `b2bkit check` and `/readyz`: check(work) -> Health. `ready=False` only informs and does not make the portal unready."""

    name: str
    label: str
    check: Callable[[Work], Health]
    ready: bool = True
