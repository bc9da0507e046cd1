CREATE TABLE IF NOT EXISTS "source_records" (
  "id" text PRIMARY KEY NOT NULL,
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "source_key" text NOT NULL,
  "version" text,
  "content_hash" text NOT NULL,
  "mapping_hash" text NOT NULL,
  "raw" text NOT NULL,
  "entities" text,
  "run_id" text NOT NULL,
  "synced_at" text NOT NULL,
  "deleted_at" text
);

CREATE INDEX IF NOT EXISTS "source_records_by_system_stream_id_deleted_at" ON "source_records" ("system", "stream", "id", "deleted_at");

CREATE TABLE IF NOT EXISTS "stream_states" (
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "checkpoint" text,
  "last_attempt_at" text,
  "last_success_at" text,
  "last_outcome" text,
  "last_error_code" text,
  "last_error_message" text,
  "failures" integer,
  "last_reconcile_at" text,
  "last_verify_at" text,
  "last_verify_differences" integer,
  "lease_owner" text,
  "lease_token" integer,
  "lease_expires_at" text,
  PRIMARY KEY ("system", "stream")
);

CREATE TABLE IF NOT EXISTS "sync_runs" (
  "id" text PRIMARY KEY NOT NULL,
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "mode" text NOT NULL,
  "reason" text,
  "outcome" text NOT NULL,
  "started_at" text NOT NULL,
  "finished_at" text,
  "window_from" text,
  "pages" integer,
  "records_read" integer,
  "records_changed" integer,
  "records_unchanged" integer,
  "records_deleted" integer,
  "records_quarantined" integer,
  "error_code" text,
  "error_message" text
);

CREATE INDEX IF NOT EXISTS "sync_runs_by_system_stream_started_at" ON "sync_runs" ("system", "stream", "started_at");

CREATE INDEX IF NOT EXISTS "sync_runs_by_started_at_id" ON "sync_runs" ("started_at", "id");

CREATE TABLE IF NOT EXISTS "quarantine" (
  "id" text PRIMARY KEY NOT NULL,
  "system" text NOT NULL,
  "stream" text NOT NULL,
  "source_key" text NOT NULL,
  "version" text,
  "run_id" text,
  "code" text NOT NULL,
  "message" text NOT NULL,
  "raw" text NOT NULL,
  "first_seen_at" text NOT NULL,
  "last_seen_at" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "quarantine_by_system_stream_id" ON "quarantine" ("system", "stream", "id");

CREATE TABLE IF NOT EXISTS "customers" (
  "id" text PRIMARY KEY NOT NULL,
  "kind" text NOT NULL,
  "display_name" text NOT NULL,
  "legal_name" text,
  "tax_id" text,
  "email" text,
  "phone" text,
  "website" text,
  "language" text,
  "country" text,
  "birth_date" text,
  "search_text" text NOT NULL,
  "created_at" text NOT NULL,
  "updated_at" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "customers_by_display_name_id" ON "customers" ("display_name", "id");

CREATE INDEX IF NOT EXISTS "customers_by_created_at_id" ON "customers" ("created_at", "id");

CREATE INDEX IF NOT EXISTS "customers_by_updated_at_id" ON "customers" ("updated_at", "id");

CREATE TABLE IF NOT EXISTS "customer_links" (
  "party_id" text PRIMARY KEY NOT NULL,
  "customer_id" text NOT NULL,
  "rule" text NOT NULL,
  "linked_at" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "customer_links_by_customer_id_party_id" ON "customer_links" ("customer_id", "party_id");

CREATE TABLE IF NOT EXISTS "customer_forwards" (
  "old_id" text PRIMARY KEY NOT NULL,
  "customer_id" text NOT NULL,
  "forwarded_at" text NOT NULL
);

CREATE INDEX IF NOT EXISTS "customer_forwards_by_customer_id" ON "customer_forwards" ("customer_id");

CREATE TABLE IF NOT EXISTS "identity_keys" (
  "link_key" text NOT NULL,
  "party_id" text NOT NULL,
  PRIMARY KEY ("link_key", "party_id")
);

CREATE INDEX IF NOT EXISTS "identity_keys_by_party_id" ON "identity_keys" ("party_id");

CREATE TABLE IF NOT EXISTS "identity_dirty" (
  "party_id" text PRIMARY KEY NOT NULL,
  "marked_at" text NOT NULL
);

CREATE TABLE IF NOT EXISTS "parties" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "kind" text,
  "display_name" text,
  "legal_name" text,
  "tax_id" text,
  "email" text,
  "phone" text,
  "website" text,
  "language" text,
  "country" text,
  "birth_date" text,
  "cross_references" text
);

CREATE INDEX IF NOT EXISTS "parties_by_origin_id" ON "parties" ("origin_id");

CREATE INDEX IF NOT EXISTS "parties_by_display_name_id" ON "parties" ("display_name", "id");

CREATE TABLE IF NOT EXISTS "accounts" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "account_number" text,
  "parent_account_id" text,
  "owner_name" text,
  "credit_limit" integer,
  "open_balance" integer,
  "currency" text,
  "payment_terms" text,
  "is_key_account" integer
);

CREATE INDEX IF NOT EXISTS "accounts_by_origin_id" ON "accounts" ("origin_id");

CREATE INDEX IF NOT EXISTS "accounts_by_party_id" ON "accounts" ("party_id");

CREATE INDEX IF NOT EXISTS "accounts_by_parent_account_id" ON "accounts" ("parent_account_id");

CREATE TABLE IF NOT EXISTS "contact_points" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "kind" text,
  "raw" text,
  "normalized" text,
  "usage" text,
  "street" text,
  "postal_code" text,
  "city" text,
  "region" text,
  "country" text,
  "verified_at" text
);

