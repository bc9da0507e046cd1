CREATE TABLE IF NOT EXISTS `catch_up_requests` (
  `system` varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `stream` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `wanted_at` datetime(6) NOT NULL,
  `asked_at` datetime(6) NOT NULL,
  `given_up_at` datetime(6) NOT NULL,
  PRIMARY KEY (`system`, `stream`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
