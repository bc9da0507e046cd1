CREATE TABLE IF NOT EXISTS "identity_unjudged" (
  "party_id" text PRIMARY KEY NOT NULL
);

CREATE TABLE "identity_keys_by_key" (
  "link_key" text NOT NULL,
  "party_id" text NOT NULL,
  PRIMARY KEY ("link_key", "party_id")
) WITHOUT ROWID;

INSERT INTO "identity_keys_by_key" ("link_key", "party_id") SELECT "link_key", "party_id" FROM "identity_keys";

DROP TABLE "identity_keys";

ALTER TABLE "identity_keys_by_key" RENAME TO "identity_keys";

CREATE INDEX "identity_keys_by_party_id" ON "identity_keys" ("party_id");

CREATE TABLE "identity_profiles_by_party" (
  "party_id" text PRIMARY KEY NOT NULL,
  "profile" text NOT NULL,
  "made_with" text NOT NULL
) WITHOUT ROWID;

INSERT INTO "identity_profiles_by_party" ("party_id", "profile", "made_with")
SELECT "party_id", "profile", "made_with" FROM "identity_profiles";

DROP TABLE "identity_profiles";

ALTER TABLE "identity_profiles_by_party" RENAME TO "identity_profiles";
