CREATE TABLE IF NOT EXISTS "catch_up_requests" (
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "wanted_at" text NOT NULL,
  "asked_at" text NOT NULL,
  "given_up_at" text NOT NULL,
  PRIMARY KEY ("system", "stream")
);
