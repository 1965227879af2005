"""Every address of case work, by room. Names are global (no namespace): `report`, `case_link`, `desk_case` …"""

from dongli.cases.urls import desk_extras, events, problems, resident, reviews, rules, staff

urlpatterns = [
    *resident.urlpatterns,
    *staff.urlpatterns,
    *problems.urlpatterns,
    *desk_extras.urlpatterns,
    *events.urlpatterns,
    *reviews.urlpatterns,
    *rules.urlpatterns,
]
