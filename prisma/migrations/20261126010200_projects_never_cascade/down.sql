ALTER TABLE "project_tags" DROP CONSTRAINT "project_tags_project_id_fkey";

ALTER TABLE "budgets" DROP CONSTRAINT "budgets_project_id_fkey";

ALTER TABLE "project_tags" ADD CONSTRAINT "project_tags_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "budgets" ADD CONSTRAINT "budgets_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
