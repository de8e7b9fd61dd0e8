"""The trail of changes: written with the change, read within the scope, never a secret."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b2bkit.core.accounts.models import Company
from b2bkit.core.admin.history import of_company, sentence
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.audit.service import history, record
from b2bkit.core.extend.things import Level
from b2bkit.core.work import Actor
from b2bkit.testing import factories as make


def staff(portal, user, level: Level) -> Actor:
    levels = dict.fromkeys(portal.app.kit.roles[user.staff_role].levels, level)
    return Actor(kind="staff", user_id=user.id, role=user.staff_role, name=user.name, levels=levels)


def test_an_entry_says_who_what_and_when_and_goes_with_its_transaction(portal):
    with portal.work() as work:
        company = make.company(work)
        record(work, action="accounts.suspended", entity="company", entity_id=company.id, company_id=company.id)
    with pytest.raises(ZeroDivisionError), portal.work() as work:  # noqa: PT012
        record(work, action="accounts.reopened", entity="company", entity_id=company.id, company_id=company.id)
        1 / 0  # noqa: B018
    with portal.work() as work:
        entry = work.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor, entry.at, entry.entity_id) == ("accounts.suspended", "system", portal.now, str(company.id))


def test_a_manager_reads_the_trail_of_his_own_clients_only(portal):
    with portal.work() as work:
        manager = make.staff(work)
        mine, foreign = make.company(work, manager=manager), make.company(work)
        for company in (mine, foreign):
            record(work, action="accounts.suspended", entity="company", entity_id=company.id, company_id=company.id)
    with portal.app.work(staff(portal, manager, Level.ASSIGNED)) as work:
        assert len(of_company(work, mine.id)) == 1
        assert of_company(work, foreign.id) == []
        assert history(work, entity="company", entity_id=foreign.id) == []
        assert work.session.get(Company, foreign.id) is None


def test_clients_do_not_read_the_trail_on_staff_pages(portal):
    with portal.work() as work:
        company = make.company(work)
        record(work, action="accounts.suspended", entity="company", entity_id=company.id, company_id=company.id)
    with portal.app.work(Actor(kind="client", company_id=company.id)) as work:
        assert of_company(work, company.id) == []


def test_the_newest_change_comes_first(portal):
    with portal.work() as work:
        company = make.company(work)
    for action in ("accounts.suspended", "accounts.reopened"):
        portal.pass_time(minutes=1)
        with portal.work() as work:
            record(work, action=action, entity="company", entity_id=company.id, company_id=company.id)
    with portal.work() as work:
        assert [entry.action for entry in history(work, entity="company", entity_id=company.id)] == [
            "accounts.reopened",
            "accounts.suspended",
        ]


def test_a_change_without_words_is_still_a_sentence_with_its_name_and_odd_details_break_nothing(portal):
    with portal.work(lang="en") as work:
        assert sentence(work, "plugin.unknown", {}) == "changed something in “plugin” (unknown)"
        assert sentence(work, "accounts.invited", {}) == "invited a person"
        assert sentence(work, "accounts.invited", {"email": "a@b.example", "role": "buyer"}) == "invited a@b.example as Buyer"