CREATE INDEX IF NOT EXISTS "contact_points_by_origin_id" ON "contact_points" ("origin_id");

CREATE INDEX IF NOT EXISTS "contact_points_by_party_id" ON "contact_points" ("party_id");

CREATE TABLE IF NOT EXISTS "identifications" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "scheme" text,
  "value" text,
  "issuer" text
);

CREATE INDEX IF NOT EXISTS "identifications_by_origin_id" ON "identifications" ("origin_id");

CREATE INDEX IF NOT EXISTS "identifications_by_party_id" ON "identifications" ("party_id");

CREATE TABLE IF NOT EXISTS "consents" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "purpose" text,
  "channel" text,
  "lawful_basis" text,
  "status" text,
  "evidence" text,
  "decided_at" text
);

CREATE INDEX IF NOT EXISTS "consents_by_origin_id" ON "consents" ("origin_id");

CREATE INDEX IF NOT EXISTS "consents_by_party_id" ON "consents" ("party_id");

CREATE TABLE IF NOT EXISTS "contacts" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "person_id" text,
  "name" text,
  "title" text,
  "department" text,
  "role" text,
  "email" text,
  "phone" text,
  "reports_to_id" text
);

CREATE INDEX IF NOT EXISTS "contacts_by_origin_id" ON "contacts" ("origin_id");

CREATE INDEX IF NOT EXISTS "contacts_by_party_id" ON "contacts" ("party_id");

CREATE INDEX IF NOT EXISTS "contacts_by_person_id" ON "contacts" ("person_id");

CREATE INDEX IF NOT EXISTS "contacts_by_reports_to_id" ON "contacts" ("reports_to_id");

CREATE TABLE IF NOT EXISTS "relationships" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "from_party_id" text,
  "to_party_id" text,
  "kind" text,
  "valid_from" text,
  "valid_to" text
);

CREATE INDEX IF NOT EXISTS "relationships_by_origin_id" ON "relationships" ("origin_id");

CREATE INDEX IF NOT EXISTS "relationships_by_from_party_id" ON "relationships" ("from_party_id");

CREATE INDEX IF NOT EXISTS "relationships_by_to_party_id" ON "relationships" ("to_party_id");

