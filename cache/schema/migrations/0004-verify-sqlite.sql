CREATE TABLE IF NOT EXISTS "verify_runs" (
  "id" text PRIMARY KEY NOT NULL,
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "method" text,
  "reason" text,
  "outcome" text NOT NULL,
  "started_at" text NOT NULL,
  "finished_at" text NOT NULL,
  "records_compared" integer,
  "records_reread" integer,
  "missing" integer,
  "extra" integer,
  "different" integer,
  "repaired" integer,
  "error_code" text,
  "error_message" text
);

CREATE INDEX IF NOT EXISTS "verify_runs_by_system_stream_started_at" ON "verify_runs" ("system", "stream", "started_at");
