DROP TABLE "seal_findings";
ALTER TABLE "collected_days" DROP COLUMN "seal", DROP COLUMN "sealed_rows", DROP COLUMN "sealed_sums", DROP COLUMN "sealed_as_found";
