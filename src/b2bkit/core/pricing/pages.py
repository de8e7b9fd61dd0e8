"""For staff: how the price of a product comes about under a client's contract."""

from __future__ import annotations

from uuid import UUID

from falcon import Request, Response
from pydantic import BaseModel, Field

from b2bkit.core.catalog.product import visible_goods
from b2bkit.core.catalog.quantities import base_quantity, start_of
from b2bkit.core.catalog.units import counted, unit_label
from b2bkit.core.catalog.view import field_with
from b2bkit.core.errors import NotFound
from b2bkit.core.pricing.explain import contracts_to_explain, explain_price, listed_prices
from b2bkit.core.web.forms import FormDecimal
from b2bkit.core.web.handling import fragment, read_query, work_of


class ExplainForm(BaseModel):
    """For which contract and quantity to explain."""

    contract: UUID | None = None
    unit: str | None = Field(None, max_length=50)
    quantity: FormDecimal | None = None


class PriceExplanation:
    """The price list of a product, and the steps to the price under a contract."""

    def on_get(self, req: Request, resp: Response, product_id: UUID) -> None:
        work, form = work_of(req), read_query(req, ExplainForm)
        good = visible_goods(work, [product_id]).get(product_id)
        if good is None:
            raise NotFound("product")
        first_unit, least = start_of(good.rules)
        unit = form.unit if form.unit in good.rules.units else first_unit
        amount = form.quantity if form.quantity is not None and form.quantity > 0 else least
        base = base_quantity(amount, good.rules.factor(unit) or least)
        contracts = contracts_to_explain(work)
        contract = form.contract if any(choice.id == form.contract for choice in contracts) else None
        fragment(
            req,
            resp,
            "pricing/_explain.html",
            good=good,
            unit=unit_label(good.rules.spelt()),
            counted=counted,
            contracts=contracts,
            contract=contract,
            field=field_with(good.rules, unit, amount),
            base=counted(base, good.rules.spelt()),
            listed=listed_prices(work, product_id=product_id),
            steps=explain_price(work, contract_id=contract, product_id=product_id, quantity=base) if contract else (),
        )
