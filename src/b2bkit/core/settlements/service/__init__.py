"""Money and papers: taking the ERP's news, and what a client may read of them."""

from b2bkit.core.settlements.service.papers import take_papers
from b2bkit.core.settlements.service.people import take_contacts
from b2bkit.core.settlements.service.read import Money, PaperRow, money, papers
from b2bkit.core.settlements.service.sums import take_dues, take_settlements
from b2bkit.core.settlements.service.terms import take_contracts

__all__ = [
    "Money", "PaperRow", "money", "papers", "take_contacts", "take_contracts", "take_dues", "take_papers", "take_settlements",
]  # fmt: skip
