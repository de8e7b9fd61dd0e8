"""Addresses of the plugin: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Route
from b2bkit_chat import admin, api, pages
from b2bkit_chat.forms import LARGEST
from b2bkit_chat.scopes import ANSWER, VIEW, WRITE

_FILE = "/chat/files/{chat_file_id:uuid}"


def routes() -> Iterable[Route]:
    """Pages of clients, of staff, and JSON. What says that somebody is there or has read leaves no answer to be kept."""
    yield Route(name="chat.page", path="/chat", resource=pages.Chat(), permission=WRITE)
    yield Route(name="chat.messages", path="/chat/messages", resource=pages.Messages(), permission=WRITE, max_body=LARGEST)
    yield Route(name="chat.here", path="/chat/here", resource=pages.Here(), permission=WRITE, replay=False)
    yield Route(name="chat.read", path="/chat/read", resource=pages.Read(), permission=WRITE, replay=False)
    yield Route(name="chat.file", path=_FILE, resource=pages.File(), permission=VIEW)
    yield Route(name="chat.picture", path=f"{_FILE}/picture", resource=pages.Picture(), permission=VIEW)
    yield from _desk()
    yield from _api()


def _desk() -> Iterable[Route]:
    one = "/admin/chat/{talk_id:uuid}"
    for name, path, resource, replay in (
        ("desk", "/admin/chat", admin.Desk(), True),
        ("begin", "/admin/chat/begin", admin.Begin(), True),
        ("desk_talk", one, admin.DeskTalk(), True),
        ("desk_messages", f"{one}/messages", admin.DeskMessages(), True),
        ("desk_here", f"{one}/here", admin.DeskHere(), False),
        ("desk_read", f"{one}/read", admin.DeskRead(), False),
    ):
        most = LARGEST if name == "desk_messages" else 1_000_000
        yield Route(name=f"chat.{name}", path=path, resource=resource, permission=ANSWER, area="admin", replay=replay, max_body=most)


def _api() -> Iterable[Route]:
    one = "/api/v1/chat/talks/{talk_id:uuid}"
    for name, path, resource, operations, reads, writes in (
        ("api_talks", "/api/v1/chat/talks", api.Talks(), api.TALKS, VIEW, None),
        ("api_say", "/api/v1/chat/messages", api.Say(), api.SAY, WRITE, None),
        ("api_messages", f"{one}/messages", api.Messages(), api.MESSAGES, VIEW, ANSWER),
        ("api_read", f"{one}/read", api.Read(), api.READ, VIEW, None),
        ("api_file", f"/api/v1{_FILE}", api.File(), api.FILE, VIEW, None),
    ):
        most = LARGEST if name in ("api_say", "api_messages") else 1_000_000
        yield Route(
            name=f"chat.{name}", path=path, resource=resource, permission=reads, write_permission=writes, area="api",
            operations=operations, max_body=most,
        )  # fmt: skip
