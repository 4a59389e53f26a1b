import type { Context, GlobalOptions } from '../context.js';
import { waysOn } from '../next-step.js';
import type { CommandDefinition } from './define.js';

/** Runs a command and writes what came of it. @returns the exit code @throws what the command throws */
export async function perform<Options extends object>(
  command: CommandDefinition<Options, unknown, unknown>,
  options: Options & GlobalOptions & { output?: string; format?: string },
  context: Context,
): Promise<number> {
  const { output } = context;
  if (command.asksSecret === true) output.prompt.hold();
  const value = await command.run(options, context);
  const document = command.document(value);
  await output.intoFile(command.toFile === true ? options.output : undefined, async () => {
    const text = output.json ? '' : await command.render(value, output, options);
    if (text === null) return;
    const isForPrograms = command.verbatim === true || (options.format ?? 'table') !== 'table';
    if (command.showsSecret === true) output.reveal(output.json ? JSON.stringify(document) : text);
    else if (isForPrograms && !output.json) output.print(`${text.replace(/\n$/, '')}\n`);
    else output.write(document, () => text);
  });
  const next = command.next?.(value) ?? null;
  if (next !== null) output.note(next);
  for (const way of waysOn(command.failures?.(value) ?? [], context.argv)) output.note(way);
  return command.exitCode?.(value, options) ?? 0;
}
