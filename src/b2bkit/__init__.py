"""b2bkit: assemble B2B client portals on top of an ERP. What plugin authors import."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from b2bkit.core.errors import Conflict, Cure, Forbidden, NotFound, Problem, Refused, TryLater, Undeliverable
    from b2bkit.core.extend.plugin import NoSettings, Plugin, PluginSettings, hookimpl
    from b2bkit.core.extend.things import (
        PUBLIC,
        SIGNED_IN,
        AsksLines,
        Badge,
        CatalogFilter,
        Channel,
        CheckoutStep,
        Command,
        ErpGateway,
        ErpState,
        ErpTask,
        Explanation,
        Fact,
        Figure,
        FigureValue,
        Follower,
        Followers,
        Health,
        HealthCheck,
        Job,
        Level,
        LineAnswer,
        LineQuestion,
        Message,
        NavItem,
        NotificationKind,
        OpenWork,
        Operation,
        OrderCheck,
        PaperRule,
        PaperUse,
        Permission,
        PriceStep,
        PrintsPapers,
        Quote,
        QuoteLine,
        Receipt,
        Route,
        Scope,
        Search,
        SearchListener,
        Subscriber,
        TakesTasks,
        TaskReceipt,
        Widget,
    )
    from b2bkit.core.work import SYSTEM, Actor, Work

__version__ = "0.1.0"

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "SYSTEM",
    "Actor",
    "AsksLines",
    "Badge",
    "CatalogFilter",
    "Channel",
    "CheckoutStep",
    "Command",
    "Conflict",
    "Cure",
    "ErpGateway",
    "ErpState",
    "ErpTask",
    "Explanation",
    "Fact",
    "Figure",
    "FigureValue",
    "Follower",
    "Followers",
    "Forbidden",
    "Health",
    "HealthCheck",
    "Job",
    "Level",
    "LineAnswer",
    "LineQuestion",
    "Message",
    "NavItem",
    "NoSettings",
    "NotFound",
    "NotificationKind",
    "OpenWork",
    "Operation",
    "OrderCheck",
    "PaperRule",
    "PaperUse",
    "Permission",
    "Plugin",
    "PluginSettings",
    "PriceStep",
    "PrintsPapers",
    "Problem",
    "Quote",
    "QuoteLine",
    "Receipt",
    "Refused",
    "Route",
    "Scope",
    "Search",
    "SearchListener",
    "Subscriber",
    "TakesTasks",
    "TaskReceipt",
    "TryLater",
    "Undeliverable",
    "Widget",
    "Work",
    "__version__",
    "hookimpl",
]

_ROOMS = ("b2bkit.core.errors", "b2bkit.core.work", "b2bkit.core.extend.plugin", "b2bkit.core.extend.things")

if not TYPE_CHECKING:  # for a type checker every name would be there

    def __getattr__(name: str) -> object:
        """Loads what a name stands for when it is asked for: the child that reads a file of 1C needs none of them, and starts for each."""
        if name in __all__:
            for room in map(import_module, _ROOMS):
                if hasattr(room, name):
                    globals()[name] = found = getattr(room, name)
                    return found
        raise AttributeError(f"module 'b2bkit' has no attribute {name!r}")
