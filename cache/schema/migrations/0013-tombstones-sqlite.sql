UPDATE "source_records" SET "raw" = '{}' WHERE "deleted_at" IS NOT NULL;
