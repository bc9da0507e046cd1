CREATE TABLE IF NOT EXISTS "order_progress" (
  "order_id" text PRIMARY KEY NOT NULL,
  "fulfilment" text NOT NULL,
  "billing" text NOT NULL,
  "settlement" text NOT NULL,
  "stage" text NOT NULL,
  "next_due" text
);

CREATE INDEX IF NOT EXISTS "order_progress_by_fulfilment_order_id" ON "order_progress" ("fulfilment", "order_id");

CREATE INDEX IF NOT EXISTS "order_progress_by_billing_order_id" ON "order_progress" ("billing", "order_id");

CREATE INDEX IF NOT EXISTS "order_progress_by_settlement_next_due_order_id" ON "order_progress" ("settlement", "next_due", "order_id");

CREATE INDEX IF NOT EXISTS "order_progress_by_stage_next_due_order_id" ON "order_progress" ("stage", "next_due", "order_id");

CREATE INDEX IF NOT EXISTS "order_progress_by_next_due_order_id" ON "order_progress" ("next_due", "order_id");

CREATE INDEX IF NOT EXISTS "service_cases_by_kind_status_party_id" ON "service_cases" ("kind", "status", "party_id");

ALTER TABLE "customer_insight" ADD COLUMN "open_complaints" integer;

ALTER TABLE "customer_insight_months" ADD COLUMN "open_complaints" integer;

CREATE INDEX IF NOT EXISTS "customer_insight_by_open_complaints_customer_id" ON "customer_insight" ("open_complaints", "customer_id");

UPDATE "insight_progress" SET "sequence" = -1;
