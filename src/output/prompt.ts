import { CostsError } from '../errors.js';
import type { Prompt } from './output.js';

/** Questions on standard error, so that standard output stays the document's. */
export function createPrompt(interactive: boolean): Prompt {
  const ask = async <T>(question: { type: string; message: string } & Record<string, unknown>): Promise<T> => {
    if (!interactive) {
      throw new CostsError(
        'usage',
        `"${question.message.replace(/[:?]\s*$/, '')}" has to be answered, and nobody can be asked here.`,
        {
          hint: 'Give it as an option; --help names it.',
        },
      );
    }
    const { createPromptModule } = await import('inquirer');
    try {
      const answers = await createPromptModule({ output: process.stderr })([{ ...question, name: 'answer' }] as never);
      return (answers as { answer: T }).answer;
    } catch (error) {
      if (error instanceof Error && error.name === 'ExitPromptError')
        throw new CostsError('interrupted', 'Interrupted; nothing was changed.');
      throw error;
    }
  };
  return {
    text: (message, options = {}) => ask({ type: 'input', message, ...options }),
    secret: (message) => ask({ type: 'password', message }),
    confirm: (message, options = {}) => ask({ type: 'confirm', message, ...options }),
    choose: (message, choices) => ask({ type: 'select', message, choices }),
    stdin: readStandardInput,
  };
}

/** More than any secret has; a file piped in by mistake must not fill the memory. */
const MOST_BYTES = 1024 * 1024;

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES)
      throw new CostsError('usage', 'Standard input is longer than a megabyte.', { hint: 'Pipe in the secret alone.' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
