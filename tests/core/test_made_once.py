"""What is kept beside a source file is what the source says now, whoever else writes it and wherever it cannot be written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from b2bkit.core.i18n import translator
from b2bkit.core.made_once import made_once

CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Cart"\nmsgstr "{word}"\n'


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "names.txt"
    path.write_text("one")
    return path


def upper(content: bytes) -> bytes:
    return content.upper()


def never(content: bytes) -> bytes:
    raise AssertionError("made again")


def test_it_is_made_once_and_again_only_for_another_content_kind_or_stamp(source: Path) -> None:
    assert made_once(source, "up", upper) == b"ONE"
    assert made_once(source, "up", never) == b"ONE"
    with pytest.raises(AssertionError, match="made again"):
        made_once(source, "up", never, stamp="2")
    with pytest.raises(AssertionError, match="made again"):
        made_once(source, "other", never)
    source.write_text("two")
    assert made_once(source, "up", upper) == b"TWO"


def test_what_was_torn_or_meddled_with_is_made_again(source: Path) -> None:
    made_once(source, "up", upper)
    (kept,) = (source.parent / "__pycache__").iterdir()
    kept.write_bytes(kept.read_bytes()[:20])
    assert made_once(source, "up", upper) == b"ONE"


def test_where_nothing_can_be_written_it_is_made_each_time(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source.parent / "__pycache__").write_text("a file where the folder should be")
    assert made_once(source, "up", upper) == b"ONE"
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (source.parent / "__pycache__").unlink()
    assert made_once(source, "up", upper) == b"ONE"
    assert not (source.parent / "__pycache__").exists()


def test_a_text_that_was_changed_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "ru" / "portal.po"
    path.parent.mkdir()
    for word in ("Корзина", "Тележка"):
        path.write_text(CATALOGUE.replace("{word}", word), "utf-8")
        assert translator("ru", tmp_path).gettext("Cart") == word
        assert len(list((path.parent / "__pycache__").iterdir())) == 1
