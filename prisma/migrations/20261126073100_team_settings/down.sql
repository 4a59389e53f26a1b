DROP TABLE "team_settings";
