CREATE TABLE IF NOT EXISTS `stream_shapes` (
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `shape` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  PRIMARY KEY (`system`, `stream`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `drift_events` (
  `id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `run_id` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `field` varchar(600) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `kind` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `from_types` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `to_types` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `policy` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `is_read` tinyint NOT NULL,
  `source_key` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  `seen_at` datetime(6) NOT NULL,
  `acknowledged_at` datetime(6) NULL,
  INDEX `drift_events_by_system_stream_seen_at` (`system`, `stream`, `seen_at`),
  INDEX `drift_events_by_run_id` (`run_id`),
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS `source_breakers` (
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `state` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `since` datetime(6) NOT NULL,
  `until` datetime(6) NULL,
  `failures` bigint NOT NULL,
  `last_error` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  PRIMARY KEY (`system`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
