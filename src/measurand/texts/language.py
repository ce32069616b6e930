# ruff: noqa: RUF001 - letters of many alphabets
"""In what language a text is, told offline by its script, its commonest words and its letters.

It is for counting: which share of questions is in which language. It knows the languages that are
listed here, reads the start of a text, and says `UNKNOWN` where there is too little to tell by, as
in a number or a name. The check of languages rates single answers, and asks a trained identifier.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["COMMON", "UNKNOWN", "language_of"]

UNKNOWN = "und"
"""The code that ISO 639 has for a language that is undetermined."""

_READ = 1_000
"""Characters that are read of a text."""
_LEAST = 0.75
"""The evidence from which a language is named: a word is worth 1 over the languages that have it,
and half that where it is a single letter."""
_LETTER = 0.4
"""What a letter is worth that few languages have."""

_LATIN = {
    "en": "i a the of and to is was that it for you with on are this be have from or by not but "
    "what can my your do does how when which would will there if an i'm i'd it's don't we "
    "they he she please hello hi thanks thank could should about am me where who why need "
    "want help book find any some yes okay been has had did get its our their them more "
    "also good great like looking into at as so just let let's that's doesn't didn't can't "
    "won't other time people they're than",
    "de": "der die das und ist nicht ich sie es ein eine einen einem zu den dem mit von auf für "
    "wie was mein meine ihr wir kann haben hat war bei auch aus nach wenn oder aber bitte "
    "danke hallo werden wird sind habe im zum zur über noch nur warum wo möchte gibt guten "
    "können",
    "fr": "le la les des et est une un du je vous il elle nous que qui dans pour pas sur avec ce "
    "cette mon ma mes votre au aux sont ont être avoir plus comment pourquoi où bonjour "
    "merci quel quelle peut puis j'ai c'est n'est s'il plaît mais ou ne se été",
    "es": "el la los las de y que en un una es por con para no se mi su lo como cómo qué está "
    "estoy son pero más muy gracias hola cuál cuándo dónde puedo quiero tengo me al del hay "
    "este esta si ya favor usted necesito fue",
    "pt": "o os as de e que em um uma é por com para não se meu minha seu do da dos das no na nos "
    "como está são mas mais muito obrigado obrigada olá qual quando onde posso quero tenho "
    "eu você ao pelo isso este ou foi preciso",
    "it": "il lo la gli le di e che in un una è per con non si mio mia suo del della dei delle al "
    "alla come sono ma più molto grazie ciao quale quando dove posso vorrei ho ha nel nella "
    "questo questa perché cosa anche da mi",
    "nl": "de het een en van is dat ik je niet in op met voor zijn maar om te aan er bij ook als "
    "wat hoe mijn uw jullie kan heb heeft was naar wel nog of deze dit waar waarom bedankt "
    "hallo wil graag zou worden wordt",
    "sv": "och det att är en ett på för med som inte jag du han hon vi av den till har kan från "
    "men om så hur vad var när min mitt din tack hej vill skulle finns eller också",
    "da": "og det at er en et på for med som ikke jeg du han hun vi af den til har kan fra men om "
    "så hvordan hvad hvor når min mit din tak hej vil skulle eller også blev efter",
    "nb": "og det at er en et på for med som ikke jeg du han hun vi av den til har kan fra men om "
    "så hvordan hva hvor når min mitt din takk hei vil skulle eller også ble etter",
    "fi": "ja on ei se että en hän oli mutta niin kun kuin minä sinä me he ovat mitä miten missä "
    "miksi voi olen tämä sen kanssa kiitos hei haluan minun joka myös ole tai jos",
    "pl": "i w nie na się z do jest to że co jak ale o mam czy po za dla od tak ja mi moje mój są "
    "był być może przez tylko dziękuję proszę cześć kiedy gdzie dlaczego jestem chcę",
    "cs": "a je se na v že to s z do o jak ale by co já jsem mám pro po za si nebo když kde proč "
    "tak být jsou děkuji prosím dobrý ahoj moje můj mohu chci který",
    "ro": "și este în de la nu un o cu pe că din pentru sunt am mai ce cum dar unde când vreau "
    "pot mulțumesc bună vă rog sau fost care are al sa",
    "hu": "a az és nem hogy egy van is meg ez de ha csak mit mi kell már én vagyok hol miért "
    "mikor köszönöm kérem szia volt vagy nekem lehet szeretnék",
    "tr": "ve bir bu da ne için çok ile mi ben sen var yok ama daha gibi nasıl nerede neden ne "
    "zaman lütfen teşekkürler merhaba değil olan olarak istiyorum benim evet hayır kadar",
    "vi": "là và của tôi không có được cho trong với một các này người bạn như thế nào ở đâu khi "
    "cảm ơn xin chào muốn những để đã gì",
    "id": "dan yang di ini itu dengan untuk tidak dari saya anda ada bisa apa bagaimana di mana "
    "kapan terima kasih akan pada ke sudah atau saya mau tolong kami adalah",
}
_CYRILLIC = {
    "ru": "и в не на что я с он как это по но она к у из за то так же от вы мне мой где когда "
    "почему можно спасибо пожалуйста здравствуйте есть был быть хочу для или если",
    "uk": "і в не на що я з він як це по але вона до у за та так від ви мені мій де коли чому "
    "можна дякую будь ласка добрий є був бути хочу для або якщо щоб",
    "bg": "и в не на че аз с той как това по но тя от за да се са съм ми моя къде кога защо може "
    "благодаря моля здравейте има беше искам или ако",
    "sr": "и у не на да је се са он како то по али она од за ми мој где када зашто може хвала "
    "молим здраво има био желим или ако сам су",
}
_ARABIC = {
    "ar": "في من على إلى أن هذا هذه ما هل كيف لا أنا كان مع عن التي الذي أو لم شكرا مرحبا متى أين",
    "fa": "در از به که این را با است برای آن می من یک چه چگونه کجا کجاست هم شما سلام ممنون نیست "
    "های",
    "ur": "کے میں کی ہے سے کو کا اور یہ نہیں ہیں پر کیا آپ میرا کہاں کیسے شکریہ تھا بھی",
}
_DEVANAGARI = {
    "hi": "है में के की का से को और यह नहीं हैं पर क्या आप मैं मेरा कहाँ कैसे धन्यवाद था भी एक",
    "mr": "आहे मध्ये आणि हे नाही काय तुम्ही मी माझा माझे कुठे कसे धन्यवाद होते पण एक आहेत",
}

_LETTERS = {
    "ß": "de", "ä": "de fi sv", "ö": "de fi sv hu tr", "ü": "de hu tr", "ñ": "es", "¿": "es",
    "¡": "es", "ã": "pt vi", "õ": "pt vi", "ç": "fr pt tr", "œ": "fr", "è": "fr it", "ù": "fr it",
    "ò": "it vi", "ì": "it vi", "å": "sv da nb", "æ": "da nb", "ø": "da nb", "ł": "pl", "ę": "pl",
    "ą": "pl", "ś": "pl", "ż": "pl", "ź": "pl", "ć": "pl", "ń": "pl", "ř": "cs", "ě": "cs",
    "ů": "cs", "č": "cs", "ž": "cs", "š": "cs", "ă": "ro vi", "ș": "ro", "ț": "ro", "ő": "hu",
    "ű": "hu", "ı": "tr", "ğ": "tr", "ş": "tr", "đ": "vi", "ơ": "vi", "ư": "vi", "ạ": "vi",
    "ế": "vi", "ệ": "vi", "ả": "vi", "ị": "vi", "ộ": "vi", "ы": "ru", "э": "ru", "ё": "ru",
    "ї": "uk", "є": "uk", "ґ": "uk", "і": "uk", "ъ": "bg", "ј": "sr", "ђ": "sr", "ћ": "sr",
    "љ": "sr", "њ": "sr", "پ": "fa ur", "چ": "fa ur", "گ": "fa ur", "ٹ": "ur", "ڈ": "ur",
    "ے": "ur", "ة": "ar", "أ": "ar", "إ": "ar", "ळ": "mr",
}  # fmt: skip

_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "el"), (0x0400, 0x052F, "cyrillic"), (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"), (0x0600, 0x06FF, "arabic"), (0x0750, 0x077F, "arabic"),
    (0x0900, 0x097F, "devanagari"), (0x0980, 0x09FF, "bn"), (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"), (0x0B80, 0x0BFF, "ta"), (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"), (0x0D00, 0x0D7F, "ml"), (0x0D80, 0x0DFF, "si"),
    (0x0E00, 0x0E7F, "th"), (0x0E80, 0x0EFF, "lo"), (0x1000, 0x109F, "my"),
    (0x10A0, 0x10FF, "ka"), (0x1100, 0x11FF, "ko"), (0x1200, 0x137F, "am"),
    (0x1780, 0x17FF, "km"), (0x1E00, 0x1EFF, "latin"), (0x1F00, 0x1FFF, "el"),
    (0x3040, 0x30FF, "ja"), (0x3400, 0x4DBF, "zh"), (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"), (0xF900, 0xFAFF, "zh"), (0x20000, 0x3FFFF, "zh"),
)  # fmt: skip
_STARTS = tuple(first for first, _, _ in _SCRIPTS)
_SHARED = {"latin": _LATIN, "cyrillic": _CYRILLIC, "arabic": _ARABIC, "devanagari": _DEVANAGARI}
_KANA_OF = 0.1
"""The share of kana from which Han characters are Japanese."""
_SAID = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019](?=[^\W\d_])|[\u0900-\u097f])*")
_TAGS = re.compile(
    r"\[redacted [\w .-]{1,40} [0-9a-f]{8}\]|```.*?(?:```|\Z)|https?://\S+", re.DOTALL
)


def _evidence(words: Mapping[str, str]) -> Mapping[str, tuple[tuple[str, float], ...]]:
    """What each word, and each letter, is worth to which languages."""
    held: dict[str, list[str]] = {}
    for language, listed in words.items():
        for word in dict.fromkeys(listed.split()):
            held.setdefault(word, []).append(language)
    return MappingProxyType(
        {
            word: tuple((one, min(len(word), 2) / 2 / len(own)) for one in own)
            for word, own in held.items()
        }
    )


_WORDS = {script: _evidence(words) for script, words in _SHARED.items()}
_BY_LETTER = {letter: tuple(owners.split()) for letter, owners in _LETTERS.items()}

COMMON: frozenset[str] = frozenset(word for words in _WORDS.values() for word in words)
"""The commonest words of all these languages, in lower case: they say little of what a text is
about."""


def language_of(text: str) -> str:
    """The ISO 639 code of a text's language, or `UNKNOWN`.

    Code, addresses and what was redacted are left out; the first thousand characters are read.
    """
    read = _TAGS.sub(" ", text[:_READ]) if "[" in text or "`" in text or "//" in text else text
    prose = read[:_READ].lower()
    script = "latin" if prose.isascii() else _script(prose)
    if script not in _WORDS:
        return script
    scores = _scores(prose, script)
    if not scores:
        return UNKNOWN
    best = max(sorted(scores), key=scores.__getitem__)
    return best if scores[best] >= _LEAST else UNKNOWN


def _scores(prose: str, script: str) -> dict[str, float]:
    known = _WORDS[script]
    scores: dict[str, float] = {}
    for word in _SAID.findall(prose.replace("\u2019", "'")):
        for language, worth in known.get(word, ()):
            scores[language] = scores.get(language, 0.0) + worth
    if not prose.isascii():
        own = _SHARED[script]
        for letter, count in Counter(prose).items():
            owners = _BY_LETTER.get(letter, ())
            for language in (one for one in owners if one in own):
                scores[language] = scores.get(language, 0.0) + _LETTER * count / len(owners)
    return scores


def _script(prose: str) -> str:
    """The script of most letters; of one that is a single language's, that language."""
    letters = [one for one in prose if one.isalpha()]
    counts = Counter(map(_script_of, letters))
    if not counts:
        return UNKNOWN
    most, _ = counts.most_common(1)[0]
    if most == "zh" and counts["ja"] >= _KANA_OF * len(letters):
        return "ja"
    return most


def _script_of(letter: str) -> str:
    code = ord(letter)
    place = bisect_right(_STARTS, code) - 1
    if place >= 0 and code <= _SCRIPTS[place][1]:
        return _SCRIPTS[place][2]
    return "latin" if code < _STARTS[0] else UNKNOWN
