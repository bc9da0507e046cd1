CREATE TABLE IF NOT EXISTS "change_log" (
  "sequence" integer PRIMARY KEY NOT NULL,
  "customer_id" text,
  "party_id" text,
  "entity" text NOT NULL,
  "record_id" text NOT NULL,
  "changed_at" text NOT NULL
);

CREATE TABLE IF NOT EXISTS "change_sequence" (
  "id" integer PRIMARY KEY NOT NULL,
  "last_sequence" integer NOT NULL
);

INSERT INTO "change_sequence" ("id", "last_sequence") VALUES (1, 0) ON CONFLICT ("id") DO NOTHING;
