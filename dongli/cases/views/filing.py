"""The page on which an appeal is filed, shared by residents and by those who file for them."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dongli.areas import queries as areas
from dongli.areas.models import Area, Level
from dongli.cases import policy
from dongli.cases.actions.filing import Filing, submit
from dongli.cases.forms.place import picked, picker
from dongli.cases.forms.resident import CODE_LENGTH, ReportForm, typed
from dongli.cases.models import Case, Category, Source
from dongli.cases.queries.nearby import Known
from dongli.cases.queries.resident import suggestions
from dongli.cases.views.drafts import Drafts, posted
from dongli.cases.views.known import known_to
from dongli.common.clock import now, today
from dongli.common.errors import NotFound, Refusal, TooMany
from dongli.common.ids import new_id, parse_id
from dongli.common.masking import mask_phone
from dongli.people.guards import viewer_from
from dongli.people.ratelimits import RateKey, hit, visitor
from dongli.people.viewer import Viewer

FIELD_OF_REFUSAL = {"point": "place"}
KEY_KEPT = timedelta(days=7)
KEY_AHEAD = timedelta(minutes=10)


def _nothing(case: Case, phone: str) -> None:
    """What residents' own filings are followed by."""


@dataclass(frozen=True)
class Mode:
    """How the page differs by who files: where it leads, through which door, and in which part of the city.

    `filed` is called with the case and the phone that was left; `place` is settled beforehand.
    """

    template: str
    done: Callable[[Case], str]
    filed: Callable[[Case, str], None] = _nothing
    source: str = Source.WEB
    root: Area | None = None
    place: str = ""
    roots: tuple[Area, ...] = ()

    @property
    def for_others(self) -> bool:
        return self.source not in {Source.WEB, Source.QR}


def filing_page(request: HttpRequest, mode: Mode) -> HttpResponse:
    """The empty page; the page again with everything kept; or the way to the case that was filed."""
    viewer = viewer_from(request)
    own_phone = "" if mode.for_others or viewer.user is None else viewer.user.phone
    if request.method != "POST":
        data = {"place": mode.place, "scanned": request.GET.get("scanned", ""), "phone": masked(own_phone)}
        form = ReportForm(initial={**data, "danger": "", "about": ""}, own_phone=own_phone)
        return _page(request, mode, form, Drafts(), data)
    drafts = posted(request)
    form = ReportForm(request.POST, own_phone=own_phone)
    refusals = _add_photos(request, drafts)
    if wish := request.POST.get("do", ""):
        return _arranged(request, mode, drafts, wish, refusals)
    for refusal in refusals:
        form.add_error("photos", str(refusal.message))
    if form.is_valid() and not form.cleaned_data["join"] and (found := known_to(request, form, mode.for_others)):
        return _page(request, mode, form, drafts, request.POST.dict(), known=found)
    if form.is_valid():
        try:
            case = _file(request, mode, viewer, form, drafts)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            mode.filed(case, form.cleaned_data["phone"])
            response = HttpResponseRedirect(mode.done(case))
            response.status_code = 303
            return response
    return _page(request, mode, form, drafts, request.POST.dict(), status=422)


def masked(phone: str) -> str:
    """The account's number as the form shows it."""
    return mask_phone(phone) if phone else ""


def add_refusal(form: Form, refusal: Refusal) -> None:
    """Say a refusal at the field it is about, or above the form."""
    field = FIELD_OF_REFUSAL.get(refusal.field or "", refusal.field)
    form.add_error(field if field in form.fields else None, str(refusal.message))


def _add_photos(request: HttpRequest, drafts: Drafts) -> list[Refusal]:
    """Keep what was uploaded, before anything else is judged; what was wrong with some of it."""
    try:
        return list(drafts.add(request, request.FILES.getlist("photos")).refusals)
    except TooMany as refusal:
        return [refusal]


def _arranged(request: HttpRequest, mode: Mode, drafts: Drafts, wish: str, refusals: list[Refusal]) -> HttpResponse:
    """The page after a button that arranges it: nothing is judged yet, everything typed stands."""
    data = request.POST.dict()
    verb, _colon, value = wish.partition(":")
    if verb == "place":
        data["place"] = value[:CODE_LENGTH]
    elif verb == "forget":
        data["place"] = data["scanned"] = ""
    elif verb == "drop":
        drafts.drop(parse_id(value))
    form = ReportForm(initial=data)
    return _page(request, mode, form, drafts, data, notes=[str(refusal.message) for refusal in refusals])


