CREATE TABLE IF NOT EXISTS `order_progress` (
  `order_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `fulfilment` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `billing` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `settlement` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stage` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `next_due` date NULL,
  INDEX `order_progress_by_fulfilment_order_id` (`fulfilment`, `order_id`),
  INDEX `order_progress_by_billing_order_id` (`billing`, `order_id`),
  INDEX `order_progress_by_settlement_next_due_order_id` (`settlement`, `next_due`, `order_id`),
  INDEX `order_progress_by_stage_next_due_order_id` (`stage`, `next_due`, `order_id`),
  INDEX `order_progress_by_next_due_order_id` (`next_due`, `order_id`),
  PRIMARY KEY (`order_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE INDEX `service_cases_by_kind_status_party_id` ON `service_cases` (`kind`, `status`, `party_id`);

ALTER TABLE `customer_insight` ADD COLUMN `open_complaints` bigint NULL;

ALTER TABLE `customer_insight_months` ADD COLUMN `open_complaints` bigint NULL;

CREATE INDEX `customer_insight_by_open_complaints_customer_id` ON `customer_insight` (`open_complaints`, `customer_id`);

UPDATE `insight_progress` SET `sequence` = -1;