CREATE TABLE IF NOT EXISTS "orders" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "order_number" text,
  "customer_reference" text,
  "status" text,
  "source_status" text,
  "order_date" text,
  "requested_date" text,
  "promised_date" text,
  "currency" text,
  "net_amount" integer,
  "tax_amount" integer,
  "total_amount" integer
);

CREATE INDEX IF NOT EXISTS "orders_by_origin_id" ON "orders" ("origin_id");

CREATE INDEX IF NOT EXISTS "orders_by_party_id_order_date_id" ON "orders" ("party_id", "order_date", "id");

CREATE INDEX IF NOT EXISTS "orders_by_order_date_id" ON "orders" ("order_date", "id");

CREATE INDEX IF NOT EXISTS "orders_by_status_order_date_id" ON "orders" ("status", "order_date", "id");

CREATE INDEX IF NOT EXISTS "orders_by_order_number" ON "orders" ("order_number");

CREATE TABLE IF NOT EXISTS "order_lines" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "order_id" text,
  "line_no" integer,
  "sku" text,
  "description" text,
  "ordered_qty" integer,
  "cancelled_qty" integer,
  "uom" text,
  "unit_price" integer,
  "discount_percent" integer,
  "net_amount" integer,
  "tax_amount" integer
);

CREATE INDEX IF NOT EXISTS "order_lines_by_origin_id" ON "order_lines" ("origin_id");

CREATE INDEX IF NOT EXISTS "order_lines_by_order_id" ON "order_lines" ("order_id");

CREATE TABLE IF NOT EXISTS "shipments" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "order_id" text,
  "shipment_number" text,
  "status" text,
  "source_status" text,
  "carrier" text,
  "tracking_number" text,
  "planned_date" text,
  "shipped_at" text,
  "expected_delivery_at" text,
  "delivered_at" text
);

CREATE INDEX IF NOT EXISTS "shipments_by_origin_id" ON "shipments" ("origin_id");

CREATE INDEX IF NOT EXISTS "shipments_by_order_id" ON "shipments" ("order_id");

CREATE INDEX IF NOT EXISTS "shipments_by_party_id_shipped_at_id" ON "shipments" ("party_id", "shipped_at", "id");

CREATE INDEX IF NOT EXISTS "shipments_by_shipped_at_id" ON "shipments" ("shipped_at", "id");

CREATE INDEX IF NOT EXISTS "shipments_by_status_shipped_at_id" ON "shipments" ("status", "shipped_at", "id");

CREATE TABLE IF NOT EXISTS "shipment_lines" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "shipment_id" text,
  "order_id" text,
  "order_line_id" text,
  "sku" text,
  "shipped_qty" integer,
  "delivered_qty" integer,
  "uom" text
);

CREATE INDEX IF NOT EXISTS "shipment_lines_by_origin_id" ON "shipment_lines" ("origin_id");

CREATE INDEX IF NOT EXISTS "shipment_lines_by_shipment_id" ON "shipment_lines" ("shipment_id");

CREATE INDEX IF NOT EXISTS "shipment_lines_by_order_id" ON "shipment_lines" ("order_id");

CREATE INDEX IF NOT EXISTS "shipment_lines_by_order_line_id" ON "shipment_lines" ("order_line_id");

CREATE TABLE IF NOT EXISTS "customer_returns" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "order_id" text,
  "original_shipment_id" text,
  "return_number" text,
  "status" text,
  "reason" text,
  "returned_at" text,
  "currency" text,
  "amount" integer
);

CREATE INDEX IF NOT EXISTS "customer_returns_by_origin_id" ON "customer_returns" ("origin_id");

CREATE INDEX IF NOT EXISTS "customer_returns_by_party_id" ON "customer_returns" ("party_id");

CREATE INDEX IF NOT EXISTS "customer_returns_by_order_id" ON "customer_returns" ("order_id");

CREATE INDEX IF NOT EXISTS "customer_returns_by_original_shipment_id" ON "customer_returns" ("original_shipment_id");

