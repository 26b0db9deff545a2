"""docs/operating.md says of every line at warning or above what to do."""
import pathlib
import sys

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from log_lines import lines  # noqa: E402


def test_every_warning_and_error_is_on_the_operators_page():
    page = (TOP / "docs/operating.md").read_text()
    missing = [f"{level} {folder}: {text}" for level, folder, text in lines() if f"`{text}`" not in page]
    assert not missing, "to docs/operating.md, with what to do:\n" + "\n".join(missing)


def test_the_page_names_no_line_that_nobody_logs():
    page = (TOP / "docs/operating.md").read_text().split("## Every line", 1)[1]
    known = {text for _, _, text in lines()}
    for row in page.splitlines():
        if not row.startswith("| `"):
            continue
        for told in row.split(" | ")[0].removeprefix("| `").removesuffix("`").split("`, `"):
            assert told in known, f"nobody logs {told!r} any more"
