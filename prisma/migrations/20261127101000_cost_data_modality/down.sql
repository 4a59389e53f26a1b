ALTER TABLE "cost_data" DROP COLUMN "modality";
