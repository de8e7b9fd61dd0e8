"""Who stands in for whom: the page."""

from __future__ import annotations

from uuid import UUID

from b2bkit.core.access import matrix, substitutes
from b2bkit.core.access.forms import SubstituteForm, SubstitutesQuery
from b2bkit.core.errors import Refused
from b2bkit.core.extend.things import Level
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of


def _show(req: Request, resp: Response, *, done: str = "", form: SubstituteForm | None = None, refused: Refused | None = None) -> None:
    work = work_of(req)
    everybody = [(one.user_id, one.name) for one in matrix.colleagues(work)]
    chooses = work.actor.level(substitutes.SUBSTITUTES) is Level.ALL
    render(
        req,
        resp,
        "access/substitutes.html",
        status=422 if refused else 200,
        rows=substitutes.substitutions(work),
        people=everybody,
        away=everybody if chooses else [one for one in everybody if one[0] == work.actor.user_id],
        form=form or SubstituteForm(away_id=work.actor.user_id),
        problems=refused.problems if refused else (),
        done=done,
    )


class Substitutes:
    def on_get(self, req: Request, resp: Response) -> None:
        _show(req, resp, done=read_query(req, SubstitutesQuery).done)

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, SubstituteForm)
        try:
            substitutes.put(
                work_of(req), away_id=form.away_id, substitute_id=form.substitute_id, first_day=form.first_day, last_day=form.last_day
            )
        except Refused as refused:
            return _show(req, resp, form=form, refused=refused)
        return redirect(req, resp, "access.substitutes", done="set")


class SubstituteEnd:
    def on_post(self, req: Request, resp: Response, substitution_id: UUID) -> None:
        substitutes.end(work_of(req), substitution_id)
        redirect(req, resp, "access.substitutes", done="ended")
