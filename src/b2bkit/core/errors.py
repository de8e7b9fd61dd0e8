"""What goes wrong, as data: every problem has a code for machines, a sentence for people and, where there is one, a field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cure:
    """A way out offered as a button beside the problem: sets `field` to `value` when pressed."""

    label: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `message` is already in the person's language; `field` names the form or JSON field."""

    code: str
    message: str
    field: str | None = None
    cures: tuple[Cure, ...] = ()


class B2bkitError(Exception):
    """Base of every error that b2bkit raises on purpose."""


class Refused(B2bkitError):
    """The request is understood and not possible: every problem at once, never only the first. HTTP 422 (409 for conflicts)."""

    status = 422

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("; ".join(f"{p.code}: {p.message}" for p in self.problems))


class Conflict(Refused):
    """The data changed meanwhile (another tab, another person, the ERP). HTTP 409."""

    status = 409


class NotFound(B2bkitError):
    """Absent, or not for this actor: the answer is the same, byte for byte. HTTP 404."""


class Forbidden(B2bkitError):
    """Signed in, but the role lacks this permission; says nothing about objects. HTTP 403."""


class NotSignedIn(B2bkitError):
    """No valid session. HTTP 401 for machines, the sign-in page for people."""


class Unavailable(B2bkitError):
    """Something needed is away for now; `retry_after` in seconds. HTTP 503."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Undeliverable(B2bkitError):
    """A channel cannot reach this address, now or later (the chat is gone, the mailbox unknown); the message says why."""


class TryLater(B2bkitError):
    """A channel was told to wait: `after` is in seconds, as the other side said."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message)
        self.after = after


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One wrong thing in a deployment: where it stands, what is wrong, what to do."""

    file: str
    key: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.what} -> {self.cure}"


class ConfigError(B2bkitError):
    """A deployment that cannot start. Names every problem at once."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        lines = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1))
        super().__init__(f"{count} problem{'s' if count != 1 else ''} in the configuration:\n{lines}")
