"""Pictures of goods: from import_files/ of an archive or one by one, made anew, seen by whoever sees the product and by nobody else."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from b2bkit.core.accounts.models import User
from b2bkit.core.catalog.models import Product
from b2bkit.core.files.models import ProductPicture
from b2bkit.core.files.service import path_of
from b2bkit.testing import factories
from b2bkit.testing.portal import Portal
from b2bkit_onec.models import Picture
from plugins.onec.tests.exchange.onec import OneC, zipped
from plugins.onec.tests.exchange.test_dialogue import HEAD

PATH = "import_files/6e/6e01.jpg"


def goods(*paths: str) -> bytes:
    images = "".join(f"<Картинка>{path}</Картинка>" for path in paths)
    product = f"<Товар><Ид>a</Ид><Наименование>a</Наименование>{images}</Товар>"
    return f"{HEAD}<Каталог><Ид>1</Ид><Товары>{product}</Товары></Каталог></КоммерческаяИнформация>".encode()


def picture(colour: str = "red", size: tuple[int, int] = (1600, 800), form: str = "JPEG") -> bytes:
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", size, colour).save(target, form, **({"exif": exif} if form == "JPEG" else {}))
    return target.getvalue()


def kept(portal: Portal) -> list[dict[str, Any]]:
    with portal.work(write=False) as work:
        columns = ProductPicture.__table__.columns
        return [dict(row) for row in work.session.execute(select(*columns).order_by(ProductPicture.position)).mappings()]


def states(portal: Portal) -> list[str]:
    with portal.work(write=False) as work:
        return list(work.session.scalars(select(Picture.state).order_by(Picture.position)))


def test_a_picture_of_an_archive_is_made_anew_in_two_sizes_without_what_else_was_in_it(portal: Portal, onec: OneC) -> None:
    onec.begin()
    onec.send("v8.zip", zipped({"import0_1.xml": goods(PATH), PATH: picture()}))
    assert onec.take("import0_1.xml").startswith("success")
    portal.run_jobs()
    (row,) = kept(portal)
    assert (row["width"], row["height"]) == (1200, 600)
    for size, sides in (("l", (1200, 600)), ("s", (240, 120))):
        data = path_of(portal.app.config, row["name"], size).read_bytes()
        with Image.open(io.BytesIO(data)) as opened:
            assert (opened.format, opened.size, dict(opened.getexif())) == ("WEBP", sides, {})
        assert b"secret" not in data


def test_the_same_picture_again_changes_nothing_and_another_one_takes_its_place(portal: Portal, onec: OneC) -> None:
    _send_plain(portal, onec, picture())
    (first,) = kept(portal)
    _send_plain(portal, onec, picture())
    assert kept(portal) == [first]
    _send_plain(portal, onec, picture("blue"))
    (second,) = kept(portal)
    assert second["name"] != first["name"]
    assert not path_of(portal.app.config, first["name"], "l").exists()


def _send_plain(portal: Portal, onec: OneC, data: bytes) -> None:
    onec.begin()
    onec.send(PATH, data)
    onec.send("import0_1.xml", goods(PATH))
    assert onec.take("import0_1.xml").startswith("success")
    portal.run_jobs()


def test_a_picture_may_come_after_its_product_and_one_that_is_not_named_any_more_goes(portal: Portal, onec: OneC) -> None:
    onec.give({"import0_1.xml": goods(PATH, "import_files/b.png")})
    portal.run_jobs()
    assert states(portal) == ["absent", "absent"]
    onec.begin()
    onec.send(PATH, picture())
    onec.send("import_files/b.png", picture(form="PNG"))
    portal.run_jobs()
    assert states(portal) == ["done", "done"]
    onec.give({"import0_1.xml": goods(PATH)})
    assert [row["position"] for row in kept(portal)] == [0]
    onec.give({"import0_1.xml": goods()})
    assert len(kept(portal)) == 1, "goods without pictures say nothing of them"


def test_what_is_no_picture_is_refused_with_its_reason_and_costs_itself_only(portal: Portal, onec: OneC) -> None:
    bomb = picture(size=(8000, 6000), form="PNG")
    bad = {"a.jpg": b"<svg onload='x'>", "b.jpg": picture()[:200], "c.png": bomb, "d.jpg": picture()}
    onec.begin()
    onec.send("v8.zip", zipped({"import0_1.xml": goods(*bad), **bad}))
    assert onec.take("import0_1.xml").startswith("success")
    portal.run_jobs()
    assert states(portal) == ["failed", "failed", "failed", "done"]
    with portal.work(write=False) as work:
        assert all(work.session.scalars(select(Picture.said).where(Picture.state == "failed")))


@pytest.fixture
def buyer(portal: Portal, onec: OneC) -> tuple[User, UUID]:
    """Somebody whose contract opens the whole catalogue."""
    with portal.work() as work:
        company = factories.company(work)
        contract = factories.contract(work, company=company, whole_catalogue=True)
        work.session.flush()
        user = factories.member(work, company=company)
        return user, contract.id


def test_who_sees_the_product_sees_its_picture_and_for_others_it_is_not_there(portal: Portal, onec: OneC, buyer: tuple[User, UUID]) -> None:
    _send_plain(portal, onec, picture())
    (row,) = kept(portal)
    user, contract_id = buyer
    client = portal.sign_in(user, contract_id=contract_id)
    answer = client.get(f"/pictures/{row['id']}/small")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"].startswith("private")
    assert client.request("GET", f"/pictures/{row['id']}/small", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    box = f"/w/files.pictures?id={row['product_id']}"
    assert box in client.get(f"/catalog/{row['product_id']}").text
    assert f"/pictures/{row['id']}/small" in client.get(box).text
    with portal.work() as work:
        work.session.query(Product).one().active = False
    assert client.get(box).text == ""
    hidden, absent = client.get(f"/pictures/{row['id']}"), client.get(f"/pictures/{uuid4()}")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert portal.browser().get(f"/pictures/{row['id']}").status_code != 200
