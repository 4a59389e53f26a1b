-- The name that Prisma gives the type by itself: a database made by `prisma db push` has it, and clients cast to it.
-- Locks: ACCESS EXCLUSIVE on the type alone, for a catalog change; no table is locked.
ALTER TYPE "api_version" RENAME TO "ApiVersion";
