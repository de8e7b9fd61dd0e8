"""Forms of registrations, of changed data and of one's own personal data."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from b2bkit.core.accounts.forms import Form, Line, Secret

Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class RegisterForm(Form):
    """`more` is a field that people never see: who fills it in is a program."""

    country: Annotated[str, StringConstraints(max_length=2)] = ""
    tax_id: Number = ""
    tax_code: Number = ""
    registry: Number = ""
    legal_name: Line = ""
    name: Line = ""
    email: Line = ""
    phone: Phone = ""
    comment: Words = ""
    more: Line = ""


class ConfirmForm(Form):
    password: Secret = ""


class DecideForm(Form):
    action: Literal["accept", "decline"]
    role: Line = "owner"
    reason: Words = ""


class RegistrationsQuery(Form):
    state: Literal["waiting", "accepted", "declined"] = "waiting"
    done: Literal["", "accepted", "declined"] = ""
    after: Annotated[str, StringConstraints(max_length=200)] | None = None


class AddressForm(Form):
    """An address of one's own: to keep, or to put away."""

    action: Literal["save", "archive"] = "save"
    label: Line = ""
    text: Words = ""
    consignee: Line = ""
    contact: Line = ""
    phone: Phone = ""


class ChangeForm(Form):
    """Other data of a legal entity. Fields that are as before are no change."""

    name: Line = ""
    full_name: Words = ""
    tax_id: Number = ""
    tax_code: Number = ""
    address: Words = ""
    note: Words = ""


class ContactForm(Form):
    """A contact person; action leave says that he does not work there any more."""

    action: Literal["save", "leave"] = "save"
    name: Line = ""
    position: Line = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""
    email: Line = ""


class ErasureForm(Form):
    action: Literal["ask", "withdraw"]
    reason: Words = ""


class DecideErasureForm(Form):
    erasure: UUID
    action: Literal["erase", "decline"]
    answer: Words = ""


class DoneQuery(Form):
    """`done`: what was just done, to be confirmed in words."""

    done: Literal["", "asked", "saved", "archived", "withdrawn", "confirmed", "declined", "erased"] = ""


class DecideChangeForm(Form):
    """What staff say to a change request."""

    action: Literal["confirm", "decline"]
    reason: Words = ""
