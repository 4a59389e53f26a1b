-- Reads every row once. Locks: SHARE UPDATE EXCLUSIVE on "cost_data": readers and writers go on.
ALTER TABLE "cost_data" VALIDATE CONSTRAINT "cost_data_costs_v1_check";
