"""Mail over SMTP: one message to one address, as text and HTML. Header values never hold a line end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid, parseaddr
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from b2bkit.core.config import Config, MailSection
from b2bkit.core.i18n import _, language
from b2bkit.core.work import Work

if TYPE_CHECKING:
    import smtplib

TIMEOUT = 20
TEMPLATES = Path(__file__).parent / "templates"


class MailOff(Exception):
    """No SMTP server is configured."""


def compose(work: Work, *, to: str, subject: str, text: str, html: str, unsubscribe: str = "") -> EmailMessage:
    """A message from the portal; raises ValueError for an address or subject with a line end.

    unsubscribe   an address that takes a POST as leaving (RFC 8058)
    """
    config = work.config
    for value in (to, subject):
        if "\n" in value or "\r" in value:
            raise ValueError("a mail header cannot hold a line end")
    message = EmailMessage()
    message["From"] = formataddr((config.portal.name, sender(config)))
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(work.now)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender(config))[1].rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


@cache
def _plain_environment() -> jinja2.Environment:
    """Letters as text: nothing is escaped, since nothing is markup."""
    loader = jinja2.FileSystemLoader(TEMPLATES)
    strict = jinja2.StrictUndefined
    return jinja2.Environment(loader=loader, autoescape=False, undefined=strict, trim_blocks=True, lstrip_blocks=True)  # noqa: S701


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined)


def letter(work: Work, *, title: str, paragraphs: Sequence[str], link: str, button: str, leave: str = "") -> tuple[str, str]:
    """A plain letter with one button, as text and as HTML; `leave` is the address of a link to unsubscribe."""
    return rendered(work, "layout/letter", {"title": title, "paragraphs": paragraphs, "link": link, "button": button}, leave=leave)


def rendered(work: Work, template: str, values: Mapping[str, object], *, leave: str = "") -> tuple[str, str]:
    """`template.txt` and `template.html` with the portal's name and colours."""
    theme, portal = work.config.tables.theme, work.config.portal.name
    known = {**values, "leave": leave, "portal": portal, "lang": language(), "brand": theme.brand, "_": _}
    text = _plain_environment().get_template(template + ".txt").render(known).strip() + "\n"
    return text, _environment().get_template(template + ".html").render(known)


def absolute(work: Work, path: str) -> str:
    """The whole address of a path in the portal: from the configuration, never from a request."""
    return work.config.portal.base_url + path


def sender(config: Config) -> str:
    """The portal's own address."""
    return config.tables.mail.sender or "portal@localhost"


def send(config: Config, message: EmailMessage) -> None:
    """Gives the message to the SMTP server; raises OSError or smtplib.SMTPException to be tried again, MailOff without a server."""
    mail = config.tables.mail
    if not mail.host:
        raise MailOff("[mail] host is not set")
    with _connected(mail, TIMEOUT) as server:
        if mail.user:
            server.login(mail.user, config.mail_password.get_secret_value())
        server.send_message(message)


def check(config: Config) -> None:
    """Says hello to the SMTP server; raises what goes wrong."""
    mail = config.tables.mail
    if not mail.host:
        raise MailOff("[mail] host is not set")
    with _connected(mail, 5) as server:
        server.noop()


def _connected(mail: MailSection, seconds: float) -> smtplib.SMTP:
    """The server, under TLS already where that is set; raises ssl.SSLError for a certificate that is not its own."""
    import smtplib  # with ssl: a process that sends no letters does without
    import ssl

    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=seconds, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=seconds)
    if mail.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server
