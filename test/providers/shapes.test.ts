import { LosslessNumber } from 'lossless-json';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parseApiKeysPage } from '../../src/providers/openai/api-keys.js';
import { parseProjectsPage, ResultReader } from '../../src/providers/openai/schema.js';
import { DriftWatch, instant } from '../../src/providers/shapes.js';

it.each(['9007199254740991', '-99999999999999', '1e400', '253402300800', '1.5'])(
  'an answer that dates something by %s seconds is refused in words',
  (seconds) => {
    const at = new LosslessNumber(seconds);
    const page = (item: object) => ({ data: [{ id: 'x', ...item }], has_more: false });
    expect(() => parseProjectsPage(page({ archived_at: at }))).toThrow(/data\[0\]\.archived_at/);
    expect(() => parseApiKeysPage(page({ created_at: at }), 'p')).toThrow(/data\[0\]\.created_at/);
  },
);

it.each(['-000001-01-01T00:00:00Z', '+012026-01-01T00:00:00Z', '0000-12-31T00:00:00Z', 'tomorrow'])(
  '%s is not a time that a database could keep',
  (text) => {
    expect(instant.safeParse(text).success).toBe(false);
    expect(instant.parse('0001-01-01T00:00:00Z')).toEqual(new Date('0001-01-01T00:00:00Z'));
  },
);

it('an instant without a zone is in UTC, whatever the zone of the machine', () => {
  vi.stubEnv('TZ', 'America/New_York');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(new Date('2026-10-28T00:00:00').getUTCHours()).toBe(4);
  const day = new Date('2026-10-28T00:00:00Z');
  for (const at of ['2026-10-28T00:00:00', '2026-10-28 00:00:00.000', '2026-10-28', '2026-10-28T02:00:00+02:00'])
    expect(instant.parse(at)).toEqual(day);
});

it.each([
  [{}, 'row.amount (missing, expected object)'],
  [{ amount: { currency: 'usd' } }, 'row.amount.value (missing, expected number)'],
  [{ amount: { value: true, currency: 'usd' } }, 'row.amount.value (expected number, received boolean)'],
  [{ amount: { value: null, currency: 'usd' } }, 'row.amount.value (expected number, received null)'],
  [{ amount: { value: '1', currency: 'us' } }, 'row.amount.currency (not a currency code)'],
  [{ amount: { value: '1', currency: 'usd' }, line_item: [] }, 'row.line_item (expected string, received array)'],
])('an answer with the row %j is refused by the name of its field and in plain words', (row, told) => {
  const reader = new ResultReader(new DriftWatch(() => undefined));
  expect(() => reader.read(row, 'row')).toThrow(told);
});

it('a number that is none is told without words of programs', () => {
  const page = { data: [{ id: 'x', archived_at: 'soon' }], has_more: false };
  expect(() => parseProjectsPage(page)).toThrow('data[0].archived_at (expected number, received string)');
});
