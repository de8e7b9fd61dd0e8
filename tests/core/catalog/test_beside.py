"""Beside a product stand its variants, its analogues and its files: what a buyer may not see is not among them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import select

from b2bkit.core.catalog.attributes import keep_values
from b2bkit.core.catalog.beside import keep_families, link
from b2bkit.core.catalog.facets.keeper import Keeper, Stamp, stamp
from b2bkit.core.catalog.plugin import CatalogPlugin
from b2bkit.core.files import papers
from b2bkit.core.files import service as pictures
from b2bkit.core.files.models import ProductPicture
from b2bkit.testing.client import Client
from b2bkit.testing.portal import Portal
from tests.core.catalog.desk import counted_statements, make

PDF = b"%PDF-1.7\nnothing more"


class Shop:
    """A film in two colours and a secret one; another film, a pipe that the contract does not open."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        with portal.work() as work:
            films, pipes = make.category(work, name="Плёнка"), make.category(work, name="Трубы")
            prices, store = make.price_type(work), make.warehouse(work)
            self.white, self.blue, self.hidden = (
                make.product(
                    work, category=group, name=f"Плёнка 100 мкм ({colour})", article=article, attributes={"Цвет": colour, "ПТР": "2"}
                )
                for colour, article, group in (("белая", "F-1", films), ("синяя", "F-2", films), ("тайная", "F-3", pipes))
            )
            self.other = make.product(work, category=films, name="Плёнка 80 мкм", article="F-80")
            self.pipe = make.product(work, category=pipes, name="Труба", article="P-1")
            for one in (self.white, self.blue, self.hidden, self.other, self.pipe):
                keep_values(work.session, {one.id: one.attributes})
                make.price(work, product=one, prices=prices)
                make.stock(work, product=one, warehouse=store)
            self.films, self.family = films, uuid4()
            keep_families(work.session, {one.id: self.family for one in (self.white, self.blue, self.hidden)})
            for article in ("F-80", "P-1"):
                link(work, product_id=self.white.id, article=article)
            papers.add(work, product_id=self.white.id, kind="certificate", title="Сертификат", filename="c.pdf", data=PDF)
            papers.add(work, product_id=self.pipe.id, kind="other", title="", filename="Труба.pdf", data=PDF)
            self.manager = make.staff(work, role="admin")
            company = make.company(work)
            self.contract = make.contract(work, company=company, prices=prices, categories=(films,))
            self.buyer = make.member(work, company=company, role="buyer", lang="en")

    def browser(self) -> Client:
        return self.portal.sign_in(self.buyer, contract_id=self.contract.id)

    def staff(self) -> Client:
        client = self.portal.sign_in(self.manager)
        client.cookies["b2bkit-lang"] = "en"
        return client

    def box(self, client: Client, name: str, product: object) -> str:
        """A box of a product's page, as the page fetches it."""
        page = client.get(f"/catalog/{product}").text
        found = re.search(rf'hx-get="([^"]*{re.escape(name)}[^"]*)"', page)
        assert found, f"no box {name}"
        return client.get(found[1].replace("&amp;", "&"), htmx=True).text


@pytest.fixture
def shop(portal: Portal) -> Shop:
    return Shop(portal)


def upload(client: Client, path: str, fields: dict[str, str], filename: str, data: bytes) -> int:
    """Sends a form with a file; the status."""
    mark = "edge" + secrets.token_hex(8)
    values = {"_csrf": client.csrf, "_key": secrets.token_urlsafe(16), **fields}
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in values.items()]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\nContent-Type: application/pdf\r\n\r\n'
    body = b"".join(parts) + head.encode() + data + f"\r\n--{mark}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={mark}", "Accept": "text/html", "Origin": f"http://{client._host}"}
    return client.request("POST", path, body=body, headers=headers).status_code


def test_variants_stand_on_one_page_with_what_they_differ_in_and_can_be_ordered_there(shop: Shop) -> None:
    client = shop.browser()
    box = shop.box(client, "catalog.variants", shop.white.id)
    assert "Цвет белая" in box
    assert "Цвет синяя" in box
    assert "ПТР" not in box, "the same for all"
    assert "тайная" not in box
    assert f'value="{shop.blue.id}"' in box
    assert f'name="product_id" value="{shop.white.id}"' not in box, "it is ordered beside its price"
    assert "Variants" not in shop.box(client, "catalog.variants", shop.other.id)


def test_analogues_name_each_other_and_hide_what_is_hidden(shop: Shop) -> None:
    client = shop.browser()
    mine, theirs = (shop.box(client, "catalog.analogues", one.id) for one in (shop.white, shop.other))
    assert "Плёнка 80 мкм" in mine
    assert "Труба" not in mine
    assert "белая" in theirs


