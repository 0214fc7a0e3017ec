"""The statements that make the tables, by the migration that runs them. What was once released is never edited."""

from __future__ import annotations

TABLES_1 = (
    """CREATE TABLE sources (
  source_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  owner TEXT NOT NULL
)""",
    """CREATE TABLE articles (
  article_id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  source TEXT REFERENCES sources(source_id),
  published TEXT,
  lang TEXT NOT NULL,
  url TEXT NOT NULL,
  text TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  path TEXT NOT NULL,
  line INTEGER NOT NULL
)""",
    """CREATE TABLE pages (
  article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles(article_id),
  raw TEXT NOT NULL
)""",
    """CREATE TABLE sentences (
  sentence_id TEXT PRIMARY KEY NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  part TEXT NOT NULL,
  position INTEGER NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  lang TEXT NOT NULL,
  dropped TEXT NOT NULL
)""",
    """CREATE TABLE claims (
  claim_id TEXT PRIMARY KEY NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  sentence_id TEXT REFERENCES sentences(sentence_id),
  part TEXT NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  quote TEXT NOT NULL,
  focus_start INTEGER NOT NULL,
  focus_end INTEGER NOT NULL,
  focus TEXT NOT NULL,
  kind TEXT NOT NULL,
  lang TEXT NOT NULL,
  subject TEXT NOT NULL,
  metric TEXT NOT NULL,
  value_low TEXT,
  value_high TEXT,
  value_text TEXT,
  unit TEXT,
  dimension TEXT,
  hedge TEXT,
  noun TEXT,
  per TEXT,
  direction TEXT,
  time_text TEXT,
  time_low TEXT,
  time_high TEXT,
  time_granularity TEXT,
  place TEXT NOT NULL,
  polarity TEXT NOT NULL,
  status TEXT,
  speaker TEXT,
  cue TEXT,
  attribution_kind TEXT,
  as_of TEXT,
  extractor TEXT NOT NULL,
  quantity TEXT,
  times TEXT NOT NULL,
  places TEXT NOT NULL,
  entities TEXT NOT NULL,
  cues TEXT NOT NULL
)""",
    """CREATE TABLE entities (
  entity_id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  claims INTEGER NOT NULL,
  articles INTEGER NOT NULL
)""",
    """CREATE TABLE claim_entities (
  claim_id TEXT NOT NULL REFERENCES claims(claim_id),
  entity_id TEXT NOT NULL REFERENCES entities(entity_id),
  PRIMARY KEY (claim_id, entity_id)
)""",
    """CREATE TABLE stories (
  story_id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  articles INTEGER NOT NULL,
  digest TEXT NOT NULL
)""",
    """CREATE TABLE story_articles (
  story_id TEXT NOT NULL REFERENCES stories(story_id),
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  position INTEGER NOT NULL,
  PRIMARY KEY (story_id, article_id)
)""",
    """CREATE TABLE origins (
  article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles(article_id),
  origin_id TEXT NOT NULL REFERENCES articles(article_id),
  kind TEXT NOT NULL,
  score REAL NOT NULL
)""",
    """CREATE TABLE clusters (
  cluster_id TEXT PRIMARY KEY NOT NULL,
  label TEXT NOT NULL,
  story_id TEXT REFERENCES stories(story_id),
  claims INTEGER NOT NULL,
  origins INTEGER NOT NULL
)""",
    """CREATE TABLE cluster_claims (
  cluster_id TEXT NOT NULL REFERENCES clusters(cluster_id),
  claim_id TEXT NOT NULL REFERENCES claims(claim_id),
  position INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, claim_id)
)""",
    """CREATE TABLE findings (
  finding_id TEXT PRIMARY KEY NOT NULL,
  relation TEXT NOT NULL,
  field TEXT NOT NULL,
  severity TEXT,
  confidence REAL NOT NULL,
  about TEXT NOT NULL,
  value_a TEXT NOT NULL,
  value_b TEXT NOT NULL,
  explanation TEXT NOT NULL,
  claim_a TEXT NOT NULL REFERENCES claims(claim_id),
  claim_b TEXT NOT NULL REFERENCES claims(claim_id),
  cluster_id TEXT REFERENCES clusters(cluster_id),
  story_id TEXT REFERENCES stories(story_id),
  also_in_a TEXT NOT NULL,
  also_in_b TEXT NOT NULL,
  focus_a_start INTEGER,
  focus_a_end INTEGER,
  focus_b_start INTEGER,
  focus_b_end INTEGER,
  rank INTEGER NOT NULL,
  origins INTEGER NOT NULL,
  digest TEXT NOT NULL
)""",
    """CREATE TABLE comparisons (
  finding_id TEXT NOT NULL REFERENCES findings(finding_id),
  position INTEGER NOT NULL,
  field TEXT NOT NULL,
  role TEXT NOT NULL,
  level TEXT NOT NULL,
  label TEXT NOT NULL,
  outcome TEXT NOT NULL,
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  weight REAL,
  PRIMARY KEY (finding_id, position)
)""",
    """CREATE TABLE decisions (
  decision_id TEXT PRIMARY KEY NOT NULL,
  finding_id TEXT NOT NULL,
  ruling TEXT NOT NULL,
  reviewer TEXT NOT NULL,
  note TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at TEXT NOT NULL,
  supersedes TEXT NOT NULL
)""",
    """CREATE TABLE runs (
  run_id TEXT PRIMARY KEY NOT NULL,
  number INTEGER NOT NULL,
  started_at TEXT,
  finished_at TEXT NOT NULL,
  tool_version TEXT,
  extractor TEXT,
  embedder TEXT,
  settings TEXT,
  input_digest TEXT,
  articles INTEGER NOT NULL,
  claims INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  conflicts INTEGER NOT NULL,
  problems INTEGER NOT NULL,
  rows_written INTEGER NOT NULL,
  rows_deleted INTEGER NOT NULL,
  details TEXT NOT NULL
)""",
    """CREATE TABLE problems (
  problem_id TEXT PRIMARY KEY NOT NULL,
  stage TEXT NOT NULL,
  path TEXT NOT NULL,
  line INTEGER NOT NULL,
  article_id TEXT REFERENCES articles(article_id),
  message TEXT NOT NULL,
  advice TEXT NOT NULL
)""",
    """CREATE TABLE vectors (
  model TEXT NOT NULL,
  text_hash TEXT NOT NULL,
  dim INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (model, text_hash)
) WITHOUT ROWID""",
)

