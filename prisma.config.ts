import { defineConfig } from 'prisma/config';

// `prisma generate` only wants to see that a schema engine exists; it never runs it. Any executable will do, so that
// the build downloads nothing and works offline. CHECKPOINT_DISABLE keeps it from writing into the home folder.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.COSTS_DATABASE_URL ?? process.env.DATABASE_URL ?? '' },
});
