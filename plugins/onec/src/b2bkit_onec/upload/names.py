"""Names of files as 1C sends them: `C:\\Users\\...\\import0_1.xml`, `/tmp/...`, Cyrillic, `import_files/6e/6e....jpg`."""

from __future__ import annotations

import re
import unicodedata

from b2bkit_onec.upload.refusals import NameRefused

MAX_LENGTH = 255
MAX_PART = 150
MAX_PARTS = 8
PICTURES = frozenset(("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff"))
EXTENSIONS = frozenset(("xml", "zip", "pdf", *PICTURES))
PICTURE_FOLDER = "import_files"

_DRIVE = re.compile(r"[A-Za-z]:")
_FORBIDDEN = re.compile(r'[:*?"<>|%]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_RUNNABLE = re.compile(
    r"\.(?:php\d?|phtml|phar|asp|aspx|ashx|jsp|jspx|cgi|pl|py|rb|sh|bash|exe|dll|so|bat|cmd|com|scr|js|mjs|vbs|htaccess|svg|html?)\.",
    re.IGNORECASE,
)


def clean_name(filename: str) -> str:
    """The name relative to the exchange folder, with forward slashes, in NFC. It is a label: files are stored under others.

    Of a full path (drive, leading slash, UNC) the part from `import_files` on is kept, or else the last part; a relative path
    is kept whole. Raises NameRefused for `..`, hidden or overlong parts, control characters, devices, and extensions other
    than those of CommerceML files, archives, pictures and pdf.
    """
    name = unicodedata.normalize("NFC", filename).strip(" \t")
    if not name:
        raise NameRefused("name-empty")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in name):
        raise NameRefused("name-control", name)
    parts = _relative_parts(name)
    for part in parts:
        _check_part(part, name)
    clean = "/".join(parts)
    if len(clean) > MAX_LENGTH or len(parts) > MAX_PARTS or any(len(part) > MAX_PART for part in parts):
        raise NameRefused("name-too-long", name, limit=MAX_PART, parts=MAX_PARTS - 1)
    if extension(clean) not in EXTENSIONS or _RUNNABLE.search(parts[-1]):
        raise NameRefused("name-extension", name)
    return clean


def extension(name: str) -> str:
    """The last extension in lower case without the dot; "" without one."""
    _, dot, last = name.rpartition("/")[2].rpartition(".")
    return last.lower() if dot else ""


def _relative_parts(name: str) -> list[str]:
    path = name.replace("\\", "/")
    drive = bool(_DRIVE.match(path))
    path = path[2:] if drive else path
    absolute = drive or path.startswith("/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if any(_is_dots(part) for part in parts):
        raise NameRefused("name-dots", name)
    if not parts or path.endswith("/"):
        raise NameRefused("name-empty")
    if not absolute:
        return parts
    return parts[parts.index(PICTURE_FOLDER) :] if PICTURE_FOLDER in parts[:-1] else parts[-1:]


def _is_dots(part: str) -> bool:
    """`..` and what becomes it elsewhere: with blanks, as fullwidth dots, as an ellipsis."""
    flat = unicodedata.normalize("NFKC", part)
    return ".." in flat and not flat.strip(". ")


def _check_part(part: str, name: str) -> None:
    flat = unicodedata.normalize("NFKC", part)
    if _FORBIDDEN.search(part) or _DEVICES.fullmatch(part) or "/" in flat or "\\" in flat:
        raise NameRefused("name-reserved", name)
    if part.startswith(".") or part.endswith((".", " ")):
        raise NameRefused("name-hidden", name)
