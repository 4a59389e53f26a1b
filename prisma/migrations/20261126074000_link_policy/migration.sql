-- What becomes of provider projects that are first seen: `all` are linked at once, under their own names; `none` wait for a person.
-- Organizations of before keep to what they did. Earlier versions of costs go on linking nothing.
-- Locks: ACCESS EXCLUSIVE on "organizations" for a catalog change; no scan.
ALTER TABLE "organizations" ADD COLUMN "link_policy" TEXT NOT NULL DEFAULT 'none';
