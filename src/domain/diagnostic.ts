/** One thing that `costs doctor` looked at. */
export interface Diagnostic {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  /** What was found, in a sentence. */
  message: string;
  /** What to do about it. */
  hint?: string;
}
