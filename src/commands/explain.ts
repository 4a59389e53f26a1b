import type { Context } from '../context.js';
import type { Explanation } from '../domain/explanation.js';
import { parseTime } from '../domain/time.js';
import { explainSpend, type ExplainRequest } from '../library/explain.js';
import { renderExplanation } from '../output/explain.js';
import { sentenceOf } from '../output/why.js';
import { defineCommand, option } from './define.js';
import { groupByOption, parseWith, periodArgument, periodOptions, topOption } from './options.js';
import { rowFilterOptions } from './row-filter.js';

export const command = defineCommand({
  name: 'explain',
  description:
    'Why spend is not what it was: volume, price, mix, new, gone; what was not read is left out of both sides.',
  arguments: [periodArgument()],
  options: [
    ...periodOptions('yesterday'),
    option(
      '--against <usual|period>',
      'what the same weekday usually costs, or another period (default: usual)',
    ).argParser(parseWith((text) => (text === 'usual' ? text : parseTime(text).text))),
    groupByOption(),
    ...rowFilterOptions(),
    topOption(),
  ],
  examples: [
    'costs explain',
    'costs explain yesterday --group-by organization',
    'costs explain last-month --against 2026-08 --group-by tag:product --top 10',
    'costs explain mtd --against last-month --json',
  ],
  readsOnly: true,
  async run(options: ExplainRequest, context: Context) {
    const groupBy = options.groupBy ?? ['project'];
    const told = await explainSpend(context, options);
    return { explanation: { sentence: sentenceOf(told, groupBy), ...told }, groupBy };
  },
  document: ({ explanation }): Explanation => explanation,
  render: ({ explanation, groupBy }, output) => renderExplanation(explanation, groupBy, output),
});
