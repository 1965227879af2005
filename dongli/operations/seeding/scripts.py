"""What happens to each demonstration case: a list of beats (who does what when), drawn by a seeded generator. Pure.

A script runs on until its end or until `as_of`, so the youngest cases stand in every state by themselves.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from dongli.common.clock import CITY_ZONE

YEAR_DAYS = 365
RECENT_DAYS = 12
RECENT_SHARE = 0.35


@dataclass(frozen=True)
class Beat:
    """One verb of the workflow. `who`: resident, worker, desk, leader, or department:<function>."""

    verb: str
    who: str
    at: datetime
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """What a script starts from: a sample appeal's words and class, and how the class is handled."""

    text: str
    category: str
    reply: str
    grid_first: bool
    auto: bool
    lead: str
    dangerous: bool
    on_patrol: bool = False


WHISTLE_VERBS = ("blow", "sign", "report_in")
REPLIES = (
    "已到现场处理完毕，请您查看。",
    "问题已解决，后续我们会加强巡查。",
    "已协调相关单位处理到位，感谢您的反映。",
    "经现场核实并处理，现已恢复正常。",
    "已联系责任方整改，整改情况良好。",
)
RETURN_WORDS = ("经现场查看，该处不在我单位管养范围，请改派。", "该事项需先由权属单位处理。")
WHY = (
    "产权单位不明，社区没有执法权，需部门到场。",
    "涉及多个部门职责，社区多次协调未果。",
    "需要专业设备和队伍，社区无法处置。",
)
UNSOLVED = ("过了两天又是老样子，没有真正解决。", "只来看了一下，问题还在。", "处理不彻底，请再来看看。")


class Playwright:
    """Writes scripts; `as_of` is the moment at which the city stands still."""

    def __init__(self, *, seed: int, as_of: datetime) -> None:
        self.seed, self.as_of = seed, as_of

    def script(self, number: int, story: Story, helpers: Sequence[str], *, stop_after: str = "") -> list[Beat]:
        """The beats of case `number` up to `as_of`; `helpers` are functions of departments that may be called.

        With `stop_after`, the case stands just behind that verb, taken within the last hours.
        """
        dice = random.Random(f"{self.seed}:{number}")  # noqa: S311 (a demonstration, not secrets)
        draft = _Draft(dice, self._filed_at(dice), story, helpers)
        if not stop_after:
            return [beat for beat in draft.write() if beat.at <= self.as_of]
        return self._just_behind(stop_after, draft.write_through(whistle=stop_after in WHISTLE_VERBS), dice)

    def _just_behind(self, verb: str, beats: list[Beat], dice: random.Random) -> list[Beat]:
        """The beats through the first `verb`, moved so that it was taken within the last six hours."""
        end = next((place for place, beat in enumerate(beats) if beat.verb == verb), len(beats) - 1)
        moved = self.as_of - timedelta(hours=dice.uniform(0.2, 6)) - beats[end].at
        return [replace(beat, at=beat.at + moved) for beat in beats[: end + 1]]

    def _filed_at(self, dice: random.Random) -> datetime:
        """More in the last days than their share, so that every desk has work; at hours when people are up."""
        recent = dice.random() < RECENT_SHARE
        days = dice.uniform(0, RECENT_DAYS) if recent else dice.uniform(RECENT_DAYS, YEAR_DAYS)
        day = (self.as_of - timedelta(days=days)).astimezone(CITY_ZONE).date()
        moment = datetime.combine(day, time(), CITY_ZONE) + timedelta(hours=dice.triangular(6.5, 22.5, 10))
        return min(moment, self.as_of - timedelta(minutes=dice.uniform(2, 90)))


def office_time(moment: datetime) -> datetime:
    """`moment`, or the next morning when nobody is at a desk (at night)."""
    local = moment.astimezone(CITY_ZONE)
    if local.hour >= 18:
        local = datetime.combine(local.date() + timedelta(days=1), time(8, 20), CITY_ZONE) + timedelta(
            minutes=local.minute
        )
    elif local.hour < 8:
        local = datetime.combine(local.date(), time(8, 10), CITY_ZONE) + timedelta(minutes=local.minute)
    return local


