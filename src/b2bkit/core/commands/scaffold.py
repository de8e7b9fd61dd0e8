"""What `b2bkit plugins new` writes: a plugin of the house's anatomy that does one small, real thing and passes its contract suite."""

from __future__ import annotations

from pathlib import Path
from string import Template

_FILES = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "b2bkit-$name"
version = "0.1.0"
description = "$title for b2bkit portals"
requires-python = ">=3.11"
dependencies = ["b2bkit>=0.1"]

[project.entry-points."b2bkit.plugins"]
$name = "b2bkit_$name.plugin:${klass}Plugin"

[tool.hatch.build.targets.wheel]
packages = ["src/b2bkit_$name"]
""",
    "README.md": """\
# $title

A plugin for b2bkit portals. Choose it with a table in `b2bkit.toml`:

```toml
[plugins.$name]
greeting = "Hello"
```
""",
    "src/b2bkit_$name/__init__.py": '"""$title: a plugin for b2bkit portals."""\n',
    "src/b2bkit_$name/settings.py": '''\
"""Settings: the table `[plugins.$name]`."""

from __future__ import annotations

from pydantic import Field

from b2bkit import PluginSettings


class ${klass}Settings(PluginSettings):
    """What a deployment may choose."""

    greeting: str = Field("Hello", description="Word in front of the person's name.", min_length=1, max_length=40)
''',
    "src/b2bkit_$name/models.py": '''\
"""Tables. Their names begin with the plugin's name; rows of a company carry its id and are scoped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2bkit.core.db.base import Base, CompanyOwned


class Note(CompanyOwned, Base):
    """A note that a company's people keep for each other."""

    __tablename__ = "${name}_note"
    __table_args__ = (UniqueConstraint("company_id", "id"),)

    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("core_user.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(String(500))
    written_at: Mapped[datetime]
''',
    "src/b2bkit_$name/service.py": '''\
"""The rules. Functions take `work` first, then keywords; they never commit."""

from __future__ import annotations

from sqlalchemy import select

from b2bkit import NotFound, Problem, Refused, Work
from b2bkit.core.db.types import new_id
from b2bkit.core.i18n import _
from b2bkit_$name.models import Note


def notes(work: Work) -> list[Note]:
    """The company's notes, newest first."""
    return list(work.session.scalars(select(Note).order_by(Note.written_at.desc(), Note.id.desc()).limit(50)))


def write_note(work: Work, *, text: str) -> Note:
    """Keeps a note for everybody in the company; refuses an empty one and one over 500 characters."""
    if work.actor.company_id is None:
        raise NotFound("company")
    text = text.strip()
    if not text:
        raise Refused(Problem("text_missing", _("Write the note first."), "text"))
    if len(text) > 500:
        raise Refused(Problem("text_long", _("A note has at most 500 characters."), "text"))
    note = Note(id=new_id(), company_id=work.actor.company_id, author_id=work.actor.user_id, text=text, written_at=work.now)
    work.session.add(note)
    work.session.flush()
    return note
''',
    "src/b2bkit_$name/pages.py": '''\
"""Pages: parse, call one service, answer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from b2bkit import Refused
from b2bkit.core.web.handling import Request, Response, read_form, redirect, render, work_of
from b2bkit_$name import service
from b2bkit_$name.settings import ${klass}Settings


class NoteForm(BaseModel):
    """What the browser may send; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""


class Notes:
    """The page with the company's notes."""

    def __init__(self, settings: ${klass}Settings) -> None:
        self.settings = settings

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, NoteForm)
        try:
            service.write_note(work_of(req), text=form.text)
        except Refused as refused:
            return self._show(req, resp, form.text, refused)
        return redirect(req, resp, "$name.notes")

    def _show(self, req: Request, resp: Response, text: str = "", refused: Refused | None = None) -> None:
        work = work_of(req)
        values = {"notes": service.notes(work), "name": work.actor.name, "greeting": self.settings.greeting, "text": text}
        problems = refused.problems if refused else ()
        render(req, resp, "$name/notes.html", status=422 if refused else 200, problems=problems, **values)
''',
    "src/b2bkit_$name/plugin.py": '''\
