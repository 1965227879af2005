"""Figures of the city, each computed from the records behind it for any area and day: one table.

`records` is SQL for one row a counted thing: id, code, name and path of its place, what it is in words, since when.
Parameters: `low`, `high` (paths of the area), `day`, `end` (the moment at which the day ends). The figure is how many
rows there are, and its list is those rows, so that the two cannot differ.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dongli.people.models import Post


@dataclass(frozen=True)
class Indicator:
    """One figure. `by_place`: its list shows places with counts, since the rows are people who stay unnamed."""

    key: str
    label: str | Promise
    definition: str | Promise
    records: str
    by_place: bool = False


_BRANCHES = """
    SELECT DISTINCT ON (unit.id) unit.id, place.code, place.name, place.path, unit.name AS what,
           unit.founded_on AS since
    FROM (
        SELECT id, area_id FROM organisations_organisation WHERE kind IN ('branch', 'general_branch')
        UNION ALL
        SELECT organisation_id, area_id FROM organisations_ground WHERE kind IN ('branch', 'general_branch')
        AND since <= %(day)s AND (until IS NULL OR until > %(day)s)
    ) served (unit_id, area_id)
    JOIN areas_area place ON place.id = served.area_id
    JOIN organisations_organisation unit ON unit.id = served.unit_id
    WHERE place.level = 'compound' AND place.path >= %(low)s AND place.path < %(high)s
      AND (unit.founded_on IS NULL OR unit.founded_on <= %(day)s)
      AND (unit.dissolved_on IS NULL OR unit.dissolved_on > %(day)s)
    ORDER BY unit.id, place.path
"""
_TENURES = """
    SELECT {distinct} held.id, place.code, place.name, place.path,
           person.name || coalesce(' · ' || sender.name, '') AS what, held.since
    FROM people_tenure held JOIN areas_area place ON place.id = held.area_id
    LEFT JOIN people_user person ON person.id = held.person_id  -- never looked up to be counted
    LEFT JOIN organisations_organisation sender ON sender.id = held.seconded_from_id
    WHERE held.post IN ({posts}) AND place.path >= %(low)s AND place.path < %(high)s
      AND held.since <= %(day)s AND (held.until IS NULL OR held.until > %(day)s)
    {order}
"""
_MEMBERS = """
    SELECT record.id, place.code, place.name, place.path, '' AS what, NULL::date AS since
    FROM volunteering_reportin record JOIN areas_area place ON place.id = record.compound_id
    WHERE place.level = 'compound' AND place.path >= %(low)s AND place.path < %(high)s
      AND record.state IN ('confirmed', 'ended')
      AND record.decided_at < %(end)s AND (record.ended_at IS NULL OR record.ended_at >= %(end)s)
"""


def _holding(*posts: Post, once: bool = False) -> str:
    """Who holds one of the posts; `once`: each person counts once, in the post they have held longest."""
    names = ", ".join(f"'{post.value}'" for post in posts)
    distinct, order = (
        ("DISTINCT ON (held.person_id)", "ORDER BY held.person_id, held.since, held.id") if once else ("", "")
    )
    return _TENURES.format(posts=names, distinct=distinct, order=order)


INDICATORS: dict[str, Indicator] = {
    one.key: one
    for one in (
        Indicator(
            "compound_branches", _("Compound party branches"),
            _("Branches and general branches that stand in a compound or serve one on the day; joint ones count once."),
            _BRANCHES,
        ),
        Indicator(
            "compound_secretaries", _("Compound branch secretaries"),
            _("Posts of compound branch secretary that are held on the day."),
            _holding(Post.COMPOUND_SECRETARY),
        ),
        Indicator(
            "first_secretaries", _("First secretaries seconded"),
            _("Posts of first secretary, of compounds and communities, that are held on the day."),
            _holding(Post.FIRST_SECRETARY),
        ),
        Indicator(
            "captains", _("Building captains"),
            _("Buildings whose captain's post is held on the day."),
            _holding(Post.CAPTAIN),
        ),
        Indicator(
            "community_workers", _("Community workers"),
            _("People who are community secretary, community worker or grid worker on the day; each counts once."),
            _holding(Post.COMMUNITY_SECRETARY, Post.COMMUNITY_STAFF, Post.GRID_WORKER, once=True),
        ),
        Indicator(
            "reporting_members", _("In-service members reporting"),
            _("In-service members whose report-in at a compound is confirmed and holds on the day."),
            _MEMBERS, by_place=True,
        ),
    )
}  # fmt: skip
