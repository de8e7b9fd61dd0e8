"""People who are told things, and a portal that can send mail."""

from __future__ import annotations

import pytest

from b2bkit.core.accounts.models import User
from b2bkit.testing import factories as make
from b2bkit.testing.portal import MakePortal, Portal
from b2bkit.testing.services.mail import Mailbox


@pytest.fixture
def mailing(make_portal: MakePortal, mailbox: Mailbox) -> Portal:
    """A portal whose mail goes to the mailbox."""
    table = f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsecurity = "none"\nsender = "portal@portal.example"'
    return make_portal(extra=table)


@pytest.fixture
def owner(mailing: Portal) -> User:
    with mailing.work() as work:
        return make.member(work, company=make.company(work, name="ООО «Плёнка»"), role="owner", lang="ru")
