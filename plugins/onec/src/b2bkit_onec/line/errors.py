"""What can go wrong between the portal and 1C, sorted by what follows from it. Sentences are in the language of the current work."""

from __future__ import annotations

from b2bkit.core.i18n import _


class LineError(Exception):
    """A call of 1C that brought nothing. `words` says what happened, `cure` what a person can do; neither holds a secret."""

    def __init__(self, words: str, cure: str = "") -> None:
        self.words, self.cure = words, cure
        super().__init__(f"{words} {cure}".strip())


class OneCSilent(LineError):
    """No answer: no connection, a time limit, 502, 503, 504, no free licence or session. What was sent may or may not have arrived.

    `after`: seconds after which 1C's side asked to be called again (Retry-After); None when it did not say.
    """

    def __init__(self, words: str, cure: str = "", *, after: float | None = None) -> None:
        self.after = after
        super().__init__(words, cure or _("The portal tries again by itself; check that 1C and its web publication run."))


class Barred(OneCSilent):
    """This side did not let the call out: the host is not allowed, a certificate cannot be read or is not trusted. 1C got nothing."""


class LineOpen(OneCSilent):
    """1C was silent so often that it is not asked for a while (the breaker is open). 1C got nothing."""


class OneCBroken(LineError):
    """An answer that is none: a page of a proxy, a cut or oversized body, no JSON. It never means "empty"."""

    def __init__(self, words: str, cure: str = "") -> None:
        super().__init__(words, cure or _("Look at what stands between the portal and 1C: a proxy, a sign-in page, the address in url."))


class OneCRefused(LineError):
    """1C understood and said no: a person decides.

    status   HTTP status
    code     code of the OData error ("9": not found, "15": exists already, "-1": a handler of 1C raised); "" when none was given
    """

    def __init__(self, status: int, code: str, words: str, cure: str = "") -> None:
        self.status, self.code = status, code
        super().__init__(words, cure or _cure(status))

    @property
    def absent(self) -> bool:
        """Whether 1C says that there is no such object (not: no such type, which is not published)."""
        return self.status == 404 and self.code == "9"


def _cure(status: int) -> str:
    if status == 401:
        return _("Check login in the portal's settings and its password, and that the user of 1C may sign in with a password.")
    if status == 403:
        return _("Give the user of 1C the rights to this object.")
    if status in (404, 501):
        return _("Publish the object for OData in 1C; `b2bkit onec probe` names what is missing.")
    return _("Look at the object in 1C; its message says what it did not accept.")
