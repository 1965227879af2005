"""Made-up people: common surnames and given names, drawn by a seeded generator."""

import random

_SURNAMES = (
    "李王张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏"
    "卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = """
    建国 建华 志强 志勇 国庆 国强 立新 立军 海波 海燕 晓东 晓红 晓燕 红梅 春梅 春花 桂英 桂兰
    秀英 秀兰 玉兰 玉梅 丽华 丽娟 美玲 小红 小芳 小军 文斌 文静 雅琴 雅丽 佳怡 佳琪 思远 思琪
    子涵 子轩 浩然 宇航 俊杰 俊峰 伟 芳 娜 敏 静 强 磊 洋 勇 艳 杰 涛
    明 超 霞 平 刚 辉 鹏 婷 玲 云 峰 颖 琳 慧 莉 健 凯 斌
""".split()


def person_name(dice: random.Random) -> str:
    """A two- or three-character Chinese name."""
    return dice.choice(_SURNAMES) + dice.choice(_GIVEN)
