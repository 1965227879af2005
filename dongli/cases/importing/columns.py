"""Which column of an export is which field, by its heading."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dongli.cases.importing.problems import FIELD_LABELS, FileProblem, names

SYNONYMS: dict[str, tuple[str, ...]] = {
    field: tuple(words.split())
    for field, words in {
        "id": """
            留言编号 工单编号 工单号 诉求编号 案卷编号 案件编号 事件编号 任务编号 受理编号 信件编号
            来信编号 流水号 受理单号 单号 编号 信件id 工单id 留言id id ticketid ticketno
            ticketnumber ticket caseid caseno number no reference
        """,
        "user": """
            留言用户 用户 用户名 昵称 网友 网友昵称 留言人 诉求人 来电人 来电人姓名 反映人 投诉人
            联系人 姓名 市民姓名 user username nickname name author caller reporter
        """,
        "subject": """
            留言主题 主题 标题 留言标题 工单标题 诉求标题 信件标题 来信标题 事项标题 案件标题
            事件标题 诉求主题 subject title headline topic
        """,
        "filed_at": """
            留言时间 来电时间 受理时间 诉求时间 来信时间 提交时间 反映时间 上报时间 登记时间
            创建时间 投诉时间 发布时间 写信时间 建单时间 生成时间 留言日期 来电日期 受理日期
            来信日期 诉求日期 提交日期 登记日期 日期 时间 time date datetime createdat created
            filedat submittedat receivedat opened reportedat timestamp
        """,
        "text": """
            留言详情 留言内容 诉求内容 工单内容 来电内容 反映内容 投诉内容 信件内容 来信内容
            事项内容 事件描述 问题描述 案件描述 情况描述 主要内容 诉求详情 工单描述 诉求描述 详情
            正文 内容 描述 text content body description message details detail
        """,
        "reply": """
            答复意见 答复内容 回复内容 回复意见 办理结果 处理结果 办理情况 处理情况 处置结果
            办理意见 处理意见 办结意见 答复 回复 反馈内容 reply answer response resolution result
        """,
        "replied_at": """
            答复时间 回复时间 办结时间 办理时间 处理时间 反馈时间 结案时间 答复日期 回复日期
            办结日期 replytime replydate repliedat answeredat responsetime resolvedat closedat
            closed
        """,
        "unit": """
            承办单位 办理单位 处理单位 主办单位 责任单位 受理单位 处置单位 答复单位 回复单位
            承办部门 办理部门 责任部门 处理部门 主办部门 受理部门 处置部门 单位 部门 unit department
            agency handledby organisation organization
        """,
        "phone": """
            联系电话 来电号码 电话 手机 手机号 手机号码 联系方式 电话号码 主叫号码 诉求人电话
            来电电话 phone phonenumber mobile telephone tel callernumber
        """,
        "address": """
            地址 事发地址 事发地点 诉求地址 问题地址 发生地址 发生地点 地点 详细地址 事件地址 位置
            案件地址 所在位置 反映地址 address location place
        """,
    }.items()
}
"""Headings by field, the likelier first: when two columns could be a field, the earlier heading wins."""

REQUIRED = ("id", "filed_at", "text")
FIELD_ALIASES = {"time": "filed_at", "filed": "filed_at", "reply_time": "replied_at", "replied": "replied_at"}
"""Shorter names of fields that `--map` also takes."""

_PARENTHESES = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
_PUNCTUATION = re.compile(r"[\s_\-*:.,、。#'\"“”/\\]+")


def plain(heading: object) -> str:
    """A heading reduced to what is compared: no width variants, case, spaces or punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", str(heading or "")).lower().replace("\ufeff", ""))


_RANKS = {plain(word): (field, rank) for field, words in SYNONYMS.items() for rank, word in enumerate(words)}


@dataclass(frozen=True, slots=True)
class Columns:
    """The position of each recognised field, and the heading as it stands."""

    places: dict[str, int]
    heading: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """Fields without which a row can't be imported. A subject can stand in for a text."""
        has = {*self.places, *(["text"] if "subject" in self.places else [])}
        return [field for field in REQUIRED if field not in has]


def recognise(cells: Sequence[object], mapping: Mapping[str, str] | None = None) -> Columns:
    """What of a row is known as a heading; `mapping` (field → heading) goes before the synonyms."""
    heading = tuple(str(cell if cell is not None else "").strip() for cell in cells)
    best: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(heading):
        found = _RANKS.get(plain(cell)) or _RANKS.get(plain(_PARENTHESES.sub("", unicodedata.normalize("NFKC", cell))))
        if found and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], place)
    places = {field: place for field, (_rank, place) in best.items()}
    return Columns(_apply(mapping or {}, heading, places), heading)


def _apply(mapping: Mapping[str, str], heading: tuple[str, ...], places: dict[str, int]) -> dict[str, int]:
    plain_heading = [plain(cell) for cell in heading]
    chosen = {
        field: plain_heading.index(plain(name)) for field, name in mapping.items() if plain(name) in plain_heading
    }
    taken = set(chosen.values())
    return {field: place for field, place in places.items() if place not in taken} | chosen


def check_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """`mapping` with full field names; raises `FileProblem` for a field that does not exist."""
    full = {FIELD_ALIASES.get(field, field): name for field, name in mapping.items()}
    for field in full:
        if field not in SYNONYMS:
            raise FileProblem("unknown_field", name=field, known=", ".join(SYNONYMS))
    return full


def check_found(columns: Columns, mapping: Mapping[str, str]) -> None:
    """Raises `FileProblem` naming the headings found and those needed, unless the columns will do."""
    heading = [cell for cell in columns.heading if cell]
    for field, name in mapping.items():
        if field not in columns.places or plain(columns.heading[columns.places[field]]) != plain(name):
            raise FileProblem("unmapped", name=name, found=names(heading))
    if columns.missing:
        needed = [f"{FIELD_LABELS[field]} ({SYNONYMS[field][0]}/{SYNONYMS[field][1]})" for field in columns.missing]
        raise FileProblem("no_header", found=names(heading), missing=", ".join(needed))
