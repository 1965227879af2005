"""The parts pages are made of. `{% load ui %}`; each tag is shown on /styleguide/ and in docs/frontend.md."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import CheckboxInput
from django.forms.boundfield import BoundField
from django.template import RequestContext
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dongli.common.charts import Chart, Number
from dongli.common.clock import now as clock_now
from dongli.common.ids import new_id
from dongli.web import moments, navigation

register = template.Library()
COUNT_LIMIT = 99
CHART_LABELS = 8


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers: a word always stands beside it."""
    return _icon(name, extra_class)


# A list of fifty rows shows the same few icons, badges and options hundreds of times: they are put together once.
@lru_cache(maxsize=256)
def _icon(name: str, extra_class: str) -> SafeString:
    return format_html(
        '<svg class="ui-icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        extra_class,
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(state: object, mapping: Mapping[Any, Any] | None = None) -> SafeString:
    """A state as icon, word and colour.

    `state` is looked up in `mapping` when one is given; what is found is `(word, icon, tone)` or an object with those
    attributes. Tones: "", info, good, warn, bad. An unknown state shows its own text.
    """
    found: Any = state if mapping is None else mapping.get(state, (state, "circle-dot", ""))
    word, name, tone = found if isinstance(found, tuple | list) else (found.word, found.icon, found.tone)
    return _badge(str(word), str(name), str(tone))


@lru_cache(maxsize=512)
def _badge(word: str, name: str, tone: str) -> SafeString:
    tint = f" ui-tone-{tone}" if tone else ""
    return format_html('<span class="ui-badge{}">{}{}</span>', tint, icon(name), word)


@register.simple_tag
def options(rows: Iterable[tuple[object, object]], chosen: object = "") -> SafeString:
    """The `<option>`s of a long list of (value, label), quickly; the chosen one is marked."""
    return _options(tuple((str(value), str(label)) for value, label in rows), str(chosen))


@lru_cache(maxsize=128)
def _options(rows: tuple[tuple[str, str], ...], wanted: str) -> SafeString:
    return format_html_join(
        "", '<option value="{}"{}>{}</option>',
        ((value, SafeString(" selected") if value == wanted else "", label) for value, label in rows),
    )  # fmt: skip


@register.simple_tag
def count(number: int) -> SafeString:
    """A count badge, capped at 99+; nothing for zero."""
    if not number:
        return SafeString("")
    return format_html('<span class="ui-count">{}</span>', f"{COUNT_LIMIT}+" if number > COUNT_LIMIT else number)


@register.simple_tag
def moment(when: datetime | None, form: str = "%s") -> SafeString:
    """A moment in words: “今天 14:00”. `form="before"` makes “今天 14:00 前”."""
    if when is None:
        return SafeString("–")
    words = moments.spoken(when, clock_now())
    if form == "before":
        words = _("before %(moment)s") % {"moment": words}
    return format_html(
        '<time class="ui-time" datetime="{}" title="{}">{}</time>', when.isoformat(), moments.exact(when), words
    )


@register.simple_tag
def time_left(due: datetime | None, stopped_at: datetime | None = None) -> SafeString:
    """Time left until `due`, or how late; with `stopped_at` (when it was done), how late it was then."""
    if due is None:
        return SafeString("")
    at = stopped_at or clock_now()
    if stopped_at and stopped_at <= due:
        return format_html('<span class="ui-time" title="{}">{}</span>', moments.exact(due), _("In time"))
    tone = moments.urgency(due, at)
    return format_html(
        '<time class="ui-time{}" datetime="{}" title="{}"{}>{}{}</time>',
        f" ui-time-{tone}" if tone else "",
        due.isoformat(),
        moments.exact(due),
        SafeString("") if stopped_at else SafeString(" data-countdown"),
        format_html("{} ", icon("clock-exclamation")) if tone == "late" else "",
        moments.left(due, at),
    )


@register.inclusion_tag("web/components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", **attrs: str) -> dict[str, object]:
    """A form field with label, help and error, tied together for screen readers.

    Other keyword arguments become attributes of the control, underscores as hyphens: `{% field form.text rows="6" %}`.
    """
    widget = bound.field.widget
    grouped = bound.use_fieldset
    checkbox = isinstance(widget, CheckboxInput)
    if hint:
        bound.help_text = hint
    control: dict[str, str | bool] = {name.replace("_", "-"): value for name, value in attrs.items()}
    if not grouped and not checkbox:
        base = "form-select" if widget.__class__.__name__.startswith("Select") else "form-control"
        control["class"] = f"{base} {widget.attrs.get('class', '')}".strip()
    return {
        "bound": bound,
        "label": label or bound.label,
        "help": bound.help_text,
        "optional": not bound.field.required and not checkbox,
        "grouped": grouped,
        "checkbox": checkbox,
        "anchor": bound.id_for_label or bound.auto_id,
        "widget": "" if grouped else bound.as_widget(attrs=control),
    }


@register.filter
def bare(label: object) -> str:
    """A label without the question mark or colon at its end."""
    return str(label).rstrip("?？:： ")


@register.simple_tag
def idempotency() -> SafeString:
    """A hidden key that lets the server recognise the same form sent twice."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', new_id())


@register.inclusion_tag("web/components/post_button.html", takes_context=True)
def post_button(
    context: RequestContext, url: str, label: str, *, style: str = "", icon: str = "", key: str = "", **options: Any
) -> dict[str, object]:
    """A button that posts to `url`: a form of its own, with the CSRF token and an idempotency key.

    `style`: btn-primary, btn-danger, btn-link. `key`: a shortcut letter at the desk. `target` and `swap`: let htmx put
    the answer there instead of leaving the page. Any other keyword becomes a hidden field.
    """
    target, swap = options.pop("target", ""), options.pop("swap", "outerHTML")
    return {
        "url": url,
        "label": label,
        "style": style,
        "icon": icon,
        "shortcut": key,
        "target": target,
        "swap": swap,
        "values": options,
        "key": new_id(),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def next_url(context: RequestContext, cursor: str | None, parameter: str = "after") -> str:
    """This page's address with `parameter` set to `cursor` (keyset paging); empty when there is no next page."""
    if not cursor:
        return ""
    query = context["request"].GET.copy()
    query[parameter] = cursor
    return f"?{query.urlencode()}"


@register.inclusion_tag("web/components/next_page.html", takes_context=True)
def next_page(context: RequestContext, cursor: str | None, parameter: str = "after") -> dict[str, str]:
    """The “show more” link of a keyset-paged list; nothing on the last page."""
    return {"url": next_url(context, cursor, parameter)}


@register.inclusion_tag("web/components/breadcrumb.html")
def breadcrumb(*crumbs: Any) -> dict[str, object]:
    """Where one is. Each crumb is a text, a `(text, url)` pair, a list of those, or an object with `name` (an area)."""
    return {"crumbs": [_crumb(one) for crumb in crumbs if crumb for one in _several(crumb)]}


def _several(crumb: Any) -> Sequence[Any]:
    return crumb if isinstance(crumb, list) or hasattr(crumb, "_result_cache") else [crumb]


def _crumb(crumb: Any) -> dict[str, str]:
    if isinstance(crumb, tuple):
        return {"label": str(crumb[0]), "url": crumb[1]}
    return {"label": str(getattr(crumb, "name", crumb)), "url": ""}


@register.inclusion_tag("web/components/stepper.html")
def stepper(steps: Sequence[str] | str, current: int) -> dict[str, object]:
    """The steps of a form with several pages; `steps` may be one text parted by “|”; `current` counts from 1."""
    return {"steps": steps.split("|") if isinstance(steps, str) else steps, "current": current}


@register.inclusion_tag("web/components/map.html")
def map_box(label: str, **options: Any) -> dict[str, object]:
    """A map with outlines and dots, and a way to pick a place.

    Options: `outlines` (URL of GeoJSON with `name`), `points` (a list of `{lon, lat, tone, label, url}`) or
    `points_url` (the same as JSON), `pick_longitude` and `pick_latitude` (ids of the inputs to fill), `centre`
    (“lon,lat”), `zoom`, `tall`. The page must say the same in words.
    """
    centre = options.get("centre") or "{},{}".format(*settings.CITY_CENTRE)
    points = options.get("points")
    return {
        "label": label,
        "outlines": options.get("outlines", ""),
        "inline_points": json.dumps(points, ensure_ascii=False) if points is not None else "",
        "points_url": options.get("points_url", ""),
        "pick_longitude": options.get("pick_longitude", ""),
        "pick_latitude": options.get("pick_latitude", ""),
        "centre": centre,
        "zoom": options.get("zoom", 11),
        "tall": options.get("tall", False),
        "tiles": settings.MAP_TILES,
        "attribution": settings.MAP_ATTRIBUTION,
    }


@register.inclusion_tag("web/components/chart.html")
def chart(chart: Chart) -> dict[str, object]:
    """A chart (`dongli.common.charts.Chart`) with title, definition, “as of”, and the table behind it in words."""
    columns = [list(zip(one.values, one.links or [""] * len(chart.labels), strict=True)) for one in chart.series]
    return {
        "chart": chart,
        "figures": _figures(chart),
        "figures_id": f"chart-{chart.key}",
        "long": len(chart.labels) > CHART_LABELS,
        "rows": [
            (label, [(_shown(column[at][0]), column[at][1]) for column in columns])
            for at, label in enumerate(chart.labels)
        ],
    }


def _figures(chart: Chart) -> dict[str, object]:
    """What the script draws: plain numbers."""
    series = [[None if value is None else float(value) for value in one.values] for one in chart.series]
    known = [value for values in series for value in values if value is not None]
    return {
        "kind": chart.kind,
        "unit": chart.unit,
        "labels": [str(label) for label in chart.labels],
        "whole": all(value.is_integer() for value in known),
        "lowest": min(known, default=0),
        "highest": max(known, default=0),
        "series": [
            {"name": str(one.name), "values": values, "links": [str(link) for link in one.links]}
            for one, values in zip(chart.series, series, strict=True)
        ],
    }


def _shown(value: Number | None) -> str:
    return "–" if value is None else number_format(value, force_grouping=True)


@register.inclusion_tag("web/components/tabs.html", takes_context=True)
def tabs(context: RequestContext, room: str) -> dict[str, object]:
    """The bottom bar of a phone room: resident or worker."""
    request = context["request"]
    counts = context.get("nav_counts") or {}
    return {"items": navigation.links(request, navigation.ROOMS[room], counts), "name": _("Main pages")}


@register.inclusion_tag("web/components/desk_nav.html", takes_context=True)
def desk_nav(context: RequestContext) -> dict[str, object]:
    """The desk's side bar; a view may pass `nav_counts` ({"queue": 12})."""
    return {"sections": navigation.sections(context["request"], context.get("nav_counts") or {})}
