"""Forms of how people prove who they are."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from b2bkit.core.accounts.forms import Form, Line, Secret
from b2bkit.core.accounts.passkeys import LONGEST

Code = Annotated[str, StringConstraints(max_length=40)]
Path = Annotated[str, StringConstraints(max_length=500)]
Credential = Annotated[str, StringConstraints(max_length=LONGEST)]


class AskResetForm(Form):
    email: Line = ""


class ResetForm(Form):
    password: Secret = ""


class CodeForm(Form):
    """A code of the app or a recovery code."""

    code: Code = ""
    next: Path = ""


class PasskeyInForm(Form):
    """Without `credential`: what to ask the browser's keys."""

    credential: Credential = ""
    next: Path = ""


class PasskeyForm(Form):
    """Without `credential`: what to ask the browser for, for the present password; with it: the new key."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    password: Secret = ""
    credential: Credential = ""


class RemoveKeyForm(Form):
    key: UUID


class SessionForm(Form):
    """One of one's own sessions to end, or all others."""

    session: UUID | Literal["others"]


class FactorForm(Form):
    """What to do with the second step. `password` for start, `code` for the rest."""

    action: Literal["start", "confirm", "cancel", "codes", "remove"]
    password: Secret = ""
    code: Code = ""


class SecurityQuery(Form):
    done: Literal["", "session", "factor_off", "cancelled", "key", "key_removed"] = Field(default="")
