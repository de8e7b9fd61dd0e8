"""Quick order: the page, the form to fill in, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import Operation, Route
from b2bkit.core.files import prepared, prepared_pages
from b2bkit.core.i18n import _
from b2bkit.core.ordering.service import price_list, quick, quick_file
from b2bkit.core.ordering.service.cart import MAX_LINES
from b2bkit.core.ordering.service.quick import Listed, Typed, Wrong
from b2bkit.core.sheets import XLSX
from b2bkit.core.web.download import send_file
from b2bkit.core.web.handling import Request, Response, read_form, read_json, read_query, redirect, render, reply, work_of
from b2bkit.core.web.state import Upload

LARGEST = quick_file.LARGEST + 200_000  # the file, and what else the form holds


class ListForm(BaseModel):
    """A pasted text, a file, and the lines of the attempt before, part by part."""

    text: str = Field("", max_length=20_000)
    file: Upload | None = None
    line: list[int] = Field([], max_length=MAX_LINES)
    article: list[str] = Field([], max_length=MAX_LINES)
    amount: list[str] = Field([], max_length=MAX_LINES)
    unit: list[str] = Field([], max_length=MAX_LINES)

    def rows(self) -> list[Typed]:
        """The lines shown part by part; one whose article was emptied is left out."""
        parts = zip_longest(self.line, self.article, self.amount, self.unit, fillvalue="")
        return [quick.typed_line(int(line or 0), article, amount, unit) for line, article, amount, unit in parts if str(article).strip()]


class QuickOrder:
    """What is understood goes into the cart, what is not stays on the page, line by line with its reason."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, ListForm), work_of(req)
        rows = form.rows()
        try:
            if form.file is not None and (form.file.filename or form.file.data):
                rows += self._filled(quick_file.read_list(form.file.data))
            with work.session.begin_nested():
                listed = quick.order_lines(work, [*quick.parse(form.text), *rows])
        except Refused as refused:
            wrong = [Wrong(row, Problem("", "")) for row in rows[:MAX_LINES]]
            return self._show(req, resp, form.text, refused.problems, Listed(0, tuple(wrong)), status=refused.status)
        if not listed.wrong:
            return redirect(req, resp, "ordering.cart")
        return self._show(req, resp, listed=listed)

    def _filled(self, lines: list[Typed]) -> list[Typed]:
        if not lines:
            raise Refused(Problem("ordering.list_empty", _("No row of the file has an article and a quantity. Fill them in."), "file"))
        return lines

    def _show(
        self,
        req: Request,
        resp: Response,
        text: str = "",
        problems: Sequence[Problem] = (),
        listed: Listed = Listed(0, ()),  # noqa: B008
        status: int = 200,
    ) -> None:
        render(req, resp, "ordering/quick.html", text=text, problems=problems, listed=listed, status=status)


class QuickForm:
    """The empty form as a file."""

    def on_get(self, req: Request, resp: Response) -> None:
        send_file(resp, quick_file.empty_form(work_of(req)), name=_("Order form") + ".xlsx", kind=XLSX)


class PriceListQuery(BaseModel):
    """What of the assortment: the catalogue's words and group."""

    q: str = Field("", max_length=200)
    category: UUID | None = None


class PriceList:
    """The buyer's own assortment with prices and a column to order in."""

    def on_get(self, req: Request, resp: Response) -> None:
        query, work = read_query(req, PriceListQuery), work_of(req)
        if price_list.length(work, category=query.category, q=query.q) > price_list.AT_ONCE:
            return redirect(req, resp, "ordering.price_list_long", category=query.category, q=query.q or None)
        data = price_list.price_list(work, category=query.category, q=query.q)
        return send_file(resp, data, name=_("Price list") + ".xlsx", kind=XLSX)


