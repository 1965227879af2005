"""Taking what names a person out of free text, pure: numbers, plates, addresses of e-mail, and names that are told.

What is found gives way to a bracketed word, so that the sentence stays readable and a second pass finds nothing more.
A name is only known where the words announce it (姓…, 我叫…): nobody can take out every name, and none is guessed.
"""

import re
import unicodedata

PHONE, PAPER, PLATE, MAIL, NAME = "〔电话〕", "〔证件号〕", "〔车牌〕", "〔邮箱〕", "〔姓名〕"

_GAP = r"[ \-－—·.]?"
_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_PAPER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|\d{15,19})(?![0-9A-Za-z])")
_MOBILE = re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3})[ \-－]?[2-9]\d{6,7}(?!\d)")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]"
    r"[A-HJ-NP-Za-hj-np-z][ ·•.\-]?[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳](?![A-Za-z0-9])"
)
# Beginnings of names: the commonest family names, those of two characters first.
_DOUBLE = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒|夏侯|端木"
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤易文欧阳殷颜庄章鲁温康俞葛伍施"
    "洪樊柳季聂齐欧盛左骆安关祝柴符游凌匡晏阮喻瞿翁詹刁凡桂成申倪柯邢华尚耿牛童焦涂甘辛宁卜蒲涂闵冉苗滕单管卓"
)
# Characters that seldom belong to a given name: a name ends before them.
_NOT_NAMES = "是在住的，。、；：！？,.;:!?\\s了和与及家有说叫姓您你我他她们从到要想被把向给就也都不没来去电手先女小老师"
_GIVEN = rf"[\u4e00-\u9fff](?<![{_NOT_NAMES}])"
_FULL_NAME = rf"(?:{_DOUBLE}|[{_SINGLE}])(?:{_GIVEN}){{1,2}}"
_ANNOUNCED = r"我叫|我的名字叫|我的名字是|名叫|姓名[:：为是]?\s*|本人叫|本人姓名"
_CALLED = re.compile(rf"({_ANNOUNCED})({_FULL_NAME}|(?![他她它你您我人])[\u4e00-\u9fff]{{2,3}})")
_SURNAMED = re.compile(rf"((?<![一百老贵同全])姓)({_FULL_NAME}|{_DOUBLE}|[{_SINGLE}])")


def without_identifiers(text: str) -> str:
    """`text` without phone, paper and plate numbers, e-mail and announced names; done twice it is the same."""
    plain = _plain_digits(text)
    for pattern, word in ((_MAIL, MAIL), (_PAPER, PAPER), (_MOBILE, PHONE), (_LANDLINE, PHONE), (_PLATE, PLATE)):
        plain = pattern.sub(word, plain)
    plain = _CALLED.sub(lambda found: found.group(1) + NAME, plain)
    return _SURNAMED.sub(lambda found: found.group(1) + NAME, plain)


def _plain_digits(text: str) -> str:
    """Full-width letters, digits and the signs of addresses as plain ones; everything else stays as it was written."""
    return "".join(
        unicodedata.normalize("NFKC", sign) if "０" <= sign <= "９" or "Ａ" <= sign <= "ｚ" or sign in "＠＋" else sign
        for sign in text
    )
