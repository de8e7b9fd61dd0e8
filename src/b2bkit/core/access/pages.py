"""Pages of the access matrix."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from b2bkit.core.access import behalf, change, explain, matrix, sheet
from b2bkit.core.access.forms import FileForm, MatrixForm, MatrixQuery, NarrowForm, StartForm, SubjectQuery
from b2bkit.core.access.matrix import Subject
from b2bkit.core.errors import Problem, Refused
from b2bkit.core.i18n import _
from b2bkit.core.sheets import XLSX
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of

Typed = Mapping[tuple[str, str], str]
NOTHING_TYPED: Typed = MappingProxyType({})


def _show_matrix(
    req: Request, resp: Response, side: str, *, done: str = "", refused: Refused | None = None, typed: Typed = NOTHING_TYPED
) -> None:
    work = work_of(req)
    roles = matrix.roles(work, side)
    render(
        req,
        resp,
        "access/matrix.html",
        status=422 if refused else 200,
        side=side,
        roles=roles,
        groups=matrix.table(work, roles),
        colleagues=matrix.colleagues(work) if side == "staff" else (),
        may_change=all(change.may_change(work, role) for role in roles),
        problems=refused.problems if refused else (),
        typed=typed,
        done=done,
    )


def cells_of(form: MatrixForm, subjects: Sequence[Subject]) -> dict[Subject, dict[str, str]]:
    """The settings of a form by subject. Refused for a cell that belongs to none of them."""
    known = {subject.key: subject for subject in subjects}
    found: dict[Subject, dict[str, str]] = {}
    for cell in form.cell:
        key, _bar, rest = cell.partition("|")
        name, _bar, value = rest.partition("|")
        if key not in known:
            raise Refused(Problem("unknown_cell", _("This page has no such field. Open it again."), "cell"))
        found.setdefault(known[key], {})[name] = value
    return found


class Matrix:
    def on_get(self, req: Request, resp: Response) -> None:
        asked = read_query(req, MatrixQuery)
        _show_matrix(req, resp, asked.side, done=asked.done)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, MatrixForm), work_of(req)
        try:
            wanted = cells_of(form, matrix.roles(work, form.side))
            changed = sum(change.save(work, subject, cells) for subject, cells in wanted.items())
        except Refused as refused:
            return _show_matrix(req, resp, form.side, refused=refused, typed=_typed(form))
        return redirect(req, resp, "access.matrix", side=form.side, done="saved" if changed else "same")


def _typed(form: MatrixForm) -> Typed:
    parts = [cell.split("|", 2) for cell in form.cell]
    return {(part[0], part[1]): part[2] for part in parts if len(part) == 3}


class MatrixFile:
    """The matrix as a file, out and in."""

    def on_get(self, req: Request, resp: Response) -> None:
        resp.data = sheet.export(work_of(req))
        resp.content_type = XLSX
        resp.set_header("Content-Disposition", 'attachment; filename="access.xlsx"')
        resp.set_header("Cache-Control", "no-store")

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, FileForm)
        try:
            sheet.take(work_of(req), form.file.data)
        except Refused as refused:
            return _show_matrix(req, resp, "client", refused=refused)
        return redirect(req, resp, "access.matrix", done="taken")


class _SubjectPage(ABC):
    """One role or person: rights, narrowings, and what they come to."""

    route = ""
    narrow_route = ""

    @abstractmethod
    def subject(self, req: Request, key: object) -> Subject:
        """Whose page it is; NotFound for nobody."""

    def key(self, params: Mapping[str, object]) -> object:
        """The one parameter of the path."""
        (value,) = params.values()
        return value

    def on_get(self, req: Request, resp: Response, **params: object) -> None:
        asked = read_query(req, SubjectQuery)
        self.show(req, resp, params, asked=asked)

    def on_post(self, req: Request, resp: Response, **params: object) -> None:
        form, subject = read_form(req, MatrixForm), self.subject(req, self.key(params))
        try:
            changed = sum(change.save(work_of(req), one, cells) for one, cells in cells_of(form, [subject]).items())
        except Refused as refused:
            return self.show(req, resp, params, asked=SubjectQuery(), refused=refused, typed=_typed(form))
        return redirect(req, resp, self.route, **params, done="saved" if changed else "same")

    def show(
        self,
        req: Request,
        resp: Response,
        params: Mapping[str, object],
        *,
        asked: SubjectQuery,
        refused: Refused | None = None,
        typed: Typed = NOTHING_TYPED,
    ) -> None:
        work, subject = work_of(req), self.subject(req, self.key(params))
        rights = matrix.rights_of(work, subject)
        render(
            req,
            resp,
            "access/subject.html",
            status=422 if refused else 200,
            subject=subject,
            route=self.route,
            narrow_route=self.narrow_route,
            params=params,
            groups=matrix.table(work, [subject]),
            why={name: explain.steps_in_words(work, subject, rights, name) for name in rights.why},
            narrowings=matrix.narrowings(work, subject),
            dimensions=matrix.dimensions_for(work, subject),
            sees=explain.what(work, subject) if subject.user_id is not None else (),
            things=[(thing, _(label)) for thing, (_entity, _permission, label) in explain.THINGS.items()],
            asked=asked,
            answer=_answer(req, subject, asked),
            may_change=change.may_change(work, subject),
            problems=refused.problems if refused else (),
            typed=typed,
            done=asked.done,
        )


def _answer(req: Request, subject: Subject, asked: SubjectQuery) -> explain.Answer | None:
    """The answer to "why can this person see it?", found by an id or by an address that ends with one."""
    if not asked.thing or not asked.id or subject.user_id is None:
        return None
    try:
        row_id = UUID(asked.id.strip().rstrip("/").rpartition("/")[2])
    except ValueError:
        return explain.Answer(False, (_("Copy the address of the thing's page, or its id."),))
    return explain.why(work_of(req), subject, thing=asked.thing, row_id=row_id)


class RolePage(_SubjectPage):
    route, narrow_route = "access.role", "access.role_narrowed"

    def subject(self, req: Request, key: object) -> Subject:
        return matrix.role_of(work_of(req), str(key))


class MemberPage(_SubjectPage):
    route, narrow_route = "access.member", "access.member_narrowed"

    def subject(self, req: Request, key: object) -> Subject:
        assert isinstance(key, UUID)
        return matrix.member(work_of(req), key)


class ColleaguePage(_SubjectPage):
    route, narrow_route = "access.colleague", "access.colleague_narrowed"

    def subject(self, req: Request, key: object) -> Subject:
        assert isinstance(key, UUID)
        return matrix.colleague(work_of(req), key)


class Narrowed:
    """Narrows the rights of the subject of a page."""

    def __init__(self, page: _SubjectPage) -> None:
        self.page = page

    def on_post(self, req: Request, resp: Response, **params: object) -> None:
        form = read_form(req, NarrowForm)
        subject = self.page.subject(req, self.page.key(params))
        try:
            change.narrow(work_of(req), subject, dimension=form.dimension, permission=form.permission, values=form.value)
        except Refused as refused:
            return self.page.show(req, resp, params, asked=SubjectQuery(), refused=refused)
        return redirect(req, resp, self.page.route, **params, done="narrowed")


class Start:
    """Into a client's cabinet."""

    def on_post(self, req: Request, resp: Response) -> None:
        behalf.start(work_of(req), company_id=read_form(req, StartForm).company_id)
        redirect(req, resp, "home.today")


class Stop:
    """Back to the workspace."""

    def on_post(self, req: Request, resp: Response) -> None:
        company_id = behalf.stop(work_of(req))
        if company_id is None:
            return redirect(req, resp, "home.today")
        return redirect(req, resp, "admin.client", company_id=company_id)
