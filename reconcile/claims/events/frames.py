"""Which events a role can belong to, and how verbs and nouns that tell them arrange their parts.

A frame is what a verb or noun of the language data (``[roles.do]``, ``[roles.act]`` ...) stands for. Several frames
tell one event from different sides ("sell" is "buy" with buyer and seller in other places), so that the same fact
gives the same roles however it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

EVERYONE = frozenset(["person", "org", "place", "thing", "other"])
_KINDS = {"p": "person", "o": "org", "l": "place", "t": "thing"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A role and the kinds of name that can fill it ("other" always can); ``phrase``: a noun phrase may too."""

    role: str
    kinds: frozenset[str] = EVERYONE
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """An event with its parts: grammatical subject, object, complement ("appointed X *mayor*") and marked phrases.

    ``marks`` maps a class of prepositions (by, from, to, of, over, as, with, inside), a case (dative), the owner or,
    for a noun, the subject of its clause to the slot it fills.
    """

    event: str
    subject: Slot | None = None
    object: Slot | None = None
    complement: Slot | None = None
    marks: Mapping[str, Slot] = field(default_factory=dict)


def _slot(text: str) -> Slot | None:
    """Read "agent:po" (role and kinds) or "object*" (a noun phrase will do); "-" is no slot."""
    if text == "-":
        return None
    role, _, letters = text.partition(":")
    kinds = frozenset(_KINDS[letter] for letter in letters) | {"other"} if letters else EVERYONE
    return Slot(role.rstrip("*"), kinds, role.endswith("*"))


def _frame(line: str) -> tuple[str, Frame]:
    name, event, subject, target, *rest = line.split()
    marks: dict[str, Slot] = {}
    complement = None
    for part in rest:
        key, _, value = part.partition("=")
        slot = _slot(value)
        if key == "complement":
            complement = slot
        elif slot is not None:
            marks[key] = slot
    return name, Frame(event, _slot(subject), _slot(target), complement, MappingProxyType(marks))


# name, event, subject, object, then complement and marked phrases
_VERBS = """
win         win         agent       object*:t   over=patient mark_object=patient
beat        win         agent       patient
lose        win         patient     -           to=agent over=agent from=agent by=agent
yield       win         patient     agent
elect       win         -           agent:p     complement=object* as=object*
award       win         -           agent:po    to=agent:po dative=agent:po
receive     win         agent       object*:t
outdo       win         agent       -           from=patient
score       score       agent:p     -           by=agent:p
appoint     appoint     agent       patient:p   complement=office* as=office*
choose      appoint     agent       patient:p   complement=office* as=office*
serve       appoint     patient:p   -           as=office*
become      appoint     patient:p   -           complement=office* as=office*
leave       leave       patient:p   -           as=office*
dismiss     leave       -           patient:p   as=office*
part        leave       -           -           from=patient:p with=patient:p
hire        hire        agent:ol    patient:p
join        hire        patient:p   agent:ol
buy         buy         agent:pol   object*:otl from=patient:pol dative=patient:pol of=object:otl
sell        buy         patient:pol object*:otl to=agent:pol dative=agent:pol of=object:otl
sue         sue         agent       patient
suit        sue         agent       patient:ol
complain    sue         agent       -           over=patient
arrest      arrest      agent:ol    patient:p
charge      charge      agent:ol    patient:p
convict     convict     agent:o     patient:po
sentence    convict     agent:o     -           to=patient:po over=patient:po
rule        rule        agent:po    -
approve     approve     agent       object*:ot
reject      reject      agent       object*:ot
consent     approve     agent       -           with=object*:ot to=object*:ot
build       build       agent:po    object*:ot
create      create      agent:po    object*:ot
stem        create      object*:ot  -           by=agent:po from=agent:po
design      design      agent:po    object*:ot
direct      direct      agent:p     object*:ot
discover    discover    agent       object*:t
lead        lead        agent:po    object*:ot
own         own         agent:pol   object*:ot
operate     operate     agent:o     object*:ot
fund        fund        agent       patient*
donate      fund        agent       -           to=patient dative=patient
invest      fund        agent       -           inside=patient*
replace     replace     agent:po    patient:po  to=patient:po
succeed     replace     agent:po    -           from=patient:po to=patient:po
cause       cause       agent       object*
host        host        agent       -
open        open        agent       object*:ot
sign        sign        agent       object*     with=patient
kill        kill        agent       patient
attack      attack      agent       patient
supply      supply      agent:po    object*
investigate investigate agent:ol    patient*
rescue      rescue      agent       patient
publish     publish     agent:ot    object*     inside=agent:ot
"""

