"""For whom a post is: kinds of account, regions, contracts, groups of products. Each that is named must fit; one value of it is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import Company, Contract, ContractCategory
from b2bkit.core.catalog.models import Category, CategoryClosure
from b2bkit.core.i18n import _

WAYS: Final = ("profiles", "regions", "contracts", "groups")
MOST: Final = 500


class Reader(NamedTuple):
    """What decides what a client reads. `groups`: opened ones with all above and below them; None: the whole catalogue is open."""

    profile: str
    region: str
    contracts: frozenset[str]
    groups: frozenset[str] | None


def reader_of(work: Work, company_id: UUID) -> Reader | None:
    """The client as a reader. Three statements."""
    company = work.session.execute(select(Company.profile, Company.region).where(Company.id == company_id)).one_or_none()
    if company is None:
        return None
    mine = select(Contract.id, Contract.whole_catalogue).where(Contract.company_id == company_id, Contract.active.is_(True))
    rows = work.session.execute(mine).all()
    return Reader(
        company[0], company[1], frozenset(str(row[0]) for row in rows), None if any(row[1] for row in rows) else _groups(work, company_id)
    )


def _groups(work: Work, company_id: UUID) -> frozenset[str]:
    above = select(CategoryClosure.ancestor_id, CategoryClosure.descendant_id).join(
        ContractCategory,
        (ContractCategory.category_id == CategoryClosure.descendant_id) | (ContractCategory.category_id == CategoryClosure.ancestor_id),
    )
    rows = work.session.execute(above.where(ContractCategory.company_id == company_id))
    return frozenset(str(one) for row in rows for one in row)


def fits(audience: Mapping[str, Any], reader: Reader) -> bool:
    """Whether the post is for this client."""
    profiles, regions, contracts, groups = (set(audience.get(way) or ()) for way in WAYS)
    return (
        (not profiles or reader.profile in profiles)
        and (not regions or reader.region in regions)
        and (not contracts or bool(contracts & reader.contracts))
        and (not groups or reader.groups is None or bool(groups & reader.groups))
    )


class Choices(NamedTuple):
    """What an audience is chosen from: (value, words)."""

    profiles: Sequence[tuple[str, str]]
    regions: Sequence[tuple[str, str]]
    contracts: Sequence[tuple[str, str]]
    groups: Sequence[tuple[str, str]]


def choices(work: Work, chosen: Mapping[str, Any]) -> Choices:
    """Everything that an audience can name. Contracts that staff do not see are not among them, but those chosen stay chosen."""
    profiles = [(name, _(one.label)) for name, one in work.kit.profiles.items() if one.side == "client"]
    regions = select(Company.region).where(Company.region != "").distinct().order_by(Company.region).limit(MOST)
    found = [(one, one) for one in work.session.scalars(regions)]
    found += [(one, one) for one in chosen.get("regions") or () if (one, one) not in found]
    contracts = select(Contract.id, Contract.number, Company.name).join(Company, Company.id == Contract.company_id)
    rows = work.session.execute(contracts.where(Contract.active.is_(True)).order_by(Company.name, Contract.number).limit(MOST))
    listed = [(str(row[0]), f"{row[2]}, {row[1]}") for row in rows]
    known = {value for value, _words in listed}
    listed += [(one, _("a contract that you do not see")) for one in chosen.get("contracts") or () if one not in known]
    groups = select(Category.id, Category.name).order_by(Category.name, Category.id).limit(MOST)
    return Choices(profiles, found, listed, [(str(row[0]), row[1]) for row in work.session.execute(groups)])
