"""Clusters named by the words that stand out in them."""

import numpy as np
import pytest

from measurand.errors import UsageError
from measurand.stats.clusters import clusters
from measurand.texts.encoder import hashed_encoder
from measurand.texts.topics import topic_names

ABOUT = ("refund {} order", "cancel {} train", "password {} login")
TEXTS = [ABOUT[n % 3].format(("today", "quickly", "again", "somehow")[n % 4]) for n in range(90)]


def test_clusters_of_texts_are_found_and_named() -> None:
    found = clusters(hashed_encoder()(TEXTS), 3, np.random.default_rng(1))
    assert len({(n % 3, int(label)) for n, label in enumerate(found.labels)}) == 3
    names = topic_names(TEXTS, found.labels)
    for n, topic in enumerate(("refund", "cancel", "password")):
        assert topic in names[found.labels[n]]
        assert sum(topic in name for name in names) == 1


def test_common_words_tags_and_a_single_persons_words_name_nothing() -> None:
    texts = ["where is [redacted email 3f2a91c4] parcel", "parcel of Zacharias", "the of and"]
    (name,) = topic_names(texts, [0, 0, 0])
    assert name == "parcel"
    assert topic_names(["Zacharias Abel"], [0]) == ("no words",)


def test_names_are_told_apart_and_every_cluster_has_one() -> None:
    names = topic_names(["parcel lost"] * 4 + ["!"] * 2, [0, 0, 1, 1, 3, 3])
    assert len(set(names)) == len(names) == 4
    assert all(names)


def test_a_label_for_each_text() -> None:
    with pytest.raises(UsageError, match="one label"):
        topic_names(["a", "b"], [0])
    with pytest.raises(UsageError, match="0 or more"):
        topic_names(["a", "b"], [0, -1])
    assert topic_names([], []) == ()
