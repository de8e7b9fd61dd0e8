"""Pages of favourites: the lists, stars, and what puts something into a list from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from b2bkit import Refused, Route
from b2bkit.core.sheets import XLSX
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import Request, Response, fragment, is_htmx, read_form, read_query, redirect, render, work_of
from b2bkit.plugins.favorites import forms
from b2bkit.plugins.favorites.list_page import FavoriteListPage
from b2bkit.plugins.favorites.service import lines, lists, moving, sheet


class Lists:
    """All lists; posting makes one."""

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, forms.Nothing)
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.MakeForm), work_of(req)
        try:
            with work.session.begin_nested():
                made = lists.make(work, name=form.name, shared=form.shared)
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "favorites.list", favorite_list_id=made)

    def _show(self, req: Request, resp: Response, form: forms.MakeForm | None = None, refused: Refused | None = None) -> None:
        work = work_of(req)
        render(
            req, resp, "favorites/lists.html", status=refused.status if refused else 200, rows=lists.all_lists(work),
            form=form or forms.MakeForm(), problems=refused.problems if refused else (), may_share=work.may(lists.SHARE),
        )  # fmt: skip


class Settings:
    """Name of a list, and who sees it."""

    def on_post(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        form, work = read_form(req, forms.SettingsForm), work_of(req)
        try:
            with work.session.begin_nested():
                lists.change(work, favorite_list_id, name=form.name, shared=form.shared, version=form.version)
        except Refused as refused:
            return FavoriteListPage().show(req, resp, favorite_list_id, refused=refused, named=form)
        return redirect(req, resp, "favorites.list", favorite_list_id=favorite_list_id)


class Copy:
    def on_post(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        form, work = read_form(req, forms.CopyForm), work_of(req)
        try:
            with work.session.begin_nested():
                made = lists.copy(work, favorite_list_id, name=form.name)
        except Refused as refused:
            return FavoriteListPage().show(req, resp, favorite_list_id, refused=refused)
        return redirect(req, resp, "favorites.list", favorite_list_id=made)


class Delete:
    def on_post(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        read_form(req, forms.Nothing)
        lists.remove(work_of(req), favorite_list_id)
        redirect(req, resp, "favorites.lists")


class File:
    def on_get(self, req: Request, resp: Response, favorite_list_id: UUID) -> None:
        title, data = sheet.list_file(work_of(req), favorite_list_id)
        send_file(resp, data, name=title + ".xlsx", kind=XLSX)


class Star:
    """One touch: a product becomes a favourite, or is one no more."""

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.StarForm)
        one = lines.star(work_of(req), form.product_id, on=form.on)
        if not is_htmx(req):
            return redirect(req, resp, "catalog.product", product_id=form.product_id)
        return fragment(req, resp, "favorites/_star.html", one=one)


class Marks:
    """The stars of a page of products, each for its place in the list: one statement."""

    def on_get(self, req: Request, resp: Response) -> None:
        query = read_query(req, forms.MarksQuery)
        fragment(req, resp, "favorites/_marks.html", stars=lines.stars(work_of(req), query.id))


class Add:
    """Puts a product, an order or the cart into a list, and opens the list."""

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.AddForm), work_of(req)
        try:
            with work.session.begin_nested():
                target = form.list if form.list is not None else lists.make(work, name=form.name)
                if form.product_id is not None:
                    added = lines.put(work, target, [lines.Item(form.product_id)])
                elif form.order_id is not None:
                    added = moving.from_order(work, target, form.order_id)
                else:
                    added = moving.from_cart(work, target)
        except Refused as refused:
            return self._again(req, resp, form, refused)
        return redirect(req, resp, "favorites.list", favorite_list_id=target, added=added or None)

    def _again(self, req: Request, resp: Response, form: forms.AddForm, refused: Refused) -> None:
        render(
            req, resp, "favorites/add.html", status=refused.status, form=form, choices=lists.choices(work_of(req)),
            problems=refused.problems,
        )  # fmt: skip


class Later:
    """A line of the cart, for later."""

    def on_post(self, req: Request, resp: Response) -> None:
        form = read_form(req, forms.LaterForm)
        moving.later(work_of(req), form.line_id)
        redirect(req, resp, "ordering.cart")


def routes() -> Iterable[Route]:
    """The pages; what changes a shared list, and what fills the cart, is asked for within."""
    one = "/favorites/{favorite_list_id:uuid}"
    pages = {
        "lists": ("/favorites", Lists()), "star": ("/favorites/star", Star()), "marks": ("/favorites/marks", Marks()),
        "add": ("/favorites/add", Add()), "list": (one, FavoriteListPage()), "settings": (one + "/settings", Settings()),
        "copy": (one + "/copy", Copy()), "delete": (one + "/delete", Delete()), "file": (one + "/file", File()),
    }  # fmt: skip
    for name, (path, resource) in pages.items():
        yield Route(name=f"favorites.{name}", path=path, resource=resource, permission=lists.USE)
    yield Route(name="favorites.later", path="/favorites/later", resource=Later(), permission="ordering.cart")
