"""Questions about bills and about a line that is down."""

from __future__ import annotations

from measurand.simulate.topic import Element, Topic

__all__ = ["SERVICE_TOPICS"]

_LATE_FEE = Topic(
    "billing",
    (
        "There is a late fee on my {month} bill, but I paid {days} days ago. Why?",
        "Why was I charged extra in {month}? I only paid {days} days after the due date.",
        "I see a penalty on the invoice for {month}. I moved banks {days} days ago. Is it fair?",
    ),
    "And will the same thing happen on the bill after {month}?",
    "Payments later than 14 days after the due date carry a fee of {fact}. The first fee in a "
    "calendar year is waived on request. Direct debit prevents it.",
    ("$6.50", "$8.25", "$11.00"),
    (
        "A payment that reaches us more than two weeks late carries a fee of {fact}.",
        "The extra {fact} on the invoice is what we add when a payment is over two weeks late.",
    ),
    (
        Element(
            "waiver",
            ("waive", "take it off"),
            (
                "The first one in a calendar year we waive if you ask, so just say so here.",
                "As it is your first this year, I can take it off the invoice if you ask me to.",
            ),
        ),
        Element(
            "prevention",
            ("direct debit",),
            (
                "With direct debit the payment is always on time and this cannot come back.",
                "Setting up direct debit in the app keeps this from ever happening again.",
            ),
        ),
        Element(
            "where to see it",
            ("billing page", "billing history"),
            (
                "You will see the correction on the billing page within two working days.",
                "The change shows in your billing history by the day after tomorrow.",
            ),
        ),
    ),
    "Correct the invoice",
)

_HIGHER_BILL = Topic(
    "billing",
    (
        "My bill went up in {month} and nobody told me. What is going on?",
        "Why is the {month} invoice higher than the {days} before it?",
        "I have the same plan as ever, yet I pay more since {month}. Please explain.",
    ),
    "Can I get the old price back if I stay another year, starting {month}?",
    "The welcome discount ends after {fact}. From then on the regular price applies. Customers may "
    "change to a smaller plan free of charge once a quarter.",
    ("6 months", "9 months", "18 months"),
    (
        "Your welcome discount ran for {fact} and has now ended, so the regular price applies.",
        "The lower price was a welcome offer for {fact}; after that the regular price is billed.",
    ),
    (
        Element(
            "notice",
            ("letter", "e-mail notice"),
            (
                "We announced it in a letter four weeks ahead, which may have been overlooked.",
                "An e-mail notice went out a month before; it may have landed in the junk folder.",
            ),
        ),
        Element(
            "smaller plan",
            ("smaller plan",),
            (
                "If you would like to pay less, you can change to a smaller plan free of charge.",
                "Once a quarter you may move to a smaller plan at no cost, which lowers the bill.",
            ),
        ),
        Element(
            "loyalty",
            ("loyalty", "two-year"),
            (
                "There is also a loyalty rate for customers who have been with us this long.",
                "A two-year agreement would bring the monthly price down again as well.",
            ),
        ),
    ),
    "Compare plans",
)

_REFUND = Topic(
    "billing",
    (
        "I was billed twice in {month}. When do I get my money back?",
        "Two payments left my account {days} days ago for the same invoice. Please refund one.",
        "You took the {month} payment two times! How do I get it back?",
    ),
    "It has been {days} days now. Should I ask my bank to reverse it?",
    "Double payments are returned within {fact} to the account they came from. A credit on the "
    "next invoice is faster. Customers should not reverse the payment at their bank.",
    ("5 working days", "7 working days", "12 working days"),
    (
        "The second payment goes back within {fact} to the account it came from.",
        "We return a double payment within {fact}, to the same account.",
    ),
    (
        Element(
            "credit",
            ("credit",),
            (
                "If you prefer, we can book it as a credit on the next invoice, which is faster.",
                "A credit on your next invoice would be the quicker way, if that suits you.",
            ),
        ),
        Element(
            "no reversal",
            ("reverse", "charge it back"),
            (
                "Please do not let your bank reverse it meanwhile, as both would then cross.",
                "Please do not charge it back yourself, or the two transfers would cross.",
            ),
        ),
        Element(
            "receipt",
            ("receipt", "confirmation number"),
            (
                "You get a receipt in your inbox as soon as the transfer has left us.",
                "A confirmation number will be in your inbox once the money is on its way.",
            ),
        ),
    ),
    "Return the second payment",
)

_OUTAGE = Topic(
    "outage",
    (
        "No internet in {street} since this morning. Is there an outage?",
        "Everything is down at our place on {street}. When will it work again?",
        "The line in {street} has been dead for {days} hours now. What is happening?",
    ),
    "It is still down. Do I get something back for the {days} hours?",
    "The fault in the area is being repaired and should be gone by {fact}. Updates are sent by "
    "text message. Outages over 24 hours are compensated per day.",
    ("14:30", "17:00", "19:45"),
    (
        "There is a known fault in your area, and our engineers expect to fix it by {fact}.",
        "Yes, a cable was damaged near you; we expect the line to be back by {fact}.",
    ),
    (
        Element(
            "updates",
            ("text message", "status page"),
            (
                "We will send you a text message as soon as the line is up again.",
                "The status page in the app shows progress every half hour.",
            ),
        ),
        Element(
            "restart after",
            ("restart",),
            (
                "Once it is repaired, restart the box if the light does not turn green by itself.",
                "A quick restart of your equipment afterwards helps it find the line again.",
            ),
        ),
        Element(
            "compensation",
            ("compensation", "compensate"),
            (
                "Should it last longer than a day, compensation is booked for every day.",
                "If it takes more than a day, we compensate you for each day without service.",
            ),
        ),
    ),
    "Send updates on the fault",
)

_MAINTENANCE = Topic(
    "outage",
    (
        "You announced maintenance on {street}. How long will I be offline?",
        "Will the work on {street} in {month} cut my connection while I work from home?",
        "I got a card about works in {street}, {days} days from now. What does it mean for me?",
    ),
    "I have an important call at that time, {days} days from now. Can you move it?",
    "Planned maintenance lasts {fact} and takes place between midnight and 6 am. Emergency calls "
    "work over the mobile network. A mobile data pass is free for those affected.",
    ("90 minutes", "2 hours", "45 minutes"),
    (
        "The planned work takes {fact} and happens at night, between midnight and six.",
        "You will be offline for about {fact}, some time between midnight and six in the morning.",
    ),
    (
        Element(
            "data pass",
            ("data pass",),
            (
                "For that night you can order a mobile data pass free of charge in the app.",
                "We give everyone affected a free data pass for the phone; order it in the app.",
            ),
        ),
        Element(
            "landline",
            ("landline", "emergency calls"),
            (
                "The landline is silent meanwhile, so keep a mobile phone charged.",
                "Note that emergency calls then work over the mobile network only.",
            ),
        ),
        Element(
            "no action",
            ("switched on", "nothing to do"),
            (
                "Leave the equipment switched on and it will connect by itself afterwards.",
                "There is nothing to do on your side; it connects by itself when we are done.",
            ),
        ),
    ),
    "Order the free pass",
)

SERVICE_TOPICS: tuple[Topic, ...] = (_LATE_FEE, _HIGHER_BILL, _REFUND, _OUTAGE, _MAINTENANCE)
