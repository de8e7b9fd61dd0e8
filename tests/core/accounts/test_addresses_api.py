"""Delivery addresses as JSON: one's own are kept there, those of the ERP are read."""

from __future__ import annotations

from b2bkit.testing import factories as make

WHERE = {"label": "Цех", "text": "Минск, Промышленная, 8", "consignee": "ООО «Склад»", "contact": "Иван", "phone": "+375 29 1"}


def test_an_own_address_is_added_changed_and_put_away(portal, firm):
    buyer = portal.sign_in(firm.buyer)
    made = buyer.send("POST", "/api/v1/addresses", WHERE)
    assert made.status_code == 201
    path = f"/api/v1/addresses/{made.json['id']}"
    (listed,) = buyer.send("GET", "/api/v1/addresses").json["items"]
    assert listed == {**WHERE, "id": made.json["id"], "own": True}
    assert buyer.send("PUT", path, {**WHERE, "label": "Новый цех"}).status_code == 200
    assert buyer.send("GET", "/api/v1/addresses").json["items"][0]["label"] == "Новый цех"
    assert buyer.send("DELETE", path).status_code == 204
    assert buyer.send("GET", "/api/v1/addresses").json["items"] == []


def test_an_address_of_the_erp_is_read_and_not_changed(portal, firm):
    with portal.work() as work:
        kept = make.address(work, company=firm.company)
        foreign = make.address(work, company=make.company(work))
    buyer = portal.sign_in(firm.buyer)
    assert [one["own"] for one in buyer.send("GET", "/api/v1/addresses").json["items"]] == [False]
    assert buyer.send("PUT", f"/api/v1/addresses/{kept.id}", WHERE).status_code == 409
    assert buyer.send("DELETE", f"/api/v1/addresses/{foreign.id}").status_code == 404


def test_a_mistake_names_its_field(portal, firm):
    answer = portal.sign_in(firm.buyer).send("POST", "/api/v1/addresses", {**WHERE, "text": "там"})
    assert answer.status_code == 422
    assert "text" in answer.text
