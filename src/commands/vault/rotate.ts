import type { Context } from '../../context.js';
import { defineCommand } from '../define.js';

export const rotateVault = defineCommand({
  name: 'vault rotate',
  description: 'Makes a new data key and encrypts every key again; members and tokens go on working, sessions end.',
  examples: ['costs vault rotate'],
  async run(_options: object, context: Context) {
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    return { ...(await vault.rotate(team)), embedded: context.config.databaseUrl === null };
  },
  document: ({ embedded: _embedded, ...result }) => result,
  render: ({ generation, keys, slots, embedded }) =>
    [
      `Data key ${generation}: ${keys} keys and ${slots} slots renewed.`,
      ...(embedded ? [] : ['All sessions ended → costs login']),
    ].join('\n'),
});
