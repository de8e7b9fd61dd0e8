"""Why a file or an item of it is not taken: one sentence of cause and one of cure for each code."""

from __future__ import annotations

from b2bkit.core.i18n import N_, _


class BrokenFile(Exception):
    """The file cannot be read at all. Names file, line, column (both from 1), cause and cure in plain words."""

    def __init__(self, file: str, line: int, column: int, code: str, **values: str | int) -> None:
        self.file, self.line, self.column, self.code = file, line, column, code
        self.reason, self.cure = sentences(code, **values)
        super().__init__(f"{file}:{line}:{column}: {self.reason} {self.cure}")


class BadItem(Exception):
    """One item cannot be taken; the reader turns it into a Refused and goes on."""

    def __init__(self, code: str, line: int = 0, **values: str | int) -> None:
        self.code, self.line, self.values = code, line, values
        super().__init__(code)


def sentences(code: str, **values: str | int) -> tuple[str, str]:
    """(reason, cure) of `code` in the current language, with `values` filled in (long ones cut)."""
    reason, cure = _CATALOGUE[code]
    shown = {name: value if isinstance(value, int) else _short(value) for name, value in values.items()}
    return str(_(reason)).format(**shown), str(_(cure)).format(**shown)


def _short(text: str) -> str:
    visible = "".join(char if char.isprintable() else " " for char in text[:200]).strip()
    return visible if len(visible) <= 60 else visible[:57] + "..."


_CATALOGUE: dict[str, tuple[str, str]] = {
    # the file
    "empty-file": (N_("The file is empty."), N_("Export it from 1C again and check that the transfer was not cut off.")),
    "not-xml": (
        N_("The file is not XML: it begins with “{head}”."),
        N_("Give an XML file that 1C wrote for exchange with a site."),
    ),
    "junk-before-declaration": (
        N_("There is text before <?xml: “{head}”. This comes from joining the parts of an upload wrongly."),
        N_("Remove everything before <?xml, or mend the program that joins the parts."),
    ),
    "blank-before-declaration": (
        N_("There are blanks or empty lines before <?xml."),
        N_("Remove them: <?xml must be the very first characters of the file."),
    ),
    "two-declarations": (
        N_("The <?xml ... ?> declaration occurs a second time."),
        N_("Remove the second declaration; two files were probably joined into one."),
    ),
    "declared-cp1251-is-utf8": (
        N_("The file declares windows-1251, but its bytes are UTF-8."),
        N_('Write encoding="UTF-8" in the first line, or save the file in windows-1251.'),
    ),
    "declared-utf8-is-cp1251": (
        N_("The file is read as UTF-8, but its bytes look like windows-1251."),
        N_('Write encoding="windows-1251" in the first line, or save the file in UTF-8.'),
    ),
    "bad-bytes": (
        N_("There are bytes here that the declared encoding {encoding} does not have."),
        N_("Save the file anew in UTF-8 and declare UTF-8 in its first line."),
    ),
    "encoding-not-taken": (
        N_("The encoding {encoding} is not taken."),
        N_("Save the file in UTF-8 or windows-1251, which are the two that 1C writes."),
    ),
    "truncated": (
        N_("The file ends in the middle: <{element}> is not closed. It was cut off while it was written or sent."),
        N_("Send the file again in full; check the space on the disk and the size limit of an upload."),
    ),
    "tag-mismatch": (
        N_("A closing tag does not match: <{element}> is open here."),
        N_("Mend the tags in this line, or export the file from 1C again."),
    ),
    "after-end": (
        N_("There is text after the end of the root element."),
        N_("Remove it; two files were probably joined into one."),
    ),
    "entity": (
        N_("An entity such as &nbsp; is used that XML does not know."),
        N_("Write the character itself, or &amp; for the sign &."),
    ),
    "dtd": (
        N_("The file has a DOCTYPE or declares entities; such files are never read."),
        N_("Export the file without DOCTYPE; 1C does not write one."),
    ),
    "not-well-formed": (
        N_("The XML is wrong here ({cause})."),
        N_("Mend this line, or export the file from 1C again."),
    ),
    "not-commerceml": (
        N_("The root element is <{element}>, not <КоммерческаяИнформация>."),
        N_("Give a CommerceML file; other XML of 1C, such as OData or EnterpriseData, is read elsewhere."),
    ),
    "too-deep": (
        N_("Elements are nested deeper than {limit}."),
        N_("No real catalogue is so deep; check which program wrote the file."),
    ),
    "too-many-nodes": (
        N_("One element <{element}> holds more than {limit} others."),
        N_("Let 1C write the file in portions, or split this element."),
    ),
    "too-big-item": (
        N_("One item holds more than {limit} characters of text."),
        N_("Send pictures and papers as files, not inside the XML."),
    ),
    "too-long-token": (
        N_("One tag or attribute is longer than {limit} bytes."),
        N_("Check which program wrote the file; 1C does not write such tags."),
    ),
    # an item
    "no-id": (N_("The element has no Ид."), N_("Fill in Ид; without it the record cannot be found again.")),
    "no-name": (N_("The element has no Наименование."), N_("Fill in the name in 1C and export it again.")),
    "no-number": (N_("The document has neither Номер nor Ид."), N_("Fill in Номер; it is the key of an order.")),
    "too-long-id": (
        N_("The Ид is longer than {limit} characters."),
        N_("Give a shorter Ид; 1C writes one of 36 or 73 characters."),
    ),
    "too-long-text": (
        N_("The text of {element} is longer than {limit} characters."),
        N_("Shorten it; files and pictures are sent as files, not as text."),
    ),
    "bad-number": (
        N_("{element} is “{text}”, which is not a plain number of at most 16 digits before and 12 after the point."),
        N_("Give digits with a point, for example 1234.56."),
    ),
    "no-value": (N_("{element} is empty."), N_("Fill it in, or leave the whole element out.")),
    "negative-price": (N_("The price {text} is below zero."), N_("Correct the price in 1C; a discount is not a price.")),
    "no-price-type": (N_("The price has no ИдТипаЦены."), N_("Choose the price type in the exchange settings of 1C.")),
    "bad-factor": (N_("Коэффициент is “{text}”; it must be above zero."), N_("Correct the unit's factor in 1C.")),
    "bad-quantity": (N_("The quantity {text} from which the price holds is below zero."), N_("Correct it in 1C.")),
    "unknown-currency": (
        N_("The currency “{text}” is not known."),
        N_("Give the currency in 1C its three-letter code, for example RUB."),
    ),
    "bad-date": (N_("{element} is “{text}”, which is not a date."), N_("Write it as 2026-11-21.")),
    "no-rate": (N_("Курс is “{text}”; it must be above zero."), N_("Correct the exchange rate in 1C.")),
    "too-many-parts": (N_("{element} occurs more than {limit} times."), N_("Send the rest in another file.")),
}
