"""Whether a user complains, told by a short list of phrases in a few languages."""

from __future__ import annotations

import re

__all__ = ["complains"]

_PHRASES = (
    # English
    r"that(?:'s| is| was) (?:not|wrong|incorrect)",
    r"not what i (?:asked|said|meant|want(?:ed)?)",
    r"you(?:'re| are) (?:wrong|not (?:listening|helping|understanding))",
    r"you (?:didn't|did not|don't|do not) (?:answer|understand|listen|help)",
    r"(?:doesn't|does not|didn't|did not|still not|isn't|is not) work(?:ing)?",
    r"i(?:'ve| have)? already (?:said|told|asked|gave)",
    r"(?:speak|talk) (?:to|with) (?:an?|some|the) (?:human|person|real|agent|manager)",
    r"(?:useless|unhelpful|ridiculous|frustrat\w+|terrible|unacceptable|waste of time)",
    r"(?:i want to|file a|make a|lodge a) complain\w*",
    r"no,? i (?:said|asked|meant|want(?:ed)?)",
    r"wrong (?:answer|information|number|date|city|order)",
    r"(?:try again|are you (?:stupid|broken|kidding))",
    # German
    r"das (?:stimmt|ist) (?:nicht|falsch)",
    r"(?:funktioniert|geht|hilft)(?: mir)? (?:immer noch )?nicht",
    r"habe ich (?:schon|bereits) gesagt",
    r"nicht gefragt",
    r"(?:nutzlos|unverschämt|beschwer\w+)",
    r"mit (?:einem menschen|einem mitarbeiter) sprechen",
    # French
    r"c'est (?:faux|pas (?:ça|vrai|bon))",
    r"(?:ne )?(?:marche|fonctionne) (?:toujours )?pas",
    r"pas ce que j(?:'|e )",
    r"(?:inutile|inadmissible|réclamation)",
    # Spanish, Portuguese, Italian
    r"(?:eso |está |esto )(?:no es|está mal|es incorrecto)",
    r"(?:no (?:funciona|sirve)|não (?:funciona|serve)|non (?:funziona|serve))",
    r"(?:ya (?:te|le|se lo) (?:dije|he dicho)|já (?:te )?disse|ho già detto)",
    r"(?:inútil|inaceptable|inaceitável|inaccettabile|reclamación|reclamação|reclamo)",
    # Dutch, Polish
    r"(?:klopt|werkt)(?: nog steeds)? niet",
    r"(?:nie działa|to nieprawda|skarga|reklamacj\w+)",
    # Russian, Turkish, Arabic
    r"(?:не работает|это неправильно|неверно|жалоба|бесполезно)",
    r"(?:çalışmıyor|yanlış|şikayet)",  # noqa: RUF001 - Turkish
    r"(?:لا يعمل|خطأ|شكوى)",
    # Chinese, Japanese
    r"(?:不对|没用|错了|投诉|不是我要的)",
    r"(?:違います|間違って|使えない|役に立たない|苦情)",
)
_ANY = re.compile("|".join(f"(?:{phrase})" for phrase in _PHRASES), re.IGNORECASE)
_READ = 1_000


def complains(text: str) -> bool:
    """Whether a phrase of the list stands in the start of a text."""
    return _ANY.search(text[:_READ].replace("\u2019", "'")) is not None
