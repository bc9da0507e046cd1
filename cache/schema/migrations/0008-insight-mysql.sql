CREATE TABLE IF NOT EXISTS `customer_insight` (
  `customer_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `as_of` date NOT NULL,
  `computed_at` datetime(6) NOT NULL,
  `grade` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `stage` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `segment` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `at_risk` tinyint NULL,
  `sales` decimal(19,4) NULL,
  `lifetime_value` decimal(19,4) NULL,
  `open_balance` decimal(19,4) NULL,
  `last_order` date NULL,
  `numbers` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  INDEX `customer_insight_by_grade_sales_customer_id` (`grade`, `sales`, `customer_id`),
  INDEX `customer_insight_by_stage_sales_customer_id` (`stage`, `sales`, `customer_id`),
  INDEX `customer_insight_by_segment_sales_customer_id` (`segment`, `sales`, `customer_id`),
  INDEX `customer_insight_by_at_risk_lifetime_value_customer_id` (`at_risk`, `lifetime_value`, `customer_id`),
  INDEX `customer_insight_by_lifetime_value_customer_id` (`lifetime_value`, `customer_id`),
  INDEX `customer_insight_by_sales_customer_id` (`sales`, `customer_id`),
  INDEX `customer_insight_by_open_balance_customer_id` (`open_balance`, `customer_id`),
  INDEX `customer_insight_by_last_order_customer_id` (`last_order`, `customer_id`),
  PRIMARY KEY (`customer_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `customer_insight_months` (
  `customer_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `month` varchar(7) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `as_of` date NOT NULL,
  `grade` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `stage` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `segment` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `at_risk` tinyint NULL,
  `sales` decimal(19,4) NULL,
  `lifetime_value` decimal(19,4) NULL,
  `open_balance` decimal(19,4) NULL,
  `last_order` date NULL,
  INDEX `customer_insight_months_by_month_customer_id` (`month`, `customer_id`),
  PRIMARY KEY (`customer_id`, `month`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `insight_models` (
  `name` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `fitted_on` date NOT NULL,
  `fitted_at` datetime(6) NOT NULL,
  `customers` bigint NOT NULL,
  `log_likelihood` varchar(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `parameters` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`name`, `fitted_on`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `insight_progress` (
  `name` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `sequence` bigint NOT NULL,
  `holder` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `held_until` datetime(6) NULL,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
