-- The run whose rows a seal is of. An earlier version of costs writes a day without a new seal; the day's run then is another,
-- and the seal tells nothing of it.
-- Locks: ACCESS EXCLUSIVE on "collected_days" for a catalog change; no scan.
ALTER TABLE "collected_days" ADD COLUMN "sealed_run_id" TEXT;

UPDATE "collected_days" SET "sealed_run_id" = "run_id" WHERE "seal" IS NOT NULL;
