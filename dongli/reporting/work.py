"""The kinds of work of the apps there are; those to come register theirs with `areas.work` themselves."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dongli.areas.work import WorkKind, register

_WITHIN = "SELECT id FROM areas_area WHERE path >= compound.path AND path < compound.path_end"

KINDS = (
    WorkKind(
        "cases", _("Cases closed"),
        _("Cases of the compound and its buildings that were closed, without those that only few may see."),
        f"FROM cases_case done WHERE done.place_id IN ({_WITHIN})"
        " AND done.closed_at >= %(since)s AND done.closed_at < %(until)s"
        " AND done.about = '' AND cardinality(done.hidden_from) = 0",
        what="done.number", at="done.closed_at", url=lambda number: reverse("desk_case", args=[number]),
    ),
    WorkKind(
        "meetings", _("Joint meetings held"),
        _("Joint meetings held by an organisation of the compound, or by a joint branch that it belongs to."),
        "FROM organisations_organisation convenor JOIN partnerships_meeting done ON done.convenor_id = convenor.id"
        " WHERE (convenor.area_id = compound.id OR convenor.id IN"
        " (SELECT organisation_id FROM organisations_ground ground WHERE ground.area_id = compound.id"
        " AND ground.kind IN ('branch', 'general_branch') AND ground.since < %(until)s::date"
        " AND (ground.until IS NULL OR ground.until > %(since)s::date)))"
        " AND done.held_at >= %(since)s AND done.held_at < %(until)s",
        what="done.title", at="done.held_at",
    ),
    WorkKind(
        "duties", _("Steps on duties"), _("Progress and fulfilment reported on duties of the compound."),
        f"FROM duties_duty duty JOIN duties_dutystep done ON done.duty_id = duty.id WHERE duty.area_id IN ({_WITHIN})"
        " AND done.verb IN ('progress', 'close') AND done.at >= %(since)s AND done.at < %(until)s",
        what="duty.title", at="done.at",
    ),
    WorkKind(
        "wishes", _("Micro-wishes fulfilled"), _("Micro-wishes of the compound that were fulfilled."),
        "FROM volunteering_wish done WHERE done.compound_id = compound.id"
        " AND done.done_at >= %(since)s AND done.done_at < %(until)s",
        what="done.title", at="done.done_at",
    ),
    WorkKind(
        "service", _("Members’ service confirmed"),
        _("Records of service of in-service members that the compound confirmed, by the day of the service."),
        "FROM volunteering_service done WHERE done.compound_id = compound.id AND done.state = 'confirmed'"
        " AND done.on >= (%(since)s AT TIME ZONE 'Asia/Shanghai')::date"
        " AND done.on < (%(until)s AT TIME ZONE 'Asia/Shanghai')::date",
        what="''", at="done.on",
    ),
)  # fmt: skip


def register_kinds() -> None:
    """Called when the app is ready."""
    for kind in KINDS:
        register(kind)
