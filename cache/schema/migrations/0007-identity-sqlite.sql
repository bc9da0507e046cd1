CREATE TABLE IF NOT EXISTS "identity_profiles" (
  "party_id" text PRIMARY KEY NOT NULL,
  "profile" text NOT NULL,
  "made_with" text NOT NULL
);

CREATE TABLE IF NOT EXISTS "identity_pairs" (
  "party_a" text NOT NULL,
  "party_b" text NOT NULL,
  "weight" integer NOT NULL,
  "rule" text,
  PRIMARY KEY ("party_a", "party_b")
);

CREATE INDEX IF NOT EXISTS "identity_pairs_by_party_b" ON "identity_pairs" ("party_b");

CREATE INDEX IF NOT EXISTS "identity_pairs_by_rule_weight" ON "identity_pairs" ("rule", "weight");

CREATE TABLE IF NOT EXISTS "identity_decisions" (
  "party_a" text NOT NULL,
  "party_b" text NOT NULL,
  "verdict" text NOT NULL,
  "weight" integer,
  "action_id" text NOT NULL,
  "decided_at" text NOT NULL,
  PRIMARY KEY ("party_a", "party_b")
);

CREATE INDEX IF NOT EXISTS "identity_decisions_by_party_b" ON "identity_decisions" ("party_b");

CREATE INDEX IF NOT EXISTS "identity_decisions_by_action_id" ON "identity_decisions" ("action_id");

CREATE INDEX IF NOT EXISTS "identity_decisions_by_verdict_weight" ON "identity_decisions" ("verdict", "weight");

CREATE TABLE IF NOT EXISTS "identity_actions" (
  "id" text PRIMARY KEY NOT NULL,
  "action" text NOT NULL,
  "actor" text NOT NULL,
  "reason" text,
  "details" text NOT NULL,
  "acted_at" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "identity_actions_by_acted_at_id" ON "identity_actions" ("acted_at", "id");

CREATE TABLE IF NOT EXISTS "identity_merges" (
  "id" text PRIMARY KEY NOT NULL,
  "old_id" text NOT NULL,
  "customer_id" text NOT NULL,
  "action_id" text,
  "before" text NOT NULL,
  "merged_at" text NOT NULL,
  "undone_at" text
);

CREATE INDEX IF NOT EXISTS "identity_merges_by_old_id_merged_at" ON "identity_merges" ("old_id", "merged_at");

CREATE INDEX IF NOT EXISTS "identity_merges_by_customer_id" ON "identity_merges" ("customer_id");

CREATE TABLE IF NOT EXISTS "identity_models" (
  "kind" text NOT NULL,
  "version" integer NOT NULL,
  "seed" integer NOT NULL,
  "records" integer NOT NULL,
  "parameters" text NOT NULL,
  "learnt_at" text NOT NULL,
  PRIMARY KEY ("kind", "version")
);
