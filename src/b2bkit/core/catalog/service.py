"""The catalogue for others: what may be seen, lists, single products, quantities, the tree of categories."""

from __future__ import annotations

from b2bkit.core.catalog.goods import Good, ProductRow, StockRow
from b2bkit.core.catalog.listing import ListQuery, ProductPage, list_products, matching_tree
from b2bkit.core.catalog.product import ProductDetails, product_details, visible_goods
from b2bkit.core.catalog.search import search_text, search_words
from b2bkit.core.catalog.tree import CategoryPlace, Group, Tree, category_tree, rebuild_category_closure, set_category_parents
from b2bkit.core.catalog.visibility import visible
from b2bkit.core.pricing.terms import session_terms

__all__ = [
    "CategoryPlace", "Good", "Group", "ListQuery", "ProductDetails", "ProductPage", "ProductRow", "StockRow", "Tree", "category_tree",
    "list_products", "matching_tree", "product_details", "rebuild_category_closure", "search_text", "search_words", "session_terms",
    "set_category_parents", "visible", "visible_goods",
]  # fmt: skip
