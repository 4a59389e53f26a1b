-- Back to organizations that are known by their keys alone: whose an organization without a key is goes into the export.
ALTER TABLE "organization_leases" DROP CONSTRAINT "organization_leases_organization_fkey";
ALTER TABLE "collected_usage" DROP CONSTRAINT "collected_usage_organization_fkey";
ALTER TABLE "collected_days" DROP CONSTRAINT "collected_days_organization_fkey";
DROP TABLE "organizations";
