"""Gaps as rows, with the reason that holds and the duty that counts, as SQL that follows `reporting.facts`."""

from dongli.reporting.coverage import GAPS, ITEMS

_VALUES = ", ".join(f"({position}, '{item.key}', {item.missing})" for position, item in enumerate(ITEMS.values()))
_REASON_HOLDS = "given.withdrawn_at IS NULL AND given.since <= %(day)s AND given.until > %(day)s"
_LISTED = """
, listed AS (
    SELECT facts.id, facts.code, facts.name, facts.path, item.position, item.key,
           CASE WHEN item.key = 'captains' THEN facts.captains || '/' || facts.buildings ELSE '' END AS detail,
           given.id AS given_id, given.reason_id, given.words, given.until AS reason_until,
           duty.id AS duty_id, duty.state AS duty_state, duty.due_on, duty.owner_id
    FROM facts
    CROSS JOIN LATERAL (VALUES {values}) item (position, key, missing)
    LEFT JOIN reporting_givenreason given ON given.compound_id = facts.id AND given.item = item.key
        AND {reason_holds}
    LEFT JOIN reporting_gapduty gap ON gap.compound_id = facts.id AND gap.item = item.key AND gap.current
    LEFT JOIN duties_duty duty ON duty.id = gap.duty_id
    WHERE item.missing
)"""
LISTED = _LISTED.format(values=_VALUES, reason_holds=_REASON_HOLDS)
"""One row a gap. Wants no parameter beyond those of the facts."""
_NOTED = """
, noted AS (
    SELECT facts.*, {gaps} AS gaps, coalesce(explained.gaps, 0) AS explained, coalesce(assigned.gaps, 0) AS assigned
    FROM facts LEFT JOIN (
        SELECT facts.id, count(*) AS gaps FROM facts JOIN reporting_givenreason given ON given.compound_id = facts.id
        WHERE {reason_holds} AND {given_is_missing}
        GROUP BY facts.id
    ) explained ON explained.id = facts.id LEFT JOIN (
        SELECT facts.id, count(*) AS gaps FROM facts JOIN reporting_gapduty gap ON gap.compound_id = facts.id
        JOIN duties_duty duty ON duty.id = gap.duty_id
        WHERE gap.current AND duty.state = ANY(%(open)s) AND {gap_is_missing}
        GROUP BY facts.id
    ) assigned ON assigned.id = facts.id
)"""


def _is_missing(row: str) -> str:
    """Whether the item that a row of a table names is missing in the compound."""
    cases = " ".join(f"WHEN '{item.key}' THEN {item.missing}" for item in ITEMS.values())
    return f"CASE {row}.item {cases} END"


NOTED = _NOTED.format(
    gaps=GAPS,
    reason_holds=_REASON_HOLDS,
    given_is_missing=_is_missing("given"),
    gap_is_missing=_is_missing("gap"),
)
"""The facts with how many gaps there are, have a reason, are somebody's open duty. Parameter: `open`, duty states."""
