-- Keys and values on projects, each valid from a day until the next one of its key.

-- CreateTable
CREATE TABLE "project_tags" (
    "project_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "value" TEXT,

    CONSTRAINT "project_tags_pkey" PRIMARY KEY ("project_id","key","valid_from")
);

-- AddForeignKey
ALTER TABLE "project_tags" ADD CONSTRAINT "project_tags_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "projects"("id") ON DELETE CASCADE ON UPDATE CASCADE;
