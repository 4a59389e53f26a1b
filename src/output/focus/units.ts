/** The providers' units as FOCUS writes them: capitalised, in the plural, a count of them in front. */
const UNITS: Record<string, string> = {
  tokens: 'Tokens',
  '1000_tokens': '1000 Tokens',
  duration_seconds: 'Seconds',
  duration_minutes: 'Minutes',
  duration_hours: 'Hours',
  seconds: 'Seconds',
  gibibyte_hours: 'GiB-Hours',
  bytes: 'B',
  images: 'Images',
  characters: 'Characters',
  requests: 'Requests',
  sessions: 'Sessions',
};

/** A unit that is not known is capitalised; a quantity without one counts units. */
export function focusUnit(unit: string | null): string {
  const words = (unit ?? '').replaceAll('_', ' ').trim();
  if (words === '') return 'Units';
  return UNITS[unit ?? ''] ?? words.replace(/(^|\s)\p{Ll}/gu, (letter) => letter.toUpperCase());
}