CREATE TABLE IF NOT EXISTS "return_lines" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "return_id" text,
  "order_id" text,
  "order_line_id" text,
  "sku" text,
  "quantity" integer,
  "uom" text
);

CREATE INDEX IF NOT EXISTS "return_lines_by_origin_id" ON "return_lines" ("origin_id");

CREATE INDEX IF NOT EXISTS "return_lines_by_return_id" ON "return_lines" ("return_id");

CREATE INDEX IF NOT EXISTS "return_lines_by_order_id" ON "return_lines" ("order_id");

CREATE INDEX IF NOT EXISTS "return_lines_by_order_line_id" ON "return_lines" ("order_line_id");

CREATE TABLE IF NOT EXISTS "invoices" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "order_id" text,
  "invoice_number" text,
  "kind" text,
  "status" text,
  "source_status" text,
  "payment_status" text,
  "original_invoice_id" text,
  "reason" text,
  "issue_date" text,
  "due_date" text,
  "currency" text,
  "net_amount" integer,
  "tax_amount" integer,
  "total_amount" integer,
  "outstanding_amount" integer
);

CREATE INDEX IF NOT EXISTS "invoices_by_origin_id" ON "invoices" ("origin_id");

CREATE INDEX IF NOT EXISTS "invoices_by_order_id" ON "invoices" ("order_id");

CREATE INDEX IF NOT EXISTS "invoices_by_original_invoice_id" ON "invoices" ("original_invoice_id");

CREATE INDEX IF NOT EXISTS "invoices_by_party_id_issue_date_id" ON "invoices" ("party_id", "issue_date", "id");

CREATE INDEX IF NOT EXISTS "invoices_by_issue_date_id" ON "invoices" ("issue_date", "id");

CREATE INDEX IF NOT EXISTS "invoices_by_status_issue_date_id" ON "invoices" ("status", "issue_date", "id");

CREATE INDEX IF NOT EXISTS "invoices_by_due_date_id" ON "invoices" ("due_date", "id");

CREATE TABLE IF NOT EXISTS "invoice_lines" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "invoice_id" text,
  "order_id" text,
  "order_line_id" text,
  "line_no" integer,
  "sku" text,
  "description" text,
  "quantity" integer,
  "unit_price" integer,
  "net_amount" integer,
  "tax_amount" integer
);

CREATE INDEX IF NOT EXISTS "invoice_lines_by_origin_id" ON "invoice_lines" ("origin_id");

CREATE INDEX IF NOT EXISTS "invoice_lines_by_invoice_id" ON "invoice_lines" ("invoice_id");

CREATE INDEX IF NOT EXISTS "invoice_lines_by_order_id" ON "invoice_lines" ("order_id");

CREATE INDEX IF NOT EXISTS "invoice_lines_by_order_line_id" ON "invoice_lines" ("order_line_id");

CREATE TABLE IF NOT EXISTS "payments" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "received_at" text,
  "status" text,
  "source_status" text,
  "method" text,
  "currency" text,
  "amount" integer
);

CREATE INDEX IF NOT EXISTS "payments_by_origin_id" ON "payments" ("origin_id");

CREATE INDEX IF NOT EXISTS "payments_by_party_id_received_at_id" ON "payments" ("party_id", "received_at", "id");

CREATE TABLE IF NOT EXISTS "payment_allocations" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "payment_id" text,
  "invoice_id" text,
  "amount" integer
);

CREATE INDEX IF NOT EXISTS "payment_allocations_by_origin_id" ON "payment_allocations" ("origin_id");

CREATE INDEX IF NOT EXISTS "payment_allocations_by_payment_id" ON "payment_allocations" ("payment_id");

CREATE INDEX IF NOT EXISTS "payment_allocations_by_invoice_id" ON "payment_allocations" ("invoice_id");

