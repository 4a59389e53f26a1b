import { expect, it } from 'vitest';
import { useTestDatabase } from '../helpers/database.js';
import { adminKey, anOrganization, openEmulator } from '../helpers/emulator.js';
import { useMachine } from '../helpers/costs.js';

it('goes', async () => {
  const { target } = await useTestDatabase('postgresql');
  const emulator = await openEmulator({ world: { organizations: [anOrganization({ provider: 'openai', id: 'org-1' }), anOrganization({ provider: 'anthropic', id: 'ant-1' })] } as never });
  const { costs } = await useMachine({ DATABASE_URL: (target as { url: string }).url, OPENAI_BASE_URL: emulator.openaiUrl, ANTHROPIC_BASE_URL: emulator.anthropicUrl, OPENAI_ADMIN_KEY: adminKey({ provider: 'openai', id: 'org-1' }).secret });
  const show = async (args: string[], options = {}) => { const r = await costs(args, options); console.log(args.join(' '), '=>', r.code, '\n', r.stdout, r.stderr); return r; };
  await show(['init', '--team', 'acme', '--email', 'Admin@example.com', '--password-stdin'], { input: 'correct horse battery\n' });
  await show(['whoami']);
  await show(['login', '--email', 'admin@example.com', '--password-stdin', '--insecure-storage'], { input: 'correct horse battery\n' });
  await show(['login', '--email', 'admin@example.com', '--password-stdin', '--insecure-storage'], { input: 'wrong horse battery\n' });
  await show(['whoami', '--json']);
  await show(['keys', 'add', '--provider', 'openai', '--organization', 'org-1', '--name', 'Prod', '--from-env', 'OPENAI_ADMIN_KEY']);
  await show(['keys', 'add', '--provider', 'anthropic', '--key-stdin', '--json'], { input: adminKey({ provider: 'anthropic', id: 'ant-1' }).secret + '\n' });
  await show(['keys', 'list']);
  await show(['keys', 'verify']);
  await show(['sync']);
  await show(['logout']);
  await show(['sync']);
  await show(['keys', 'list', '--json']);
  expect(1).toBe(1);
});
