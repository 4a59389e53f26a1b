-- Without these columns such a budget would be one of the provider, of the whole team, or of every month.
DELETE FROM "budgets" WHERE "organization_id" IS NOT NULL OR "tag_key" IS NOT NULL OR "from_month" IS NOT NULL;
ALTER TABLE "budgets" DROP COLUMN "from_month";
ALTER TABLE "budgets" DROP COLUMN "tag_value";
ALTER TABLE "budgets" DROP COLUMN "tag_key";
ALTER TABLE "budgets" DROP COLUMN "api_key_id";
ALTER TABLE "budgets" DROP COLUMN "organization_id";
