"""Whether a user complains, told by a short list of phrases in a few languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["complains"]

_PHRASES: Mapping[str, str] = {
    # English
    "that": r"that(?:'s| is| was) (?:not (?:what|right|correct|true)|wrong|incorrect)",
    "not what i": r"not what i (?:asked|said|meant|want(?:ed)?)",
    "you": r"you(?:'re| are) (?:wrong|not (?:listening|helping|understanding))|"
    r"you (?:didn't|did not|don't|do not) (?:answer|understand|listen|help)",
    "work": r"(?:doesn't|does not|didn't|did not|still not|isn't|is not) work(?:ing)?",
    "already": r"i(?:'ve| have)? already (?:said|told|asked|gave)",
    "to a": r"(?:speak|talk) to an? (?:human|person|real|agent|manager)",
    "useless": r"useless",
    "unhelpful": r"unhelpful",
    "ridiculous": r"ridiculous",
    "frustrat": r"frustrat\w+",
    "terrible": r"terrible",
    "unacceptable": r"unacceptable",
    "waste of": r"waste of (?:my )?time",
    "complain": r"(?:want to|file a|make a|lodge a) complain\w*",
    "no, i": r"no,? i (?:said|asked|meant|want(?:ed)?)\b",
    "no i": r"no i (?:said|asked|meant)\b",
    "wrong": r"wrong (?:answer|information|number|date|city|order)",
    # German
    "das": r"das (?:stimmt nicht|ist falsch)",
    "nicht": r"(?:funktioniert|geht|hilft)(?: mir)? (?:immer noch )?nicht|nicht gefragt",
    "gesagt": r"habe ich (?:schon|bereits) gesagt",
    "nutzlos": r"nutzlos",
    "unverschämt": r"unverschämt",
    "beschwer": r"beschwer\w+",
    # French
    "c'est": r"c'est (?:faux|pas (?:ça|vrai|bon))",
    "pas": r"(?:marche|fonctionne) (?:toujours )?pas|pas ce que j(?:'|e )",
    "inadmissible": r"inadmissible",
    "réclamation": r"réclamation",
    # Spanish, Portuguese, Italian
    "está mal": r"est[oá] está mal|está mal",
    "incorrect": r"(?:eso|esto) es incorrecto|isso está incorreto",
    "no funciona": r"no funciona",
    "no sirve": r"no sirve",
    "não funciona": r"não funciona",
    "non funziona": r"non funziona",
    "dije": r"ya (?:te|le|se lo) dije",
    "já": r"já (?:te )?disse",
    "già detto": r"ho già detto",
    "inútil": r"inútil",
    "reclamaci": r"reclamación",
    "reclamaç": r"reclamação",
    # Dutch, Polish
    "niet": r"(?:klopt|werkt)(?: nog steeds)? niet",
    "nie działa": r"nie działa",
    "skarg": r"skarg\w+",
    # Russian, Turkish, Arabic
    "не работает": r"не работает",
    "неправильно": r"неправильно",
    "жалоб": r"жалоб\w+",
    "çalışmıyor": "çalışmıyor",  # noqa: RUF001 - Turkish
    "şikayet": r"şikayet",
    "لا يعمل": r"لا يعمل",
    "شكوى": r"شكوى",
    # Chinese, Japanese
    "不对": "不对",
    "没用": "没用",
    "投诉": "投诉",
    "違います": "違います",
    "役に立たない": "役に立たない",
    "苦情": "苦情",
}
"""What stands in every text that a phrase stands in, and the phrase: the one is found faster."""

_SEARCH = {key: re.compile(rf"(?<!\w)(?:{phrase})") for key, phrase in _PHRASES.items()}
_UNSPACED = {key for key in _PHRASES if key > "\u3000"}
_READ = 1_000


def complains(text: str) -> bool:
    """Whether a phrase of the list stands in the start of a text."""
    read = text[:_READ].replace("\u2019", "'").lower()
    return any(
        key in read and (key in _UNSPACED or search.search(read) is not None)
        for key, search in _SEARCH.items()
    )
