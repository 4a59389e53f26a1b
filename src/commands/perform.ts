import type { Context, GlobalOptions } from '../context.js';
import { asCostsError, CostsError, EXIT_CODES } from '../errors.js';
import { waysOn } from '../next-step.js';
import type { CommandDefinition } from './define.js';

/** Does what a command is for. @returns the exit code @throws what the command throws, with the exit code that it has there */
export async function perform<Options extends object>(
  command: CommandDefinition<Options, unknown, unknown>,
  options: PerformOptions<Options>,
  context: Context,
): Promise<number> {
  try {
    return await runAndWrite(command, options, context);
  } catch (thrown) {
    if (command.isCheck?.(options) !== true) throw thrown;
    const error = asCostsError(thrown);
    if (error.exitCode === EXIT_CODES.finding) error.exitCode = EXIT_CODES.partial;
    throw error;
  }
}

/** What comes of work that may be left where it is. @throws CostsError `interrupted` when the signal fires first */
async function unlessInterrupted<Value>(work: Promise<Value>, context: Context): Promise<Value> {
  work.catch(() => undefined);
  const interrupted = new Promise<never>((_, reject) => {
    const end = () => {
      const error = new CostsError('interrupted', 'Interrupted.');
      // What is being opened cannot be closed yet.
      void context.store().then(
        () => reject(error),
        () => reject(error),
      );
    };
    if (context.signal.aborted) end();
    else context.signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([work, interrupted]);
}

type PerformOptions<Options> = Options & GlobalOptions & { output?: string; format?: string };

/** Runs a command and writes what came of it. */
async function runAndWrite<Options extends object>(
  command: CommandDefinition<Options, unknown, unknown>,
  options: PerformOptions<Options>,
  context: Context,
): Promise<number> {
  const { output } = context;
  if (command.asksSecret === true) output.prompt.hold();
  const work = command.run(options, context);
  const value = await (command.readsOnly === true ? unlessInterrupted(work, context) : work);
  const document = command.document(value);
  const file = command.toFile === true ? options.output : undefined;
  await output.intoFile(file, async () => {
    const text = output.json ? '' : await command.render(value, output, options);
    if (text === null) return;
    const isForPrograms = command.verbatim === true || (options.format ?? 'table') !== 'table';
    if (command.showsSecret === true) output.reveal(output.json ? JSON.stringify(document) : text);
    else if (isForPrograms && !output.json) output.print(`${text.replace(/\n$/, '')}\n`);
    else output.write(document, () => text);
  });
  if (file !== undefined && file !== '-' && !file.startsWith('/dev/')) output.note(`Written to ${file}`);
  const next = command.next?.(value) ?? null;
  if (next !== null) output.note(next);
  for (const way of waysOn(command.failures?.(value) ?? [], context.argv)) output.note(way);
  return command.exitCode?.(value, options) ?? 0;
}
