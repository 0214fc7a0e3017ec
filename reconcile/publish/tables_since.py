"""The statements of the migrations after the ninth. What was once released is never edited."""

from __future__ import annotations

from reconcile.publish.tables import QUEUED

# What makes one conflict of many pairs: who leads the group, and which rulings were made together. The index of the
# queue is made again, so that it holds the leader too.
TABLES_10 = (
    "ALTER TABLE findings ADD COLUMN lead TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE findings ADD COLUMN turned INTEGER NOT NULL DEFAULT 0",
    "DROP INDEX idx_findings_queue",
    "CREATE INDEX idx_findings_queue ON findings (relation, rank, origins DESC, confidence DESC, finding_id, lead, "
    f"digest, field, severity, story_id, {', '.join(QUEUED)})",
    "CREATE INDEX idx_findings_lead ON findings (lead, rank, origins DESC, confidence DESC, finding_id, digest)",
    "ALTER TABLE decisions ADD COLUMN made_on TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX idx_decisions_6 ON decisions (made_on)",
)
