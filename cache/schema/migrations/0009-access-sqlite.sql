CREATE TABLE IF NOT EXISTS "api_keys" (
  "id" text PRIMARY KEY NOT NULL,
  "name" text NOT NULL,
  "secret_hash" text NOT NULL,
  "scopes" text NOT NULL,
  "claims" text NOT NULL,
  "created_at" text NOT NULL,
  "expires_at" text NOT NULL,
  "revoked_at" text,
  "last_used_at" text
);

CREATE TABLE IF NOT EXISTS "access_audit" (
  "id" text PRIMARY KEY NOT NULL,
  "read_at" text NOT NULL,
  "viewer" text NOT NULL,
  "operation" text NOT NULL,
  "operation_hash" text,
  "request_id" text,
  "customers" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "access_audit_by_read_at_id" ON "access_audit" ("read_at", "id");
