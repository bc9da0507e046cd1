CREATE TABLE IF NOT EXISTS "customer_insight" (
  "customer_id" text PRIMARY KEY NOT NULL,
  "as_of" text NOT NULL,
  "computed_at" text NOT NULL,
  "grade" text,
  "stage" text,
  "segment" text,
  "at_risk" integer,
  "sales" integer,
  "lifetime_value" integer,
  "open_balance" integer,
  "last_order" text,
  "numbers" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "customer_insight_by_grade_sales_customer_id" ON "customer_insight" ("grade", "sales", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_stage_sales_customer_id" ON "customer_insight" ("stage", "sales", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_segment_sales_customer_id" ON "customer_insight" ("segment", "sales", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_at_risk_lifetime_value_customer_id" ON "customer_insight" ("at_risk", "lifetime_value", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_lifetime_value_customer_id" ON "customer_insight" ("lifetime_value", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_sales_customer_id" ON "customer_insight" ("sales", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_open_balance_customer_id" ON "customer_insight" ("open_balance", "customer_id");

CREATE INDEX IF NOT EXISTS "customer_insight_by_last_order_customer_id" ON "customer_insight" ("last_order", "customer_id");

CREATE TABLE IF NOT EXISTS "customer_insight_months" (
  "customer_id" text NOT NULL,
  "month" text NOT NULL,
  "as_of" text NOT NULL,
  "grade" text,
  "stage" text,
  "segment" text,
  "at_risk" integer,
  "sales" integer,
  "lifetime_value" integer,
  "open_balance" integer,
  "last_order" text,
  PRIMARY KEY ("customer_id", "month")
);

CREATE INDEX IF NOT EXISTS "customer_insight_months_by_month_customer_id" ON "customer_insight_months" ("month", "customer_id");

CREATE TABLE IF NOT EXISTS "insight_models" (
  "name" text NOT NULL,
  "fitted_on" text NOT NULL,
  "fitted_at" text NOT NULL,
  "customers" integer NOT NULL,
  "log_likelihood" text,
  "parameters" text NOT NULL,
  PRIMARY KEY ("name", "fitted_on")
);

CREATE TABLE IF NOT EXISTS "insight_progress" (
  "name" text PRIMARY KEY NOT NULL,
  "sequence" integer NOT NULL,
  "holder" text,
  "held_until" text
);
