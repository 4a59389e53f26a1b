ALTER TABLE "collected_days" DROP COLUMN "write_id", DROP COLUMN "first_write_id";
ALTER TABLE "restatements" DROP COLUMN "write_id";
DROP TABLE "writes";
