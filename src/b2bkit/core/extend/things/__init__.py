"""What hooks return: plain, frozen, typed objects. Growing a hook is adding a field with a default here.

Every `name` is `<plugin>.<something>` in lower case; the loader refuses duplicates, foreign prefixes and unknown references.
"""

from __future__ import annotations

from b2bkit.core.extend.things.access import CatalogFilter, OpenedGroups, PaperRule, PaperUse, Permission, Scope
from b2bkit.core.extend.things.catalog import Facet, FacetSection, Follower, Followers
from b2bkit.core.extend.things.checkout import CheckoutStep
from b2bkit.core.extend.things.erp import (
    AsksLines,
    ErpGateway,
    ErpState,
    ErpTask,
    LineAnswer,
    LineQuestion,
    PrintsPapers,
    Receipt,
    TakesTasks,
    TaskReceipt,
)
from b2bkit.core.extend.things.figures import Figure, FigureValue, Search, SearchListener
from b2bkit.core.extend.things.messages import Channel, Message, NotificationKind
from b2bkit.core.extend.things.names import NAME, PUBLIC, SIGNED_IN, Area, Level
from b2bkit.core.extend.things.pages import Badge, NavItem, Operation, Route, Widget, WidgetLoad
from b2bkit.core.extend.things.trade import Explanation, OrderCheck, OrderDraft, PriceStep, Quote, QuoteLine
from b2bkit.core.extend.things.work import Command, Fact, Handle, Health, HealthCheck, Job, OpenWork, Subscriber

__all__ = [
    "NAME",
    "PUBLIC",
    "SIGNED_IN",
    "Area",
    "AsksLines",
    "Badge",
    "CatalogFilter",
    "Channel",
    "CheckoutStep",
    "Command",
    "ErpGateway",
    "ErpState",
    "ErpTask",
    "Explanation",
    "Facet",
    "FacetSection",
    "Fact",
    "Figure",
    "FigureValue",
    "Follower",
    "Followers",
    "Handle",
    "Health",
    "HealthCheck",
    "Job",
    "Level",
    "LineAnswer",
    "LineQuestion",
    "Message",
    "NavItem",
    "NotificationKind",
    "OpenWork",
    "OpenedGroups",
    "Operation",
    "OrderCheck",
    "OrderDraft",
    "PaperRule",
    "PaperUse",
    "Permission",
    "PriceStep",
    "PrintsPapers",
    "Quote",
    "QuoteLine",
    "Receipt",
    "Route",
    "Scope",
    "Search",
    "SearchListener",
    "Subscriber",
    "TakesTasks",
    "TaskReceipt",
    "Widget",
    "WidgetLoad",
]
