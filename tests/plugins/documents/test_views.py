"""Papers as marked pictures and as files: what the policy of their kind allows, to whom, for how long."""

from __future__ import annotations

import io
from decimal import Decimal
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from b2bkit import NotFound
from b2bkit.core.audit.models import AuditEntry
from b2bkit.core.settlements.models import Paper
from b2bkit.core.settlements.service import prints
from b2bkit.plugins.documents.models import DocumentForm
from b2bkit.plugins.documents.service import forms, views
from b2bkit.plugins.documents.service.stamp import stamped
from b2bkit.testing.portal import MakePortal
from tests.core.ordering.shop import Shop
from tests.core.test_statements import counted
from tests.plugins.documents.archive import POLICY, PrintingErp, Prints, opened, paper, pdf, ref_of


@pytest.fixture
def line() -> Prints:
    PrintingErp.line = Prints()
    return PrintingErp.line


@pytest.fixture
def shop(make_portal: MakePortal, line: Prints) -> Shop:
    return Shop(make_portal(classes=(PrintingErp,), extra=POLICY))


def pdfs(shop: Shop) -> list[str]:
    return sorted(path.suffix for path in (shop.portal.app.config.data / "documents").glob("*/*"))


def test_a_paper_is_shown_as_pictures_that_carry_the_viewers_name_and_no_file_is_kept(shop: Shop, line: Prints) -> None:
    paper_id, client = paper(shop, form=pdf("One", "Two")), shop.sign_in()
    path = opened(client, paper_id)
    assert "1C prints the paper" in client.get(path).text
    shop.portal.run_jobs()
    page = client.get(path)
    assert f"{path}/pages/2" in page.text
    picture = client.get(f"{path}/pages/1", accept="*/*")
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["cache-control"] == "no-store"
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert max(shown.size) == 1754
    assert pdfs(shop) == [".png", ".png"]
    with shop.work() as work:
        seen = views.opened(work, paper_id=paper_id, view_id=UUID(path.rsplit("/", 1)[1]))
        assert shop.buyer.name in seen.view.stamp
        assert shop.company.name in seen.view.stamp
        plain = forms.path_of(work.config, seen.form.name, 1)
        assert stamped(plain, seen.view.stamp) == picture.content
        assert stamped(plain, "Somebody else") != picture.content
    assert line.asked == [ref_of(paper_id)]


def test_no_route_hands_out_the_file_of_a_paper_that_may_only_be_looked_at(shop: Shop) -> None:
    paper_id, client = paper(shop), shop.sign_in()
    path = opened(client, paper_id)
    shop.portal.run_jobs()
    assert client.get(path).status_code == 200
    assert client.post(f"/papers/{paper_id}/downloads").status_code == 404
    assert client.get(f"{path}/file").status_code == 404
    assert client.send("POST", f"/api/v1/papers/{paper_id}/views", {"use": "download"}).status_code == 404
    assert client.get(f"/api/v1{path}/file", accept="*/*").status_code == 404
    with shop.work(write=False) as work, pytest.raises(NotFound):
        prints.require(work, "shipment", "download")
    with pytest.raises(NotFound):
        prints.form(shop.portal.app.work, paper_id=paper_id, use="download")
    assert "data-print" not in client.get(f"/papers/{paper_id}").text


def test_a_file_is_fetched_where_the_policy_lets_it_out_and_for_some_minutes(shop: Shop) -> None:
    data = pdf("Invoice")
    paper_id, client = paper(shop, kind="invoice", form=data), shop.sign_in()
    path = opened(client, paper_id, "downloads")
    shop.portal.run_jobs()
    assert f"{path}/file" in client.get(path).text
    answer = client.get(f"{path}/file", accept="*/*")
    assert answer.content == data
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "data-print" in client.get(f"/papers/{paper_id}").text
    shop.portal.pass_time(minutes=31)
    assert client.get(f"{path}/file").status_code == 404


