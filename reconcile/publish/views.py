"""The review queues, as SQL views: they work in every SQLite client, and in Datasette without configuration.

A decision *stands* until another supersedes it; a withdrawal undoes the one that it supersedes, and what that one
had superseded stands again. Each reviewer has one that stands; the newest on a finding is *current*, but an
``unsure`` gives way to any other, and one that was made on another finding of the group to one made on the finding
itself. A decision is *stale* when the finding is gone or its quotes or values have
changed since (the digest differs); a stale decision does not close a conflict. ``unsure`` leaves it open too.
A retraction *stands* until the article is restored.
"""

# ruff: noqa: S608 (every part of these statements is a constant of this module)

from __future__ import annotations

_SIDES = """
  JOIN claims ca ON ca.claim_id = f.claim_a
  JOIN claims cb ON cb.claim_id = f.claim_b
  JOIN articles aa ON aa.article_id = ca.article_id
  JOIN articles ab ON ab.article_id = cb.article_id
  LEFT JOIN sources sa ON sa.source_id = aa.source
  LEFT JOIN sources sb ON sb.source_id = ab.source"""

_SIDE_COLUMNS = """
  coalesce(sa.name, aa.source) AS source_a, f.value_a, ca.quote AS quote_a,
  coalesce(sb.name, ab.source) AS source_b, f.value_b, cb.quote AS quote_b,"""

_SETTLED = """EXISTS (
    SELECT 1 FROM decisions_current d
    WHERE d.finding_id = f.finding_id AND d.digest = f.digest AND d.ruling <> 'unsure'
  )"""

# "+" keeps the index on relation out of it, so that the one on the order serves the first rows at once.
_QUEUE_ORDER = "ORDER BY f.rank, f.origins DESC, f.confidence DESC, f.finding_id"

VIEWS: dict[str, str] = {
    "conflicts_open": f"""
SELECT f.finding_id, f.severity, f.field, f.confidence, f.about,{_SIDE_COLUMNS}
  aa.published AS published_a, ab.published AS published_b, f.origins, f.story_id,
  EXISTS (SELECT 1 FROM decisions_current d WHERE d.finding_id = f.finding_id) AS decided_before
FROM findings f{_SIDES}
WHERE f.rank < 2 AND +f.relation = 'conflict' AND NOT {_SETTLED}
{_QUEUE_ORDER}""",
    "conflicts_decided": f"""
SELECT f.finding_id, d.ruling, d.side, d.reason, d.reviewer, d.note, d.created_at, f.severity, f.field, f.confidence,
  f.about,
{_SIDE_COLUMNS.strip().removesuffix(",")}
FROM findings f{_SIDES}
  JOIN decisions_current d ON d.finding_id = f.finding_id AND d.digest = f.digest AND d.ruling <> 'unsure'
WHERE f.relation = 'conflict'
ORDER BY d.created_at DESC, f.finding_id""",
    "findings_readable": f"""
SELECT f.finding_id, f.relation, f.field, f.severity, f.confidence, f.about,{_SIDE_COLUMNS}
  aa.published AS published_a, ab.published AS published_b, f.origins, f.explanation
FROM findings f{_SIDES}
{_QUEUE_ORDER}""",
    "claims_readable": """
SELECT c.claim_id, coalesce(s.name, a.source) AS source, a.title AS article, a.published, c.lang,
  c.subject, c.metric, c.focus, CAST(c.value_low AS REAL) AS low, CAST(c.value_high AS REAL) AS high, c.unit,
  c.hedge, c.direction, c.time_text, c.place, c.polarity, c.status, c.modality, round(c.worth, 2) AS worth,
  c.speaker, c.quote
FROM claims c
  JOIN articles a ON a.article_id = c.article_id
  LEFT JOIN sources s ON s.source_id = a.source
ORDER BY c.article_id, c.part, c."start"
""",
    "problems_open": """
SELECT stage, message, advice, path, line, article_id FROM problems ORDER BY stage, path, line, message""",
    "sentences_dropped": """
SELECT n.dropped AS reason, n.text, a.title AS article, coalesce(s.name, a.source) AS source, n.part, n.lang,
  n.sentence_id
FROM sentences n
  JOIN articles a ON a.article_id = n.article_id
  LEFT JOIN sources s ON s.source_id = a.source
WHERE n.dropped <> ''
ORDER BY n.article_id, n.position""",
    "changes_silent": """
SELECT a.title AS article, coalesce(s.name, a.source) AS source, r.replaced_at, c.kind, c.field, c.value_before,
  c.value_after, c.quote_before, c.quote_after, r.article_id, c.revision_id
FROM changes c
  JOIN revisions r ON r.revision_id = c.revision_id
  LEFT JOIN articles a ON a.article_id = r.article_id
  LEFT JOIN sources s ON s.source_id = a.source
WHERE NOT c.announced
ORDER BY r.replaced_at DESC, r.article_id, r.number DESC, c.position""",
    "articles_by_origin": """
SELECT o.origin_id, p.title AS origin, coalesce(ps.name, p.source) AS origin_source, o.kind, o.score,
  a.title AS article, coalesce(s.name, a.source) AS source, a.published, a.lang, o.article_id
FROM origins o
  JOIN articles a ON a.article_id = o.article_id
  LEFT JOIN articles p ON p.article_id = o.origin_id
  LEFT JOIN sources s ON s.source_id = a.source
  LEFT JOIN sources ps ON ps.source_id = p.source
ORDER BY o.origin_id, o.article_id <> o.origin_id, o.article_id""",
    "decisions_standing": """
SELECT decision_id, finding_id, ruling, reviewer, note, digest, created_at, side, reason, made_on
FROM decisions d
WHERE d.ruling <> 'withdrawn'
  AND NOT EXISTS (
    SELECT 1 FROM decisions n
    WHERE n.supersedes = d.decision_id
      AND NOT EXISTS (SELECT 1 FROM decisions w WHERE w.supersedes = n.decision_id AND w.ruling = 'withdrawn')
  )""",
    "decisions_current": """
SELECT decision_id, finding_id, ruling, reviewer, note, digest, created_at, side, reason, made_on
FROM decisions_standing d
WHERE NOT EXISTS (
    SELECT 1 FROM decisions_standing n
    WHERE n.finding_id = d.finding_id
      AND (n.ruling <> 'unsure', n.made_on IN ('', n.finding_id), n.created_at, n.decision_id)
        > (d.ruling <> 'unsure', d.made_on IN ('', d.finding_id), d.created_at, d.decision_id)
  )""",
    "decisions_stale": """
SELECT d.decision_id, d.finding_id,
  CASE
    WHEN f.finding_id IS NOT NULL THEN 'its quotes or values changed'
    WHEN d.finding_id IN (SELECT value FROM retractions_standing, json_each(finding_ids))
      THEN 'the article was retracted'
    ELSE 'the finding is gone'
  END AS why,
  d.ruling, d.reviewer, d.note, d.created_at, f.about
FROM decisions_current d LEFT JOIN findings f ON f.finding_id = d.finding_id
WHERE f.finding_id IS NULL OR f.digest <> d.digest
ORDER BY d.created_at DESC, d.decision_id""",
    "retractions_standing": """
SELECT article_id, title, source, url, reason, who, retracted_at, claims, findings, finding_ids, content_hash,
  retraction_id
FROM retractions r
WHERE action = 'retracted' AND NOT EXISTS (
    SELECT 1 FROM retractions n WHERE n.article_id = r.article_id AND n.number > r.number
  )
ORDER BY retracted_at DESC, article_id""",
}
