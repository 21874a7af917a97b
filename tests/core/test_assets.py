"""What is served of the two libraries: all that is ours to use, and nothing that is gov.uk's alone."""

import re

import pytest

from core import assets


def test_typeface_crown_and_crest_are_left_out(tmp_path):
    assets.build(target=tmp_path)
    for sheet in tmp_path.rglob("*.css"):
        css = sheet.read_text(encoding="utf-8")
        assert not re.search(r"transport|crown|crest|logotype|@font-face", css, re.IGNORECASE)
        assert css.count("{") == css.count("}")
        assert "font-family:arial,sans-serif" in css
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert not [name for name in names if re.search(r"woff|crown|crest|logotype", name)]


def test_every_image_a_sheet_asks_for_is_beside_it(tmp_path):
    assets.build(target=tmp_path)
    for sheet in tmp_path.rglob("*.css"):
        for name in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8")):
            assert (sheet.parent / name).is_file(), name


def test_a_second_build_changes_nothing_and_a_stray_file_goes(tmp_path):
    assert assets.build(target=tmp_path)
    assert assets.build(target=tmp_path) == []
    stray = tmp_path / "govuk" / "old.css"
    stray.write_text("gone")
    assert assets.build(target=tmp_path) == [stray]
    assert not stray.exists()


def test_a_rule_shared_with_the_crown_keeps_its_other_selectors():
    css = ".a__crown,.a__link{color:red}.a__crown{margin:0}@media print{.a__crown{top:0}.b{top:1px}}"
    assert assets.style_sheet(css) == ".a__link{color:red}@media print{.b{top:1px}}\n"


@pytest.mark.parametrize("css", ["a{font:1rem Transport}", "a{background:url(/elsewhere/x.png)}", "@import 'x.css';"])
def test_what_is_not_understood_is_refused(css):
    with pytest.raises(assets.UnexpectedAsset):
        assets.style_sheet(css)
