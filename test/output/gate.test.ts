/* eslint-disable no-control-regex -- control characters are what these look for */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readText } from '../../src/commands/read-text.js';
import { shell } from '../../src/domain/shell.js';
import { CostsError } from '../../src/errors.js';
import { createOutput, type Streams } from '../../src/output/create.js';
import { neutralise, restoreNeutralised } from '../../src/output/csv.js';
import { escapeMarkdown } from '../../src/output/report-formats.js';
import { renderTable } from '../../src/output/table.js';

/** Clears the screen, sets a title (OSC), is a C1 control, turns the direction, and returns to the start of the line. */
const HOSTILE = 'a\u001b[2Jb\u001b]0;c\u0007d\u009be\u202ef\u2066g\rh';
const ALL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function open({ columns = 80, ...options }: { json?: boolean; color?: boolean; terminal?: boolean; columns?: number }) {
  const texts: string[] = [];
  const pipe = { isTTY: options.terminal === true, columns, destroyed: false, once: () => undefined };
  const write = (text: string) => texts.push(text) > 0;
  const stream = { ...pipe, write } as unknown as Streams['stdout'];
  const streams: Streams = { stdin: { isTTY: false }, stdout: stream, stderr: stream };
  return { output: createOutput({ ...options, noColor: false, ci: false, streams }), text: () => texts.join('') };
}

