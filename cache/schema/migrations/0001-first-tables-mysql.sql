CREATE TABLE IF NOT EXISTS `source_records` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `version` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `content_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `mapping_hash` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `raw` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `entities` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `run_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `synced_at` datetime(6) NOT NULL,
  `deleted_at` datetime(6) NULL,
  INDEX `source_records_by_system_stream_id_deleted_at` (`system`, `stream`, `id`, `deleted_at`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `stream_states` (
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `checkpoint` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `last_attempt_at` datetime(6) NULL,
  `last_success_at` datetime(6) NULL,
  `last_outcome` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `last_error_code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `last_error_message` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `failures` bigint NULL,
  `last_reconcile_at` datetime(6) NULL,
  `last_verify_at` datetime(6) NULL,
  `last_verify_differences` bigint NULL,
  `lease_owner` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `lease_token` bigint NULL,
  `lease_expires_at` datetime(6) NULL,
  PRIMARY KEY (`system`, `stream`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `sync_runs` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `mode` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `reason` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `outcome` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `started_at` datetime(6) NOT NULL,
  `finished_at` datetime(6) NULL,
  `window_from` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `pages` bigint NULL,
  `records_read` bigint NULL,
  `records_changed` bigint NULL,
  `records_unchanged` bigint NULL,
  `records_deleted` bigint NULL,
  `records_quarantined` bigint NULL,
  `error_code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `error_message` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `sync_runs_by_system_stream_started_at` (`system`, `stream`, `started_at`),
  INDEX `sync_runs_by_started_at_id` (`started_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `quarantine` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `version` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `run_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `code` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `message` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `raw` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `first_seen_at` datetime(6) NOT NULL,
  `last_seen_at` datetime(6) NOT NULL,
  INDEX `quarantine_by_system_stream_id` (`system`, `stream`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `customers` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `display_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `legal_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `tax_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `email` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `phone` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `website` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `language` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `country` varchar(2) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `birth_date` date NULL,
  `search_text` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  INDEX `customers_by_display_name_id` (`display_name`, `id`),
  INDEX `customers_by_created_at_id` (`created_at`, `id`),
  INDEX `customers_by_updated_at_id` (`updated_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `customer_links` (
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `customer_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `rule` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `linked_at` datetime(6) NOT NULL,
  INDEX `customer_links_by_customer_id_party_id` (`customer_id`, `party_id`),
  PRIMARY KEY (`party_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `customer_forwards` (
  `old_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `customer_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `forwarded_at` datetime(6) NOT NULL,
  INDEX `customer_forwards_by_customer_id` (`customer_id`),
  PRIMARY KEY (`old_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_keys` (
  `link_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  INDEX `identity_keys_by_party_id` (`party_id`),
  PRIMARY KEY (`link_key`, `party_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_dirty` (
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `marked_at` datetime(6) NOT NULL,
  PRIMARY KEY (`party_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `parties` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `display_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `legal_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `tax_id` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `email` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `phone` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `website` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `language` varchar(16) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `country` varchar(2) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `birth_date` date NULL,
  `cross_references` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `parties_by_origin_id` (`origin_id`),
  INDEX `parties_by_display_name_id` (`display_name`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `accounts` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `account_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `parent_account_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `owner_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `credit_limit` decimal(19,4) NULL,
  `open_balance` decimal(19,4) NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `payment_terms` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `is_key_account` tinyint NULL,
  INDEX `accounts_by_origin_id` (`origin_id`),
  INDEX `accounts_by_party_id` (`party_id`),
  INDEX `accounts_by_parent_account_id` (`parent_account_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `contact_points` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `raw` varchar(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `normalized` varchar(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `usage` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `street` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `postal_code` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `city` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `region` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `country` varchar(2) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `verified_at` datetime(6) NULL,
  INDEX `contact_points_by_origin_id` (`origin_id`),
  INDEX `contact_points_by_party_id` (`party_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identifications` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `scheme` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `value` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `issuer` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `identifications_by_origin_id` (`origin_id`),
  INDEX `identifications_by_party_id` (`party_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `consents` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `purpose` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `channel` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `lawful_basis` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `evidence` varchar(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `decided_at` datetime(6) NULL,
  INDEX `consents_by_origin_id` (`origin_id`),
  INDEX `consents_by_party_id` (`party_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `contacts` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `person_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `title` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `department` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `role` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `email` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `phone` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `reports_to_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  INDEX `contacts_by_origin_id` (`origin_id`),
  INDEX `contacts_by_party_id` (`party_id`),
  INDEX `contacts_by_person_id` (`person_id`),
  INDEX `contacts_by_reports_to_id` (`reports_to_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `relationships` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `from_party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `to_party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `valid_from` date NULL,
  `valid_to` date NULL,
  INDEX `relationships_by_origin_id` (`origin_id`),
  INDEX `relationships_by_from_party_id` (`from_party_id`),
  INDEX `relationships_by_to_party_id` (`to_party_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `orders` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `customer_reference` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `source_status` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `order_date` date NULL,
  `requested_date` date NULL,
  `promised_date` date NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `net_amount` decimal(19,4) NULL,
  `tax_amount` decimal(19,4) NULL,
  `total_amount` decimal(19,4) NULL,
  INDEX `orders_by_origin_id` (`origin_id`),
  INDEX `orders_by_party_id_order_date_id` (`party_id`, `order_date`, `id`),
  INDEX `orders_by_order_date_id` (`order_date`, `id`),
  INDEX `orders_by_status_order_date_id` (`status`, `order_date`, `id`),
  INDEX `orders_by_order_number` (`order_number`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `order_lines` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `line_no` bigint NULL,
  `sku` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `description` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `ordered_qty` decimal(19,4) NULL,
  `cancelled_qty` decimal(19,4) NULL,
  `uom` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `unit_price` decimal(19,4) NULL,
  `discount_percent` decimal(19,4) NULL,
  `net_amount` decimal(19,4) NULL,
  `tax_amount` decimal(19,4) NULL,
  INDEX `order_lines_by_origin_id` (`origin_id`),
  INDEX `order_lines_by_order_id` (`order_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `shipments` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `shipment_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `source_status` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `carrier` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `tracking_number` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `planned_date` date NULL,
  `shipped_at` datetime(6) NULL,
  `expected_delivery_at` datetime(6) NULL,
  `delivered_at` datetime(6) NULL,
  INDEX `shipments_by_origin_id` (`origin_id`),
  INDEX `shipments_by_order_id` (`order_id`),
  INDEX `shipments_by_party_id_shipped_at_id` (`party_id`, `shipped_at`, `id`),
  INDEX `shipments_by_shipped_at_id` (`shipped_at`, `id`),
  INDEX `shipments_by_status_shipped_at_id` (`status`, `shipped_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `shipment_lines` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `shipment_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_line_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `sku` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `shipped_qty` decimal(19,4) NULL,
  `delivered_qty` decimal(19,4) NULL,
  `uom` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `shipment_lines_by_origin_id` (`origin_id`),
  INDEX `shipment_lines_by_shipment_id` (`shipment_id`),
  INDEX `shipment_lines_by_order_id` (`order_id`),
  INDEX `shipment_lines_by_order_line_id` (`order_line_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `customer_returns` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `original_shipment_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `return_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `reason` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `returned_at` datetime(6) NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `amount` decimal(19,4) NULL,
  INDEX `customer_returns_by_origin_id` (`origin_id`),
  INDEX `customer_returns_by_party_id` (`party_id`),
  INDEX `customer_returns_by_order_id` (`order_id`),
  INDEX `customer_returns_by_original_shipment_id` (`original_shipment_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `return_lines` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `return_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_line_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `sku` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `quantity` decimal(19,4) NULL,
  `uom` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `return_lines_by_origin_id` (`origin_id`),
  INDEX `return_lines_by_return_id` (`return_id`),
  INDEX `return_lines_by_order_id` (`order_id`),
  INDEX `return_lines_by_order_line_id` (`order_line_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `invoices` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `invoice_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `source_status` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `payment_status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `original_invoice_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `reason` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `issue_date` date NULL,
  `due_date` date NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `net_amount` decimal(19,4) NULL,
  `tax_amount` decimal(19,4) NULL,
  `total_amount` decimal(19,4) NULL,
  `outstanding_amount` decimal(19,4) NULL,
  INDEX `invoices_by_origin_id` (`origin_id`),
  INDEX `invoices_by_order_id` (`order_id`),
  INDEX `invoices_by_original_invoice_id` (`original_invoice_id`),
  INDEX `invoices_by_party_id_issue_date_id` (`party_id`, `issue_date`, `id`),
  INDEX `invoices_by_issue_date_id` (`issue_date`, `id`),
  INDEX `invoices_by_status_issue_date_id` (`status`, `issue_date`, `id`),
  INDEX `invoices_by_due_date_id` (`due_date`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `invoice_lines` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `invoice_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `order_line_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `line_no` bigint NULL,
  `sku` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `description` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `quantity` decimal(19,4) NULL,
  `unit_price` decimal(19,4) NULL,
  `net_amount` decimal(19,4) NULL,
  `tax_amount` decimal(19,4) NULL,
  INDEX `invoice_lines_by_origin_id` (`origin_id`),
  INDEX `invoice_lines_by_invoice_id` (`invoice_id`),
  INDEX `invoice_lines_by_order_id` (`order_id`),
  INDEX `invoice_lines_by_order_line_id` (`order_line_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `payments` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `received_at` date NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `source_status` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `method` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `amount` decimal(19,4) NULL,
  INDEX `payments_by_origin_id` (`origin_id`),
  INDEX `payments_by_party_id_received_at_id` (`party_id`, `received_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `payment_allocations` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `payment_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `invoice_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `amount` decimal(19,4) NULL,
  INDEX `payment_allocations_by_origin_id` (`origin_id`),
  INDEX `payment_allocations_by_payment_id` (`payment_id`),
  INDEX `payment_allocations_by_invoice_id` (`invoice_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `interactions` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `channel` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `direction` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `occurred_at` datetime(6) NULL,
  `subject` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `summary` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `agent_name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `case_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  INDEX `interactions_by_origin_id` (`origin_id`),
  INDEX `interactions_by_order_id` (`order_id`),
  INDEX `interactions_by_case_id` (`case_id`),
  INDEX `interactions_by_party_id_occurred_at_id` (`party_id`, `occurred_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `service_cases` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `case_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `source_status` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `priority` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `subject` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `description` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `opened_at` datetime(6) NULL,
  `resolved_at` datetime(6) NULL,
  `closed_at` datetime(6) NULL,
  `follow_up_due_at` datetime(6) NULL,
  `follow_up_outcome` varchar(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `service_cases_by_origin_id` (`origin_id`),
  INDEX `service_cases_by_order_id` (`order_id`),
  INDEX `service_cases_by_party_id_opened_at_id` (`party_id`, `opened_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `survey_responses` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `kind` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `scale_min` bigint NULL,
  `scale_max` bigint NULL,
  `score` decimal(19,4) NULL,
  `verbatim` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `responded_at` datetime(6) NULL,
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `follow_up_case_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  INDEX `survey_responses_by_origin_id` (`origin_id`),
  INDEX `survey_responses_by_order_id` (`order_id`),
  INDEX `survey_responses_by_follow_up_case_id` (`follow_up_case_id`),
  INDEX `survey_responses_by_party_id_responded_at_id` (`party_id`, `responded_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `opportunities` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `name` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `stage` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `amount` decimal(19,4) NULL,
  `probability` decimal(19,4) NULL,
  `opened_on` date NULL,
  `close_date` date NULL,
  `contact_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  INDEX `opportunities_by_origin_id` (`origin_id`),
  INDEX `opportunities_by_contact_id` (`contact_id`),
  INDEX `opportunities_by_party_id_opened_on_id` (`party_id`, `opened_on`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `competitor_presences` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `competitor` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `product` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `share_percent` decimal(19,4) NULL,
  `strength` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `observed_on` date NULL,
  `observed_by` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `competitor_presences_by_origin_id` (`origin_id`),
  INDEX `competitor_presences_by_party_id` (`party_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `procurement_plans` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `origin_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `project` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `category` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `planned_qty` decimal(19,4) NULL,
  `currency` varchar(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `budget` decimal(19,4) NULL,
  `planned_date` date NULL,
  `status` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  INDEX `procurement_plans_by_origin_id` (`origin_id`),
  INDEX `procurement_plans_by_party_id` (`party_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
