"""What happens to a made case: how it stands after so many days, the steps that led there, the words it is told in."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from dongli.cases.workflow import CaseState

WHERE = (
    "小区门口 三栋楼下 学校旁边 菜市场 公交站 地下车库 电梯口 广场 花坛边 路口 河边 二单元 围墙外 停车场 "
    "幼儿园后面 六楼楼道 卫生院对面 铁路桥下 夜市 物业办公室 天台 配电房 垃圾站 健身区 老年活动室 快递柜旁"
).split()
WHAT = (
    "路灯不亮 井盖松动 下水道堵了 垃圾没人清 停水 违规停车 噪音很大 树枝折断 墙皮脱落 占道经营 电动车进楼 油烟扰民 "
    "路面坑洼 消防通道被堵 高空抛物 燃气味很重 化粪池满了 狗没有牵绳 广告牌松动 雨水倒灌 楼道堆杂物 门禁失灵 房顶漏水"
).split()
HOW = (
    "已经三天了 请尽快处理 打了电话没人来 老人出行不便 晚上看不见 影响休息 反映过多次 邻居都有意见 希望给个答复 "
    "上个月也这样 孩子差点摔倒 请现场看看 物业推给社区 下雨天更严重"
).split()
RARE = "獾猪出没 鹤岭碑亭 氨气泄漏 鳜鱼塘翻塘 甑皮岩塌方".split()
RARE_EVERY = 5000

_ROAD = ("submit", "route", "register", "dispatch", "accept", "contact", "answer", "check", "close", "rate")
_RETURNED = ("submit", "route", "register", "dispatch", "return", "dispatch", "return")
ROADS: dict[CaseState, tuple[str, ...]] = {
    CaseState.FILED: _ROAD[:2],
    CaseState.REGISTERED: _ROAD[:3],
    CaseState.DISPATCHED: _ROAD[:4],
    CaseState.WORKING: _ROAD[:6],
    CaseState.ANSWERED: _ROAD[:7],
    CaseState.CHECKED: _ROAD[:8],
    CaseState.CLOSED: _ROAD[:9],
    CaseState.RATED: _ROAD,
    CaseState.WHISTLED: (*_ROAD[:6], "blow", "sign"),
    CaseState.HELD: (*_ROAD[:6], "ask_hold", "hold"),
    CaseState.ARBITRATION: _RETURNED,
    CaseState.REFUSED: (*_ROAD[:2], "refuse"),
    CaseState.WITHDRAWN: (*_ROAD[:2], "withdraw"),
    CaseState.SPAM: (*_ROAD[:2], "mark_spam"),
}
AFTER = {
    "submit": CaseState.FILED,
    "route": CaseState.FILED,
    "register": CaseState.REGISTERED,
    "dispatch": CaseState.DISPATCHED,
    "return": CaseState.REGISTERED,
    "accept": CaseState.WORKING,
    "contact": CaseState.WORKING,
    "ask_hold": CaseState.WORKING,
    "answer": CaseState.ANSWERED,
    "check": CaseState.CHECKED,
    "close": CaseState.CLOSED,
    "rate": CaseState.RATED,
    "blow": CaseState.WHISTLED,
    "sign": CaseState.WHISTLED,
    "hold": CaseState.HELD,
    "refuse": CaseState.REFUSED,
    "withdraw": CaseState.WITHDRAWN,
    "mark_spam": CaseState.SPAM,
}
_S = CaseState
# How cases of an age stand: days at most → state and weight. What is old has mostly ended.
_FRESH = {
    _S.FILED: 12, _S.REGISTERED: 8, _S.DISPATCHED: 18, _S.WORKING: 24, _S.ANSWERED: 8, _S.CHECKED: 3, _S.CLOSED: 12,
    _S.RATED: 3, _S.WHISTLED: 3, _S.HELD: 1, _S.ARBITRATION: 1, _S.REFUSED: 3, _S.WITHDRAWN: 2, _S.SPAM: 2,
}  # fmt: skip
_RECENT = {
    _S.REGISTERED: 1, _S.DISPATCHED: 4, _S.WORKING: 10, _S.ANSWERED: 4, _S.CHECKED: 2, _S.CLOSED: 50, _S.RATED: 16,
    _S.WHISTLED: 2, _S.HELD: 2, _S.ARBITRATION: 1, _S.REFUSED: 4, _S.WITHDRAWN: 3, _S.SPAM: 1,
}  # fmt: skip
_OLD = {
    _S.CLOSED: 480, _S.RATED: 400, _S.REFUSED: 50, _S.WITHDRAWN: 40, _S.SPAM: 20, _S.WORKING: 4, _S.HELD: 4,
    _S.DISPATCHED: 1, _S.ARBITRATION: 1,
}  # fmt: skip
_AGES = ((7, _FRESH), (45, _RECENT), (100_000, _OLD))
_TABLES = [(days, list(weights), list(weights.values())) for days, weights in _AGES]


@dataclass(frozen=True)
class Tale:
    """A made case in outline: how it ends, and each step's verb with its moment."""

    state: CaseState
    steps: list[tuple[str, datetime]]


def tell(chance: random.Random, filed_at: datetime, as_of: datetime, state: CaseState | None = None) -> Tale:
    """Draw what happened between filing and `as_of` (or how it came to `state`): no step lies after it."""
    age = as_of - filed_at
    _days, states, weights = next(row for row in _TABLES if age.days <= row[0])
    state = state or chance.choices(states, weights)[0]
    road = ROADS[state]
    span = min(age, timedelta(days=chance.uniform(0.5, 9))) * 0.95
    at = [filed_at, filed_at, *(filed_at + span * part for part in sorted(chance.random() for _ in road[2:]))]
    return Tale(state, list(zip(road, at, strict=True)))


def words(chance: random.Random, number: int) -> str:
    """Some forty letters of complaint; every five-thousandth has a word that hardly any other has."""
    pick = chance.choice
    said = [pick(WHERE), pick(WHAT), pick(HOW), pick(WHERE), pick(HOW)]
    if number % RARE_EVERY == 0:
        said.insert(2, RARE[number // RARE_EVERY % len(RARE)])
    return "，".join(said)
