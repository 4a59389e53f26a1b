import { describe, expect, it } from 'vitest';
import { parseKey, providerOfText, readVariable } from '../../src/vault/variables.js';
import { ANTHROPIC_KEY, OPENAI_KEY } from '../helpers/vault.js';

const environment = (values: Record<string, string>, keyVariables: string[] | null = null) => ({
  keyVariables,
  variable: (name: string) => values[name],
});

/** What the refusal says. */
function refusal(work: () => unknown): { code: string; text: string } {
  try {
    work();
  } catch (error) {
    const { code, message, hint } = error as { code: string; message: string; hint?: string };
    return { code, text: `${message} ${hint ?? ''}` };
  }
  throw new Error('It was not refused.');
}

describe('a variable that a key names', () => {
  it('gives its admin key, without the line break of a pasted one', () => {
    expect(readVariable(environment({ KEY: `${OPENAI_KEY}\n` }), 'openai', 'KEY').reveal()).toBe(OPENAI_KEY);
  });

  it.each([
    'COSTS_TOKEN',
    'DATABASE_URL',
    'PGPASSWORD',
    'NODE_AUTH_TOKEN',
    'NPM_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'AZURE_KEY',
    'GOOGLE_KEY',
    'GITHUB_TOKEN',
    'CI_JOB_TOKEN',
    'aws_secret_access_key',
  ])('is not read when it is called %s', (name) => {
    const read = refusal(() => readVariable(environment({ [name]: OPENAI_KEY }), 'openai', name));
    expect(read).toMatchObject({
      code: 'auth',
      text: expect.stringContaining('is not for admin keys; it was not read') as string,
    });
  });

  it.each(['hunter2hunter2hunter2', 'sk-proj-1234567890abcdef', 'sk-admin-', ANTHROPIC_KEY, `${OPENAI_KEY} and more`])(
    'is not sent when it holds something else (%#), and nothing of it is shown',
    (value) => {
      const { code, text } = refusal(() => readVariable(environment({ KEY: value }), 'openai', 'KEY'));
      expect(code).toBe('auth');
      for (let start = 0; start + 6 <= value.length; start += 1) {
        const piece = value.slice(start, start + 6);
        if (!'sk-admin-'.includes(piece)) expect(text).not.toContain(piece);
      }
    },
  );

  it.each(['"', "'"])('gives the key that stands in %s, as a file of variables keeps it', (quote) => {
    const kept = { KEY: `${quote}${OPENAI_KEY}${quote}` };
    expect(readVariable(environment(kept), 'openai', 'KEY').reveal()).toBe(OPENAI_KEY);
    expect(parseKey('openai', `${kept.KEY}\n`).reveal()).toBe(OPENAI_KEY);
    expect(providerOfText(kept.KEY)).toBe('openai');
    expect(() => parseKey('openai', `${quote}${OPENAI_KEY}`)).toThrow('no admin key');
  });

  it('is refused when it is not set', () => {
    expect(refusal(() => readVariable(environment({}), 'openai', 'KEY')).text).toContain('The variable KEY is not set');
  });

  it('is only read from COSTS_KEY_ENV, where that is set', () => {
    const values = { A: OPENAI_KEY, B: OPENAI_KEY };
    expect(readVariable(environment(values, ['A']), 'openai', 'A').reveal()).toBe(OPENAI_KEY);
    expect(refusal(() => readVariable(environment(values, ['A']), 'openai', 'B')).text).toContain(
      'is not in COSTS_KEY_ENV',
    );
  });

  it.each(['', 'A B', 'A=B', '../x', 'A\u001b[2J'])('is refused when %j is no name', (name) => {
    const { text } = refusal(() => readVariable(environment({ [name]: OPENAI_KEY }), 'openai', name));
    expect(text).toContain('is not a valid name for an environment variable');
    expect(text).not.toContain('\u001b');
  });
});

describe('a key that is typed or piped', () => {
  it('may end in a line break', () => {
    expect(parseKey('openai', `${OPENAI_KEY}\r\n`).reveal()).toBe(OPENAI_KEY);
  });

  it.each([
    ['', 'is empty'],
    ['\n', 'is empty'],
    [`${OPENAI_KEY}\n${OPENAI_KEY}`, 'more than one line'],
    [ANTHROPIC_KEY, 'is an admin key of Anthropic, not of OpenAI'],
    ['sk-abcdef', 'an API key of OpenAI, which reads no bills'],
    ['sk-proj-abcdef', "a project's API key of OpenAI, which reads no bills"],
  ])('is bad input as %#', (text, reason) => {
    expect(refusal(() => parseKey('openai', text))).toMatchObject({
      code: 'usage',
      text: expect.stringContaining(reason) as string,
    });
  });

  it('is taken for nobody by a beginning that keys of several kinds have', () => {
    expect(providerOfText(OPENAI_KEY)).toBe('openai');
    expect(parseKey('litellm', 'sk-abcdef').reveal()).toBe('sk-abcdef');
    for (const [key, said] of [
      ['sk-proj-abcdef', /^That is a project's API key of OpenAI, which reads no bills/],
      ['sk-ant-api03-abcdef', /^That is a workspace's API key of Anthropic, which reads no bills/],
    ] as const)
      expect(refusal(() => providerOfText(key)).text).toMatch(said);
    expect(refusal(() => providerOfText('sk-abcdef'))).toMatchObject({
      code: 'usage',
      text: expect.stringContaining('--provider') as string,
    });
  });

  it('shows nothing of a refused text', () => {
    expect(refusal(() => parseKey('openai', 'hunter2hunter2')).text).not.toContain('hunter2');
  });
});
