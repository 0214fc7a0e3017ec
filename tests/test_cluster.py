"""Questions from decided pairs: no chaining, no order, labels from the claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.match import cluster
from reconcile.match.compare import compare
from reconcile.match.declare import Pairing
from reconcile.match.findings import Decided
from reconcile.match.slots import Slot
from reconcile.model import Claim, Cluster, Relation
from tests.corpus import EVEN, claims_of, slot_of

TEXT = "The blast in Marlow killed 12 people."


@cache
def slot(name: str) -> Slot:
    """The number of people killed, as article ``name`` gives it."""
    return slot_of(claims_of(name, [TEXT]), "12", "value")


def link(a: str, b: str, confidence: float = 0.8, relation: Relation = Relation.AGREE) -> Decided:
    """Two articles whose numbers were found to be related."""
    pairing = Pairing(slot(a), slot(b), EVEN)
    return Decided(pairing, compare(pairing), relation, confidence)


def grouped(made: Iterable[Cluster]) -> set[str]:
    """Return the clusters as the names of their articles: ``{"ab", "cd"}``."""
    names = {slot(name).claim.claim_id: name for name in map(chr, range(ord("a"), ord("z") + 1))}
    return {"".join(sorted(names[c] for c in one.claim_ids)) for one in made}


CASES: dict[str, tuple[Mapping[str, float], set[str]]] = {
    "one pair": ({"ab": 0.8}, {"ab"}),
    "two pairs": ({"ab": 0.8, "cd": 0.8}, {"ab", "cd"}),
    "all of three": ({"ab": 0.8, "bc": 0.7, "ac": 0.6}, {"abc"}),
    "two pairs with one link of four": ({"ab": 0.9, "cd": 0.9, "bc": 0.5}, {"ab", "cd"}),
    "two pairs with two links of four": ({"ab": 0.9, "cd": 0.9, "bc": 0.5, "ad": 0.5}, {"abcd"}),
    "two threes with one link": (
        {"ab": 0.9, "bc": 0.9, "ac": 0.9, "de": 0.9, "ef": 0.9, "df": 0.9, "cd": 0.8},
        {"abc", "def"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_groups_are_joined_when_half_of_their_pairs_are_linked(name: str) -> None:
    links, expected = CASES[name]
    made = cluster.clusters([link(pair[0], pair[1], sure) for pair, sure in links.items()], "story")
    assert grouped(made) == expected


def test_a_chain_does_not_become_one_question() -> None:
    names = "abcdefghijkl"
    chain = [link(a, b, 0.9 - n / 100) for n, (a, b) in enumerate(pairwise(names))]
    made = cluster.clusters(chain, "story")
    assert max(len(one.claim_ids) for one in made) <= 3
    even = [link(a, b) for a, b in pairwise(names)]
    assert max(len(one.claim_ids) for one in cluster.clusters(even, "story")) <= 3


@pytest.mark.parametrize("relation", [r for r in Relation if r is not Relation.UNRELATED], ids=str)
def test_every_related_pair_is_in_a_question(relation: Relation) -> None:
    assert grouped(cluster.clusters([link("a", "b", relation=relation)], "story")) == {"ab"}


def test_another_scope_does_not_join_groups() -> None:
    found = [link("a", "b", 0.5), link("c", "d", 0.5), *(link(x, y, 0.99, Relation.SCOPE) for x in "ab" for y in "cd")]
    assert grouped(cluster.clusters(found, "story")) == {"ab", "cd"}


def test_nothing_decided_asks_nothing() -> None:
    assert cluster.clusters([], "story") == ()


def test_cluster_ids_do_not_depend_on_the_side_or_on_relations() -> None:
    made = cluster.clusters([link("a", "b")], "story")
    turned = cluster.clusters([link("b", "a", 0.3, Relation.CONFLICT)], "story")
    assert [c.cluster_id for c in made] == [c.cluster_id for c in turned]
    assert made[0].story_id == "story"


def test_clusters_do_not_depend_on_order() -> None:
    found = [link("a", "b", 0.9), link("c", "d", 0.9), link("b", "c", 0.8), link("a", "d", 0.8, Relation.SCOPE)]
    whole = cluster.clusters(found, "story")
    for order in permutations(found):
        assert cluster.clusters(list(order), "story") == whole


def test_a_repeated_pair_counts_once_with_its_best() -> None:
    once = cluster.clusters([link("a", "b", 0.9), link("b", "c", 0.8)], "story")
    twice = cluster.clusters([link("a", "b", 0.2), link("b", "c", 0.8), link("a", "b", 0.9)], "story")
    assert once == twice


@given(
    st.dictionaries(
        st.sampled_from([a + b for a, b in combinations("abcdefgh", 2)]),
        st.tuples(st.sampled_from([0.4, 0.6, 0.9]), st.sampled_from([*cluster.SAME_QUESTION, Relation.SCOPE])),
        max_size=16,
    ),
    st.randoms(use_true_random=False),
)
@settings(max_examples=80, deadline=None)
def test_clusters_are_disjoint_linked_and_free_of_order(
    links: dict[str, tuple[float, Relation]], random: object
) -> None:
    found = [link(pair[0], pair[1], sure, relation) for pair, (sure, relation) in links.items()]
    made = cluster.clusters(found, "story")
    members = [c for one in made for c in one.claim_ids]
    assert len(members) == len(set(members))
    assert all(len(one.claim_ids) > 1 and list(one.claim_ids) == sorted(one.claim_ids) for one in made)
    assert [c.cluster_id for c in made] == sorted(c.cluster_id for c in made)
    for name in grouped(made):
        linked = sum(a + b in links for a, b in combinations(name, 2))
        assert linked >= len(name) - 1
    random.shuffle(found)  # type: ignore[attr-defined]
    assert cluster.clusters(found, "story") == made
    of_claim = cluster.by_claim(made)
    assert all(one.pairing.a.claim.claim_id in of_claim or one.pairing.b.claim.claim_id in of_claim for one in found)


# -- labels ------------------------------------------------------------------------------------------------------------


def numbers(name: str, text: str) -> list[Claim]:
    return [c for c in claims_of(name, [text]) if c.quantity is not None]


def test_label_names_the_commonest_subject_and_what_is_measured() -> None:
    claims = [
        *numbers("a", "Shares of Corvel Foods rose 14%."),
        *numbers("b", "Stock in Corvel Foods gained 13%."),
        *numbers("c", "The price of Baltera rose 13%."),
    ]
    label = cluster.label(claims)
    assert label.startswith("Corvel Foods")
    assert ":" in label
    assert cluster.label(claims[::-1]) == label


def test_label_of_claims_without_subject_and_metric_is_the_sentence() -> None:
    claims = numbers("a", "It was 14%.")
    assert (claims[0].subject, claims[0].metric) == ("", "")
    assert cluster.label(claims) == "It was 14%."
