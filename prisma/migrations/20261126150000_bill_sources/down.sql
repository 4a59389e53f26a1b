-- Earlier versions would read the bill of the parent under the name of each child: none of these keys collects any more.
UPDATE "organization_api_keys" k SET "is_active" = false
FROM "organizations" o
WHERE o."provider" = k."provider" AND o."organization_id" = k."organization_id" AND o."source" IN ('report', 'parent');
UPDATE "organizations" SET "source" = 'key' WHERE "source" IN ('report', 'parent');

ALTER TABLE "organizations" DROP CONSTRAINT "organizations_source_check";
