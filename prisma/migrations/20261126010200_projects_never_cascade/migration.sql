-- What hangs on a project moves with it or keeps it from going: a table that the move forgets is an error, never a loss.
-- Locks: SHARE ROW EXCLUSIVE on "projects", ACCESS EXCLUSIVE on "project_tags" and "budgets", both small.

-- DropForeignKey
ALTER TABLE "project_tags" DROP CONSTRAINT "project_tags_project_id_fkey";

-- DropForeignKey
ALTER TABLE "budgets" DROP CONSTRAINT "budgets_project_id_fkey";

-- AddForeignKey
ALTER TABLE "project_tags" ADD CONSTRAINT "project_tags_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
