ALTER TABLE "organizations" DROP COLUMN "link_policy";
