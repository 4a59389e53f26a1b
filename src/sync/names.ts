import type { DaySpan } from '../domain/day.js';
import { CostsError } from '../errors.js';
import type { WindowWork } from './work.js';

/**
 * Learns what the API keys that spent something are called and whose they are. Best effort: a key that may not list them
 * collects all the same, and keys then carry their ids.
 */
export async function learnNames(work: WindowWork, windows: readonly DaySpan[]): Promise<void> {
  const { organization, provider, call, dependencies } = work;
  const { provider: id, organizationId, teamId } = organization;
  const span = {
    since: windows.map(({ since }) => since).reduce((a, b) => (a < b ? a : b)),
    until: windows.map(({ until }) => until).reduce((a, b) => (a > b ? a : b)),
  };
  if (provider.listApiKeys === undefined) return;
  const spenders = await dependencies.store.spenders(id, organizationId, span);
  if (spenders.length === 0) return;
  const projectIds = [...new Set(spenders.map(({ projectId }) => projectId))];
  try {
    const keys = await provider.listApiKeys(call, projectIds);
    const listed = new Set(keys.map((key) => key.id));
    const nothingKnown = {
      name: null,
      hint: null,
      owner: null,
      createdAt: null,
      lastUsedAt: null,
      endedAt: await dependencies.store.clock(),
    };
    const ended = new Map(
      spenders.filter(({ apiKeyId }) => !listed.has(apiKeyId)).map((each) => [each.apiKeyId, each]),
    );
    const gone = [...ended.values()].map(({ apiKeyId, projectId }) => ({ id: apiKeyId, projectId, ...nothingKnown }));
    await dependencies.store.learnApiKeys(teamId, {
      provider: id,
      organizationId,
      keys: [...keys, ...gone],
      projectIds,
    });
  } catch (error) {
    if (call.signal.aborted || !(error instanceof CostsError)) throw error;
  }
}
