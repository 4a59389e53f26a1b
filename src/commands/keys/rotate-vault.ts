import type { RotationResult } from '../../vault/vault.js';
import type { Context } from '../../context.js';
import { adviceForChanged } from '../../output/members.js';
import { defineCommand } from '../define.js';
import { renderHint } from '../../output/hint.js';
import { plural } from '../../domain/words.js';

export const rotateVault = defineCommand({
  name: 'keys rotate-vault',
  description: 'Makes a new data key and encrypts every key again; members and tokens go on working, sessions end.',
  examples: ['costs keys rotate-vault'],
  async run(_options: object, context: Context) {
    const [vault, team] = await Promise.all([context.vault(), context.team()]);
    return { ...(await vault.rotate(team)), embedded: context.config.databaseUrl === null };
  },
  document: ({ embedded: _embedded, ...result }): RotationResult => result,
  render: ({ generation, keys, slots, embedded, ...found }) =>
    [
      `Data key ${generation}: ${plural(keys, 'key')} and ${plural(slots, 'slot')} renewed.`,
      ...adviceForChanged(found).map(renderHint),
      ...(embedded ? [] : ['All sessions ended → costs login']),
    ].join('\n'),
});
