import { CostsError } from '../errors.js';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * An instant as people write it: `2026-11-20` (its first moment, UTC), `2026-11-20T08:00:00Z`, or so long ago: `90m`, `36h`, `7d`.
 * @throws CostsError `usage`
 */
export function parseInstant(text: string, now: Date): Date {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  if (ago !== null) return new Date(now.getTime() - Number(ago[1]) * UNITS[ago[2] as keyof typeof UNITS]);
  const isInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const instant = new Date(text);
  // A day that no month has, such as 30 February, becomes another one silently.
  const isReal = !Number.isNaN(instant.getTime()) && (text.length > 10 || instant.toISOString().startsWith(text));
  if (!isInstant || !isReal) {
    throw new CostsError('usage', `"${text}" is no instant.`, {
      hint: 'Write a day (2026-11-20), an instant (2026-11-20T08:00:00Z), or how long ago: 36h, 7d.',
    });
  }
  if (instant > now) {
    throw new CostsError('usage', `${text} is in the future.`, { hint: `It is ${now.toISOString()} now.` });
  }
  return instant;
}
