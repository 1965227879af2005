"""Meetings as a file that calendars read: iCalendar, RFC 5545. Pure but for the meeting it is given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dongli.partnerships.models import Meeting, MeetingState


@dataclass(frozen=True)
class Event:
    """One event; moments are aware. `sequence` grows with every change, so that calendars take the newer one."""

    uid: str
    begins: datetime
    ends: datetime
    stamp: datetime
    summary: str
    location: str
    url: str
    description: str = ""
    sequence: int = 0
    cancelled: bool = False

    @classmethod
    def of(cls, meeting: Meeting, url: str) -> "Event":
        ends = meeting.starts_at + timedelta(minutes=meeting.lasts)
        return cls(
            f"{meeting.id}@dongli", meeting.starts_at, ends, meeting.created_at, meeting.title, meeting.place, url,
            sequence=meeting.steps_count, cancelled=meeting.state == MeetingState.CANCELLED,
        )  # fmt: skip


def calendar(events: Iterable[Event]) -> bytes:
    """The file: UTF-8, lines ended by CRLF and folded to 75 octets."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Dongli//Joint meetings//EN", "CALSCALE:GREGORIAN"]
    for event in events:
        lines += _event(event)
    return b"".join(_fold(line) for line in [*lines, "END:VCALENDAR"])


def _event(event: Event) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_utc(event.stamp)}",
        f"DTSTART:{_utc(event.begins)}",
        f"DTEND:{_utc(event.ends)}",
        f"SEQUENCE:{event.sequence}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        f"SUMMARY:{_text(event.summary)}",
        f"LOCATION:{_text(event.location)}",
        *([f"DESCRIPTION:{_text(event.description)}"] if event.description else []),
        f"URL:{event.url}",
        "END:VEVENT",
    ]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\n", "\\n")


def _fold(line: str) -> bytes:
    """A line within 75 octets, its continuations led by a space; no character is cut in two (section 3.1)."""
    rows, row = [], b""
    for character in line:
        octets = character.encode()
        if len(row) + len(octets) > 75:
            rows.append(row)
            row = b" "
        row += octets
    return b"\r\n".join([*rows, row]) + b"\r\n"
