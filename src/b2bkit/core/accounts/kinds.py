"""Which kind of client a company is: region, profile, and the distributor whose dealer it is. Staff say it; rights follow at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit.core.accounts.models import Company
from b2bkit.core.audit.service import record
from b2bkit.core.db.hold import hold
from b2bkit.core.errors import NotFound, Problem, Refused
from b2bkit.core.extend.things import Level
from b2bkit.core.i18n import _
from b2bkit.core.work import Work

EDIT: Final = "accounts.kind"
MOST: Final = 500


class Choice(NamedTuple):
    """What can be chosen for a client: known regions, profiles and distributors as (value, words)."""

    regions: Sequence[str]
    profiles: Sequence[tuple[str, str]]
    distributors: Sequence[tuple[str, str]]
    dealers: int


def choice(work: Work, company: Company) -> Choice:
    """What staff can choose from. `dealers`: how many the company has itself. Three statements."""
    seen = select(Company.region).where(Company.region != "").distinct().order_by(Company.region).limit(MOST)
    regions = [name for name in work.session.scalars(seen) if _within(work, name)]
    profiles = [(one.code, _(one.label)) for one in work.kit.profiles.values() if one.side == "client"]
    named = select(Company.id, Company.name).where(Company.profile.in_(far_profiles(work)), Company.id != company.id)
    rows = work.session.execute(named.order_by(Company.name, Company.id).limit(MOST))
    return Choice(regions, profiles, [(str(row[0]), row[1]) for row in rows], _dealers(work, company.id))


def far_profiles(work: Work) -> list[str]:
    """Kinds of account whose people see what their dealers have."""
    return [one.code for one in work.kit.profiles.values() if one.side == "client" and Level.NETWORK in one.rights.values()]


def stamp(company: Company) -> str:
    """What a form shows, in a word: another one when somebody changed it since."""
    return f"{company.profile}|{company.dealer_of or ''}|{company.region}"


def change(work: Work, *, company_id: UUID, region: str, profile: str, dealer_of: UUID | None, seen: str = "") -> None:
    """Sets all three; the client's people have the pages and rights of the new kind with their next request.

    seen   the stamp of what the form showed; Refused when it is another one by now, so that nobody takes back what a colleague has set

    NotFound for a client whom the actor does not see; Refused for an unknown profile, for a region that the actor could not see any more,
    and for a distributor who is none: another dealer, the company itself, or somebody whose kind of account has no dealers.
    """
    work.require(EDIT)
    hold(work.session, Company, company_id, dealer_of)
    company = work.session.get(Company, company_id, populate_existing=True)
    if company is None:
        raise NotFound("company")
    if seen and seen != stamp(company):
        raise Refused(Problem("changed_meanwhile", _changed(work, company)))
    region = " ".join(region.split())
    wanted: dict[str, object] = {"region": region, "profile": profile, "dealer_of": dealer_of}
    problems = _wrong(work, company, region, profile, dealer_of)
    if problems:
        raise Refused(problems)
    before = {name: getattr(company, name) for name in wanted}
    if before == wanted:
        return
    company.region, company.profile, company.dealer_of = region, profile, dealer_of
    work.session.flush()
    for name in wanted:
        if before[name] != wanted[name]:
            told = {"before": _words(work, name, before[name]), name: _words(work, name, wanted[name])}
            details = {key: value for key, value in told.items() if value}
            record(work, action=f"accounts.set_{name}", entity="company", entity_id=company_id, company_id=company_id, details=details)
    concerned = {company_id, *(one for one in (before["dealer_of"], dealer_of) if isinstance(one, UUID))}
    work.signal("session", company_id, companies=tuple(concerned), staff=True)


def _changed(work: Work, company: Company) -> str:
    label = _(work.kit.profiles[company.profile].label) if company.profile in work.kit.profiles else company.profile
    now = [label, company.region, _words(work, "dealer_of", company.dealer_of)]
    said = _("A colleague changed this client meanwhile. Now it is: {now}. What you chose stands below; save once more if it shall hold.")
    return said.format(now=", ".join(part for part in now if part))


def _wrong(work: Work, company: Company, region: str, profile: str, dealer_of: UUID | None) -> list[Problem]:
    problems = []
    known = work.kit.profiles.get(profile)
    if known is None or known.side != "client":
        problems.append(Problem("profile_unknown", _("Choose a kind of account from the list."), "profile"))
    if region != company.region and not _within(work, region):
        said = _("You see no clients of this region: an administrator moves this one there.")
        problems.append(Problem("region_not_yours", said, "region"))
    if dealer_of is not None and dealer_of != company.dealer_of:
        problems += _wrong_distributor(work, company, dealer_of)
    return problems


def _wrong_distributor(work: Work, company: Company, dealer_of: UUID) -> list[Problem]:
    found = work.session.get(Company, dealer_of, populate_existing=True)
    if found is None or found.id == company.id or found.profile not in far_profiles(work):
        return [Problem("no_distributor", _("Choose a distributor: a client whose kind of account has dealers."), "dealer_of")]
    if found.dealer_of is not None:
        return [Problem("is_dealer", _("{name} is a dealer itself. Choose its distributor.").format(name=found.name), "dealer_of")]
    if _dealers(work, company.id):
        return [Problem("has_dealers", _("This client has dealers of its own. Give them another distributor first."), "dealer_of")]
    return []


def _dealers(work: Work, company_id: UUID) -> int:
    return len(work.session.execute(select(Company.id).where(Company.dealer_of == company_id).limit(MOST)).all())


def _within(work: Work, region: str) -> bool:
    """Whether the actor sees clients of the region."""
    left = work.actor.limit("region", "accounts.clients")
    return left is None or region in left


def _words(work: Work, name: str, value: object) -> str:
    """A value as the trail of changes keeps it."""
    company = work.session.get(Company, value) if name == "dealer_of" and value is not None else None
    return company.name if company is not None else str(value or "")