def test_files_are_fetched_by_whoever_sees_the_product_and_by_nobody_else(shop: Shop) -> None:
    client = shop.browser()
    box = shop.box(client, "files.product_files", shop.white.id)
    assert "Сертификат" in box
    assert "Certificate, 1\u00a0kB" in box or "Certificate, 1 kB" in box
    href = re.search(r'href="(/files/[^"]+)"', box)
    assert href
    answer = client.get(href[1])
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment;")
    with shop.portal.work() as work:
        [hidden] = papers.files_of(work, shop.pipe.id)
    foreign, absent = (client.get(f"/files/{id_}") for id_ in (hidden.id, uuid4()))
    assert foreign.status_code == absent.status_code == 404


def test_the_boxes_take_a_constant_number_of_statements(shop: Shop) -> None:
    client = shop.browser()
    shop.box(client, "catalog.variants", shop.white.id)
    page = client.get(f"/catalog/{shop.white.id}").text
    href = re.search(r'hx-get="([^"]*catalog\.variants[^"]*)"', page)
    assert href
    with counted_statements() as few:
        client.get(href[1].replace("&amp;", "&"), htmx=True)
    with shop.portal.work() as work:
        more = [make.product(work, category=shop.films, name=f"Плёнка {number}", attributes={"Цвет": str(number)}) for number in range(6)]
        keep_families(work.session, {one.id: shop.family for one in more})
    with counted_statements() as again:
        client.get(href[1].replace("&amp;", "&"), htmx=True)
    assert len(again) == len(few) <= 6


def test_programs_read_what_stands_beside_a_product(shop: Shop) -> None:
    client = shop.browser()
    told = client.send("GET", f"/api/v1/products/{shop.white.id}/around").json
    assert [(one["article"], one["differs"]) for one in told["variants"]] == [("F-2", ["Цвет синяя"])]
    assert [one["article"] for one in told["analogues"]] == ["F-80"]
    assert [(one["kind"], one["name"], one["size"]) for one in told["files"]] == [("certificate", "Сертификат", len(PDF))]
    hidden, absent = (client.send("GET", f"/api/v1/products/{id_}/around") for id_ in (shop.pipe.id, uuid4()))
    assert hidden.status_code == absent.status_code == 404


def test_programs_read_and_fetch_pictures_of_products_that_their_company_sees_and_no_others(shop: Shop) -> None:
    with shop.portal.work() as work:
        for product, name in ((shop.white, "a" * 32), (shop.pipe, "b" * 32)):
            path = pictures.path_of(work.config, name, pictures.LARGE)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"RIFF" + name.encode())
            pictures.keep(work, product_id=product.id, position=0, picture=pictures.Recoded(name, 800, 600), description="Рулон")
        [hidden] = work.session.scalars(select(ProductPicture.id).where(ProductPicture.product_id == shop.pipe.id))
    client = shop.browser()
    [told] = client.send("GET", f"/api/v1/products/{shop.white.id}/around").json["pictures"]
    assert (told["description"], told["width"], told["height"]) == ("Рулон", 800, 600)
    start = f"/api/v1/products/{shop.white.id}/pictures"
    answer = client.send("GET", f"{start}/{told['id']}")
    assert (answer.content[:4], answer.headers["content-type"]) == (b"RIFF", "image/webp")
    asked = (f"{start}/{hidden}", f"{start}/{uuid4()}", f"/api/v1/products/{shop.pipe.id}/pictures/{hidden}")
    assert {client.send("GET", address).status_code for address in asked} == {404}
    assert client.send("GET", f"/api/v1/products/{shop.blue.id}/pictures/{told['id']}").status_code == 404


def test_programs_fetch_files_of_products_that_their_company_sees_and_no_others(shop: Shop) -> None:
    client = shop.browser()
    [told] = client.send("GET", f"/api/v1/products/{shop.white.id}/around").json["files"]
    answer = client.send("GET", f"/api/v1/products/{shop.white.id}/files/{told['id']}")
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment;")
    with shop.portal.work() as work:
        [hidden] = papers.files_of(work, shop.pipe.id)
    asked = ((shop.pipe.id, hidden.id), (shop.white.id, hidden.id), (shop.blue.id, told["id"]), (shop.white.id, uuid4()))
    answers = [client.send("GET", f"/api/v1/products/{product}/files/{file_id}") for product, file_id in asked]
    assert {one.status_code for one in answers} == {404}
    same = {re.sub(r'"(request_id|instance)":"[^"]*"', "", one.text) for one in answers}
    assert len(same) == 1, "foreign is the answer for absent"
    document = client.send("GET", "/api/openapi.json").json
    fetch = document["paths"]["/api/v1/products/{product_id}/files/{product_file_id}"]["get"]
    assert list(fetch["responses"]["200"]["content"]) == ["application/octet-stream"]


