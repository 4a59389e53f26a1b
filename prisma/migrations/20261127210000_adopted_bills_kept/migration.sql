-- What an adopted bill said before the provider's answer was accepted instead: a rollback of the adoption brings it back.
-- Locks: ACCESS EXCLUSIVE on "restatements" for a catalog change; no scan.
ALTER TABLE "restatements" ADD COLUMN "adopted" JSONB;
