"""Why a file name or an archive of 1C is not taken: one exception with a code, a sentence and a cure."""

from __future__ import annotations

from functools import cache


class UploadRefused(Exception):
    """`name` is the offending name made printable; `reason` and `cure` are sentences in the current language."""

    def __init__(self, code: str, name: str = "", **values: str | int) -> None:
        self.code = code
        self.name = printable(name)
        self.reason, self.cure = _sentences(code, name=self.name, **values)
        super().__init__(f"{self.reason} {self.cure}")


class NameRefused(UploadRefused):
    """The name of a file is not taken."""


class ArchiveRefused(UploadRefused):
    """The archive is not taken, and nothing of it was left on the disk."""


def printable(name: str) -> str:
    """`name` fit for a sentence or a log line: control and format characters replaced, cut at 80."""
    shown = "".join(char if char.isprintable() else "�" for char in name[:200])
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _sentences(code: str, **values: str | int) -> tuple[str, str]:
    from b2bkit.core.i18n import _

    reason, cure = _catalogue()[code]
    return str(_(reason)).format(**values), str(_(cure)).format(**values)


@cache
def _catalogue() -> dict[str, tuple[str, str]]:
    from b2bkit.core.i18n import N_

    again = N_("Let 1C, or a usual zip program, write the archive again.")
    split = N_("Let 1C export in smaller portions, or raise the limit in the settings.")
    return {
        "name-empty": (N_("The file name is empty."), N_("Give the name in the parameter filename.")),
        "name-too-long": (
            N_("The file name “{name}” is longer than {limit} characters or {parts} folders."),
            N_("Shorten the name or the folders in 1C."),
        ),
        "name-control": (
            N_("The file name “{name}” holds characters that cannot be seen."),
            N_("Name the file with letters, digits, dots, dashes and underscores."),
        ),
        "name-dots": (N_("The file name “{name}” leads out of the upload folder."), N_("Give the name without “..”.")),
        "name-hidden": (
            N_("The file name “{name}” has a part that begins or ends with a dot, or ends with a blank."),
            N_("Rename the file or the folder."),
        ),
        "name-reserved": (
            N_('The file name “{name}” means a device or a stream, or holds one of : * ? " < > | %.'),
            N_("Rename the file or the folder."),
        ),
        "name-extension": (
            N_("Files such as “{name}” are not taken."),
            N_("Send xml, zip, pictures (jpg, png, gif, bmp, webp, tif) or pdf."),
        ),
        "not-zip": (N_("The file is not a zip archive, or its end is missing."), N_("Send it again in full, as zip.")),
        "zip-damaged": (N_("The archive is damaged at “{name}”."), again),
        "zip-encrypted": (N_("“{name}” in the archive is encrypted."), N_("Send an archive without a password.")),
        "zip-method": (N_("“{name}” is packed by a method that is not taken."), N_("Pack with the usual method, Deflate.")),
        "zip-link": (N_("“{name}” in the archive is a link or a device, not a file."), N_("Pack the file itself.")),
        "zip-nested": (N_("There is an archive “{name}” within the archive."), N_("Pack the files themselves.")),
        "zip-duplicate": (N_("The name “{name}” occurs twice in the archive."), N_("Give each file a name of its own.")),
        "zip-overlap": (N_("Files in the archive share the same bytes (“{name}”): a zip bomb."), again),
        "zip-header": (N_("Two places of the archive tell different things of “{name}”."), again),
        "zip-entries": (N_("The archive holds more than {limit} files."), split),
        "zip-entry-bytes": (N_("“{name}” unpacks to more than {limit} bytes."), split),
        "zip-total-bytes": (N_("The archive unpacks to more than {limit} bytes."), split),
        "zip-ratio": (N_("“{name}” is packed more than {limit} times: a zip bomb."), again),
    }
