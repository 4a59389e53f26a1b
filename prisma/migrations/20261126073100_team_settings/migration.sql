-- What a team decided about what is kept.

-- CreateTable
CREATE TABLE "team_settings" (
    "team_id" TEXT NOT NULL,
    "keep_people" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "team_settings_pkey" PRIMARY KEY ("team_id")
);

-- AddForeignKey
ALTER TABLE "team_settings" ADD CONSTRAINT "team_settings_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
