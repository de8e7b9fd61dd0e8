"""Forms of accounts: closed models of what a browser may send."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=250)]
Secret = Annotated[str, StringConstraints(max_length=1000)]


class Form(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class SignInForm(Form):
    email: Line = ""
    password: Secret = ""
    next: Annotated[str, StringConstraints(max_length=500)] = ""
    ended: Literal["", "read", "sent"] = ""  # a session that was there is over; "sent": what was sent with it was not taken


class AcceptForm(Form):
    password: Secret = ""


class InviteForm(Form):
    email: Line = ""
    name: Line = ""
    role: Line = ""


class PersonForm(Form):
    """A change of role, or a dismissal."""

    action: Literal["role", "dismiss"]
    role: Line = ""


class SwitchForm(Form):
    """`contract_id`: a contract, or the id of a company that has none yet."""

    contract_id: UUID
    next: Annotated[str, StringConstraints(max_length=500)] = ""


class PreferencesForm(Form):
    """Language and theme, kept in cookies; the language also with the account."""

    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] | None = None
    theme: Literal["light", "dark", "auto"] | None = None
    next: Annotated[str, StringConstraints(max_length=500)] = ""


class ProfileForm(Form):
    name: Line = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    password: Secret = Field(default="", description="The present one; needed only for a new password.")
    new_password: Secret = ""