class LongPriceList:
    """A list that takes a while: posting has it made, and a notice tells when it can be fetched."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, read_query(req, PriceListQuery))

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, PriceListQuery), work_of(req)
        try:
            with work.session.begin_nested():
                price_list.ask(work, category=form.category, q=form.q)
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "files.prepared")

    def _show(self, req: Request, resp: Response, asked: PriceListQuery, refused: Refused | None = None) -> None:
        work = work_of(req)
        render(
            req, resp, "ordering/price_list.html", status=refused.status if refused else 200, asked=asked,
            problems=refused.problems if refused else (), label=price_list.label(work, asked.category, asked.q),
            products=price_list.length(work, category=asked.category, q=asked.q),
        )  # fmt: skip


# JSON


class PriceListIn(BaseModel):
    """What of the assortment: the catalogue's words and group; nothing: all of it."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field("", max_length=200, description="Words of name, article or producer.")
    category: UUID | None = Field(None, description="Only products in this category and below.")


class ApiPriceLists:
    """The list is made in the background, however short it is: ask, look whether it is ready, fetch it."""

    def on_post(self, req: Request, resp: Response) -> None:
        asked, work = read_json(req, PriceListIn), work_of(req)
        made = price_list.ask(work, category=asked.category, q=asked.q)
        reply(req, resp, prepared_pages.told(prepared.one_asked_for(work, made)), 202)


API_PRICE_LISTS = {
    "POST": Operation(
        summary="Ask for the price list of your assortment, XLSX; it is fetched from /api/v1/prepared-files", body=PriceListIn,
        answer=prepared_pages.PreparedOut, status=202,
    )
}  # fmt: skip


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ListLineIn(_Closed):
    """An article (or barcode) as a person writes it, and how much of it: without a unit in base units."""

    article: str = Field(min_length=1, max_length=200)
    quantity: str = Field("", max_length=40, description="Empty: the least that can be ordered.")
    unit: str = Field("", max_length=50)


class ListIn(_Closed):
    lines: list[ListLineIn] = Field(min_length=1, max_length=MAX_LINES)


class ListProblemOut(BaseModel):
    """A line that was not taken. `line` counts from 1; `field` is article, amount or unit; `allowed` are units that would do."""

    line: int
    article: str
    code: str
    message: str
    field: str | None
    allowed: list[str]


class ListOut(BaseModel):
    """How many lines are in the cart now, and the others."""

    added: int
    problems: list[ListProblemOut]


class ApiList:
    def on_post(self, req: Request, resp: Response) -> None:
        lines = read_json(req, ListIn).lines
        typed = [quick.typed_line(number, one.article, one.quantity, one.unit) for number, one in enumerate(lines, start=1)]
        listed = quick.order_lines(work_of(req), typed)
        problems = [
            ListProblemOut(
                line=one.typed.number, article=one.typed.article, code=one.problem.code, message=one.problem.message,
                field=one.problem.field, allowed=[cure.value for cure in one.problem.cures],
            )
            for one in listed.wrong
        ]  # fmt: skip
        reply(req, resp, ListOut(added=listed.added, problems=problems))


API_LIST = {"POST": Operation(summary="Put a list of articles into the cart; what is not understood is told", body=ListIn, answer=ListOut)}


def routes(permission: str) -> Iterable[Route]:
    """The page, its file and the JSON, all for who may fill a cart."""
    yield Route(name="ordering.quick", path="/cart/list", resource=QuickOrder(), permission=permission, max_body=LARGEST)
    yield Route(name="ordering.price_list", path="/cart/list/prices", resource=PriceList(), permission=permission)
    yield Route(name="ordering.price_list_long", path="/cart/list/prices/long", resource=LongPriceList(), permission=permission)
    yield Route(name="ordering.quick_form", path="/cart/list/form", resource=QuickForm(), permission=permission)
    yield Route(
        name="ordering.api_price_lists", path="/api/v1/price-lists", resource=ApiPriceLists(), permission=permission, area="api",
        operations=API_PRICE_LISTS,
    )  # fmt: skip
    yield Route(
        name="ordering.api_list", path="/api/v1/cart/list", resource=ApiList(), permission=permission, area="api", operations=API_LIST
    )