def test_a_stricter_policy_holds_for_what_was_opened_and_kept_before(make_portal: MakePortal, line: Prints) -> None:
    shop = Shop(make_portal(classes=(PrintingErp,), extra=POLICY))
    paper_id, client = paper(shop, kind="invoice"), shop.sign_in()
    path = opened(client, paper_id, "downloads")
    shop.portal.run_jobs()
    assert client.get(f"{path}/file", accept="*/*").status_code == 200
    with shop.portal.work() as work:
        work.session.get_one(Paper, paper_id).kind = "shipment"  # as good as another table of the settings
    assert client.get(f"{path}/file").status_code == 404
    with shop.portal.work() as work:
        work.session.get_one(Paper, paper_id).kind = "other"
    assert client.get(f"{path}/pages/1").status_code == 404
    assert client.post(f"/papers/{paper_id}/views").status_code == 404


def test_what_a_person_opened_is_his_alone(shop: Shop) -> None:
    paper_id = paper(shop)
    path = opened(shop.sign_in(), paper_id)
    shop.portal.run_jobs()
    absent = shop.sign_in(shop.stranger).get("/papers/00000000-0000-7000-8000-000000000007").content
    for user in (shop.colleague, shop.stranger, shop.manager):
        client = shop.sign_in(user)
        client.get("/")
        for further in ("", "/pages/1", "/file"):
            assert client.get(path + further).status_code == 404
            assert client.get(f"/api/v1{path}{further}", accept="*/*").status_code == 404
    stranger = shop.sign_in(shop.stranger)
    stranger.get("/")
    assert stranger.post(f"/papers/{paper_id}/views").status_code == 404
    assert len(stranger.get(f"/papers/{paper_id}").content) == len(absent)
    assert shop.sign_in(shop.viewer).get("/papers").status_code == 403
    for wrong in ("0", "2", "01", "+1", "1e0", "%D9%A1", "..%2f1"):
        assert shop.sign_in().get(f"{path}/pages/{wrong}").status_code == 404, wrong


def test_every_opening_is_in_the_audit_trail_and_reading_writes_nothing(shop: Shop) -> None:
    paper_id, client = paper(shop, kind="invoice"), shop.sign_in()
    first = opened(client, paper_id)
    opened(client, paper_id, "downloads")
    shop.portal.run_jobs()
    client.get(first)
    client.get(f"{first}/pages/1")
    with shop.portal.work(write=False) as work:
        trail = select(AuditEntry.action, AuditEntry.user_id, AuditEntry.details).where(AuditEntry.entity == "paper")
        rows = work.session.execute(trail.order_by(AuditEntry.at, AuditEntry.id)).all()
        assert [(row[0], row[1]) for row in rows] == [("documents.viewed", shop.buyer.id), ("documents.downloaded", shop.buyer.id)]
        assert rows[0][2]["view"] == first.rsplit("/", 1)[1]
    key = {"_key": "0123456789abcdef0123"}
    again = [client.post(f"/papers/{paper_id}/views", key).headers["location"] for _ in range(2)]
    assert again[0] == again[1]


def test_1c_away_keeps_who_waits_waiting_and_shows_what_is_here_already(shop: Shop, line: Prints) -> None:
    here, waits, client = paper(shop), paper(shop, "ТТН-18"), shop.sign_in()
    opened(client, here)
    shop.portal.run_jobs()
    line.away = True
    assert "/pages/1" in client.get(opened(client, here)).text
    path = opened(client, waits)
    shop.portal.run_jobs()
    assert "1C prints the paper" in client.get(path).text
    line.away = False
    for _round in range(4):
        shop.portal.pass_time(minutes=4)
        shop.portal.run_jobs()
    assert "/pages/1" in client.get(path).text


