"""Signs of danger and of a complaint about the handlers themselves, read from plain words. Hints for people, not rulings.

`danger_signs` lets a case be marked urgent and opened to few; a person confirms. The word lists stand here in full,
so that anyone may review them. A sign does not count where it is denied (“没有煤气泄漏”), spoken of as past or as a
mere exercise (“演练”), or part of a harmless phrase (“跳楼价”, “气死我了”).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

LONGEST_TEXT = 4000

LIFE = (
    "燃气泄漏|煤气泄漏|天然气泄漏|液化气泄漏|煤气漏|燃气漏|天然气漏|煤气罐漏|漏煤气|漏天然气|漏燃气|漏气|煤气中毒|一氧化碳中毒"
    "|闻到煤气|闻到燃气|煤气味|燃气味|天然气味|液化气味|一股煤气|氨气泄漏|氯气泄漏|化学品泄漏"
    "|着火|起火|失火|火灾|大火|烧起来|烧着了|冒浓烟|浓烟|冒黑烟的房|冒火|火烧得|爆炸|爆燃|自燃"
    "|触电|电死|电到人|被电|电人|漏电|电线断|电线掉|高压线断|带电的线"
    "|坍塌|倒塌|垮塌|塌了|塌下来|要塌|快塌|房子要倒|墙要倒|快要倒|滑坡|泥石流|塌方|地陷|塌陷进"
    "|被困|困在|困人|困住|出不来|压在下面|埋了|被埋|溺水|落水|掉进河|掉河里|掉进井|掉井里|掉进下水道|掉进水|淹死|快淹"
    "|没呼吸|没有呼吸|昏迷|晕倒|昏倒|不省人事|大出血|流血不止|心梗|心脏病发|抢救|救命|快救人|快来人|出人命|死人了"
    "|食物中毒|农药中毒|集体中毒|上吐下泻"
    "|砍人|捅人|拿刀|持刀|提刀|拿菜刀|行凶|要杀人|要杀我|杀了我|往死里打|掐脖子|打得头破血流|打死人|家暴|被老公打|老公打我"
    "|溃坝|决堤|管涌|漫堤|洪水进|山洪|电梯下坠|电梯坠|电梯掉|高空抛物砸|砸伤|砸到人|砸中|窨井没盖|没有井盖|没井盖|井盖没了|井盖不见|井盖丢|井盖缺失"
).split("|")
SELF_HARM = (
    "自杀|轻生|寻短见|想死|不想活|活不下去|不想活了|活着没意思|活够了|结束生命|了结自己|了断自己|一了百了|割腕|自残|跳楼|跳河"
    "|跳桥|跳江|上吊|喝农药|喝药寻|吞安眠药|吃安眠药|遗书|死给你们看|死给你看|同归于尽|想不开|从楼上跳|站在楼顶要|生无可恋|撑不下去了"
).split("|")
CHILDREN = (
    "孩子|小孩|儿童|女儿|儿子|幼儿|学生|娃|伢|妹子|未成年|女童|男童|婴儿|宝宝|少年|少女|同学|初中生|小学生|幼儿园|孙子|孙女|毛毛"
).split("|")
HARM = (
    "虐待|毒打|殴打|打骂|暴打|体罚|猥亵|性侵|强奸|强暴|遗弃|拐卖|拐走|霸凌|欺凌|关在|锁在|不给饭|不给吃|烫伤|烟头烫|扇耳光|扇了|掐|踢打|打得"
    "|打伤|打肿|浑身是伤|身上有伤|淤青|针扎|摸下面|摸身体|动手动脚|骚扰|勒索|围殴|群殴|裸照|失踪|走丢|不见了|丢在家|独自在家|没人管"
).split("|")
MINOR = ("虐童", "性侵儿童", "猥亵儿童", "校园欺凌", "校园霸凌", "校园暴力", "弃婴", "拐卖儿童", "被同学打", "打小孩", "打孩子")

HARMLESS = re.compile(
    "跳楼价|跳楼大甩卖|跳楼甩卖|跳楼机|跳河鱼|气死|急死|累死|烦死|吵死|笑死|热死|冷死|冻死我|臭死|堵死|饿死了?我|想死你|想死了?你|爱死|美死|吓死|痒死|"
    "火灾险|火灾保险|火灾报警器|火灾自动|火灾隐患|火灾演|防火|灭火|火灾风险|引发火灾|发生火灾怎么|造成火灾|生意火爆|火爆|爆炸性|信息爆炸|爆炸头|"
    "想死这条心|死机|死角|死胡同|死心|死路|死板|半死不活|要死不活|自杀式|着火点|发大火气|大火气|大火锅|发火|恼火|恼火得|"
    "困难|被困扰|困在家里无聊|困扰|防溺水|触电保护|漏电保护|漏电开关|抢救性|急救培训|救命钱|救命稻草|救命药|打死也不|打死我也|打得火热|砸到手里|"
    "防自杀|学生证|孩子气|掐表|掐断|掐点|被电话|被电信|被电动车|被电瓶车|被电梯|困住手脚|漏气了?的?(?:轮胎|车胎|球)|(?:轮胎|车胎|皮球)漏气|"
    "拿刀切|拿刀子切|浓烟囱|没有井盖破|(?:停车|车子?|货)困|资金被困"
)
DENIED = re.compile(
    r"(?:没有|没|无|未|不是|并非|并没有|并未|未发现|不存在|没发现|没见|没闻到|排除|否认|防止|预防|避免|以免|免得|谨防|杜绝|防范)(?:发生|出现|发现|任何|什么|再|了|过|有)?$"
)
DENIAL_EXCEPTIONS = ("没呼吸", "没有呼吸", "没有井盖", "没井盖", "出不来", "不想活", "活不下去", "想不开", "撑不下去了")
NOT_NOW_BEFORE = re.compile("(?:演练|演习|模拟|宣传|讲座|培训|知识|教育|如果|万一|假如|要是|怕|担心|恐怕|生怕|容易|可能|会不会|会|去年|前年|以前|曾经|多年前|电影|小说|电视)[^，。！？,!?;；\n]{0,6}$")
NOT_NOW_AFTER = re.compile("^[^，。！？,!?;；\n]{0,4}(?:演练|演习|宣传|讲座|培训|知识|预防|隐患|风险|的可能|应急预案|怎么办理|已修好|已经修好|已处理|已扑灭|已经扑灭)")
CLAUSE = re.compile("[，。！？,!?;；\n]")

STAFF = (
    "网格员|网格长|社区主任|社区书记|社区干部|社区工作人员|社区的人|居委会|居委会主任|村支书|村主任|村干部|村书记|村委会|街道办|街道干部|街道工作人员"
    "|镇政府|镇干部|办事处|窗口人员|窗口工作人员|工作人员|办事员|城管|执法人员|执法队员|协管员|辅警|民警|交警|派出所|科长|局长|所长|主任|领导|社区"
).split("|")
MISCONDUCT = (
    "态度恶劣|态度差|态度很差|态度极差|态度不好|凶我|骂人|骂我|吼我|吼人|推诿|推脱|踢皮球|不作为|乱作为|不管|不接电话|电话不接|敷衍|包庇|偏袒|徇私|吃拿卡要|收红包|要红包"
    "|收钱|索要|受贿|贪污|侵吞|挪用|截留|优亲厚友|关系户|打击报复|威胁我|恐吓|刁难|为难|假公济私|以权谋私|中饱私囊|弄虚作假|造假|不公正|不公平|打人|动手打|滥用职权"
    "|泄露我|透露我的|上班玩手机|上班时间|不理不睬|爱理不理|爱搭不理|拉黑|见死不救|做假|懒政|不落实|欺压|霸道|失职|渎职|官官相护|不给办|不肯办|走过场"
).split("|")
BY_STAFF = 14


@dataclass(frozen=True, slots=True)
class Sign:
    """A kind of danger (`life`, `self_harm` or `minor`) and the words of the text that show it."""

    kind: str
    words: tuple[str, ...]


def danger_signs(text: str) -> list[Sign]:
    """Signs that life is in danger, of self-harm, or of harm to a child; at most one `Sign` a kind, in that order."""
    plain = _plain(text)
    found = {
        "life": _standing(plain, _any_of(tuple(LIFE))),
        "self_harm": _standing(plain, _any_of(tuple(SELF_HARM)), conditional_counts=True),
        "minor": (*_standing(plain, _any_of(MINOR)), *_harm_to_children(plain)),
    }
    return [Sign(kind, tuple(dict.fromkeys(words))) for kind, words in found.items() if words]


def complaint_about_staff(text: str) -> list[str]:
    """Phrases that seem to complain of those who would handle the case. Only a hint to offer the filer a box to tick.

    Never route by it: who is complained of is for the filer to say.
    """
    plain = _plain(text)
    phrases: list[str] = []
    for clause in CLAUSE.split(plain):
        who = _any_of(tuple(STAFF)).search(clause)
        if who is None:
            continue
        what = _any_of(tuple(MISCONDUCT)).search(clause, who.end())
        if what and what.start() - who.end() <= BY_STAFF and not DENIED.search(clause[: what.start()]):
            phrases.append(clause[who.start() : what.end()])
    return list(dict.fromkeys(phrases))


def _plain(text: str) -> str:
    short = unicodedata.normalize("NFKC", text[:LONGEST_TEXT])
    return HARMLESS.sub(lambda match: "〇" * len(match[0]), re.sub(r"[ \t\u3000]+", "", short))


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in longest_first))


def _standing(text: str, pattern: re.Pattern[str], *, conditional_counts: bool = False) -> tuple[str, ...]:
    """Words of the pattern that the text asserts. Fear and “if” still count where life may depend on hearing them."""
    return tuple(
        match[0]
        for match in pattern.finditer(text)
        if not _denied(text, match) and (conditional_counts or not _not_now(text, match))
    )


def _denied(text: str, match: re.Match[str]) -> bool:
    if match[0] in DENIAL_EXCEPTIONS:
        return False
    return DENIED.search(text[max(0, match.start() - 8) : match.start()]) is not None


def _not_now(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 10]
    return NOT_NOW_BEFORE.search(before) is not None or NOT_NOW_AFTER.search(after) is not None


def _harm_to_children(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for clause in CLAUSE.split(text):
        child = _any_of(tuple(CHILDREN)).search(clause)
        harm = _any_of(tuple(HARM)).search(clause)
        if child and harm and not _denied(clause, harm) and not _not_now(clause, harm):
            found.extend((child[0], harm[0]))
    return tuple(found)