CREATE TABLE IF NOT EXISTS "interactions" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "channel" text,
  "direction" text,
  "occurred_at" text,
  "subject" text,
  "summary" text,
  "agent_name" text,
  "order_id" text,
  "case_id" text
);

CREATE INDEX IF NOT EXISTS "interactions_by_origin_id" ON "interactions" ("origin_id");

CREATE INDEX IF NOT EXISTS "interactions_by_order_id" ON "interactions" ("order_id");

CREATE INDEX IF NOT EXISTS "interactions_by_case_id" ON "interactions" ("case_id");

CREATE INDEX IF NOT EXISTS "interactions_by_party_id_occurred_at_id" ON "interactions" ("party_id", "occurred_at", "id");

CREATE TABLE IF NOT EXISTS "service_cases" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "case_number" text,
  "kind" text,
  "status" text,
  "source_status" text,
  "priority" text,
  "subject" text,
  "description" text,
  "order_id" text,
  "opened_at" text,
  "resolved_at" text,
  "closed_at" text,
  "follow_up_due_at" text,
  "follow_up_outcome" text
);

CREATE INDEX IF NOT EXISTS "service_cases_by_origin_id" ON "service_cases" ("origin_id");

CREATE INDEX IF NOT EXISTS "service_cases_by_order_id" ON "service_cases" ("order_id");

CREATE INDEX IF NOT EXISTS "service_cases_by_party_id_opened_at_id" ON "service_cases" ("party_id", "opened_at", "id");

CREATE TABLE IF NOT EXISTS "survey_responses" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "kind" text,
  "scale_min" integer,
  "scale_max" integer,
  "score" integer,
  "verbatim" text,
  "responded_at" text,
  "order_id" text,
  "follow_up_case_id" text
);

CREATE INDEX IF NOT EXISTS "survey_responses_by_origin_id" ON "survey_responses" ("origin_id");

CREATE INDEX IF NOT EXISTS "survey_responses_by_order_id" ON "survey_responses" ("order_id");

CREATE INDEX IF NOT EXISTS "survey_responses_by_follow_up_case_id" ON "survey_responses" ("follow_up_case_id");

CREATE INDEX IF NOT EXISTS "survey_responses_by_party_id_responded_at_id" ON "survey_responses" ("party_id", "responded_at", "id");

CREATE TABLE IF NOT EXISTS "opportunities" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "name" text,
  "stage" text,
  "status" text,
  "currency" text,
  "amount" integer,
  "probability" integer,
  "opened_on" text,
  "close_date" text,
  "contact_id" text
);

CREATE INDEX IF NOT EXISTS "opportunities_by_origin_id" ON "opportunities" ("origin_id");

CREATE INDEX IF NOT EXISTS "opportunities_by_contact_id" ON "opportunities" ("contact_id");

CREATE INDEX IF NOT EXISTS "opportunities_by_party_id_opened_on_id" ON "opportunities" ("party_id", "opened_on", "id");

CREATE TABLE IF NOT EXISTS "competitor_presences" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "competitor" text,
  "product" text,
  "share_percent" integer,
  "strength" text,
  "observed_on" text,
  "observed_by" text
);

CREATE INDEX IF NOT EXISTS "competitor_presences_by_origin_id" ON "competitor_presences" ("origin_id");

CREATE INDEX IF NOT EXISTS "competitor_presences_by_party_id" ON "competitor_presences" ("party_id");

CREATE TABLE IF NOT EXISTS "procurement_plans" (
  "id" text PRIMARY KEY NOT NULL,
  "origin_id" text NOT NULL,
  "system" text NOT NULL,
  "source_key" text NOT NULL,
  "party_id" text,
  "project" text,
  "category" text,
  "planned_qty" integer,
  "currency" text,
  "budget" integer,
  "planned_date" text,
  "status" text
);

CREATE INDEX IF NOT EXISTS "procurement_plans_by_origin_id" ON "procurement_plans" ("origin_id");

CREATE INDEX IF NOT EXISTS "procurement_plans_by_party_id" ON "procurement_plans" ("party_id");