def test_a_paper_that_changed_in_1c_is_fetched_anew_and_one_without_a_form_says_so(shop: Shop, line: Prints) -> None:
    paper_id, bare, client = paper(shop), paper(shop, "ТТН-18"), shop.sign_in()
    del line.forms[ref_of(bare)]
    opened(client, paper_id)
    path = opened(client, bare)
    shop.portal.run_jobs()
    assert "1C has no printed form" in client.get(path).text
    line.forms[ref_of(paper_id)] = pdf("One", "Two", "Three")
    with shop.portal.work() as work:
        work.session.get_one(Paper, paper_id).version = "2"
    path = opened(client, paper_id)
    shop.portal.run_jobs()
    assert f"{path}/pages/3" in client.get(path).text
    assert len(pdfs(shop)) == 3  # those of the first version are gone


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7 and nothing that is one", "cannot be read"),
        (b"<script>alert(1)</script>", "cannot be read"),
        (b"", "cannot be read"),
        (pdf("Larger than a page may be", side=5000), "cannot be read"),
        (pdf(*["page"] * 51), "more pages than can be shown"),
    ],
    ids=["broken", "html", "empty", "huge", "long"],
)
def test_a_hostile_or_broken_form_costs_itself_alone(shop: Shop, data: bytes, why: str) -> None:
    bad, good, client = paper(shop, form=data), paper(shop, "ТТН-18", form=pdf("Huge", side=3000)), shop.sign_in()
    paths = opened(client, bad), opened(client, good)
    shop.portal.run_jobs()
    assert why in client.get(paths[0]).text
    picture = client.get(f"{paths[1]}/pages/1", accept="*/*")
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert max(shown.size) == 1754  # however large the page says to be


def test_forms_are_forgotten_with_their_files(shop: Shop) -> None:
    paper_id = paper(shop)
    opened(shop.sign_in(), paper_id)
    shop.portal.run_jobs()
    assert pdfs(shop)
    shop.portal.pass_time(days=31)
    with shop.portal.work() as work:
        forms.forget(work)
    assert pdfs(shop) == []
    with shop.portal.work(write=False) as work:
        assert work.session.scalars(select(DocumentForm)).all() == []


def test_papers_are_found_by_number_sum_period_and_order_and_added_up(shop: Shop) -> None:
    placed = shop.order()
    paper(shop, "ТТН-17", order_id=placed.id)
    paper(shop, "ТТН-18", total=Decimal("90.50"), vat=Decimal(0))
    paper(shop, "СЧ-1", kind="invoice", total=Decimal("1000.00"))
    paper(shop, "ТТН-99", mine=False)
    client = shop.sign_in()

    def numbers(query: str) -> set[str]:
        text = client.get(f"/papers?{query}").text
        return {number for number in ("ТТН-17", "ТТН-18", "СЧ-1", "ТТН-99") if f" {number}</a>" in text}

    assert numbers("") == {"ТТН-17", "ТТН-18", "СЧ-1"}
    assert numbers("least=90,50&most=120") == {"ТТН-17", "ТТН-18"}
    assert numbers("least=1%20000") == {"СЧ-1"}
    assert numbers(f"order={placed.id}") == {"ТТН-17"}
    assert numbers("since=2026-10-06&least=&most=") == set()
    assert client.get("/papers?least=-1").status_code == 422
    sums = client.send("GET", "/api/v1/paper-sums?kind=shipment").json["items"]
    assert sums == [{"kind": "shipment", "currency": "BYN", "papers": 2, "total": "210.50", "vat": "20.00"}]
    assert "210.50" in client.get("/papers?kind=shipment").text
    items = client.send("GET", "/api/v1/papers?least=91&most=500").json["items"]
    assert [one["number"] for one in items] == ["ТТН-17"]


def test_lists_take_as_many_statements_with_thirty_papers_as_with_one(shop: Shop) -> None:
    def taken(path: str) -> int:
        client.get(path)
        with counted() as found:
            assert client.get(path).status_code == 200
        return len(found)

    paper(shop)
    client = shop.sign_in()
    before = taken("/papers"), taken("/originals/new")
    for number in range(28):
        paper(shop, f"ТТН-{number}")
    assert (taken("/papers"), taken("/originals/new")) == before


def test_the_json_interface_opens_a_paper_and_says_when_it_is_ready(shop: Shop) -> None:
    paper_id, client = paper(shop, kind="invoice"), shop.sign_in()
    client.get("/")
    made = client.send("POST", f"/api/v1/papers/{paper_id}/views", {"use": "download"})
    assert (made.status_code, made.json["state"], made.json["size"]) == (201, "waiting", 0)
    shop.portal.run_jobs()
    path = f"/api/v1/papers/{paper_id}/views/{made.json['id']}"
    told = client.send("GET", path).json
    assert (told["state"], len(told["pages"])) == ("ready", 1)
    assert len(client.get(f"{path}/file", accept="*/*").content) == told["size"]
    assert client.get(f"{path}/pages/1", accept="*/*").headers["content-type"] == "image/png"
