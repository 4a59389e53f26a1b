import { expect, it } from 'vitest';
import { Redactor } from '../../src/output/redact.js';

const redactor = new Redactor();

it.each([
  'sk-ant-api03-R2Dabcdefghijklmnopqrstuvwxyz0123456789-igAA',
  'sk-ant-admin01-0123456789abcdef',
  'sk-proj-0123456789abcdef0123456789...',
  'sk-0123456789abcdef0123456789abcdef',
  'sk-aB3dEf-gH1jKlMn_pQrSt',
])('masks what is shaped like a key: %s', (key) => {
  expect(redactor.mask(`The key ${key} was refused.`)).not.toContain(key.slice(0, 20));
});

it.each(['sk-ant-api03-R2D...igAA', 'sk-proj-abc...def', 'sk-admin...wxyz'])(
  'shows what a provider shortened, by which people know their API keys: %s',
  (hint) => {
    expect(redactor.mask(`Hint: ${hint}`)).toBe(`Hint: ${hint}`);
  },
);

it.each(['sk-learn-training-jobs', 'sk-europe-production-cluster-2026', 'key_rotation_of_everybody'])(
  'shows a name that begins as a key does: %s',
  (name) => {
    expect(redactor.mask(name)).toBe(name);
  },
);
