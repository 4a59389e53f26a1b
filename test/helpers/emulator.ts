import { onTestFinished } from 'vitest';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/emulator.js';
import { emulated } from '../../src/emulator/list.js';
import type { WorldKey, WorldOrganization } from '../../src/emulator/world.js';

/** The instant tests live in unless they say otherwise: a Monday, about noon. */
export const NOON = new Date('2026-11-23T12:00:00Z');

/** An emulator that closes itself when the test that started it ends. */
export async function openEmulator(options: Omit<EmulatorOptions, 'now'> & { now?: () => Date }): Promise<Emulator> {
  const emulator = await startEmulator({ now: () => NOON, ...options });
  onTestFinished(() => emulator.close());
  return emulator;
}

/** A key that may read everything; its text follows from the organization's id. */
export function adminKey(
  { provider, id }: Pick<WorldOrganization, 'provider' | 'id'>,
  key: Partial<WorldKey> = {},
): WorldKey {
  return {
    id: `key_${id}`,
    name: 'Costs',
    secret: `${emulated(provider).keyPrefix}${id}-0123456789abcdef`,
    scopes: ['usage', 'projects', 'keys'],
    expiresAt: null,
    revoked: false,
    ...key,
  };
}

/** An organization from what a test cares about: without projects and spend otherwise, with one key that may read everything. */
export function anOrganization(
  organization: Partial<WorldOrganization> & Pick<WorldOrganization, 'provider' | 'id'>,
): WorldOrganization {
  return { name: organization.id, keys: [adminKey(organization)], projects: [], days: new Map(), ...organization };
}
