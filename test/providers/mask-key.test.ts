import { expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.js';
import { maskKey, maskRefusal } from '../../src/providers/mask-key.js';

const SECRET = 'sk-test-aB3_9zQ.x7-Yw';
const key = new Secret(SECRET);
const base64 = (text: string, form: 'base64' | 'base64url' = 'base64') => Buffer.from(text).toString(form);
const percent = (text: string) => Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');

it.each([
  ['as it is', SECRET],
  ['in escapes of JSON', Array.from(SECRET, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')],
  [
    'in escapes of JSON within JSON',
    Array.from(SECRET, (letter) => `\\\\u00${letter.charCodeAt(0).toString(16)}`).join(''),
  ],
  ['in base64', base64(SECRET)],
  ['in base64 as a user without a password', base64(`${SECRET}:`)],
  ['in base64 as a password', base64(`me:${SECRET}`)],
  ['in base64 behind two letters, for addresses', base64(`ab${SECRET}cd`, 'base64url')],
  ['in percent signs', percent(SECRET)],
  ['in percent signs of percent signs', percent(SECRET).replaceAll('%', '%2525')],
  ['in hexadecimal', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ['in entities of pages', Array.from(SECRET, (letter) => `&#x${letter.charCodeAt(0).toString(16)};`).join('')],
  ['in decimal entities', Array.from(SECRET, (letter) => `&#0${letter.charCodeAt(0)};`).join('')],
  ['in capitals', SECRET.toUpperCase()],
  ['broken up by soft hyphens', SECRET.replace(/.{3}/g, '$&\u00ad')],
  ['broken up by escapes of what nobody sees', SECRET.replace(/.{3}/g, '$&\\u200b\\n')],
  ['broken up by entities, in percent signs', SECRET.replace(/.{3}/g, '$&&shy;%25C2%AD')],
  ['in base64 of several lines', base64(SECRET).replace(/.{9}/g, '$&\\r\\n')],
  ['in capitals and percent signs', percent(SECRET.toUpperCase())],
])('a refusal does not show the key that it repeats %s', (_, spelled) => {
  const masked = maskRefusal(`{"message":"No such key: ${spelled}, 5% sure of \\"it\\""}`, key);
  expect(masked).toContain('[key]');
  expect(masked).toContain('5% sure of \\"it\\"');
  // Of base64 the ends may hold bits of what stands beside it, which are too few to be any use.
  for (const form of [SECRET, spelled.slice(4, -4)]) expect(masked).not.toContain(form);
});

it('the key alone is masked in whatever it is spelled, as headers repeat it', () => {
  for (const spelled of [SECRET, base64(SECRET), SECRET.toUpperCase()]) {
    expect(maskRefusal(spelled, key)).toMatch(/^\[key\].{0,2}$/);
  }
});

it('an answer without it, and one to no key, is as it came', () => {
  const text = '{"message":"\\u0041 100%41 &#65; %2541 dGVzdA=="}';
  expect(maskRefusal(text, new Secret(''))).toBe(text);
  expect(maskKey('{"a":"b%41"}', key)).toBe('{"a":"b%41"}');
  expect(maskRefusal('{"a":"b%41"}', key)).toBe('{"a":"b%41"}');
});
