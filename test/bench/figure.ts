/** A measured ratio, and what it should be. */
export interface Figure {
  group:
    | 'upsert'
    | 'keyed'
    | 'start'
    | 'sync'
    | 'memory'
    | 'report'
    | 'export'
    | 'import'
    | 'growth'
    | 'against'
    | 'hosts'
    | 'usage'
    | 'migrate';
  /** What is measured, and against what. */
  name: string;
  ratio: number;
  /** Null where a figure is shown for comparison alone. */
  target: Target | null;
  /** What the ratio was made of, in words. */
  detail: string;
}

export type Target = { atLeast: number } | { atMost: number };

/** Null where there is no target. */
export function isMet({ ratio, target }: Figure): boolean | null {
  if (target === null) return null;
  return 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
}

export function renderFigures(figures: readonly Figure[]): string {
  const head = ['', 'measured', 'ratio', 'target', 'met', 'from'];
  const rows = figures.map((figure) => [
    figure.group,
    figure.name,
    short(figure.ratio),
    figure.target === null
      ? ''
      : 'atLeast' in figure.target
        ? `≥ ${figure.target.atLeast}`
        : `≤ ${figure.target.atMost}`,
    { true: 'yes', false: 'NO', null: '' }[`${isMet(figure)}`],
    figure.detail,
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