class _Draft:
    """One script in the making: `now` moves on as beats are added."""

    def __init__(self, dice: random.Random, filed: datetime, story: Story, helpers: Sequence[str]) -> None:
        self.dice, self.now, self.story, self.helpers = dice, filed, story, list(helpers)
        self.beats: list[Beat] = []
        self.lead = "worker"

    def add(self, verb: str, who: str, **args: Any) -> None:
        self.beats.append(Beat(verb, who, self.now, args))

    def wait(self, low: float, high: float, *, office: bool = True) -> None:
        """Let between `low` and `high` hours pass, mostly nearer the low end."""
        self.now += timedelta(hours=self.dice.triangular(low, high, low + (high - low) * 0.25))
        if office:
            self.now = office_time(self.now)

    def write(self) -> list[Beat]:
        chance = self.dice.random()
        self.add("submit", "resident")
        if chance < 0.015:
            self.wait(0.2, 8)
            self.add("mark_spam", "desk")
        elif chance < 0.055:
            self.wait(0.5, 20)
            self.add("refuse", "desk", reason="not_city_matter", words="该事项不属于本市职权范围，请向有关部门反映。")
        elif chance < 0.08 and not self.story.on_patrol:
            self.wait(0.5, 30, office=False)
            self.add("withdraw", "resident", words="已经解决了，谢谢")
        else:
            self._start()
            self._handle(chance)
            self._finish()
        return self.beats

    def write_through(self, *, whistle: bool) -> list[Beat]:
        """The plain way from filing to rating, perhaps with a whistle."""
        self.add("submit", "resident")
        self._start()
        self._handle(1.0 if whistle else 0.5)
        self._finish(again=True)
        return self.beats

    def _start(self) -> None:
        """Registered and given to a lead: by itself where the class lets it, else by the desk."""
        by_itself = self.story.auto and not self.story.dangerous
        self.wait(0.05, 0.8 if self.story.dangerous else 14)
        if not by_itself:
            self.add("register", "desk")
            self.wait(0.05, 2)
        if not (by_itself and self.story.grid_first):
            self._dispatch()

    def _dispatch(self) -> None:
        if self.story.grid_first:
            self.add("dispatch", "desk", to="worker")
            return
        self.lead = f"department:{self.story.lead}"
        if self.dice.random() < 0.1 and self.helpers[1:]:
            wrong = self.dice.choice(self.helpers[1:])
            self.add("dispatch", "desk", to=f"department:{wrong}")
            self.wait(2, 20)
            self.add("return", f"department:{wrong}", reason="wrong_department", words=self.dice.choice(RETURN_WORDS))
            self.wait(0.2, 5)
        self.add("dispatch", "desk", to=self.lead)

    def _handle(self, chance: float) -> None:
        self.wait(0.1, 9)
        self.add("accept", self.lead)
        self.wait(0.2, 7)
        self.add("contact", self.lead, how=self.dice.choice(("phone", "phone", "visit")))
        if self.story.grid_first and chance > 0.87 and len(self.helpers) > 1:
            self._whistle()
        self.wait(1, 60 if self.dice.random() < 0.85 else 200)
        self.add("answer", self.lead, words=self.story.reply or self.dice.choice(REPLIES))

    def _whistle(self) -> None:
        """The grid calls two departments; sometimes one sends it back and another is called instead."""
        called = [self.helpers[0], self.dice.choice(self.helpers[1:])]
        kind = self.dice.choice(("daily", "daily", "joint", "emergency"))
        self.wait(0.5, 6)
        self.add("blow", self.lead, kind=kind, departments=list(called), why=self.dice.choice(WHY), hours=2)
        self.wait(0.1, 3)
        self.add("sign", "leader")
        spare = [one for one in self.helpers if one not in called]
        if spare and self.dice.random() < 0.25:
            self.wait(0.3, 3)
            gone, other = called[1], self.dice.choice(spare)
            self.add("return", f"department:{gone}", reason="wrong_department", words=self.dice.choice(RETURN_WORDS))
            self.wait(0.2, 2)
            self.add("call", "leader", to=other, instead_of=gone)
            called[1] = other
        for one in called:
            self.wait(0.1, 6)
            self.add("report_in", f"department:{one}")
        for one in called:
            self.wait(1, 30)
            self.add("answer", f"department:{one}", words=self.dice.choice(REPLIES))

    def _finish(self, *, again: bool = False) -> None:
        self.wait(0.5, 20)
        self.add("check", "desk", words="现场核查属实。")
        self.wait(0.05, 1)
        self.add("close", "desk", words=self.story.reply or self.dice.choice(REPLIES))
        chance = self.dice.random()
        if self.story.on_patrol:
            return
        if chance < 0.07 and not again:
            self.wait(5, 90, office=False)
            self.add("reopen", "resident", words=self.dice.choice(UNSOLVED))
            self.wait(0.5, 8)
            self.add("accept", self.lead)
            self.wait(2, 40)
            self.add("answer", self.lead, words=self.dice.choice(REPLIES))
            self._finish(again=True)
        elif chance < 0.55:
            self.wait(1, 120, office=False)
            self._rate()

    def _rate(self) -> None:
        solved = self.dice.random() < 0.9
        mood = self.dice.choices(("satisfied", "basically", "dissatisfied"), (7, 2, 0.4) if solved else (0, 1, 5))[0]
        self.add("rate", "resident", contacted=self.dice.random() < 0.93, solved=solved, satisfaction=mood)
