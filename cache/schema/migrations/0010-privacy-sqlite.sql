CREATE TABLE IF NOT EXISTS "erased_ids" (
  "id_hash" text PRIMARY KEY NOT NULL,
  "erased_at" text NOT NULL
);
