DROP TABLE "organization_leases";
