import { readConfig } from '../../src/config.js';
import { createRuntime } from '../../src/context.js';
import { execute } from '../../src/execute.js';
import { createOutput, type Streams } from '../../src/output/create.js';
import { checkDocuments } from './documents.js';
import { toRan, type Ran } from './ran.js';

/**
 * Runs a command in this process, with an environment that holds nothing but what was given.
 * @param columns of a terminal that standard output is; without them it is a pipe
 */
export async function runHere(
  args: readonly string[],
  environment: Record<string, string | undefined>,
  input = '',
  { columns }: { columns?: number | undefined } = {},
): Promise<Ran> {
  const texts = { stdout: '', stderr: '' };
  const pipe = (name: keyof typeof texts) =>
    ({
      isTTY: name === 'stdout' && columns !== undefined,
      columns,
      destroyed: false,
      once: () => undefined,
      write: (text: string) => {
        texts[name] += text;
        return true;
      },
    }) as unknown as Streams['stdout'];
  const streams: Streams = { stdin: { isTTY: false }, stdout: pipe('stdout'), stderr: pipe('stderr') };
  const config = readConfig(environment);
  const runtime = createRuntime({
    version: '0.0.0',
    config,
    signal: new AbortController().signal,
    argv: args,
    makeOutput(options) {
      const output = createOutput({ ...options, noColor: config.noColor, ci: config.ci, streams });
      return { ...output, prompt: { ...output.prompt, stdin: () => Promise.resolve(input) } };
    },
  });
  try {
    const code = await execute(args, runtime);
    checkDocuments(args, texts);
    return toRan(code, texts);
  } finally {
    await runtime.close();
  }
}
