"""Questions about the router, the contract, and moving house."""

from __future__ import annotations

from measurand.simulate.topic import Element, Topic

__all__ = ["HOME_TOPICS"]

_SLOW_WIFI = Topic(
    "router",
    (
        "My wifi is terribly slow upstairs with the {router}. What can I do?",
        "The {router} gives me full speed by cable but next to nothing in the bedroom.",
        "For {days} days the video has been stuttering over wifi. I have the {router}.",
    ),
    "I did that with the {router}, and it is better but not great. What else?",
    "The router's wireless range is about {fact} indoors. It should stand free and high. The 5 GHz "
    "band is faster but reaches less far. A repeater costs nothing in the first month.",
    ("12 metres", "15 metres", "20 metres"),
    (
        "Indoors the signal reaches about {fact}, and every wall in between shortens it.",
        "The box covers roughly {fact} inside a home, less where the walls are thick.",
    ),
    (
        Element(
            "placement",
            ("shelf", "in the open"),
            (
                "Put it on a shelf, away from metal and the microwave, and try again.",
                "It works best standing in the open and high up, not in a cupboard.",
            ),
        ),
        Element(
            "band",
            ("5 GHz", "2.4 GHz"),
            (
                "Nearby devices should use the 5 GHz band, which is much faster.",
                "Far rooms do better on the 2.4 GHz band, which goes through walls.",
            ),
        ),
        Element(
            "repeater",
            ("repeater",),
            (
                "If that is not enough, a repeater halfway helps, and the first month is free.",
                "You can also try a repeater from us for a month without paying.",
            ),
        ),
    ),
    "Run the wireless test",
)

_RED_LIGHT = Topic(
    "router",
    (
        "The light on my {router} has been red for {days} hours. What does that mean?",
        "My {router} keeps blinking red after the update in {month}. Is it broken?",
        "Red light on the {router}, no phone, no internet. I live in {street}.",
    ),
    "It was green for {days} minutes and is red again. Do I get a new one?",
    "A red light means that the device finds no line. Remove its power for {fact}. If the light "
    "stays red, check the grey cable. A replacement is free and arrives the next working day.",
    ("30 seconds", "60 seconds", "90 seconds"),
    (
        "A red light means it finds no line, so please take it off the power for {fact}.",
        "Red says that no line is found; pull the power plug, wait {fact}, and plug it in again.",
    ),
    (
        Element(
            "cable",
            ("grey cable",),
            (
                "Then check that the grey cable sits firmly at both ends.",
                "Please look whether the grey cable clicks in at the wall and at the device.",
            ),
        ),
        Element(
            "patience",
            ("ten minutes",),
            (
                "Give it ten minutes to find the line before you try anything else.",
                "It may need up to ten minutes until the colour changes, so do not hurry it.",
            ),
        ),
        Element(
            "replacement",
            ("replacement", "new device"),
            (
                "If it stays red, we send a replacement free of charge for tomorrow.",
                "Should that not help, a new device is on its way to you at no cost.",
            ),
        ),
    ),
    "Test the line remotely",
)

_CANCEL = Topic(
    "contract",
    (
        "I want to cancel my contract at the end of {month}. How do I do that?",
        "What is the notice period? I signed {days} months ago.",
        "Please end my contract, I go abroad in {month}.",
    ),
    "And what happens with the {router} when the contract ends?",
    "The notice period is {fact}. Cancellations need written form; the app is enough. Equipment is "
    "returned with a prepaid label. Numbers can be kept.",
    ("4 weeks", "6 weeks", "8 weeks"),
    (
        "You can cancel with a notice period of {fact}, counted from the day we receive it.",
        "Your contract can be ended with {fact} of notice from the day it reaches us.",
    ),
    (
        Element(
            "form",
            ("in writing", "written"),
            (
                "We need it in writing, and a line in the app under My Contract is enough.",
                "It must be written, which you can do in the app under My Contract.",
            ),
        ),
        Element(
            "return",
            ("prepaid label", "send back"),
            (
                "For the equipment you get a prepaid label, so the parcel costs you nothing.",
                "The equipment you send back with our parcel sticker, free of charge.",
            ),
        ),
        Element(
            "number",
            ("phone number",),
            (
                "Your phone number can move to another provider if you tell us in time.",
                "If you wish to keep your phone number, let the new provider apply for it.",
            ),
        ),
    ),
    "Confirm the end date",
)

