"""Addresses of the plugin: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Route
from b2bkit.plugins.tickets import admin, api, pages
from b2bkit.plugins.tickets.forms import LARGEST
from b2bkit.plugins.tickets.scopes import ANSWER, OPEN, VIEW

_ONE = "/tickets/{ticket_id:uuid}"


def routes() -> Iterable[Route]:
    """Pages of clients, of staff, and JSON."""
    yield Route(name="tickets.list", path="/tickets", resource=pages.Tickets(), permission=VIEW)
    yield Route(name="tickets.choose", path="/tickets/new", resource=pages.Choose(), permission=OPEN)
    yield Route(name="tickets.new", path="/tickets/new/{category}", resource=pages.New(), permission=OPEN, max_body=LARGEST)
    yield Route(name="tickets.ticket", path=_ONE, resource=pages.TicketPage(), permission=VIEW)
    yield Route(name="tickets.reply", path=f"{_ONE}/messages", resource=pages.Reply(), permission=OPEN, max_body=LARGEST)
    yield Route(name="tickets.close", path=f"{_ONE}/close", resource=pages.Close(), permission=OPEN)
    yield Route(name="tickets.seen", path=f"{_ONE}/seen", resource=pages.Seen(), permission=VIEW)
    yield Route(name="tickets.file", path=f"{_ONE}/files/{{ticket_file_id:uuid}}", resource=pages.TicketFile(), permission=VIEW)
    yield from _desk()
    yield from _api()


def _desk() -> Iterable[Route]:
    one = f"/admin{_ONE}"
    for name, path, resource in (
        ("desk", "/admin/tickets", admin.Desk()),
        ("desk_ticket", one, admin.DeskTicket()),
        ("answer", f"{one}/messages", admin.Answer()),
        ("desk_close", f"{one}/close", admin.DeskClose()),
        ("reopen", f"{one}/reopen", admin.Reopen()),
        ("assign", f"{one}/assign", admin.Assign()),
    ):
        most = LARGEST if name == "answer" else 1_000_000
        yield Route(name=f"tickets.{name}", path=path, resource=resource, permission=ANSWER, area="admin", max_body=most)


def _api() -> Iterable[Route]:
    one = f"/api/v1{_ONE}"
    for name, path, resource, operations, permission in (
        ("api_categories", "/api/v1/ticket-categories", api.Categories(), api.CATEGORIES, OPEN),
        ("api_ticket", one, api.OneTicket(), api.TICKET, VIEW),
        ("api_messages", f"{one}/messages", api.Messages(), api.MESSAGES, OPEN),
        ("api_close", f"{one}/close", api.CloseTicket(), api.CLOSE, OPEN),
        ("api_file", f"{one}/files/{{ticket_file_id:uuid}}", api.OneFile(), api.FILE, VIEW),
    ):
        most = LARGEST if name == "api_messages" else 1_000_000
        yield Route(
            name=f"tickets.{name}", path=path, resource=resource, permission=permission, area="api", operations=operations, max_body=most
        )
    yield Route(
        name="tickets.api_tickets", path="/api/v1/tickets", resource=api.Tickets(), permission=VIEW, write_permission=OPEN, area="api",
        operations=api.TICKETS, max_body=LARGEST,
    )  # fmt: skip
