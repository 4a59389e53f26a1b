-- Bills may be read from another report than the bill: with a key that reads no bill, or with that of a parent organization.
-- Locks: ACCESS EXCLUSIVE on "organizations", a small table, while it is looked through.

-- AddCheck
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_source_check" CHECK ("source" IN ('key', 'files', 'report', 'parent'));
