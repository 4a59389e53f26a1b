-- What of an organization's bill is read, and the export that its files come from; and under which choice a day was read.
-- Locks: ACCESS EXCLUSIVE on "organizations" and "collected_days" for catalog changes; no scan.
ALTER TABLE "organizations" ADD COLUMN "scope" TEXT;
ALTER TABLE "organizations" ADD COLUMN "export" TEXT;
ALTER TABLE "collected_days" ADD COLUMN "scope" TEXT;
