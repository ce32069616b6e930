# ruff: noqa: RUF001 - letters of many alphabets
"""Languages told by script, common words and letters."""

import pytest

from measurand.texts.language import UNKNOWN, language_of

SAID = {
    "de": (
        "Wann kommt mein Paket an?",
        "Ich möchte meine Bestellung stornieren.",
    ),
    "fr": (
        "Où est ma commande ?",
        "Je voudrais annuler mon abonnement, s'il vous plaît.",
    ),
    "es": (
        "¿Dónde está mi pedido?",
        "Quiero cancelar la suscripción, por favor.",
    ),
    "pt": (
        "Onde está o meu pedido?",
        "Não consigo entrar na minha conta.",
    ),
    "it": (
        "Dove si trova il mio ordine?",
        "Vorrei annullare l'abbonamento, grazie.",
    ),
    "nl": (
        "Waar is mijn bestelling?",
        "Ik wil graag mijn abonnement opzeggen.",
    ),
    "sv": (
        "Var är min beställning?",
        "Jag vill avbryta mitt abonnemang, tack.",
    ),
    "da": (
        "Hvor er min ordre?",
        "Jeg vil gerne opsige mit abonnement efter ferien.",
    ),
    "nb": ("Jeg vil gjerne si opp abonnementet mitt etter ferien, takk.",),
    "fi": (
        "Missä minun tilaukseni on?",
        "Haluan peruuttaa tilauksen, kiitos.",
    ),
    "pl": (
        "Gdzie jest moje zamówienie?",
        "Chcę anulować subskrypcję, proszę.",
    ),
    "cs": (
        "Kde je moje objednávka?",
        "Chci zrušit předplatné, prosím.",
    ),
    "ro": (
        "Unde este comanda mea?",
        "Vreau să anulez abonamentul, vă rog.",
    ),
    "hu": (
        "Hol van a rendelésem?",
        "Szeretném lemondani az előfizetést, kérem.",
    ),
    "tr": (
        "Siparişim nerede?",
        "Aboneliğimi iptal etmek istiyorum, lütfen.",
    ),
    "vi": (
        "Đơn hàng của tôi ở đâu?",
        "Tôi muốn hủy đăng ký, cảm ơn.",
    ),
    "id": (
        "Di mana pesanan saya?",
        "Saya mau membatalkan langganan, terima kasih.",
    ),
    "ru": (
        "Где мой заказ?",
        "Я хочу отменить подписку, спасибо.",
    ),
    "uk": (
        "Де моє замовлення?",
        "Я хочу скасувати підписку, дякую.",
    ),
    "bg": (
        "Къде е моята поръчка?",
        "Искам да отменя абонамента си, благодаря.",
    ),
    "sr": (
        "Где је моја поруџбина?",
        "Желим да откажем претплату, хвала.",
    ),
    "ar": (
        "أين طلبي؟ هل يمكنك المساعدة من فضلك",
        "كيف ألغي الاشتراك في هذا؟",
    ),
    "fa": (
        "سفارش من کجاست؟",
        "می خواهم این اشتراک را لغو کنم",
    ),
    "ur": ("میرا آرڈر کہاں ہے؟",),
    "hi": ("मेरा ऑर्डर कहाँ है?",),
    "mr": ("माझी ऑर्डर कुठे आहे?",),
    "ja": ("注文はどこですか？",),
    "zh": ("我的订单在哪里？",),
    "ko": ("제 주문은 어디에 있나요?",),
    "th": ("คำสั่งซื้อของฉันอยู่ที่ไหน",),
    "el": ("Πού είναι η παραγγελία μου;",),
    "he": ("איפה ההזמנה שלי?",),
    "en": (
        "Where is my order?",
        "I would like to cancel the subscription, please.",
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_short_questions_are_told(language: str) -> None:
    assert {language_of(said) for said in SAID[language]} == {language}


@pytest.mark.parametrize("text", ["", "4711", "Zanzibar", "??", "\U0001f600", "OVERALL", "x\0y"])
def test_what_says_too_little_is_unknown(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_code_addresses_tags_and_case_are_left_out() -> None:
    code = "Was macht das hier, bitte?\n```the of and to is was that it for you```"
    assert language_of(code) == "de"
    assert (
        language_of("Wo ist [redacted that is it for you 3f2a91c4] bitte, und was ist das") == "de"
    )
    assert language_of("WHERE IS MY ORDER") == language_of("where is my order") == "en"
    assert language_of("what is https://der.die/das/und/ist") == "en"


def test_a_long_text_is_told_by_its_start() -> None:
    assert language_of("Where is my order? " * 60 + "\u6211\u7684\u8ba2\u5355" * 9_000) == "en"
