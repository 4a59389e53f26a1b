ALTER TABLE "cost_data" DROP CONSTRAINT "cost_data_costs_v1_check";
