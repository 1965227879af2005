"""The file for calendars, as RFC 5545 asks for it."""

from datetime import UTC, datetime, timedelta

from dongli.partnerships.ics import Event, calendar

BEGINS = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)


def event(**other: object) -> Event:
    fields = {
        "uid": "1@dongli",
        "begins": BEGINS,
        "ends": BEGINS + timedelta(minutes=90),
        "stamp": BEGINS - timedelta(days=9),
        "summary": "联席会议",
        "location": "二楼会议室",
        "url": "https://dongli.example/desk/meetings/1/",
    }
    return Event(**(fields | other))  # type: ignore[arg-type]


def lines(body: bytes) -> list[str]:
    """The content lines, unfolded."""
    return body.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_says_when_where_and_what() -> None:
    found = lines(calendar([event(sequence=3)]))
    assert found[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert found[-2:] == ["END:VCALENDAR", ""]
    wanted = {
        "UID:1@dongli", "DTSTART:20261201T070000Z", "DTEND:20261201T083000Z", "DTSTAMP:20261122T070000Z",
        "SEQUENCE:3", "STATUS:CONFIRMED", "SUMMARY:联席会议", "LOCATION:二楼会议室",
        "URL:https://dongli.example/desk/meetings/1/",
    }  # fmt: skip
    assert wanted <= set(found)


def test_a_meeting_called_off_is_said_so() -> None:
    assert "STATUS:CANCELLED" in lines(calendar([event(cancelled=True)]))


def test_commas_semicolons_backslashes_and_lines_are_escaped() -> None:
    found = lines(calendar([event(summary="a,b;c\\d", description="一\n二\r\n三")]))
    assert "SUMMARY:a\\,b\\;c\\\\d" in found
    assert "DESCRIPTION:一\\n二\\n三" in found


def test_lines_are_folded_to_75_octets_between_characters() -> None:
    words = "老旧小区加装电梯工作联席会议" * 20
    body = calendar([event(summary=words)])
    assert all(len(row) <= 75 for row in body.split(b"\r\n"))
    for row in body.split(b"\r\n"):
        row.decode()
    assert f"SUMMARY:{words}" in lines(body)
