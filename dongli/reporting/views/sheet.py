"""One compound's coverage, and what is decided about its gaps: reasons and duties."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dongli.areas.queries import breadcrumb
from dongli.common.clock import now, today
from dongli.common.errors import Conflict, Invalid
from dongli.duties.forms import StepForm
from dongli.duties.wording import DUTY_LOOKS
from dongli.people.guards import desk_required, viewer_from
from dongli.people.viewer import Viewer
from dongli.reporting import access
from dongli.reporting.actions import assigning, reasons
from dongli.reporting.forms import ChargeForm, ReasonForm
from dongli.reporting.queries import sheet as queries
from dongli.reporting.queries.sheet import Line, Sheet
from dongli.reporting.wording import STATE_LOOKS

Forms = dict[str, StepForm]


def sheet_page(request: HttpRequest, viewer: Viewer, code: str, bound: Forms | None = None) -> HttpResponse:
    """The page of a compound; `bound`: a form that could not be taken, by its name and item ("reason-branch")."""
    compound = queries.compound_of(viewer, code)
    found = queries.sheet(compound)
    given = bound or {}
    above = [one for one in breadcrumb(compound) if access.reads(viewer, one)]
    context = {
        "compound": compound,
        "crumbs": [(one.name, queries.address(one) if one != compound else "") for one in above],
        "sheet": found,
        "lines": [(line, _forms(viewer, found, line, given)) for line in found.lines],
        "looks": STATE_LOOKS,
        "duty_looks": DUTY_LOOKS,
        "explains": access.explains(viewer, compound),
        "follows": access.follows(viewer, compound),
        "bound": next(iter(given.values()), None),
        "today": today(),
        "as_of": now(),
    }
    return render(request, "reporting/sheet.html", context, status=422 if bound else 200)


@desk_required
@require_safe
def work_list(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """What was done of one kind in a compound within the period: the records behind the number on its sheet."""
    compound, kind = queries.compound_of(viewer_from(request), code), queries.kind_of(key)
    rows = queries.work_done(compound, kind)
    context = {
        "compound": compound,
        "kind": kind,
        "rows": [(what, at, kind.url(what) if kind.url is not None else "") for what, at in rows],
        "capped": len(rows) >= queries.MOST,
        "most": queries.MOST,
        "sheet_url": queries.address(compound),
    }
    return render(request, "reporting/work.html", context)


def _forms(viewer: Viewer, found: Sheet, line: Line, bound: Forms) -> Forms:
    """What the viewer may decide about this line, as empty forms or as they were sent."""
    key, compound = line.item.key, found.compound
    forms: Forms = {}
    if line.is_gap and access.explains(viewer, compound):
        name = f"reason-{key}"
        forms["reason"] = bound.get(name) or _reason_form(key, None)
    if line.is_gap and (line.duty is None or not line.duty.is_open) and access.assigns(viewer, compound):
        name = f"duty-{key}"
        forms["duty"] = bound.get(name) or ChargeForm(area=compound, auto_id=f"{name}-%s")
    return forms


def _reason_form(item: str, request: HttpRequest | None) -> ReasonForm:
    listed = reasons.reasons_for(item, today())
    return ReasonForm(request.POST if request else None, reasons=listed, auto_id=f"reason-{item}-%s")


@desk_required
@require_POST
def give_reason(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """Say why there is a gap."""
    viewer = viewer_from(request)
    compound = queries.compound_of(viewer, code)
    form = _reason_form(item, request)

    def act() -> object:
        return reasons.give_reason(viewer=viewer, code=code, item=item, key=form.key, given=form.given)

    done = _decided(form, act)
    if not done:
        return sheet_page(request, viewer, code, {f"reason-{item}": form})
    messages.success(request, _("The reason stands beside the gap until its day."))
    return HttpResponseRedirect(f"{queries.address(compound)}#item-{item}")


@desk_required
@require_POST
def withdraw_reason(request: HttpRequest, reason_id: UUID) -> HttpResponse:
    """Take a reason back."""
    found = reasons.withdraw_reason(viewer=viewer_from(request), reason_id=reason_id)
    messages.success(request, _("The reason was taken back."))
    return HttpResponseRedirect(f"{queries.address(found.compound)}#item-{found.item}")


@desk_required
@require_POST
def assign(request: HttpRequest, code: str, item: str) -> HttpResponse:
    """Give a gap to somebody as a duty."""
    viewer = viewer_from(request)
    compound = queries.compound_of(viewer, code)
    form = ChargeForm(request.POST, area=compound, auto_id=f"duty-{item}-%s")

    def act() -> object:
        return assigning.assign_gap(viewer=viewer, code=code, item=item, key=form.key, charge=form.charge)

    if not _decided(form, act):
        return sheet_page(request, viewer, code, {f"duty-{item}": form})
    messages.success(request, _("It is on the owner's duty list now."))
    return HttpResponseRedirect(f"{queries.address(compound)}#item-{item}")


def _decided(form: StepForm, act: Callable[[], object]) -> bool:
    """Whether it was done; what was wrong stands in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        return False
    except Conflict as refusal:
        form.add_error(None, str(refusal.message))
        return False
    return True
