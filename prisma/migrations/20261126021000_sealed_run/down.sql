ALTER TABLE "collected_days" DROP COLUMN "sealed_run_id";
