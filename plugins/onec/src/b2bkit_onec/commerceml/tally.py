"""Counts and sums of a file, by which two independent readers of it can be compared."""

from __future__ import annotations

from collections import Counter
from decimal import Context, Decimal

from b2bkit_onec.commerceml.records import (
    Counterparty,
    Document,
    Group,
    Item,
    Offer,
    PriceType,
    Product,
    PropertyDef,
    Refused,
    UnitDef,
    Warehouse,
)

_EXACT = Context(prec=80)
_ZERO = Decimal(0)

# Which counts stand together: when the first one is above zero, all of them are told.
_BLOCKS = (
    ("goods", "goods_unique_ids", "goods_base_ids", "goods_deleted", "images"),
    ("groups", "group_roots"),
    ("offers", "offers_unique_ids", "variant_offers"),
    ("prices", "price_sum", "price_type_ids"),
    ("stock_rows", "stock_sum", "stock_warehouses"),
    ("qty_rows", "qty_sum"),
    ("documents", "doc_numbers", "doc_sum", "doc_lines"),
    ("counterparties",),
    ("price_types_declared",),
    ("warehouses_declared",),
    ("units",),
    ("properties",),
)
_BESIDE = (
    ("bare_stock_rows", "bare_stock_sum"),
    ("goods_prices", "goods_price_sum"),
    ("offers_deleted",),
    ("old_form_properties",),
    ("counterparties_deleted",),
    ("refused",),
    ("parts_left_out",),
)


class Tally:
    """Feed it records; memory grows with the number of different ids only.

    `report()` has goods, goods_unique_ids, goods_base_ids (ids before `#`), goods_deleted, images (non-empty); groups,
    group_roots; properties; units; offers, offers_unique_ids, variant_offers (id with `#`); of offers also prices (rows, those
    left out for having no value too), price_sum, price_type_ids; stock_rows (per warehouse), stock_sum, stock_warehouses;
    qty_rows (Количество), qty_sum; price_types_declared, warehouses_declared; documents, doc_numbers, doc_sum, doc_lines;
    counterparties. Sums are decimal texts with the digits of the file. Counts of what the file has none of are absent.
    `beside()` has what that vocabulary leaves unsaid.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.sums: dict[str, Decimal] = {}
        self.ids: dict[str, set[str]] = {}
        self.within_offer = False

    def add(self, item: Item) -> None:
        if isinstance(item, Refused):
            self.counts["refused" if item.whole else "parts_left_out"] += 1
            self.counts["prices"] += self.within_offer and not item.whole and item.element == "Цена"
            return
        self.within_offer = isinstance(item, Offer)
        if isinstance(item, Offer):
            self._offer(item)
        elif isinstance(item, Product):
            self._product(item)
        elif isinstance(item, Group):
            self.counts["groups"] += 1
            self.counts["group_roots"] += not item.parent_id
        elif isinstance(item, Document):
            self._document(item)
        elif isinstance(item, PropertyDef):
            self.counts["old_form_properties" if item.old_form else "properties"] += 1
        elif isinstance(item, UnitDef):
            self.counts["units"] += 1
        elif isinstance(item, PriceType):
            self.counts["price_types_declared"] += 1
        elif isinstance(item, Warehouse):
            self.counts["warehouses_declared"] += 1
        elif isinstance(item, Counterparty):
            self.counts["counterparties"] += 1
            self.counts["counterparties_deleted"] += item.deleted

    def _product(self, item: Product) -> None:
        self.counts["goods"] += 1
        self.counts["goods_deleted"] += item.deleted
        self.counts["images"] += len(item.images)
        self._id("goods_unique_ids", item.id)
        self._id("goods_base_ids", item.base_id)
        for price in item.prices:
            self.counts["goods_prices"] += 1
            self._sum("goods_price_sum", price.value)

    def _offer(self, item: Offer) -> None:
        self.counts["offers"] += 1
        self.counts["variant_offers"] += bool(item.variant_id)
        self.counts["offers_deleted"] += item.deleted
        self._id("offers_unique_ids", item.id)
        for price in item.prices:
            self.counts["prices"] += 1
            self._sum("price_sum", price.value)
            self._id("price_type_ids", price.type_id)
        for row in item.stocks:
            kind = "bare_stock" if row.bare else "stock"
            self.counts[f"{kind}_rows"] += 1
            self._sum(f"{kind}_sum", row.quantity)
            if not row.bare:
                self._id("stock_warehouses", row.warehouse_id or "")
        if item.quantity is not None:
            self.counts["qty_rows"] += 1
            self._sum("qty_sum", item.quantity)

    def _document(self, item: Document) -> None:
        self.counts["documents"] += 1
        self.counts["doc_lines"] += len(item.lines)
        self._id("doc_numbers", item.number)
        self._sum("doc_sum", item.total or _ZERO)

    def _sum(self, key: str, value: Decimal) -> None:
        self.sums[key] = _EXACT.add(self.sums.get(key, _ZERO), value)

    def _id(self, key: str, value: str) -> None:
        self.ids.setdefault(key, set()).add(value)

    def merge(self, other: Tally) -> None:
        """Add another file's: counts and sums add up, ids that both have count once."""
        self.counts.update(other.counts)
        for key, value in other.sums.items():
            self._sum(key, value)
        for key, ids in other.ids.items():
            self.ids.setdefault(key, set()).update(ids)

    def report(self) -> dict[str, int | str]:
        return self._told(_BLOCKS)

    def beside(self) -> dict[str, int | str]:
        return self._told(_BESIDE)

    def _told(self, blocks: tuple[tuple[str, ...], ...]) -> dict[str, int | str]:
        return {key: self._value(key) for block in blocks if self.counts[block[0]] for key in block}

    def _value(self, key: str) -> int | str:
        if key in self.ids:
            return len(self.ids[key])
        return format(self.sums[key], "f") if key in self.sums else self.counts[key]
