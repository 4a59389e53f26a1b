ALTER TYPE "ApiVersion" RENAME TO "api_version";
