"""The living style page: every part, in the demonstration only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from dongli.common.charts import Chart, Series
from dongli.common.clock import now

STATES: dict[str, tuple[str | Promise, str, str]] = {
    "filed": (_("Filed"), "circle-dashed", ""),
    "dispatched": (_("With the grid"), "send", "info"),
    "working": (_("Being worked on"), "progress-check", "info"),
    "waiting": (_("Waiting for departments"), "hourglass", "warn"),
    "late": (_("Late"), "clock-exclamation", "bad"),
    "solved": (_("Solved so far"), "circle-check", "good"),
}


@dataclass(frozen=True)
class Row:
    """A made-up case in a list."""

    number: str
    title: str
    place: str
    state: str
    due: datetime


@dataclass(frozen=True)
class SampleStep:
    """A made-up line of a timeline."""

    title: str
    at: datetime
    icon: str
    who: str = ""
    text: str = ""
    tone: str = ""


class SampleForm(forms.Form):
    """One of each kind of control."""

    what = forms.CharField(
        label=_("What is the matter?"),
        help_text=_("In your own words. Where exactly, since when?"),
        widget=forms.Textarea,
    )
    phone = forms.CharField(label=_("Mobile number"), help_text=_("Only those who handle it see it."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("a", _("Street lamp")), ("b", _("Rubbish")), ("c", _("Noise"))])
    contact = forms.ChoiceField(
        label=_("How may we reach you?"),
        choices=[("phone", _("By phone")), ("none", _("Not at all: I look here myself"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("Anything else"), required=False)
    agree = forms.BooleanField(label=_("Keep my name from those the appeal is about"), required=False)


def _rows(moment: datetime) -> list[Row]:
    hours = {"late": -51, "working": 3, "waiting": 72, "solved": 144}
    texts = [
        ("ZZ-2611-0412", "钟鼓岭小区 3 栋楼道灯不亮，老人上下楼看不见", "荷塘区 · 茨菇塘街道 · 钟鼓岭", "late"),
        ("ZZ-2611-0431", "夜间施工噪音，连续三天到凌晨一点", "天元区 · 泰山路街道 · 庐山", "working"),
        ("ZZ-2611-0440", "菜市场门口污水外溢", "芦淞区 · 建宁街道 · 建宁", "waiting"),
        ("ZZ-2611-0388", "单元门禁坏了半个月", "石峰区 · 清水塘街道 · 映峰", "solved"),
    ]
    return [Row(*text, due=moment + timedelta(hours=hours[text[3]])) for text in texts]


def _steps(moment: datetime) -> list[SampleStep]:
    ago = [moment - timedelta(hours=hours) for hours in (1, 20, 26, 48)]
    answer = "已换三层、五层灯具，现场拍照。"
    return [
        SampleStep("办结，等您确认", ago[0], "circle-check", who="钟鼓岭社区", text=answer, tone="good"),
        SampleStep("已联系您", ago[1], "phone", who="网格员", text="电话约好上午到场。", tone="info"),
        SampleStep("派给网格", ago[2], "send"),
        SampleStep("收到您的诉求", ago[3], "message"),
    ]


def _context() -> dict[str, object]:
    moment = now() + timedelta(seconds=30)
    rows = _rows(moment)
    points = [
        {"lon": 113.134, "lat": 27.828, "tone": "bad", "label": rows[0].title, "url": "#"},
        {"lon": 113.12, "lat": 27.84, "tone": "info", "label": rows[1].title, "url": ""},
        {"lon": 113.15, "lat": 27.815, "tone": "good", "label": rows[3].title, "url": ""},
    ]
    return {
        "rows": rows,
        "steps": _steps(moment),
        "points": points,
        "charts": _charts(moment),
        "facts": [
            (_("Number"), rows[0].number),
            (_("Place"), rows[0].place),
            (_("Filed by"), "138****0000"),
            (_("Kind"), "公共照明"),
        ],
        "states": STATES,
        "soon": moment + timedelta(hours=3),
        "far": moment + timedelta(days=5),
        "late": moment - timedelta(days=2),
    }


def _charts(moment: datetime) -> list[Chart]:
    """One of each kind, with made-up figures."""
    names = ["荷塘区", "芦淞区", "石峰区", "天元区", "渌口区"]
    months = [f"{month} 月" for month in range(6, 12)]
    covered, missing = [62, 55, 48, 71, 39], [8, 12, 15, 4, 21]
    return [
        Chart(
            "sample-bar", str(_("Compounds with a branch")), str(_("District")), names,
            [Series(str(_("Share")), [88.6, 82.1, 76.2, 94.7, 65.0], links=["#"] * len(names))],
            str(_("Compounds with a branch of their own or a joint one, of all compounds.")), moment, unit="%",
        ),
        Chart(
            "sample-stacked", str(_("Compounds by coverage")), str(_("District")), names,
            [Series(str(_("Covered")), covered), Series(str(_("Missing")), missing)],
            str(_("Every compound once.")), moment, kind="stacked",
        ),
        Chart(
            "sample-line", str(_("Appeals by month")), str(_("Month")), months,
            [
                Series(str(_("Filed")), [412, 388, 455, 430, 402, 377]),
                Series(str(_("Solved")), [301, 322, 390, 401, 371, 290]),
            ],
            str(_("By the month in which they were filed.")), moment, kind="line",
        ),
    ]  # fmt: skip


def _forms() -> tuple[SampleForm, SampleForm]:
    wrong = SampleForm({"what": "路灯不亮", "phone": "", "kind": "a"})
    wrong.full_clean()
    return SampleForm(), wrong


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The phone's parts."""
    return _render(request, "web/styleguide.html")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The desk's parts."""
    return _render(request, "web/styleguide_desk.html")


def _render(request: HttpRequest, template: str) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    messages.success(request, _("Kept. The department has been told."))
    form, wrong = _forms()
    return render(
        request,
        template,
        {**_context(), "form": form, "wrong": wrong, "nav_counts": {"queue": 128, "whistles": 3, "today": 5}},
    )
