"""Who sees which companies and people. Every other scope of the core is built from `company_scope`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from b2bkit.core.access.models import Substitution
from b2bkit.core.accounts.models import Company, Contract, ContractCategory, LegalEntity, Membership, User, UserSession
from b2bkit.core.db.base import CompanyOwned
from b2bkit.core.extend.things import Level
from b2bkit.core.work import Actor

CLIENTS: Final = "accounts.clients"
_company = Company.__table__
_membership = Membership.__table__
_substitution = Substitution.__table__


def company_scope(actor: Actor, column: Any, permission: str = "") -> ColumnElement[bool]:
    """Rows of the actor's company; staff: of assigned clients, or all, by the level of `accounts.clients`, in the regions that are left.

    column      holds a company's id
    permission  the one behind these rows: at the level NETWORK clients see those of their dealers too; staff see no further than it reaches
    """
    if actor.kind == "system":
        return true()
    if actor.kind == "client" and actor.company_id is not None:
        own = cast("ColumnElement[bool]", column == actor.company_id)
        if permission and actor.level(permission) is Level.NETWORK:
            dealers = select(_company.c.id).where(_company.c.dealer_of == actor.company_id)
            return or_(own, column.in_(_in_regions(dealers, actor, permission)))
        return own
    if actor.kind != "staff":
        return false()
    return _of_staff(actor, column, permission)


def _of_staff(actor: Actor, column: Any, permission: str) -> ColumnElement[bool]:
    levels = {actor.level("accounts.clients"), actor.level(permission) if permission else Level.ALL}
    if not levels <= {Level.ALL, Level.ASSIGNED}:
        return false()
    regions = actor.limit("region", permission or CLIENTS)
    if levels == {Level.ALL} and regions is None and actor.limit("region", CLIENTS) is None:
        return true()
    seen = _in_regions(select(_company.c.id), actor, permission)
    if Level.ASSIGNED in levels:
        mine = (actor.user_id, *actor.stands_for)
        seen = seen.where(_company.c.manager_id == actor.user_id if len(mine) == 1 else _company.c.manager_id.in_(mine))
    return cast("ColumnElement[bool]", column.in_(seen))


def _in_regions(companies: Select[Any], actor: Actor, permission: str) -> Select[Any]:
    """These companies, narrowed to the regions that are left of everything, of seeing clients and of the permission."""
    for name in dict.fromkeys((CLIENTS, permission)):
        regions = actor.limit("region", name)
        if regions is not None:
            companies = companies.where(_company.c.region.in_(sorted(regions)))
    return companies


def contract_limit(actor: Actor, column: Any, permission: str = "") -> ColumnElement[bool]:
    """Rows of the contracts that the actor is narrowed to; all where nothing narrows. `column` holds a contract's id.

    A row that names no contract is not there for somebody who is kept to some.
    """
    contracts = actor.limit("contract", permission)
    return true() if contracts is None else cast("ColumnElement[bool]", column.in_(sorted(map(UUID, contracts))))


def own_or_company(actor: Actor, permission: str, company: Any, owner: Any) -> ColumnElement[bool]:
    """`company_scope`, narrowed to the actor's own rows when the permission reaches no further than own. `owner` holds a user's id."""
    within = company_scope(actor, company, permission)
    if actor.kind == "client" and actor.level(permission) is Level.OWN:
        return cast("ColumnElement[bool]", within & (owner == actor.user_id))
    return within


def clients_scope(entity: type[Company] | type[LegalEntity]) -> Callable[[Actor], ColumnElement[bool]]:
    """Companies and their legal entities are there as far as any right of the actor reaches: their names stand beside other rows."""
    column = Company.id if entity is Company else LegalEntity.company_id

    def criterion(actor: Actor) -> ColumnElement[bool]:
        far = [name for name, level in actor.levels.items() if level is Level.NETWORK] if actor.kind == "client" else []
        return or_(*(company_scope(actor, column, name) for name in sorted(far))) if far else company_scope(actor, column)

    return criterion


def contract_scope(entity: type[Contract] | type[ContractCategory]) -> Callable[[Actor], ColumnElement[bool]]:
    """Contracts of the company, or those of them that the actor is narrowed to."""
    column = Contract.id if entity is Contract else ContractCategory.contract_id
    return lambda actor: company_scope(actor, entity.company_id) & contract_limit(actor, column)


def user_scope(actor: Actor) -> ColumnElement[bool]:
    """Oneself, colleagues, the company's manager and who stands in for him; staff: other staff and people of the companies they see."""
    if actor.kind == "system":
        return true()
    if actor.user_id is None:
        return false()
    colleagues = select(_membership.c.user_id).where(company_scope(actor, _membership.c.company_id))
    managers = select(_company.c.manager_id).where(company_scope(actor, _company.c.id), _company.c.manager_id.is_not(None))
    instead = select(_substitution.c.substitute_id).where(_substitution.c.away_id.in_(managers))
    seen = or_(User.id == actor.user_id, User.id.in_(colleagues), User.id.in_(managers), User.id.in_(instead))
    return or_(seen, User.staff_role.is_not(None)) if actor.kind == "staff" else seen


def session_scope(actor: Actor) -> ColumnElement[bool]:
    """One's own sessions, and for those who dismiss people the sessions in the companies they see: dismissal ends them."""
    if actor.kind == "system":
        return true()
    own = UserSession.user_id == actor.user_id
    return or_(own, company_scope(actor, UserSession.company_id)) if actor.may("accounts.people") else own


def criterion_of(entity: type[CompanyOwned], permission: str = "", contract: Any = None) -> Callable[[Actor], ColumnElement[bool]]:
    """The scope of an entity that belongs to a company and to nobody in particular.

    permission  the one behind these rows, as in `company_scope`
    contract    the entity's column with a contract's id, where it has one: whoever is narrowed to some contracts sees rows of these alone
    """

    def criterion(actor: Actor) -> ColumnElement[bool]:
        within = company_scope(actor, entity.company_id, permission)
        return within if contract is None else within & contract_limit(actor, contract, permission)

    return criterion
