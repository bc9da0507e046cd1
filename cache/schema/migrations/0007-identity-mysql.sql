CREATE TABLE IF NOT EXISTS `identity_profiles` (
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `profile` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `made_with` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`party_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_pairs` (
  `party_a` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `party_b` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `weight` bigint NOT NULL,
  `rule` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  INDEX `identity_pairs_by_party_b` (`party_b`),
  INDEX `identity_pairs_by_rule_weight` (`rule`, `weight`),
  PRIMARY KEY (`party_a`, `party_b`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_decisions` (
  `party_a` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `party_b` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `verdict` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `weight` bigint NULL,
  `action_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `decided_at` datetime(6) NOT NULL,
  INDEX `identity_decisions_by_party_b` (`party_b`),
  INDEX `identity_decisions_by_action_id` (`action_id`),
  INDEX `identity_decisions_by_verdict_weight` (`verdict`, `weight`),
  PRIMARY KEY (`party_a`, `party_b`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_actions` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `action` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `actor` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `reason` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `details` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `acted_at` datetime(6) NOT NULL,
  INDEX `identity_actions_by_acted_at_id` (`acted_at`, `id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_merges` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `old_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `customer_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `action_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `before` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `merged_at` datetime(6) NOT NULL,
  `undone_at` datetime(6) NULL,
  INDEX `identity_merges_by_old_id_merged_at` (`old_id`, `merged_at`),
  INDEX `identity_merges_by_customer_id` (`customer_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `identity_models` (
  `kind` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `version` bigint NOT NULL,
  `seed` bigint NOT NULL,
  `records` bigint NOT NULL,
  `parameters` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `learnt_at` datetime(6) NOT NULL,
  PRIMARY KEY (`kind`, `version`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
