"""What people send: forms of a category are made of its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Final, Literal, NamedTuple, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from b2bkit import Work
from b2bkit.core.files import attachments
from b2bkit.core.web.state import Upload
from b2bkit.plugins.tickets.kinds import Category, said
from b2bkit.plugins.tickets.service import fields
from b2bkit.plugins.tickets.service.write import LONGEST, Attached

LARGEST: Final = 60_000_000  # bytes of a message with its files
State = Literal["", "active", "open", "answered", "waiting", "closed", "reopened"]
Text = Annotated[str, Field(max_length=LONGEST * 2)]


class ListQuery(BaseModel):
    """A client's list as an address."""

    q: str = Field("", max_length=100)
    state: State = ""
    category: str = Field("", max_length=40)
    at: str | None = Field(None, max_length=1000)


class DeskQuery(ListQuery):
    """The staff's list as an address."""

    whose: Literal["all", "mine", "overdue", "nobody"] = "all"
    client: UUID | None = None


class AboutQuery(BaseModel):
    """What a new ticket is about, where somebody asked from a page of it."""

    order: UUID | None = None
    paper: UUID | None = None
    contract: UUID | None = None


class OneQuery(BaseModel):
    """`done`: what has just been done, to be said once."""

    done: Literal["", "opened", "sent", "closed", "answered", "reopened", "assigned"] = ""


class MessageForm(BaseModel):
    text: Text = ""
    files: list[Upload] = Field([], max_length=60)


class AnswerForm(MessageForm):
    then: Literal["answered", "waiting", "closed"] = "answered"


class AssignForm(BaseModel):
    user_id: UUID | None = None


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


def attached(files: Sequence[Upload]) -> list[Attached]:
    """The files that were chosen: a browser sends an empty part where none was."""
    return [Attached(one.filename, one.data) for one in files if one.filename or one.data]


@cache
def _model(names: tuple[str, ...]) -> type[BaseModel]:
    several: Any = (list[Annotated[str, Field(max_length=4000)]], Field([], max_length=300))
    paper: Any = (UUID | None, None)
    values: dict[str, Any] = {**{f"f_{name}": several for name in names}, "paper": paper}
    return cast("type[BaseModel]", create_model("TicketForm", __base__=MessageForm, **values))


def form_of(category: Category) -> type[BaseModel]:
    """The closed form of a category: text, files, what it is about, and `f_<key>` for each of its fields."""
    names: list[str] = []
    for key, one in category.settings.fields.items():
        names += [f"{key}_from", f"{key}_to"] if one.type == "period" else [] if one.type == "files" else [key]
    return _model(tuple(names))


def typed_of(form: BaseModel) -> dict[str, Sequence[str]]:
    """The category's own fields as they were typed."""
    return {name.removeprefix("f_"): value for name, value in form if name.startswith("f_")}


class Asked(NamedTuple):
    """A field as its form shows it. `values`: what was typed; a period has two."""

    key: str
    type: str
    label: str
    hint: str
    required: bool
    several: bool
    options: Sequence[fields.Option]
    values: Sequence[str]


def asked(work: Work, category: Category, typed: Mapping[str, Sequence[str]]) -> list[Asked]:
    """The fields of a category's form with what was typed before. A statement for each kind of choice."""
    found = []
    for key, one in fields.shown(work, category).items():
        if one.type == "period":
            values = [next(iter(typed.get(f"{key}_{end}", ())), "") for end in ("from", "to")]
        else:
            values = list(typed.get(key, ()))
        options = fields.options(work, one)
        if one.required and len(options) == 1 and not values:
            values = [options[0][0]]  # there is nothing to choose
        found.append(Asked(key, one.type, said(one.label), said(one.hint), one.required, one.several, options, values))
    return found


def about(category: Category, query: AboutQuery) -> dict[str, Sequence[str]]:
    """The fields that are filled in already when somebody asks from a page of an order, a paper or a contract."""
    known = {"order": query.order, "paper": query.paper, "contract": query.contract}
    return {key: [str(known[one.type])] for key, one in category.settings.fields.items() if known.get(one.type) is not None}


ACCEPT: Final = ",".join(f".{ending}" for ending in attachments.ENDINGS)
