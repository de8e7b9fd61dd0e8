"""Names as 1C sends them are understood; names that lead elsewhere are refused with a cure."""

from __future__ import annotations

import unicodedata

import pytest

from b2bkit_onec.upload.names import clean_name
from b2bkit_onec.upload.refusals import NameRefused


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("import0_1.xml", "import0_1.xml"),
        ("orders-00162dd9-fc43-42b5-ba79-49d23840966b_1.xml", "orders-00162dd9-fc43-42b5-ba79-49d23840966b_1.xml"),
        ("import___5335d080-66b0-4355-887c-d54bba6f1f08.xml", "import___5335d080-66b0-4355-887c-d54bba6f1f08.xml"),
        (r"C:\Users\Ольга\AppData\Local\Temp\v8_1A_2b.zip", "v8_1A_2b.zip"),
        ("c:/temp/webdata/import_files/6e/6ebf.jpg", "import_files/6e/6ebf.jpg"),
        (r"\\server\share\offers.xml", "offers.xml"),
        ("/tmp/v8_A_1/import0_1.xml", "import0_1.xml"),
        ("/import_files/6e/6ebf.jpg", "import_files/6e/6ebf.jpg"),
        (r"import_files\6e\6ebf8356.jpeg", "import_files/6e/6ebf8356.jpeg"),
        ("./import_files//6e/./a.png", "import_files/6e/a.png"),
        ("upload/1c/webdata/import.xml", "upload/1c/webdata/import.xml"),
        ("Прайс-лист (опт).xml", "Прайс-лист (опт).xml"),
        (unicodedata.normalize("NFD", "Каталог й.xml"), "Каталог й.xml"),
        ("IMPORT.XML", "IMPORT.XML"),
        (" offers.xml ", "offers.xml"),
    ],
)
def test_a_name_of_1c_becomes_a_relative_name(sent: str, meant: str) -> None:
    assert clean_name(sent) == meant
    assert clean_name(clean_name(sent)) == meant


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("", "name-empty"),
        ("  ", "name-empty"),
        ("/", "name-empty"),
        ("C:\\", "name-empty"),
        ("import_files/", "name-empty"),
        ("../import.xml", "name-dots"),
        (r"..\..\windows\a.xml", "name-dots"),
        ("import_files/../../etc/a.xml", "name-dots"),
        ("import_files/.. /a.xml", "name-dots"),
        ("import_files/…/a.xml", "name-dots"),
        ("import_files/．．/a.xml", "name-dots"),
        ("/tmp/../a.xml", "name-dots"),
        ("a\x00.xml", "name-control"),
        ("a.php\x00.xml", "name-control"),
        ("a\nb.xml", "name-control"),
        ("a\u202egpj.xml", "name-control"),
        ("a\ud800.xml", "name-control"),
        ("shell.php", "name-extension"),
        ("shell.php.xml", "name-extension"),
        ("shell.phtml.jpg", "name-extension"),
        ("drawing.svg", "name-extension"),
        ("page.html", "name-extension"),
        ("import", "name-extension"),
        ("import.xml/", "name-empty"),
        (".htaccess", "name-extension"),
        (".hidden.xml", "name-hidden"),
        ("folder./a.xml", "name-hidden"),
        ("folder /a.xml", "name-hidden"),
        ("import.xml.", "name-hidden"),
        ("con.xml", "name-reserved"),
        ("import_files/LPT1/a.xml", "name-reserved"),
        ("a.xml::$DATA.xml", "name-reserved"),
        ("file:///etc/a.xml", "name-reserved"),
        ("%2e%2e%2fa.xml", "name-reserved"),
        ("a|b.xml", "name-reserved"),
        ("a／b.xml", "name-reserved"),
        ("x" * 151 + ".xml", "name-too-long"),
        ("я" * 1000 + ".xml", "name-too-long"),
        ("/".join(["d"] * 8) + "/a.xml", "name-too-long"),
        ("/".join(["д" * 60] * 5) + "/a.xml", "name-too-long"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_and_the_cure_is_told(sent: str, code: str) -> None:
    with pytest.raises(NameRefused) as caught:
        clean_name(sent)
    told = caught.value
    assert told.code == code or (code == "name-extension" and told.code == "name-hidden" and sent.startswith("."))
    assert told.reason
    assert told.cure
    assert told.name.isprintable()
    assert "\n" not in str(told)
