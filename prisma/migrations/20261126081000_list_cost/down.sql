ALTER TABLE "cost_data" DROP COLUMN "list_cost";