# Every column that a page sorts, facets or joins on.
INDEXES_1 = {
    "sources": ("name", "owner"),
    "articles": ("source", "published", "lang", "title", "content_hash"),
    "sentences": ("article_id, position", "dropped", "lang"),
    "claims": (
        'article_id, part, "start"',
        "sentence_id",
        "kind",
        "lang",
        "subject",
        "metric",
        "dimension",
        "unit",
        "direction",
        "polarity",
        "status",
        "time_low",
        "place",
        "speaker",
        "attribution_kind",
    ),
    "entities": ("name", "kind", "claims", "articles"),
    "claim_entities": ("entity_id",),
    "stories": ("title", "articles"),
    "story_articles": ("article_id",),
    "origins": ("origin_id", "kind"),
    "clusters": ("story_id", "claims", "origins", "label"),
    "cluster_claims": ("claim_id",),
    "findings": (
        "rank, origins DESC, confidence DESC, finding_id",
        "rank, confidence DESC, finding_id",
        "relation",
        "field",
        "severity",
        "confidence",
        "origins",
        "about",
        "claim_a",
        "claim_b",
        "cluster_id",
        "story_id",
    ),
    "comparisons": ("field", "role", "outcome", "level"),
    "decisions": ("finding_id, created_at", "supersedes", "ruling", "reviewer", "created_at"),
    "runs": ("number", "finished_at"),
    "problems": ("stage", "path, line", "article_id"),
}

SEARCH_1 = {"articles": ("title", "text"), "claims": ("quote", "subject", "metric")}

TABLES_2 = (
    """CREATE TABLE revisions (
  revision_id TEXT PRIMARY KEY NOT NULL,
  article_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  published TEXT,
  content_hash TEXT NOT NULL,
  replaced_at TEXT NOT NULL
)""",
    """CREATE TABLE changes (
  revision_id TEXT NOT NULL REFERENCES revisions(revision_id),
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  field TEXT NOT NULL,
  part TEXT NOT NULL,
  "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  value_before TEXT NOT NULL,
  value_after TEXT NOT NULL,
  quote_before TEXT NOT NULL,
  quote_after TEXT NOT NULL,
  announced INTEGER NOT NULL,
  PRIMARY KEY (revision_id, position)
)""",
    "CREATE INDEX idx_revisions_0 ON revisions (article_id, number)",
    "CREATE INDEX idx_revisions_1 ON revisions (replaced_at)",
    "CREATE INDEX idx_changes_0 ON changes (field)",
    "ALTER TABLE claims ADD COLUMN modality TEXT NOT NULL DEFAULT 'fact'",
    "ALTER TABLE claims ADD COLUMN worth REAL",
    "ALTER TABLE claims ADD COLUMN participants TEXT NOT NULL DEFAULT '[]'",
    "CREATE INDEX idx_claims_15 ON claims (modality)",
    "CREATE INDEX idx_claims_16 ON claims (worth)",
)

