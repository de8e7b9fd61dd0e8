"""Printed forms of papers by the gateway, against the HTTP service of the 1C in the box."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from b2bkit_onec.flows.prints import print_paper
from b2bkit_onec.line.errors import OneCRefused, OneCSilent
from b2bkit_onec.service.client import ServiceClient
from b2bkit_onec.simulate.infobase import Infobase
from b2bkit_onec.simulate.names import SHIPMENT
from plugins.onec.tests.service.conftest import client_of
from plugins.onec.tests.service.test_client import first


def lines_of(service: ServiceClient | None, *, rests: bool = False) -> Any:
    return SimpleNamespace(rests=lambda: rests, keeper=lambda _work: nullcontext(), line=lambda _work: SimpleNamespace(service=service))


def test_a_posted_paper_has_a_form_and_one_that_1c_does_not_know_has_none(client: ServiceClient, base: Infobase) -> None:
    shipment = first(base, "SELECT id FROM paper WHERE kind = ? AND posted AND NOT deleted", SHIPMENT)["id"]
    form = print_paper(None, lines_of(client), shipment)  # type: ignore[arg-type]
    assert form is not None
    assert form.startswith(b"%PDF-")
    for ref in (str(uuid4()), "no reference of 1C"):
        assert print_paper(None, lines_of(client), ref) is None  # type: ignore[arg-type]
    assert print_paper(None, lines_of(None), shipment) is None  # type: ignore[arg-type]


def test_what_may_pass_is_raised_and_tried_again(address: str, base: Infobase) -> None:
    shipment = first(base, "SELECT id FROM paper WHERE kind = ?", SHIPMENT)["id"]
    with pytest.raises(OneCSilent):
        print_paper(None, lines_of(None, rests=True), shipment)  # type: ignore[arg-type]
    with pytest.raises(OneCRefused):
        print_paper(None, lines_of(client_of(address, password="no")), shipment)  # type: ignore[arg-type]
