"""For the administrator: what was sent to whom, how far it came, and what the provider said."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dongli.common.masking import mask_phone
from dongli.notices import actions, kinds, queries
from dongli.notices.models import Channel, Delivery, DeliveryState
from dongli.people.guards import administrator_required, viewer_from


@require_safe
@administrator_required
def deliveries(request: HttpRequest) -> HttpResponse:
    """Every delivery, newest first."""
    state = request.GET.get("state", "")
    rows, cursor = queries.deliveries(viewer_from(request), state=state, after=request.GET.get("after", ""))
    context = {
        "rows": [(row, masked(row)) for row in rows],
        "next_cursor": cursor,
        "state": state,
        "states": DeliveryState.choices,
    }
    return render(request, "notices/deliveries.html", context)


@require_safe
@administrator_required
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery with its attempts."""
    found = queries.delivery(viewer_from(request), delivery_id)
    may_retry = found.state == DeliveryState.FAILED and found.kind not in actions.SECRET_KINDS
    context = {"delivery": found, "address": masked(found), "may_retry": may_retry}
    return render(request, "notices/delivery.html", context)


@require_safe
@administrator_required
def trace(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """A notification from event to provider."""
    found, sent = queries.trace(viewer_from(request), notification_id)
    context = {"notification": found, "words": kinds.word(found.kind, found.params), "deliveries": sent}
    return render(request, "notices/trace.html", context)


@require_POST
@administrator_required
def retry(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    """Try a failed delivery once more."""
    actions.retry(viewer=viewer_from(request), delivery_id=delivery_id)
    return HttpResponseRedirect(reverse("notices:delivery", args=[delivery_id]))


def masked(delivery: Delivery) -> str:
    """Where it went, without telling the address."""
    if delivery.channel == Channel.SMS:
        return mask_phone(delivery.address)
    if delivery.channel == Channel.WEBHOOK:
        return delivery.webhook.name if delivery.webhook is not None else ""
    name, _at, host = delivery.address.partition("@")
    return f"{name[:1]}***@{host}"