TABLES_3 = (
    "ALTER TABLE decisions ADD COLUMN side TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE decisions ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX idx_decisions_5 ON decisions (reason)",
)

QUEUED = ("source_a", "source_b", "lang_a", "lang_b", "published")

# What the queue filters and counts by stands in the finding itself, and one index covers it: no join, no wide rows.
TABLES_4 = (
    *(f"ALTER TABLE findings ADD COLUMN {name} TEXT NOT NULL DEFAULT ''" for name in QUEUED),
    """UPDATE findings SET (source_a, lang_a) = (
  SELECT coalesce(a.source, ''), c.lang FROM claims c JOIN articles a USING (article_id) WHERE claim_id = claim_a)""",
    """UPDATE findings SET (source_b, lang_b) = (
  SELECT coalesce(a.source, ''), c.lang FROM claims c JOIN articles a USING (article_id) WHERE claim_id = claim_b)""",
    """UPDATE findings SET published = (
  SELECT coalesce(max(a.published), '') FROM claims c JOIN articles a USING (article_id)
  WHERE claim_id IN (claim_a, claim_b))""",
    "CREATE INDEX idx_findings_queue ON findings (relation, rank, origins DESC, confidence DESC, finding_id, digest, "
    f"field, severity, story_id, {', '.join(QUEUED)})",
)

TABLES_5 = (
    """CREATE TABLE verifications (
  finding_id TEXT NOT NULL,
  model TEXT NOT NULL,
  text_a TEXT NOT NULL,
  text_b TEXT NOT NULL,
  status TEXT NOT NULL,
  relation TEXT NOT NULL,
  field TEXT NOT NULL,
  why TEXT NOT NULL,
  quote_a TEXT NOT NULL,
  quote_b TEXT NOT NULL,
  tokens_in INTEGER,
  tokens_out INTEGER,
  cost REAL,
  asked_at TEXT NOT NULL,
  PRIMARY KEY (finding_id, model)
)""",
    "CREATE INDEX idx_verifications_0 ON verifications (model, text_a, text_b)",
    "CREATE INDEX idx_verifications_1 ON verifications (status)",
    "CREATE INDEX idx_verifications_2 ON verifications (asked_at)",
)

# Rows of a trusted table are articles of a kind of their own.
TABLES_6 = (
    "ALTER TABLE articles ADD COLUMN kind TEXT NOT NULL DEFAULT 'article'",
    "CREATE INDEX idx_articles_5 ON articles (kind)",
)

# What lets a run or check look at a part of the corpus: who is near whom, what claims of other stories are met by.
TABLES_7 = (
    """CREATE TABLE profiles (
  article_id TEXT PRIMARY KEY NOT NULL REFERENCES articles(article_id),
  day INTEGER NOT NULL,
  mean BLOB NOT NULL,
  terms BLOB NOT NULL,
  weights BLOB NOT NULL
)""",
    """CREATE TABLE near (
  article_a TEXT NOT NULL REFERENCES articles(article_id),
  article_b TEXT NOT NULL REFERENCES articles(article_id),
  PRIMARY KEY (article_a, article_b)
) WITHOUT ROWID""",
    "CREATE INDEX idx_near_0 ON near (article_b)",
    """CREATE TABLE claim_keys (
  key TEXT NOT NULL,
  article_id TEXT NOT NULL REFERENCES articles(article_id),
  PRIMARY KEY (key, article_id)
) WITHOUT ROWID""",
    "CREATE INDEX idx_claim_keys_0 ON claim_keys (article_id)",
)

# What was taken back, and what was let in again; only ever added to.
TABLES_8 = (
    """CREATE TABLE retractions (
  retraction_id TEXT PRIMARY KEY NOT NULL,
  article_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  who TEXT NOT NULL,
  retracted_at TEXT NOT NULL,
  title TEXT NOT NULL,
  source TEXT NOT NULL,
  url TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  claims INTEGER NOT NULL,
  findings INTEGER NOT NULL,
  finding_ids TEXT NOT NULL
)""",
    "CREATE UNIQUE INDEX idx_retractions_0 ON retractions (article_id, number)",
    "CREATE INDEX idx_retractions_1 ON retractions (retracted_at)",
    "CREATE INDEX idx_retractions_2 ON retractions (action)",
    "CREATE INDEX idx_retractions_3 ON retractions (who)",
)

# What the pages of sources and stories count is read from these alone.
TABLES_9 = (
    "CREATE INDEX idx_findings_sources ON findings (source_a, source_b, relation)",
    "CREATE INDEX idx_findings_story ON findings (story_id, relation)",
)
