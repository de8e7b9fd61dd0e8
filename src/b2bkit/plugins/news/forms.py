"""What people send."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import zip_longest
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from b2bkit import Work
from b2bkit.core.web.state import Upload
from b2bkit.plugins.news.service import goods, text
from b2bkit.plugins.news.service.write import MOST_STEPS, Draft, Terms

Kind = Literal["news", "offer", "tutorial"]
Html = Annotated[str, Field(max_length=text.LONGEST + 1)]
PICTURE: int = 31_000_000


class NoFields(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListQuery(BaseModel):
    kind: Literal["", "news", "offer", "tutorial"] = ""
    after: UUID | None = None


class DeskQuery(BaseModel):
    kind: Literal["", "news", "offer", "tutorial"] = ""
    done: Literal["", "deleted"] = ""


class EditQuery(BaseModel):
    done: Literal["", "saved", "published", "withdrawn", "taken_back"] = ""


class BeginForm(BaseModel):
    kind: Kind = "news"
    title: str = Field("", max_length=250)


class EditForm(BaseModel):
    """The words of a post. `act`: save; add_step; `up`, `down` and `drop` with a step's place."""

    seen: int
    title: str = Field("", max_length=250)
    lead: str = Field("", max_length=500)
    html: Html = ""
    step_title: list[Annotated[str, Field(max_length=250)]] = Field([], max_length=MOST_STEPS + 1)
    step_html: list[Html] = Field([], max_length=MOST_STEPS + 1)
    goods: str = Field("", max_length=10_000)
    profiles: list[str] = Field([], max_length=50)
    regions: str = Field("", max_length=5000)
    contracts: list[str] = Field([], max_length=500)
    groups: list[str] = Field([], max_length=500)
    act: str = Field("save", max_length=20, pattern=r"^(save|add_step|(up|down|drop)-[0-9]{1,2})$")

    def steps(self) -> list[tuple[str, str]]:
        """The steps after what was asked to be done with one of them."""
        found = list(zip_longest(self.step_title, self.step_html, fillvalue=""))
        act, _dash, place = self.act.partition("-")
        at = int(place) if place else 0
        if act == "drop" and at < len(found):
            del found[at]
        elif act in ("up", "down") and at < len(found):
            to = at - 1 if act == "up" else at + 1
            if 0 <= to < len(found):
                found[at], found[to] = found[to], found[at]
        return found

    def audience(self) -> dict[str, list[str]]:
        """For whom it is."""
        regions = [" ".join(line.split()) for line in self.regions.splitlines() if line.strip()]
        return {"profiles": self.profiles, "regions": regions, "contracts": self.contracts, "groups": self.groups}

    def draft(self, work: Work) -> Draft:
        """The words as the service takes them. Refused for products that cannot be understood."""
        found = goods.parsed(work, self.goods)
        return Draft(title=self.title, lead=self.lead, html=self.html, steps=self.steps(), goods=found, audience=self.audience())


class PublishForm(BaseModel):
    """When and where; days and times are those of the portal's zone."""

    since: datetime | None = None
    until: datetime | None = None
    pinned: bool = False
    tells: bool = False
    position: int = Field(0, ge=0, le=9999)

    def terms(self, zone: ZoneInfo) -> Terms:
        since, until = (_in(zone, moment) for moment in (self.since, self.until))
        return Terms(since=since, until=until, pinned=self.pinned, tells=self.tells, position=self.position)


def _in(zone: ZoneInfo, moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)


class PictureForm(BaseModel):
    file: Upload


class NumberForm(BaseModel):
    number: int = Field(ge=1)
