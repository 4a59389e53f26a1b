import { expect, it } from 'vitest';
import { parseDay } from '../src/domain/day.js';
import { compareSheet, makeSheet } from '../src/domain/project-sheet.js';
import { Secret } from '../src/domain/secret.js';
import { showable } from '../src/domain/text.js';
import { neutralise } from '../src/output/csv.js';
import { nameProgram, renderHint } from '../src/output/hint.js';
import { toJson } from '../src/output/gate.js';
import { Redactor } from '../src/output/redact.js';
import { maskRefusal } from '../src/providers/mask-key.js';
import { explainRefusal } from '../src/providers/refusal.js';

const key = new Secret('sk-admin-one-AbCdEfGhIjKlMnOpQrStUvWx');
const explain = (message: string) => {
  const document = { error: { message, code: message, type: message } };
  return explainRefusal({ status: 401, document, header: () => null }, new URL('https://api.test'));
};

const READERS: Record<string, (text: string) => unknown> = {
  showable,
  toJson: (text) => toJson({ text }),
  neutralise,
  renderHint: (text) => nameProgram(renderHint(text), 'npx costs'),
  mask: (text) => new Redactor().mask(text),
  maskRefusal: (text) => maskRefusal(text, key),
  explainRefusal: explain,
  'explainRefusal, of a provider with words of its own': (message) =>
    explainRefusal(
      { status: 403, document: { message }, header: () => null, readRefusal: () => message },
      new URL('https://api.test'),
    ).message,
};
const RUNS =
  "a1|-|'|:| |\t|\\|\\n|%07|%25|&#7;|\u00ad|\u200d|sk-|key_|costs_|organization |ip address |missing scope: → ".split(
    '|',
  );

/** In milliseconds. */
function timeOf(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** By the square it is sixteen times as long; the best of some, for a machine is busy now and then. */
function expectNotSteep(work: (count: number) => void, counts: readonly number[], what: string): void {
  const best = (count: number) => Math.min(...[1, 2, 3, 4].map(() => timeOf(() => work(count))));
  for (const count of counts)
    if (timeOf(() => work(count)) > 100) expect(best(count) / best(count / 4), what).toBeLessThan(9);
}

it.each(Object.keys(READERS))(
  'time grows with a text of somebody else, and not with the square of its length: %s',
  (name) => {
    for (const before of ['', 'é'])
      for (const run of RUNS)
        expectNotSteep(
          (count) => READERS[name]?.(`${before}${run.repeat(count)}!x`),
          [1000, 8000],
          JSON.stringify(run),
        );
  },
);

it('a sheet of projects is written and read in a time that grows with their number', () => {
  const day = parseDay('2026-10-31');
  const sheetOf = (count: number) => {
    const ids = [...Array(count).keys()].map((index) => `p${index}`);
    const none = { provider: null, organizationId: null, providerProjectId: null, providerName: null };
    const projects = ids.map((id) => ({ id, name: id, ...none, linked: true, archived: false }));
    const tags = ids.map((projectId) => ({ projectId, key: 'team', value: 'a', from: day }));
    const { rows } = makeSheet(projects, tags, day);
    expect(compareSheet(rows, projects, tags, { from: null, today: day }).tags).toEqual([]);
  };
  expectNotSteep(sheetOf, [4000], 'projects');
});
