-- A validated check cannot be made unvalidated; as NOT VALID again it binds new rows all the same.
ALTER TABLE "cost_data" DROP CONSTRAINT "cost_data_costs_v1_check";
ALTER TABLE "cost_data" ADD CONSTRAINT "cost_data_costs_v1_check" CHECK (
    "api_version" <> 'costs_v1' OR (
        "bucket_start_time" IS NOT NULL
        AND "bucket_end_time" IS NOT NULL
        AND "line_item" IS NOT NULL
        AND "currency" IS NOT NULL
    )
) NOT VALID;
