"""English words for the same thing, and what is put before sentences.

A question's name follows from its text, so whoever changes a word here changes the names of the
questions that hold it, and old answers are not taken for theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = [
    "ASSERTIONS",
    "CASUAL_OPENINGS",
    "CONTRACTIONS",
    "DOUBTS",
    "EMOJI",
    "EXPANSIONS",
    "FORMAL_OPENINGS",
    "FORMAL_WORDS",
    "HEDGES",
    "PLAIN_WORDS",
    "STARTERS",
]

EXPANSIONS: Mapping[str, str] = MappingProxyType(
    {
        "can't": "cannot",
        "won't": "will not",
        "don't": "do not",
        "doesn't": "does not",
        "didn't": "did not",
        "isn't": "is not",
        "aren't": "are not",
        "wasn't": "was not",
        "weren't": "were not",
        "couldn't": "could not",
        "wouldn't": "would not",
        "shouldn't": "should not",
        "haven't": "have not",
        "hasn't": "has not",
        "hadn't": "had not",
        "i'm": "I am",
        "i'll": "I will",
        "i've": "I have",
        "you're": "you are",
        "you'll": "you will",
        "you've": "you have",
        "we're": "we are",
        "we'll": "we will",
        "we've": "we have",
        "they're": "they are",
        "they'll": "they will",
        "they've": "they have",
        "it'll": "it will",
    }
)
"""Contractions that can be written out in one way only."""

CONTRACTIONS: Mapping[str, str] = MappingProxyType(
    {
        **{
            long: short
            for short, long in EXPANSIONS.items()
            if not long.endswith((" have", "it will"))
        },
        "it is": "it's",
        "there is": "there's",
    }
)
"""What may be contracted, where a word follows."""

FORMAL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "also": "additionally",
        "okay": "acceptable",
        "kids": "children",
        "find out": "determine",
        "get in touch with": "contact",
        "look into": "investigate",
        "right away": "immediately",
        "more and more": "increasingly",
        "because of": "owing to",
        "to buy": "to purchase",
        "to start": "to commence",
        "to get a": "to obtain a",
        "to get an": "to obtain an",
        "to get the": "to obtain the",
        "to get your": "to obtain your",
        "to use": "to utilise",
        "to try to": "to attempt to",
        "to fix": "to rectify",
        "to help you": "to assist you",
        "to help us": "to assist us",
        "to help them": "to assist them",
        "to ask for": "to request",
        "to set up": "to establish",
        "ask for": "request",
        "a bunch of": "a number of",
        "pretty much": "largely",
        "make sure": "ensure",
        "these days": "at present",
        "if you want to": "should you wish to",
    }
)
PLAIN_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "additionally": "also",
        "acceptable": "okay",
        "children": "kids",
        "determine": "find out",
        "increasingly": "more and more",
        "owing to": "because of",
        "due to": "because of",
        "to purchase": "to buy",
        "to commence": "to start",
        "to obtain": "to get",
        "to utilise": "to use",
        "to utilize": "to use",
        "to attempt": "to try",
        "to rectify": "to fix",
        "to assist": "to help",
        "to request": "to ask for",
        "a number of": "a bunch of",
        "largely": "pretty much",
        "mostly": "pretty much",
        "approximately": "about",
        "ensure": "make sure",
        "however": "but then",
        "at present": "these days",
    }
)
FORMAL_OPENINGS: tuple[str, ...] = ("Furthermore,", "Moreover,")
CASUAL_OPENINGS: tuple[str, ...] = ("Basically,", "Okay,")
HEDGES: tuple[str, ...] = ("Perhaps", "Possibly,", "Arguably,")
ASSERTIONS: tuple[str, ...] = ("Certainly,", "Undoubtedly,", "Clearly,")
DOUBTS: tuple[str, ...] = (
    "perhaps",
    "possibly",
    "maybe",
    "arguably",
    "presumably",
    "i think that",
    "i think",
    "i believe that",
    "i believe",
    "it seems that",
    "it may be that",
    "as far as i know,",
)
"""Words of doubt that can be left out."""

EMOJI: tuple[str, ...] = ("\U0001f642", "\u2728", "\U0001f44d")

STARTERS = frozenset(
    [
        *("the", "a", "an", "it", "its", "this", "that", "these", "those", "there", "you", "your"),
        *("we", "our", "they", "their", "he", "she", "his", "her", "if", "in", "on", "at", "for"),
        *("with", "when", "while", "as", "by", "from", "to", "some", "most", "all", "both", "each"),
        *("such", "one", "two", "no", "my", "after", "before", "since", "although", "because"),
    ]
)
"""Words that have their capital only because a sentence starts with them."""
