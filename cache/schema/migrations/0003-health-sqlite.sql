CREATE TABLE IF NOT EXISTS "stream_shapes" (
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "shape" text NOT NULL,
  "updated_at" text NOT NULL,
  PRIMARY KEY ("system", "stream")
);

CREATE TABLE IF NOT EXISTS "drift_events" (
  "id" text PRIMARY KEY NOT NULL,
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "run_id" text NOT NULL,
  "field" text NOT NULL,
  "kind" text NOT NULL,
  "from_types" text,
  "to_types" text,
  "policy" text NOT NULL,
  "is_read" integer NOT NULL,
  "source_key" text,
  "seen_at" text NOT NULL,
  "acknowledged_at" text
);

CREATE INDEX IF NOT EXISTS "drift_events_by_system_stream_seen_at" ON "drift_events" ("system", "stream", "seen_at");

CREATE INDEX IF NOT EXISTS "drift_events_by_run_id" ON "drift_events" ("run_id");

CREATE TABLE IF NOT EXISTS "source_breakers" (
  "system" text PRIMARY KEY NOT NULL,
  "state" text NOT NULL,
  "since" text NOT NULL,
  "until" text,
  "failures" integer NOT NULL,
  "last_error" text
);
