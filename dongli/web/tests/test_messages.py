"""Every text has Chinese, and the tool that sees to it."""

from pathlib import Path

import pytest

from dongli.web import messages


def test_every_text_has_chinese_with_the_same_placeholders() -> None:
    assert messages.missing(messages.merge()) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    templates = tmp_path / "dongli/app/templates/app"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text(
        """{% load i18n %}
  <p>{% trans "One's own" %}</p>
{% blocktrans with n=3 %}  {{ n }} cases{% endblocktrans %}{% trans "Open" context "state" %}
"""
    )
    (tmp_path / "dongli/app/forms.py").write_text('label = _("Label")\nmore = ngettext("%(n)d day", "%(n)d days", 2)\n')
    (tmp_path / "locale/zh").mkdir(parents=True)
    return tmp_path


def test_texts_are_found_in_templates_and_code(tree: Path) -> None:
    found = {(message.id, message.context) for message in messages.extract_all(tree) if message.id}
    assert found == {
        ("One's own", None),
        ("  %(n)s cases", None),
        ("Open", "state"),
        ("Label", None),
        ("%(n)d day", None),
    }


def test_parts_are_merged_saved_and_compiled(tree: Path) -> None:
    (tree / "locale/zh/app.json").write_text('{"Label": "名称", "%(n)d day": "%(m)d 天"}')
    catalogue = messages.merge(tree, tree / "locale")
    lacking = messages.missing(catalogue)
    assert "Label" not in lacking
    assert "%(n)d day" in lacking, "a wrong placeholder counts as missing"
    saved = messages.save(catalogue, tree / "locale")
    assert 'msgstr "名称"' in saved.read_text()
    assert messages.compile_catalogues(tree / "locale") == 1
    assert saved.with_suffix(".mo").exists()
    (tree / "locale/zh/app.json").unlink()
    again = messages.merge(tree, tree / "locale")
    assert "Label" not in messages.missing(again), "what was translated once stays"