describe('what leaves the process', () => {
  it('steers no terminal, wherever a name in it comes from', async () => {
    const { output, text } = open({ terminal: true });
    output.write<{ name: string }>({ name: HOSTILE }, ({ name }) => output.style.green(name));
    output.print(HOSTILE);
    output.note(HOSTILE);
    output.note(HOSTILE);
    await output.writeRaw(`${HOSTILE}\r\n`);
    expect(
      text()
        .replace(/\u001b\[\d*m/g, '')
        .replace(/\r\n/g, ''),
    ).not.toMatch(ALL);
    expect(text()).toContain('\u001b[32m');
  });

  it('shows nothing that takes no place, so that no name looks like another', async () => {
    const { output, text } = open({});
    await output.writeRaw('Se\u200barch\u2060 \ufeffPay\u00adroll\u{e0041}\u{e007f} 👩\u200d💻');
    expect(text()).toBe('Search Payroll 👩\u200d💻');
    const json = open({ json: true });
    json.output.write({ name: 'Se\u200barch\u{e0041}' }, () => '');
    expect(json.text()).toBe('{"name":"Se\\u200barch\\udb40\\udc41"}\n');
  });

  it('shows no filler, no selector and no joiner where a name of ASCII has one, and leaves keycaps and families alone', async () => {
    const { output, text } = open({});
    await output.writeRaw('Se\u034far\u200dch\u3164 Pay\ufe0fro\u{e0100}ll\uffa0 1\ufe0f\u20e3 👩\u200d💻');
    expect(text()).toBe('Search Payroll 1\ufe0f\u20e3 👩\u200d💻');
  });

  it('has no command for the server whose log it stands in, but where it is a document of them', () => {
    const names = ['::stop-commands::x', ' ::add-mask::1', 'a ##[add-mask]1', '##vso[task.setvariable variable=PATH]x'];
    const { output, text } = open({});
    output.write<{ names: string[] }>({ names }, (document) => document.names.join('\n'));
    for (const name of names) output.note(name);
    const json = open({ json: true });
    json.output.write<{ names: string[] }>({ names }, () => '');
    const lines = [...text().split('\n'), ...json.text().split('\n')];
    expect(lines.filter((line) => /^\s*::|##\w*\[/.test(line))).toEqual([]);
    expect(JSON.parse(json.text())).toEqual({ names });
    const annotations = open({});
    annotations.output.print('::error title=costs::Search\n');
    expect(annotations.text()).toBe('::error title=costs::Search\n');
  });

  it('hides a secret also where what nobody sees, or the end of a line, breaks it up', () => {
    const secret = 'sk-admin-0123456789abcdefghijklmnopqrstuvwxyz';
    const name = `Key ${secret.replace(/.{8}/g, '$&\u00ad')}`;
    for (const options of [{}, { json: true }, { terminal: true }]) {
      for (const known of [secret, 'something else']) {
        const { output, text } = open({ ...options, columns: 20 });
        output.redact(known);
        output.write<{ name: string }>({ name }, (document) => document.name);
        output.fail(new CostsError('auth', name));
        expect(text().match(/\[secret\]/g)).toHaveLength(2);
        expect(text()).not.toContain('89abcdef');
      }
    }
    const { output, text } = open({});
    output.redact('pass\u200bword');
    output.print('pass\u200bword');
    expect(text()).toBe('[secret]');
  });

  it('carries no escape at all where nothing is colored', () => {
    const { output, text } = open({});
    output.print('\u001b[31mred');
    expect(text()).toBe(' [31mred');
  });

  it('is JSON that says exactly what was stored, in characters that do nothing', () => {
    const { output, text } = open({ json: true });
    output.write<{ name: string }>({ name: HOSTILE }, () => '');
    expect(text().trimEnd()).not.toMatch(ALL);
    expect(JSON.parse(text())).toEqual({ name: HOSTILE });
  });

  it('keeps a name of several lines in its row', () => {
    const { output } = open({});
    expect(renderTable([{ head: 'Name' }], [['one\ntwo\tthree']], output).split('\n')).toHaveLength(2);
  });
});

it.each([
  '::stop-commands::x',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  '﹦1+1',
  '﹢1',
  '﹣1',
  '﹫SUM(A1)',
  "'＝1",
  '=1',
  '\u200b=1',
  "'\u2060\u200d-1",
  ' :\u00ad:error::x',
])('%s is no formula in a spreadsheet, and comes back', (text) => {
  expect(neutralise(text)).toBe(`'${text}`);
  expect(restoreNeutralised(neutralise(text))).toBe(text);
});

it('calls nobody, links nowhere and looks like no total in Markdown, where a sign that is an entity is seen through', () => {
  const text = escapeMarkdown(
    '@acme/team see #\u200b12 or GH-12, https:\u200d//evil.example, www\u2060.evil.example, [a](b) <i> a@b.c **Total** _a_ ~b~',
  );
  expect(text.replaceAll('&#8203;', '·')).toBe(
    '@·acme/team see #·12 or GH·-12, https:·//evil.example, www·.evil.example, \\[a\\](b) \\<i\\> a@·b.c \\*\\*Total\\*\\* \\_a\\_ \\~b\\~',
  );
});

it('a name that begins as an option, behind what nobody sees, is none in a command to paste', () => {
  expect(shell`costs projects show ${'\u200b\u200d-rf'}`).toBe('costs projects show -- "\u200b\u200d-rf"');
});

describe('a file that a person made', () => {
  const read = async (bytes: Buffer) => {
    const folder = await mkdtemp(join(tmpdir(), 'costs-sheet-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'sheet.csv'), bytes);
    return readText(join(folder, 'sheet.csv'));
  };

  it('is read by its mark, and as UTF-8 without one', async () => {
    expect(await read(Buffer.from('Müller'))).toBe('Müller');
    expect(await read(Buffer.from('\ufeffMüller'))).toBe('Müller');
    expect(await read(Buffer.from('\ufeffMüller', 'utf16le'))).toBe('Müller');
    expect(await read(Buffer.from('\ufeffMüller', 'utf16le').swap16())).toBe('Müller');
  });

  it('is refused in another encoding, whose letters would come out wrong', async () => {
    for (const encoding of ['latin1', 'utf16le'] as const)
      await expect(read(Buffer.from('Müller', encoding))).rejects.toMatchObject({ code: 'usage' });
  });
});
