import { expect, it } from 'vitest';
import { Redactor } from '../../src/output/redact.js';

const redactor = new Redactor();

it.each([
  'sk-ant-api03-R2Dabcdefghijklmnopqrstuvwxyz0123456789-igAA',
  'sk-ant-admin01-0123456789abcdef',
  'sk-proj-0123456789abcdef0123456789...',
])('masks what is shaped like a key: %s', (key) => {
  expect(redactor.mask(`The key ${key} was refused.`)).not.toContain(key.slice(0, 20));
});

it.each(['sk-ant-api03-R2D...igAA', 'sk-proj-abc...def', 'sk-admin...wxyz'])(
  'shows what a provider shortened, by which people know their API keys: %s',
  (hint) => {
    expect(redactor.mask(`Hint: ${hint}`)).toBe(`Hint: ${hint}`);
  },
);