def _file(request: HttpRequest, mode: Mode, viewer: Viewer, form: ReportForm, drafts: Drafts) -> Case:
    data = form.cleaned_data
    where = form.where()
    if mode.root is not None and not where.area_code and where.longitude is None:
        where = replace(where, area_code=mode.root.code)
    filing = Filing(
        what=data["what"],
        where=where,
        source=Source.QR if data["scanned"] and not mode.for_others else mode.source,
        category=data["category"],
        name=data["name"],
        phone=data["phone"],
        about=data["about"],
        danger=data["danger"],
        photos=drafts.ids,
        draft_key=drafts.key,
        ticket=data["ticket"] if mode.source == Source.HOTLINE else "",
        join=parse_id(data["join"]),
    )
    key = case_key(request.POST.get("idempotency_key", ""))
    if not mode.for_others:
        _count(request, data["phone"], key)
    case = submit(viewer=viewer, key=key, filing=filing)
    if filing.join is not None and case.lead_case_id is None:
        messages.info(request, _("What you wanted to join has moved on meanwhile: your appeal is handled by itself."))
    return case


def _count(request: HttpRequest, phone: str, key: UUID) -> None:
    """Count the filing; the repeat of one that went through is let pass, so that its answer is not lost."""
    try:
        hit(RateKey("filing_by_phone", phone), *visitor(request, "filing"))
    except TooMany:
        if not Case.objects.filter(pk=key).exists():
            raise


def case_key(text: str) -> UUID:
    """The id of the case that the form with this key makes: the same for the same form, and not to be told from the id.

    Whoever reads a case's id elsewhere could otherwise send its words again and be given its secret link. The time of
    the key is kept, so that ids stay in the order of filing; a key from another week counts as none.
    """
    posted_key = parse_id(text)
    if posted_key is None or posted_key.version != 7:
        return new_id()
    age = now().timestamp() * 1000 - (posted_key.int >> 80)
    if not -KEY_AHEAD.total_seconds() * 1000 <= age <= KEY_KEPT.total_seconds() * 1000:
        return new_id()
    sealed = hmac.new(settings.HASH_KEY.encode(), b"case key " + posted_key.bytes, sha256).digest()
    version, variant = 0x70 | sealed[6] & 0x0F, 0x80 | sealed[8] & 0x3F
    return UUID(bytes=posted_key.bytes[:6] + bytes([version, sealed[7], variant]) + sealed[9:16])


def _page(
    request: HttpRequest,
    mode: Mode,
    form: ReportForm,
    drafts: Drafts,
    data: Mapping[str, str] | QueryDict,
    *,
    status: int = 200,
    notes: list[str] | None = None,
    known: Sequence[Known] = (),
) -> HttpResponse:
    place = _place(request, mode, data)
    on = today()
    classes = policy.catalogue(on) if mode.for_others else policy.offered(place["settled"] or _picked(data), on)
    context: dict[str, Any] = {
        "form": form,
        "mode": mode,
        "drafts": drafts.photos,
        "notes": notes or [],
        "known": known,
        "classes": _by_major(classes),
        "chosen_class": data.get("category", ""),
        "suggested": suggestions(data.get("what", "")[:4000], classes),
        **place,
    }
    response = render(request, mode.template, context, status=status)
    response.headers["Cache-Control"] = "no-store"
    drafts.remember(response)
    return response


def _by_major(classes: list[Category]) -> dict[str, list[Category]]:
    majors: dict[str, list[Category]] = {}
    for row in classes:
        majors.setdefault(row.major_name, []).append(row)
    return majors


def _place(request: HttpRequest, mode: Mode, data: Mapping[str, str]) -> dict[str, Any]:
    """The place that is settled, or else the picker; and the visitor's own compound as a short cut."""
    home = None
    viewer = viewer_from(request)
    if not mode.for_others and viewer.user is not None:
        home = viewer.user.home
    code = data.get("place", "")
    settled = _active(code) if code else None
    if settled is not None:
        return {"settled": settled, "settled_path": areas.breadcrumb(settled)[1:], "home": home}
    root = mode.root or areas.city()
    return {"settled": None, "choices": picker(typed(data), root), "home": home, "outlines": _outlines(root)}


def _picked(data: Mapping[str, str]) -> Area | None:
    """The smallest place chosen in the lists, if any."""
    code = picked(typed(data))
    return _active(code) if code else None


def _outlines(root: Area) -> str:
    """The address of the outlines to draw on the map: the parts of `root` that tell most."""
    level = {Level.CITY: "district", Level.DISTRICT: "community"}.get(Level(root.level), "grid")
    return reverse("areas:outlines", args=[level, root.code])


def _active(code: str) -> Area | None:
    try:
        area = areas.area_by_code(code)
    except NotFound:
        return None
    return area if area.retired_on is None else None