# name, event, the role of what stands beside the noun ("winner Ramos", "goal by Aral"), "-", then marked phrases
_NOUNS = """
victory     win         -           -           subject=agent owner=agent of=agent by=agent over=patient
defeat      win         -           -           subject=patient owner=patient of=patient to=agent over=agent
winner      win         agent       -           of=object*
scorer      score       agent:p     -
opening     open        -           -           of=object*:ot by=agent
donation    fund        -           -           from=agent of=agent by=agent to=patient
goal        score       -           -           owner=agent:p of=agent:p by=agent:p
appointment appoint     -           -           owner=patient:p of=patient:p by=agent as=office*
resignation leave       -           -           owner=patient:p of=patient:p as=office*
purchase    buy         -      -      subject=agent:pol owner=agent:pol by=agent:pol of=object:ot from=patient:pol
sale        buy         -           -           subject=patient:pol of=object:ot by=patient:pol to=agent:pol
buyer       buy         agent:pol   -           of=object:ot
seller      buy         patient:pol -           of=object:ot
lawsuit     sue         -           -           owner=agent by=agent over=patient
arrest      arrest      -           -           owner=patient:p of=patient:p by=agent:ol
conviction  convict     -           -           owner=patient:p of=patient:p by=agent:o
ruling      rule        -           -           owner=agent:po of=agent:o by=agent:po
discovery   discover    -           -           of=object*:t by=agent
discoverer  discover    agent       -           of=object*:t
author      create      agent:p     -           of=object*:ot
maker       build       agent:po    -           of=object*:ot
designer    design      agent:po    -           of=object*:ot
director    direct      agent:p     -           of=object:t
leader      lead        agent:p     -           of=object:o owner=object:o
owner       own         agent:pol   -           of=object*:ot
operator    operate     agent:po    -           of=object*:ot
sponsor     fund        agent       -           of=patient
successor   replace     agent:p     -           of=patient:p owner=patient:p
host        host        agent       -
supplier    supply      agent:po    -
culprit     cause       agent       -           of=object*
killer      kill        agent:p     -           of=patient:p owner=patient:p
"""

# events that a noun for their agent tells only when it is said of what ("CEO of Hollis", not "CEO Voss")
NEEDS_OBJECT = frozenset(["lead", "own", "create", "build", "design", "direct"])
BY_ANYONE = frozenset(["build", "own"])  # the same in the passive: "gawa ni Luna" may be anything she did
NEEDS_MORE = frozenset(["operate", "supply", "buy"])  # the same where noun and name stand side by side
NEEDS_OFFICE = frozenset(["choose", "serve"])  # "chose X as mayor": who chooses a thing appoints nobody
_OPEN = "win lose score leave rule host become succeed replace outdo part consent invest"
OPEN = frozenset(_OPEN.split())  # verbs without object
DECIDED = frozenset(["approve", "reject"])  # what is decided on is hardly a person or an organisation
OF_BODIES = frozenset(
    ["approve", "reject", "fund", "sue", "buy", "sign", "open", "build", "own"]
)  # what councils and ministries do
OF_PEOPLE = frozenset(["arrest", "convict", "rescue"])  # told of "a man" as well as of a name

VERBS: Mapping[str, Frame] = MappingProxyType(dict(_frame(line) for line in _VERBS.strip().splitlines()))
NOUNS: Mapping[str, Frame] = MappingProxyType(dict(_frame(line) for line in _NOUNS.strip().splitlines()))
