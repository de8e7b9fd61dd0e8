"""Addresses of the plugin: a table of contents beside plugin.py."""

from __future__ import annotations

from collections.abc import Iterable

from b2bkit import Route
from b2bkit.plugins.news import admin, api, forms, pages
from b2bkit.plugins.news.scopes import READERS, VIEW, WRITE
from b2bkit.plugins.news.settings import NewsSettings

CART = "ordering.cart"
_ONE = "/news/{post_id:uuid}"


def routes(settings: NewsSettings) -> Iterable[Route]:
    """Pages of clients, of staff, and JSON."""
    yield Route(name="news.list", path="/news", resource=pages.News(settings), permission=VIEW)
    yield Route(name="news.post", path=_ONE, resource=pages.PostPage(), permission=VIEW)
    yield Route(name="news.mark", path=f"{_ONE}/read", resource=pages.MarkRead(), permission=VIEW)
    yield Route(name="news.to_cart", path=f"{_ONE}/cart", resource=pages.ToCart(), permission=CART)
    yield Route(name="news.picture", path="/news/pictures/{news_picture_id:uuid}", resource=pages.Picture(), permission=VIEW)
    yield Route(name="news.api_news", path="/api/v1/news", resource=api.News(), permission=VIEW, area="api", operations=api.NEWS)
    yield Route(name="news.api_post", path=f"/api/v1{_ONE}", resource=api.OnePost(), permission=VIEW, area="api", operations=api.POST)
    yield from _desk(settings)


def _desk(settings: NewsSettings) -> Iterable[Route]:
    one = f"/admin{_ONE}"
    for name, path, resource in (
        ("desk", "/admin/news", admin.Desk()),
        ("edit", one, admin.Edit()),
        ("publish", f"{one}/publish", admin.Publish()),
        ("withdraw", f"{one}/withdraw", admin.Withdraw()),
        ("delete", f"{one}/delete", admin.Delete()),
        ("preview", f"{one}/preview", admin.Preview()),
        ("versions", f"{one}/versions", admin.Versions()),
    ):
        most = 8_000_000 if name == "edit" else 1_000_000
        yield Route(name=f"news.{name}", path=path, resource=resource, permission=WRITE, area="admin", max_body=most)
    yield Route(name="news.readers", path=f"{one}/readers", resource=admin.Readers(), permission=READERS, area="admin")
    picture = admin.Pictures(settings)
    yield Route(name="news.pictures", path=f"{one}/pictures", resource=picture, permission=WRITE, area="admin", max_body=forms.PICTURE)
