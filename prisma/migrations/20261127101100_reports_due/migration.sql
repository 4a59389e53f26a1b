-- Which reports beside a day's bill are still to be read, where a limit of requests or the network ended the run between the two.
-- Locks: ACCESS EXCLUSIVE on "collected_days" for a catalog change; no scan.
ALTER TABLE "collected_days" ADD COLUMN "reports_due" TEXT[];