"""$title: what the plugin gives to a portal."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, false, true

from b2bkit import Actor, Level, NavItem, Permission, Plugin, Route, Scope, hookimpl
from b2bkit.core.i18n import N_
from b2bkit_$name.models import Note
from b2bkit_$name.pages import Notes
from b2bkit_$name.settings import ${klass}Settings


class ${klass}Plugin(Plugin):
    """$title."""

    name = "$name"
    label = N_("$title")
    version = "0.1.0"
    core = ">=0.1,<0.2"
    Settings = ${klass}Settings
    settings: ${klass}Settings

    @hookimpl
    def register_permissions(self) -> Iterable[Permission]:
        clients = {role: Level.COMPANY for role in ("owner", "buyer", "accountant", "viewer")}
        yield Permission(name="$name.use", label=N_("Read and write notes"), roles=clients)

    @hookimpl
    def register_scopes(self) -> Iterable[Scope]:
        yield Scope(name="$name.note", entity=Note, criterion=_own_company)

    @hookimpl
    def register_routes(self) -> Iterable[Route]:
        yield Route(name="$name.notes", path="/$name", resource=Notes(self.settings), permission="$name.use")

    @hookimpl
    def register_nav(self) -> Iterable[NavItem]:
        label = N_("Notes")
        yield NavItem(name="$name.nav", area="portal", label=label, route="$name.notes", icon="note", order=70, permission="$name.use")


def _own_company(actor: Actor) -> ColumnElement[bool]:
    if actor.kind == "system":
        return true()
    return Note.company_id == actor.company_id if actor.company_id else false()
''',
    "src/b2bkit_$name/templates/$name/notes.html": """\
{% extends "layout/portal.html" %}
{% import "macros/forms.html" as forms %}
{% block title %}{{ _("Notes") }}{% endblock %}
{% block content %}
<div class="page-head"><div>
  <h1>{{ greeting }}, {{ name }}</h1>
  <p class="sub">{{ _("Notes that everybody in your company can read.") }}</p>
</div></div>
<section class="card"><div class="card-body">
  <form method="post" action="{{ url("$name.notes") }}">
    {{ forms.controls() }}
    {{ forms.problem_list(problems) }}
    {{ forms.field("text", _("New note"), text, problems, maxlength=500) }}
    <button class="btn btn-primary" type="submit">{{ _("Keep the note") }}</button>
  </form>
</div></section>
<section class="card" aria-label="{{ _("Notes") }}"><div class="card-body">
  {% for note in notes %}<p>{{ note.text }} <span class="sub">{{ dt(note.written_at) }}</span></p>
  {% else %}<p class="sub">{{ _("No notes yet. Write the first one above.") }}</p>{% endfor %}
</div></section>
{% endblock %}
""",
    "src/b2bkit_$name/locale/ru/$name.po": """\
msgid ""
msgstr ""
"Language: ru\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "$title"
msgstr "$title"

msgid "Notes"
msgstr "Заметки"

msgid "New note"
msgstr "Новая заметка"

msgid "Keep the note"
msgstr "Сохранить заметку"

msgid "Read and write notes"
msgstr "Читать и писать заметки"

msgid "Notes that everybody in your company can read."
msgstr "Заметки, которые видят все в вашей компании."

msgid "No notes yet. Write the first one above."
msgstr "Заметок пока нет. Напишите первую выше."

msgid "Write the note first."
msgstr "Сначала напишите заметку."

msgid "A note has at most 500 characters."
msgstr "В заметке не больше 500 знаков."
""",
    "src/b2bkit_$name/migrations/${name}_0001_initial.py": '''\
"""Notes."""

import sqlalchemy as sa
from alembic import op

from b2bkit.core.db.types import Instant

revision = "${name}_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "${name}_note",
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("written_at", Instant(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["core_user.id"], name=op.f("fk_${name}_note_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["company_id"], ["core_company.id"], name=op.f("fk_${name}_note_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_${name}_note")),
        sa.UniqueConstraint("company_id", "id", name=op.f("uq_${name}_note_company_id_id")),
    )
    op.create_index(op.f("ix_${name}_note_company_id"), "${name}_note", ["company_id"])


def downgrade() -> None:
    op.drop_table("${name}_note")
''',
    "tests/test_contract.py": '''\
"""The shared contract of all plugins."""

from b2bkit.testing.contract import contract_suite
from b2bkit_$name.plugin import ${klass}Plugin

TestContract = contract_suite(${klass}Plugin)
''',
    "tests/test_notes.py": '''\
"""What people can do with notes."""

from b2bkit.testing import factories
from b2bkit.testing.portal import MakePortal
from b2bkit_$name.plugin import ${klass}Plugin


def test_a_note_is_read_by_colleagues_and_by_nobody_else(make_portal: MakePortal) -> None:
    portal = make_portal(classes=(${klass}Plugin,))
    with portal.work() as work:
        ours, theirs = factories.company(work), factories.company(work)
        anna, boris, stranger = (factories.member(work, company=company) for company in (ours, ours, theirs))
    portal.sign_in(anna).post("/$name", {"text": "Call the warehouse"})
    assert "Call the warehouse" in portal.sign_in(boris).get("/$name").text
    assert "Call the warehouse" not in portal.sign_in(stranger).get("/$name").text


def test_an_empty_note_is_refused_beside_its_field(make_portal: MakePortal) -> None:
    portal = make_portal(classes=(${klass}Plugin,))
    with portal.work() as work:
        anna = factories.member(work, company=factories.company(work))
    answer = portal.sign_in(anna).post("/$name", {"text": "  "})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
''',
}


def write_plugin(name: str, folder: Path) -> list[Path]:
    """Writes the plugin `name` into `folder`; returns the files."""
    words = {"name": name, "klass": "".join(part.capitalize() for part in name.split("_")), "title": name.replace("_", " ").capitalize()}
    written = []
    for path, text in _FILES.items():
        target = folder / Template(path).substitute(words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(text).safe_substitute(words), "utf-8")
        written.append(target)
    return written
