"""The pages whose cost must not grow with the number of cases: who opens which address. For a test and a benchmark.

for page in pages(city.department("urban_management")): client.get(page.address)
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from dongli.areas.models import Area, Level
from dongli.cases.models import Case, CaseContact
from dongli.cases.views.staff import OWN_FILTERS, PLACING_FILTERS
from dongli.cases.workflow import CaseState
from dongli.organisations.models import Organisation

WORDS = {"one letter": "路", "two letters": "路灯", "four letters": "路灯不亮", "rare": "獾猪", "nowhere": "灯亮不路"}


@dataclass(frozen=True)
class Page:
    """A page as one persona opens it: `person` as in `City.person`, "" for a visitor."""

    name: str
    person: str
    address: str


def _queue(**asked: str) -> str:
    return f"/desk/queue/?{urlencode(asked)}"


def pages(department: Organisation) -> list[Page]:
    """The worker's today, the queue with each filter and each way of searching, a case, boards, map, problems."""
    case = Case.objects.filter(state=CaseState.WORKING, community__isnull=False).order_by("-id")[0]
    contact = CaseContact.objects.order_by("-case_id").select_related("case")[0]
    compound = Area.objects.filter(level=Level.COMPOUND, pk__in=Case.objects.order_by("-id").values("place")[:500])[0]
    assert case.community is not None
    day = f"{case.filed_at:%Y-%m-%d}"
    found = [Page(f"queue, {name}", "city", _queue(filter=name)) for name in PLACING_FILTERS]
    found += [Page(f"queue, {name}", "community", _queue(filter=name)) for name in ("new", "late", "closed", "all")]
    found += [Page(f"own, {name}", "urban", _queue(filter=name)) for name in OWN_FILTERS]
    found += [Page(f"search, {name}", "city", _queue(filter="all", q=words)) for name, words in WORDS.items()]
    found += [Page(f"search, {name}", "community", _queue(filter="all", q=words)) for name, words in WORDS.items()]
    more = {
        "number": {"q": case.number},
        "phone": {"q": contact.phone},
        "state": {"state": "working"},
        "line": {"line": "urban_management"},
        "department": {"department": str(department.id)},
        "late": {"late": "1"},
        "area": {"area": case.community.code},
        "period": {"since": day, "until": day},
    }
    found += [Page(f"by {name}", "city", _queue(filter="all", **asked)) for name, asked in more.items()]
    return [
        *found,
        Page("worker's today", "worker", "/work/today/"),
        Page("case", "city", f"/desk/case/{case.number}/"),
        Page("public board", "", f"/place/{compound.code}/"),
        Page("map", "city", "/desk/map/?filter=all"),
        Page("clusters", "city", "/desk/map/points.json?filter=all"),
        Page("clusters, near", "city", f"/desk/map/points.json?filter=all&{_near(case)}"),
        Page("problems", "city", "/desk/problems/"),
        Page("whistles", "city", "/desk/whistles/"),
    ]


def _near(case: Case) -> str:
    longitude, latitude = case.longitude or 0.0, case.latitude or 0.0
    box = {"west": longitude - 0.01, "east": longitude + 0.01, "south": latitude - 0.01, "north": latitude + 0.01}
    return urlencode({**box, "zoom": 16})
