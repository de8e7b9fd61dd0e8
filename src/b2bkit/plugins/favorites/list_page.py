"""The page of one list: quantities and notes are typed in place, lines moved, taken out, put into the cart."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from b2bkit import Problem, Refused, Work
from b2bkit.core.web.handling import Request, Response, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.favorites import forms
from b2bkit.plugins.favorites.service import lines, lists, moving


class FavoriteListPage:
    def on_get(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        query = read_query(req, forms.ShownQuery)
        self.show(req, resp, favorite_list_id, added=query.added)

    def on_post(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        """What was typed is saved with every button, so that none of them loses it."""
        form, work = read_form(req, forms.LinesForm), work_of(req)
        edits, wrong = form.read()
        if wrong:
            return self.show(req, resp, favorite_list_id, form=form, wrong=wrong)
        try:
            with work.session.begin_nested():
                taken = self._do(work, favorite_list_id, form, edits)
        except Refused as refused:
            return self.show(req, resp, favorite_list_id, form=form, refused=refused)
        if taken is None:
            return redirect(req, resp, "favorites.list", favorite_list_id=favorite_list_id)
        if not taken.refused:
            return redirect(req, resp, "ordering.cart")
        return self.show(req, resp, favorite_list_id, taken=taken, chosen=form.chosen)

    def _do(self, work: Work, list_id: UUID, form: forms.LinesForm, edits: list[lines.Edit]) -> moving.Taken | None:
        if form.line or form.button != "cart":
            lines.save(work, list_id, edits, form.version)
        if form.button == "cart":
            return moving.into_cart(work, list_id, set(form.chosen) or None)
        if form.button == "drop" and form.target is not None:
            lines.drop(work, list_id, [form.target])
        elif form.target is not None:
            lines.move(work, list_id, form.target, "up" if form.button == "up" else "down")
        return None

    def show(
        self, req: Request, resp: Response, list_id: UUID, *, form: forms.LinesForm | None = None,
        wrong: Mapping[UUID, str] | None = None, refused: Refused | None = None, named: forms.SettingsForm | None = None,
        taken: moving.Taken | None = None, chosen: list[UUID] | None = None, added: int = 0,
    ) -> None:  # fmt: skip
        """The list as it is now, with what was typed in place of what is kept."""
        work = work_of(req)
        row = lists.find(work, list_id)
        problems: tuple[Problem, ...] = refused.problems if refused else ()
        status = refused.status if refused else 422 if wrong or (taken and not taken.added) else 200
        render(
            req, resp, "favorites/list.html", status=status, row=row, lines=lines.lines_of(work, list_id),
            typed=form.typed() if form else {}, wrong=wrong or {}, problems=problems, named=named, taken=taken,
            chosen=chosen if chosen is not None else form.chosen if form else [], added=added, may_share=work.may(lists.SHARE),
            orders=work.may("ordering.cart") and work.actor.contract_id is not None,
        )  # fmt: skip
