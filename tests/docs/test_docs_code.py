"""What the documentation tells a reader to do works."""

from pathlib import Path

import pytest

from tests.docs.blocks import blocks, run
from tests.house.tree import ROOT, files

PAGES = [page for page in files(".md") if any(block.runs for block in blocks(page.read_text("utf-8")))]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    run(page, tmp_path)


def written(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text)
    return page


GUIDE = """
```toml title="a/b.toml"
x = 1
```

```sh
cd a
Y=2
```

- in a list

  ```python
  assert open("b.toml").read() == "x = 1\\n"
  ```

```sh
test "$Y" = 2
sleep 600 &
```

```text
not a command
```
"""


def test_blocks_share_one_folder_and_one_shell(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    run(written(tmp_path, GUIDE), tmp_path / "run")


def test_a_failing_block_is_named_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    page = written(tmp_path, "# Title\n\n```sh\ntrue\n```\n\n```python\nraise SystemExit(3)\n```\n")
    with pytest.raises(AssertionError, match=r"page\.md:7: exit code 3"):
        run(page, tmp_path / "run")
