-- NULLs are distinct in a unique index, so a null in the key of a bill could be stored twice.
-- NOT VALID: it binds new rows at once and scans no old ones; "cost_data_check_validated" makes up for it.
-- Locks: ACCESS EXCLUSIVE on "cost_data" for a catalog change; no scan.
ALTER TABLE "cost_data" ADD CONSTRAINT "cost_data_costs_v1_check" CHECK (
    "api_version" <> 'costs_v1' OR (
        "bucket_start_time" IS NOT NULL
        AND "bucket_end_time" IS NOT NULL
        AND "line_item" IS NOT NULL
        AND "currency" IS NOT NULL
    )
) NOT VALID;
