-- What a charge was before discounts; the cost is what was billed. Null where the provider does not say it.
-- Locks: ACCESS EXCLUSIVE on "cost_data" for a catalog change; no scan.
ALTER TABLE "cost_data" ADD COLUMN "list_cost" DECIMAL(65,30);
