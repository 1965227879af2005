"""The tags pages are made of."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django import forms
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from dongli.common.charts import Chart, Series

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


class Sample(forms.Form):
    text = forms.CharField(label="事情", help_text="用自己的话")
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", required=False)


def render(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template("{% load ui %}" + source).render(RequestContext(request, context))


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    form = Sample({"text": ""})
    html = render("{% field form.text rows='6' %}", form=form)
    assert '<label for="id_text">' in html
    assert 'id="id_text_helptext"' in html
    assert 'id="id_text_error"' in html
    assert 'aria-describedby="id_text_helptext id_text_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control"' in html


def test_choices_stand_in_a_fieldset() -> None:
    html = render("{% field form.kind %}", form=Sample())
    assert "<fieldset" in html
    assert html.count('type="radio"') == 2


def test_an_optional_field_says_so() -> None:
    assert "ui-optional" in render("{% field form.note %}", form=Sample())
    assert "ui-optional" not in render("{% field form.text %}", form=Sample())


def test_the_error_summary_links_to_the_field() -> None:
    html = render("{% include 'web/components/error_summary.html' %}", form=Sample({"text": ""}))
    assert 'href="#id_text"' in html
    assert 'role="alert"' in html


@pytest.mark.parametrize(("number", "shown"), [(0, ""), (7, ">7<"), (99, ">99<"), (100, ">99+<")])
def test_counts_are_capped(number: int, shown: str) -> None:
    html = render("{% count number %}", number=number)
    assert html == "" if not shown else shown in html


def test_a_badge_has_icon_word_and_tone_and_escapes_the_word() -> None:
    html = render("{% badge 'x' mapping %}", mapping={"x": ("<办理中>", "send", "info")})
    assert "&lt;办理中&gt;" in html
    assert "#send" in html
    assert "ui-tone-info" in html


def test_an_unknown_state_shows_itself() -> None:
    assert "strange" in render("{% badge 'strange' mapping %}", mapping={})


def test_a_post_button_is_a_form_with_an_idempotency_key_and_hidden_values() -> None:
    html = render("{% post_button '/x/' '接单' style='btn-primary' version=3 %}")
    assert 'method="post"' in html
    assert 'name="csrfmiddlewaretoken" value="' in html
    assert 'name="idempotency_key" value="' in html
    assert 'name="version" value="3"' in html


def test_the_next_page_keeps_the_filter() -> None:
    html = render("{% next_page 'c2' %}", path="/desk/?q=%E7%81%AF&after=c1")
    assert "?q=%E7%81%AF&amp;after=c2" in html
    assert "<a" not in render("{% next_page '' %}")


@time_machine.travel(NOW, tick=False)
def test_time_left_tells_the_exact_moment_and_stops_when_done() -> None:
    due = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
    running = render("{% time_left due %}", due=due)
    assert "剩 3 小时" in running
    assert 'title="2026年11月20日 15:30"' in running
    assert "data-countdown" in running
    assert "按时" in render("{% time_left due done %}", due=due, done=NOW)
    assert "data-countdown" not in render("{% time_left due done %}", due=NOW, done=due)
    assert render("{% time_left due %}", due=None) == ""


def test_no_moment_is_a_dash() -> None:
    assert Template("{% load ui %}{% moment when %}").render(Context({"when": None})) == "–"


def test_breadcrumbs_take_texts_pairs_and_lists() -> None:
    html = render("{% breadcrumb a b c %}", a="株洲市", b=[("荷塘区", "/x/")], c="<小区>")
    assert '<a href="/x/">荷塘区</a>' in html
    assert "&lt;小区&gt;" in html
    assert html.count("aria-current") == 1


def _chart(**changes: object) -> Chart:
    series = [Series("占比", [88.6, None], links=["/list/?a=1", ""])]
    given: dict[str, object] = {
        "key": "share", "title": "支部<覆盖>", "head": "区", "labels": ["荷塘区", "</script>"], "series": series,
        "definition": "有支部的小区占全部小区。", "as_of": NOW, "unit": "%",
    }  # fmt: skip
    return Chart(**{**given, **changes})  # type: ignore[arg-type]  # made from a dict for brevity


def test_a_chart_has_its_words_and_the_table_behind_it() -> None:
    html = render("{% chart chart %}", chart=_chart())
    assert "支部&lt;覆盖&gt;" in html
    assert "有支部的小区占全部小区。" in html
    assert '<time class="ui-time" datetime="2026-11-20T04:00:00+00:00"' in html
    assert '<td class="ui-number"><a href="/list/?a=1">88.6</a></td>' in html
    assert '<td class="ui-number">–</td>' in html


def test_a_charts_figures_are_plain_numbers_and_cannot_end_the_script() -> None:
    html = render("{% chart chart %}", chart=_chart(series=[Series("万元", [Decimal("1234.50"), 2])]))
    data = html.split('<script id="chart-share" type="application/json">')[1].split("</script>")[0]
    figures = json.loads(data)
    assert figures["series"] == [{"name": "万元", "values": [1234.5, 2.0], "links": []}]
    assert figures["labels"] == ["荷塘区", "</script>"]
    assert "1234.50<" in html


def test_a_chart_that_does_not_fit_or_has_too_many_series_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        _chart(series=[Series("占比", [1])])
    with pytest.raises(ValueError, match="told apart"):
        _chart(series=[Series(str(at), [1, 2]) for at in range(5)])


def test_an_empty_chart_says_so() -> None:
    html = render("{% chart chart %}", chart=_chart(labels=[], series=[]))
    assert "data-chart-box" not in html
