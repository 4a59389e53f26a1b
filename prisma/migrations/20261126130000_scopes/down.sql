ALTER TABLE "collected_days" DROP COLUMN "scope";
ALTER TABLE "organizations" DROP COLUMN "export";
ALTER TABLE "organizations" DROP COLUMN "scope";
