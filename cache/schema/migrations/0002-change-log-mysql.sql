CREATE TABLE IF NOT EXISTS `change_log` (
  `sequence` bigint NOT NULL,
  `customer_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `party_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  `entity` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `record_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `changed_at` datetime(6) NOT NULL,
  PRIMARY KEY (`sequence`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `change_sequence` (
  `id` bigint NOT NULL,
  `last_sequence` bigint NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

INSERT INTO `change_sequence` (`id`, `last_sequence`) VALUES (1, 0) ON DUPLICATE KEY UPDATE `id` = `id`;