def test_staff_put_files_and_analogues_beside_a_product_and_take_them_away(shop: Shop) -> None:
    staff = shop.staff()
    start = f"/admin/catalog/{shop.blue.id}"
    assert "Files and analogues" in staff.get(f"/catalog/{shop.blue.id}").text
    staff.get(start)
    assert upload(staff, f"{start}/files", {"kind": "data_sheet", "title": "Лист"}, "лист.pdf", PDF) == 303
    assert staff.post(f"{start}/analogues", {"article": "P-1"}).status_code == 303
    page = staff.get(start).text
    assert "Лист" in page
    assert "Труба" in page
    file_id = re.search(r"/files/([0-9a-f-]{36})/remove", page)
    assert file_id
    assert staff.post(f"{start}/files/{file_id[1]}/remove").status_code == 303
    assert staff.post(f"{start}/analogues/remove", {"other": shop.pipe.id}).status_code == 303
    page = staff.get(start).text
    assert "Лист" not in page
    assert "Труба" not in page
    assert shop.browser().get(start).status_code == 403


def test_what_staff_put_beside_a_product_is_among_the_facets_at_once(shop: Shop) -> None:
    staff, start = shop.staff(), f"/admin/catalog/{shop.other.id}"
    staff.get(start)
    with indexed(shop.portal) as keeper:
        assert documents(shop) == {"certificate": 1}
        before = keeper.current()
        assert upload(staff, f"{start}/files", {"kind": "certificate", "title": "Лист"}, "a.pdf", PDF) == 303
        assert upload(staff, f"{start}/files", {"kind": "safety", "title": ""}, "b.pdf", PDF) == 303
        with counted_statements() as read:
            keeper.look()
        assert keeper.current() is not before
        assert not any("core_attribute_value" in one or "producer" in one or "core_stock" in one for one in read), "nothing else is read"
        assert documents(shop) == {"certificate": 2, "safety": 1}
        there = shop.browser().get("/catalog?f=files.documents:safety").text
        assert "Плёнка 80 мкм" in there
        assert "белая" not in there
        file_id = re.search(r"/files/([0-9a-f-]{36})/remove", staff.get(start).text)
        assert file_id
        staff.post(f"{start}/files/{file_id[1]}/remove")
        keeper.look()
        assert documents(shop) == {"certificate": 1, "safety": 1}
        for path, form in ((f"{start}/analogues", {"article": "F-2"}), (f"{start}/analogues/remove", {"other": shop.blue.id})):
            seen = stamped(shop)
            assert staff.post(path, form).status_code == 303
            assert stamped(shop) != seen, "facets of a plugin may follow analogues"


def stamped(shop: Shop) -> Stamp:
    """What the indexes look at."""
    with shop.portal.work() as work:
        return stamp(work)


@contextmanager
def indexed(portal: Portal) -> Iterator[Keeper]:
    """The portal counts in memory in this block."""
    with portal.work() as work:
        plugin = work.kit.plugins["catalog"]
    assert isinstance(plugin, CatalogPlugin)
    usual, plugin.keeper = plugin.keeper, Keeper(lambda *, write=True: portal.work(), sql_up_to=0, look_every=1e9)
    try:
        plugin.keeper.look()
        yield plugin.keeper
    finally:
        plugin.keeper.close()
        plugin.keeper = usual


def documents(shop: Shop) -> dict[str, int]:
    """Kinds of files among the facets, with their products, as the buyer's system reads them."""
    told = shop.browser().send("GET", "/api/v1/products/facets").json
    [found] = [one for one in told["facets"] if one["address"] == "files.documents"]
    return {one["value"]: one["products"] for one in found["values"]}


@pytest.mark.parametrize(
    ("filename", "data", "said"),
    [("a.pdf", b"MZ not a pdf", "no file that can be kept"), ("a.exe", PDF, "no file that can be kept"), ("a.pdf", b"", "Choose a file")],
)
def test_what_is_no_document_is_refused_at_its_field(shop: Shop, filename: str, data: bytes, said: str) -> None:
    staff = shop.staff()
    staff.get(f"/admin/catalog/{shop.blue.id}")
    assert upload(staff, f"/admin/catalog/{shop.blue.id}/files", {"kind": "other", "title": "Имя"}, filename, data) == 422
    assert staff.last is not None
    assert said in staff.last.text
    assert 'value="Имя"' in staff.last.text


def test_an_article_that_names_nothing_or_the_product_itself_is_refused(shop: Shop) -> None:
    staff = shop.staff()
    for article, said in (("none", "No product has this article"), ("F-2", "the product itself")):
        staff.get(f"/admin/catalog/{shop.blue.id}")
        answer = staff.post(f"/admin/catalog/{shop.blue.id}/analogues", {"article": article})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{article}"' in answer.text
