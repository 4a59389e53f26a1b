ALTER TABLE "restatements" DROP COLUMN "adopted";
