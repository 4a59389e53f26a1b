import type { ApiAnswer } from '../api.js';

export function cursorError(status: number, message: string): ApiAnswer {
  return { status, body: { error: status === 401 ? 'Unauthorized' : 'Bad Request', message } };
}
