import { describe, expect, it } from 'vitest';
import { bulkOf } from '../../src/providers/bulk.js';
import { RowCutter } from '../../src/providers/rows.js';

/** What is cut out of a document that comes in pieces of so many bytes. */
function cut(text: string, size: number) {
  const seen: [json: string, path: string][] = [];
  const cutter = new RowCutter((json, path) => seen.push([json, path]));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) cutter.push(bytes.subarray(at, at + size));
  return { seen, rest: cutter.rest.toString() };
}

const ROWS = ['{"a":"}]\\"€ {","b":{"c":[1,{"d":2}]}}', '{}', '{ "e" : "\\\\" }'];
const REPORT = `{"other":[{"results":[0]}],"data":[{"notes":[{"n":1}],"results" : [${ROWS[0]}, ${ROWS[1]}],"x":"results"},{"results":[]},{"results":[${ROWS[2]}]}],"has_more":false}`;

describe('the rows of a report', () => {
  it.each([1, 2, 3, 7, 64, 10_000])('are cut out wherever its bytes are divided: %i at a time', (size) => {
    expect(cut(REPORT, size)).toEqual({
      seen: [
        [ROWS[0], 'data[0].results[0]'],
        [ROWS[1], 'data[0].results[1]'],
        [ROWS[2], 'data[2].results[0]'],
      ],
      rest: '{"other":[{"results":[0]}],"data":[{"notes":[{"n":1}],"results" : [0, 1],"x":"results"},{"results":[]},{"results":[2]}],"has_more":false}',
    });
  });

  it.each(['', '<html>{[{[{</html>', '{"error":{"message":"results"}}', ']]]]{"data":[{"results":[{"a":1}'])(
    'are not looked for in what is no report: %s',
    (text) => {
      const { seen, rest } = cut(text, 3);
      expect(seen).toEqual([]);
      expect(text.startsWith(rest)).toBe(true);
    },
  );
});

it('a day of as many rows as can be held is not too much once they are cut out', () => {
  const cutter = new RowCutter(() => null);
  cutter.push(Buffer.from(`{"data":[{"results":[${'{},'.repeat(620_000)}{}]}]}`));
  expect(bulkOf(cutter.rest)).toBeNull();
});
