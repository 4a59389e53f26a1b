ALTER TABLE "collected_days" DROP COLUMN "reports_due";
