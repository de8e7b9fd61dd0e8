"""The chat in the ERP: what waits for an answer is one task for the client's manager there; what is said of it comes back as an answer."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select

from b2bkit import Work
from b2bkit.core.accounts.models import Company, User
from b2bkit.core.db.types import new_id
from b2bkit.core.erp.events import TaskAnswered
from b2bkit.core.erp.models_tasks import GivenTask
from b2bkit.core.erp.service import tasks
from b2bkit.core.i18n import _, speaking
from b2bkit_chat.models import ChatMessage, Talk

KIND: Final = "chat.message"
LONGEST: Final = 3000
SHOWN: Final = 20


def ask(work: Work, talk: Talk) -> None:
    """Owes a task for what waits; where one is open already, it gets these words besides. Nothing where the ERP takes no tasks."""
    if not tasks.taken(work):
        return
    words = "\n".join(_since(work, talk)).strip()[-LONGEST:]
    if tasks.reword(work, kind=KIND, about=talk.round_id, text=words):
        return
    names = select(Company.name, User.name).join(User, User.id == talk.user_id).where(Company.id == talk.company_id)
    company, person = work.session.execute(names).one()
    lang = work.config.portal.languages[0]
    with speaking(lang, work.translations(lang)):
        title = _("Chat: {company}, {person}").format(company=company, person=person)
    tasks.give(work, kind=KIND, about=talk.round_id, company_id=talk.company_id, title=title, text=words, author=work.actor.name)


def _since(work: Work, talk: Talk) -> list[str]:
    """What the client has written since the last answer."""
    rows = select(ChatMessage.side, ChatMessage.text).where(ChatMessage.talk_id == talk.id).order_by(ChatMessage.seq.desc()).limit(SHOWN)
    found: list[str] = []
    for side, text in work.session.execute(rows):
        if side != "client":
            break
        found.insert(0, text or _("A file is attached."))
    return found


def forget(work: Work, talk: Talk) -> None:
    """It was answered here: nobody in the ERP has to. What is written from now on is another task."""
    if tasks.taken(work):
        tasks.void(work, kind=KIND, about=talk.round_id)
    talk.round_id = new_id()


def state(work: Work, talk: Talk | None) -> str:
    """How far what waits has come in the ERP: waiting, open, refused; "" where there is no task."""
    if talk is None or not tasks.taken(work):
        return ""
    mine = select(GivenTask.state).where(GivenTask.about == talk.round_id, GivenTask.company_id == talk.company_id)
    found = work.session.scalar(mine)
    return found if found in ("waiting", "open", "refused") else ""


def answered(work: Work, event: TaskAnswered) -> None:
    """Subscriber: what was said of the task in the ERP is an answer to the client. Heard twice, it is there once."""
    from b2bkit_chat.service import write

    if event.kind != KIND:
        return
    statement = select(Talk).where(Talk.round_id == event.about, Talk.company_id == event.company_id).with_for_update()
    talk = work.session.scalars(statement).one_or_none()
    if talk is None or _heard(work, event.task_id):
        return
    text = event.text.strip()
    if not text:
        lang = work.config.portal.languages[0]
        with speaking(lang, work.translations(lang)):
            text = _("Done.") if event.state == "done" else _("Declined.")
    talk.round_id = new_id()
    write.add(work, talk, write.New(side="erp", author=event.author, text=text, task_id=event.task_id))


def _heard(work: Work, task_id: UUID) -> bool:
    return work.session.scalar(select(ChatMessage.id).where(ChatMessage.task_id == task_id)) is not None
