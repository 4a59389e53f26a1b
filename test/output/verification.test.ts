import { expect, it } from 'vitest';
import { parseDay } from '../../src/domain/day.js';
import type { OrganizationVerification } from '../../src/domain/verification.js';
import type { Output } from '../../src/output/output.js';
import { createStyle } from '../../src/output/style.js';
import { renderVerification } from '../../src/output/verification.js';

const DAY = parseDay('2026-11-20');
const BASE: OrganizationVerification = {
  provider: 'github',
  organizationId: 'ent-1',
  name: 'Acme',
  status: 'ok',
  comparedWith: 'totals',
  days: 2,
  equal: 2,
  sealedAsFound: 0,
  rounding: [],
  restated: [],
  findings: [],
  notCompared: [],
};

function marked(organization: Partial<OrganizationVerification>): string {
  const organizations = [{ ...BASE, ...organization }];
  const said = { since: DAY, until: DAY, status: 'ok', stored: false, organizations } as const;
  const output = { style: createStyle(false), width: Infinity } as unknown as Output;
  return renderVerification({ ...said, orphans: [], findings: [] }, output).split('\n')[1] ?? '';
}

it('ticks what was compared and equal, and neither what was restated nor what was not compared', () => {
  expect(marked({})).toMatch(/^✔ .*2 of 2 days equal/);
  expect(marked({ equal: 1 })).toMatch(/^⚠ .*1 of 2 days equal/);
  expect(marked({ days: 0, equal: 0 })).toMatch(/^– .*Acme {2}nothing compared$/);
  expect(marked({ days: 0, equal: 0, comparedWith: 'nothing' })).toMatch(/^– .*no total of its own, nothing compared$/);
  expect(marked({ status: 'failed' })).toMatch(/^✖/);
});
