"""Pages of the workspace: the words of notifications, and what did not arrive."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from b2bkit.core.errors import Problem, Refused
from b2bkit.core.extend.things import Badge, NotificationKind, Route
from b2bkit.core.i18n import _, ngettext, speaking
from b2bkit.core.notify import sending, texts
from b2bkit.core.web.handling import Request, Response, fragment, read_form, read_query, redirect, render, work_of
from b2bkit.core.work import Work

TEXTS, DELIVERIES = "notify.texts", "notify.deliveries"
Words = Annotated[str, StringConstraints(max_length=4000)]
Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class TextForm(BaseModel):
    """Words for one language."""

    model_config = ConfigDict(extra="forbid")
    lang: Lang
    title: Words | None = None
    text: Words | None = None


class ResetForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lang: Lang


class DoneQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    done: Annotated[str, StringConstraints(pattern=r"^(saved|reset|resent)$")] = ""


def badge(work: Work) -> Badge | None:
    """How many messages did not arrive."""
    count = sending.count_troubles(work)
    words = ngettext("message did not arrive", "messages did not arrive", count)
    return Badge(count, "diff", words) if count else None


class Texts:
    def on_get(self, req: Request, resp: Response) -> None:
        work = work_of(req)
        rows, langs = texts.kinds(work), work.config.portal.languages
        render(req, resp, "notify/texts.html", rows=rows, langs=langs, troubles=sending.count_troubles(work))


class Text:
    """A kind's words in each language, with a preview."""

    def on_get(self, req: Request, resp: Response, text_kind: str) -> None:
        asked = read_query(req, DoneQuery)
        self._show(req, resp, texts.kind_of(work_of(req), text_kind), done=asked.done)

    def on_post(self, req: Request, resp: Response, text_kind: str) -> None:
        form, work = read_form(req, TextForm), work_of(req)
        try:
            texts.save(work, kind=text_kind, lang=form.lang, title=form.title or "", text=form.text or "")
        except Refused as refused:
            return self._show(req, resp, texts.kind_of(work, text_kind), form, refused)
        return redirect(req, resp, "notify.text", text_kind=text_kind, done="saved")

    def _show(
        self,
        req: Request,
        resp: Response,
        kind: NotificationKind,
        typed: TextForm | None = None,
        refused: Refused | None = None,
        done: str = "",
    ) -> None:
        work = work_of(req)
        own, blocks = texts.own_words(work, kind), []
        for lang in work.config.portal.languages:
            mine, shipped = own.get(lang), texts.shipped(work, kind, lang)
            title, text = (mine.title, mine.text) if mine is not None else shipped
            problems: tuple[Problem, ...] = ()
            if typed is not None and typed.lang == lang:
                title, text, problems = typed.title or "", typed.text or "", tuple(refused.problems) if refused else ()
            shown = _preview(work, kind, lang, title, text)
            blocks.append({"lang": lang, "title": title, "text": text, "own": mine, "problems": problems, "shown": shown})
        fields, status = texts.fields_of(kind), 422 if refused else 200
        render(
            req, resp, "notify/text.html", status=status, kind=kind, label=_(kind.label), fields=fields, blocks=blocks, done=done
        )  # fmt: skip


class Preview:
    """What a person would read; nothing is kept."""

    def on_post(self, req: Request, resp: Response, text_kind: str) -> None:
        form, work = read_form(req, TextForm), work_of(req)
        kind = texts.kind_of(work, text_kind)
        fragment(req, resp, "notify/_preview.html", shown=_preview(work, kind, form.lang, form.title or "", form.text or ""))


def _preview(work: Work, kind: NotificationKind, lang: str, title: str, text: str) -> dict[str, object]:
    """Title and text with believable values, or what is wrong with them."""
    wrong = [problem.message for problem in texts.check(kind, title=title, text=text)]
    if wrong:
        return {"wrong": wrong, "title": "", "text": "", "button": "", "lang": lang}
    with speaking(lang, work.translations(lang)):
        values, button = texts.fields_of(kind), _("Open in the portal")
    return {"wrong": (), "title": texts.filled(title, values), "text": texts.filled(text, values), "button": button, "lang": lang}


class Reset:
    def on_post(self, req: Request, resp: Response, text_kind: str) -> None:
        texts.reset(work_of(req), kind=text_kind, lang=read_form(req, ResetForm).lang)
        redirect(req, resp, "notify.text", text_kind=text_kind, done="reset")


class Undelivered:
    def on_get(self, req: Request, resp: Response) -> None:
        asked, work = read_query(req, DoneQuery), work_of(req)
        render(req, resp, "notify/undelivered.html", rows=sending.troubles(work), done=asked.done)


class Resend:
    def on_post(self, req: Request, resp: Response, sending_id: UUID) -> None:
        sending.resend(work_of(req), sending_id)
        redirect(req, resp, "notify.undelivered", done="resent")


def _page(name: str, path: str, resource: object, permission: str, *, replay: bool = True) -> Route:
    place = f"/admin/messages{path}"
    return Route(name=f"notify.{name}", path=place, resource=resource, permission=permission, area="admin", replay=replay)


ROUTES = (
    _page("texts", "", Texts(), TEXTS),
    _page("undelivered", "/undelivered", Undelivered(), DELIVERIES),
    _page("resend", "/undelivered/{sending_id:uuid}", Resend(), DELIVERIES),
    _page("text", "/texts/{text_kind:name}", Text(), TEXTS),
    _page("preview", "/texts/{text_kind:name}/preview", Preview(), TEXTS, replay=False),
    _page("reset", "/texts/{text_kind:name}/reset", Reset(), TEXTS),
)
