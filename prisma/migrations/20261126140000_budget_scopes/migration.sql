-- Budgets of an organization, an API key or a tag, and those that hold from a month on.
-- Locks: ACCESS EXCLUSIVE on "budgets" for catalog changes; no scan.
ALTER TABLE "budgets" ADD COLUMN "organization_id" TEXT;
ALTER TABLE "budgets" ADD COLUMN "api_key_id" TEXT;
ALTER TABLE "budgets" ADD COLUMN "tag_key" TEXT;
ALTER TABLE "budgets" ADD COLUMN "tag_value" TEXT;
ALTER TABLE "budgets" ADD COLUMN "from_month" TEXT;
