"""How names of places are sorted and found by pinyin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dongli.areas.models import Area


def set_name(area: Area, name: str) -> None:
    """Give `area` a name together with the keys it is sorted and found by. Does not save."""
    area.name = name
    area.pinyin, area.initials = pinyin_keys(name)


def pinyin_keys(name: str) -> tuple[str, str]:
    """(pinyin without tones or spaces, initials), lower case: 荷塘区 → ("hetangqu", "htq"). Other characters stay."""
    from pypinyin import lazy_pinyin  # 20 MB of dictionary that only processes which write names need

    syllables = [syllable.lower() for syllable in lazy_pinyin(name)]
    initials = "".join(
        syllable[:1] if _is_han(character) else syllable
        for syllable, character in zip(lazy_pinyin(list(name)), name, strict=True)
    )
    return "".join(syllables)[:400], initials.lower()[:100]


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or character >= "\U00020000"