_UPGRADE = Topic(
    "contract",
    (
        "Can I switch to a faster plan before {month}? I work from home now.",
        "Is fibre available in {street}, and what would change for me?",
        "We are {days} people in the flat and the line is too slow. Which plan fits?",
    ),
    "Would I need another box than my {router} for that?",
    "A faster plan can be booked at any time and is active within {fact}. The term starts anew "
    "with every upgrade. There is a cooling-off period of 14 days.",
    ("24 hours", "48 hours", "72 hours"),
    (
        "You can book a faster plan any day, and it is active within {fact}.",
        "Yes, an upgrade is possible at once and takes effect within {fact}.",
    ),
    (
        Element(
            "term",
            ("new term", "starts anew"),
            (
                "Please note that a new term begins with the change.",
                "Keep in mind that the contract period starts anew on that day.",
            ),
        ),
        Element(
            "cooling off",
            ("change your mind", "cooling-off"),
            (
                "If you change your mind, you have two weeks to go back.",
                "A cooling-off period of two weeks lets you return to the old plan.",
            ),
        ),
        Element(
            "speed test",
            ("speed test", "measure the line"),
            (
                "Run the speed test in the app first, so that you book what the house can carry.",
                "We can measure the line beforehand to see what is possible at your address.",
            ),
        ),
    ),
    "Check what the address can get",
)

_MOVING = Topic(
    "moving house",
    (
        "I am moving to {street} in {month}. Can I take my contract along?",
        "We move house in {days} days. What do I have to do for the internet?",
        "How early must I announce my move in {month}?",
    ),
    "What if the flat in {street} is not ready by then?",
    "A move should be announced {fact} ahead. The contract moves along at the same price. Where we "
    "have no line, the customer may leave the contract. The technician's visit is free.",
    ("3 weeks", "5 weeks", "10 weeks"),
    (
        "Please tell us {fact} before the day you move, so that the line is ready in time.",
        "A move should reach us {fact} ahead; then you are online from the first day.",
    ),
    (
        Element(
            "same price",
            ("same price", "costs no more"),
            (
                "The contract comes along at the same price.",
                "What you pay stays as it is; moving costs no more.",
            ),
        ),
        Element(
            "technician",
            ("technician", "engineer"),
            (
                "A technician comes to the new home on a morning of your choice, free of charge.",
                "An engineer connects the new home, and the visit is free.",
            ),
        ),
        Element(
            "no line",
            ("special right", "leave the contract"),
            (
                "If we have no line there, you have a special right to end everything early.",
                "Where we cannot supply the address, you may leave the contract early.",
            ),
        ),
    ),
    "Enter the new address",
)

_FINAL_READING = Topic(
    "moving house",
    (
        "I have moved out of {street}. Where do I return the {router}?",
        "We left the old flat {days} days ago and the box is still with us. What now?",
        "My mother moved into care in {month}. How do I close her connection in {street}?",
    ),
    "I have lost the cable of the {router}. Does that cost anything?",
    "Equipment is due back within {fact} of the last day. A missing cable is not charged. Closing "
    "a connection for a relative needs a signed authority.",
    ("14 days", "21 days", "35 days"),
    (
        "The equipment should be back with us within {fact} of the last day.",
        "You have {fact} from the last day to return the equipment.",
    ),
    (
        Element(
            "parcel",
            ("parcel shop",),
            (
                "Hand it in at any parcel shop with the code from the app, at no cost.",
                "Any parcel shop takes it with the code that the app shows.",
            ),
        ),
        Element(
            "accessories",
            ("missing cable", "accessories"),
            (
                "A missing cable is not charged, only the device itself.",
                "Do not worry about accessories; we only need the device.",
            ),
        ),
        Element(
            "authority",
            ("signed", "authority"),
            (
                "When you act for somebody else, add a signed note by that person.",
                "For a relative we also need a short authority to act.",
            ),
        ),
    ),
    "Send the return code",
)

HOME_TOPICS: tuple[Topic, ...] = (
    _SLOW_WIFI,
    _RED_LIGHT,
    _CANCEL,
    _UPGRADE,
    _MOVING,
    _FINAL_READING,
)
