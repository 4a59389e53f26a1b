import type { Team } from '../domain/team.js';
import { administer } from './administer.js';
import type { Authentication } from './authentication.js';
import { changedMeanwhile, rotateDataKey, type Rotated } from './rotate.js';
import { newSession } from './sessions.js';
import type { RotationResult } from './vault.js';

/** A new data key for a team on a server: slots go on working, sessions end. */
export function rotateTeam(authentication: Authentication, team: Team): Promise<RotationResult> {
  return administer(authentication, team, async ({ rows, vault, dataKey, actor }) => {
    const rotated = await rotateDataKey(rows, { vault, dataKey }, null);
    await rows.audit({ teamId: team.id, actor: actor.label, action: 'vault.rotate', subject: null });
    return toResult(rotated);
  });
}

/**
 * A new data key for the embedded store, whose only slot is the keychain. The entry holds the old session and the new one
 * until the transaction is over, so that a process killed in between locks nobody out.
 */
export async function rotateLocally(authentication: Authentication, team: Team): Promise<RotationResult> {
  const { vault, dataKey } = await authentication.requireDataKey(team, 'admin');
  const tools = await authentication.tools();
  const before = (await tools.keychain.get(vault.id)) ?? '';
  const { rotated, text } = await tools.access.transact(async (rows) => {
    const locked = await rows.lockVault(team.id);
    if (locked?.generation !== vault.generation) throw changedMeanwhile();
    const rotated = await rotateDataKey(rows, { vault, dataKey }, null);
    const session = await newSession(
      { ...tools, access: { ...tools.access, ...rows } },
      rotated.vault,
      rotated.dataKey,
      null,
    );
    await rows.sessions.add(session.row);
    await rows.audit({ teamId: team.id, actor: 'local', action: 'vault.rotate', subject: null });
    await tools.keychain.set(vault.id, `${before} ${session.text}`.trim());
    return { rotated, text: session.text };
  });
  await tools.keychain.set(vault.id, text);
  authentication.forget();
  return toResult(rotated);
}

function toResult({ vault, keys, slots, dropped, altered }: Rotated): RotationResult {
  return { generation: vault.generation, keys, slots, dropped, altered };
}
