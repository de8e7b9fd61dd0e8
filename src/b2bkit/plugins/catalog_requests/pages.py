"""A client's own wishes, as a page and as JSON; and where they stand on other pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast
from uuid import UUID

from sqlalchemy import func, select

from b2bkit import Operation, Refused, Route, Widget, Work
from b2bkit.core.accounts.models import Company, Contract
from b2bkit.core.catalog.models import Category, Product
from b2bkit.core.web.handling import Request, Response, read_form, read_json, read_query, redirect, render, reply, work_of
from b2bkit.plugins.catalog_requests import forms
from b2bkit.plugins.catalog_requests.models import CatalogGrant
from b2bkit.plugins.catalog_requests.opened import today
from b2bkit.plugins.catalog_requests.service import asking
from b2bkit.plugins.catalog_requests.service.asking import ASK, DECIDE, Asked


class Own:
    """The wishes of the company; posting asks for more."""

    def on_get(self, req: Request, resp: Response) -> None:
        self._show(req, resp, forms.AskForm(), done=read_query(req, forms.DoneQuery).done)

    def on_post(self, req: Request, resp: Response) -> None:
        form, work = read_form(req, forms.AskForm), work_of(req)
        try:
            with work.session.begin_nested():
                asking.ask(work, words=form.words, articles=form.articles, groups=form.groups)
        except Refused as refused:
            return self._show(req, resp, form, refused)
        return redirect(req, resp, "catalog_requests.own", done="asked")

    def _show(self, req: Request, resp: Response, form: forms.AskForm, refused: Refused | None = None, done: str = "") -> None:
        work = work_of(req)
        render(
            req, resp, "catalog_requests/own.html", status=refused.status if refused else 200, form=form, done=done,
            problems=refused.problems if refused else (), groups=asking.askable(work), rows=asking.own(work),
            contract=work.actor.contract_id,
        )  # fmt: skip


class Withdraw:
    def on_post(self, req: Request, resp: Response, catalog_request_id: UUID) -> None:
        read_form(req, forms.Nothing)
        asking.withdraw(work_of(req), catalog_request_id)
        redirect(req, resp, "catalog_requests.own", done="withdrawn")


class ApiRequests:
    """`/api/v1/catalog-requests`."""

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, forms.Nothing)
        reply(req, resp, forms.RequestsOut(items=[_out(one) for one in asking.own(work_of(req))]))

    def on_post(self, req: Request, resp: Response) -> None:
        given = read_json(req, forms.AskIn)
        made = asking.ask(work_of(req), words=given.words, articles="\n".join(given.articles), groups=given.groups)
        reply(req, resp, forms.Made(id=made), status=201)


class ApiRequest:
    """`/api/v1/catalog-requests/{id}`."""

    def on_delete(self, req: Request, resp: Response, catalog_request_id: UUID) -> None:
        asking.withdraw(work_of(req), catalog_request_id)
        reply(req, resp, None)


class ApiGroups:
    """`/api/v1/catalog-requests/groups`."""

    def on_get(self, req: Request, resp: Response) -> None:
        read_query(req, forms.Nothing)
        items = [forms.GroupOut(id=id_, name=name) for id_, name in asking.askable(work_of(req))]
        reply(req, resp, forms.GroupsOut(items=items))


def _out(one: Asked) -> forms.RequestOut:
    names = ("id", "state", "words", "articles", "answer", "valid_from", "valid_until")
    return forms.RequestOut.model_validate({**{name: getattr(one.request, name) for name in names}, "groups": list(one.groups)})


def routes() -> Iterable[Route]:
    """Pages and operations of clients."""
    one, api = "/catalog-requests/{catalog_request_id:uuid}", "/api/v1/catalog-requests"
    every = {
        "GET": Operation(summary="List wishes for more of the catalogue", answer=forms.RequestsOut),
        "POST": Operation(summary="Ask for more of the catalogue", body=forms.AskIn, answer=forms.Made, status=201),
    }
    groups = {"GET": Operation(summary="List groups that may be asked for", answer=forms.GroupsOut)}
    drop = {"DELETE": Operation(summary="Take a wish back that waits", status=204)}
    yield Route(name="catalog_requests.own", path="/catalog-requests", resource=Own(), permission=ASK)
    yield Route(name="catalog_requests.withdraw", path=f"{one}/withdraw", resource=Withdraw(), permission=ASK)
    yield Route(name="catalog_requests.api", path=api, resource=ApiRequests(), permission=ASK, area="api", operations=every)
    path = api + "/groups"
    yield Route(name="catalog_requests.api_groups", path=path, resource=ApiGroups(), permission=ASK, area="api", operations=groups)
    path = api + "/{catalog_request_id:uuid}"
    yield Route(name="catalog_requests.api_one", path=path, resource=ApiRequest(), permission=ASK, area="api", operations=drop)


# on other pages


def below_list(work: Work, _subject: object) -> Mapping[str, object] | None:
    """Below the catalogue: where to ask for what is not in it."""
    return {} if work.actor.kind == "client" and work.actor.contract_id is not None else None


def of_client(work: Work, subject: object) -> Mapping[str, object] | None:
    """On a client's card for staff: what is open to him for a time. One statement."""
    columns = (func.coalesce(Category.name, Product.name), CatalogGrant.valid_from, CatalogGrant.valid_until, Contract.number)
    statement = select(*columns, CatalogGrant.request_id).select_from(CatalogGrant).join(Contract, Contract.id == CatalogGrant.contract_id)
    statement = statement.outerjoin(Category, Category.id == CatalogGrant.category_id)
    statement = statement.outerjoin(Product, Product.id == CatalogGrant.product_id)
    mine = (CatalogGrant.company_id == cast(Company, subject).id, CatalogGrant.valid_until >= today(work))
    rows = work.session.execute(statement.where(*mine).order_by(CatalogGrant.valid_until, columns[0]).limit(50)).all()
    return {"rows": rows} if rows else None


def widgets() -> Iterable[Widget]:
    """Both."""
    yield Widget(
        name="catalog_requests.more", slot="catalog.list", order=200, template="catalog_requests/more.html", load=below_list, permission=ASK
    )
    yield Widget(
        name="catalog_requests.client", slot="admin.client", order=200, template="catalog_requests/client.html", load=of_client,
        permission=DECIDE, side=True,
    )  # fmt: skip
