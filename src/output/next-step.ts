import type { Output } from './output.js';

/** Where one stands, and the commands that lead on, the most useful first. */
export interface NextStep {
  state: string;
  next: { command: string; why: string }[];
}

export function renderNextStep({ state, next }: NextStep, { style }: Output): string {
  const width = Math.max(...next.map(({ command }) => command.length));
  const lines = next.map(({ command, why }) => `  ${style.bold(command.padEnd(width))}  ${why}`);
  return [state, 'Next:', ...lines, '', 'All commands: costs --help'].join('\n');
}
