import type { PGlite } from '@electric-sql/pglite';
import { CostsError } from '../errors.js';
import type { Lock } from './lock.js';

/** A code of our own, in a class that PostgreSQL leaves to others. */
export const LOST_LOCK = 'CS001';

const LOST =
  'Another process took over the embedded store while this one was paused or cut off; nothing more was written.';
export const LOST_HINT = 'Run the same command again: what was confirmed before is stored.';
const [QUERY, SYNC, ERROR, STARTUP] = [...Buffer.from('QSE'), 0];
const LOST_ERROR = frame('E', Buffer.from(`SERROR\0VERROR\0C${LOST_LOCK}\0M${LOST}\0\0`));
const READY = frame('Z', Buffer.from('I'));

/** What fails once the lock is another's, in whatever words. */
export function lostStore(): CostsError {
  return new CostsError('conflict', LOST, { hint: LOST_HINT });
}

/**
 * Lets no statement through, and confirms none, once the lock is another's: a process that slept through its time must not
 * write beside its successor. What a statement answered last, which is its confirmation, waits for a second look. After a
 * panic, as of a full disk, a server would end and PGlite answers nothing that a client waits for: that is made up for.
 * @param onPanic told once, with PostgreSQL's words: its memory is no longer to be written
 */
export function fence(
  db: PGlite,
  lock: Pick<Lock, 'isHeld'>,
  onPanic: (words: string) => void = () => undefined,
): PGlite {
  const run = db.execProtocolRawStream.bind(db);
  const exec = db.exec.bind(db);
  const isInTransaction = db.isInTransaction.bind(db);
  const panics: Uint8Array[] = [];
  const isOpen = () => lock.isHeld() && panics.length === 0;
  db.execProtocolRawStream = async (message, { onRawData, ...options }) => {
    if (!lock.isHeld()) return refuse(message, onRawData);
    if (panics[0] !== undefined) return refuse(message, onRawData, panics[0]);
    const waiting: Uint8Array[] = [];
    const passOn = () => waiting.splice(0).forEach((data) => onRawData(data));
    await run(message, {
      ...options,
      onRawData: (data) => {
        passOn();
        waiting.push(data.slice());
        if (!isPanic(data)) return;
        if (panics.push(data.slice()) === 1) onPanic(wordsOf(data));
      },
    });
    if (!lock.isHeld()) return refuse(message, onRawData);
    passOn();
    if (panics.length > 0 && isAwaited(message)) onRawData(READY);
  };
  // The server rolls back by it what a connection left open, which would write as well.
  db.exec = (...statement) => (isOpen() ? exec(...statement) : Promise.resolve([]));
  // The transaction that was cut off never ends, and the socket's server lets no other connection in before that.
  db.isInTransaction = () => isOpen() && isInTransaction();
  return db;
}

/** Answers as PostgreSQL does: an error where an answer is awaited, and that it is ready for more. */
function refuse(message: Uint8Array, answer: (data: Uint8Array) => void, error: Uint8Array = LOST_ERROR): void {
  if (!isAwaited(message) && message[0] !== STARTUP) return;
  answer(error);
  if (message[0] !== STARTUP) answer(READY);
}

function isAwaited([type]: Uint8Array): boolean {
  return type === QUERY || type === SYNC;
}

function isPanic(data: Uint8Array): boolean {
  return data[0] === ERROR && Buffer.from(data).includes('\0VPANIC\0');
}

/** The message of an error, among its fields. */
function wordsOf(error: Uint8Array): string {
  return /\0M([^\0]*)/.exec(Buffer.from(error).toString())?.[1] ?? 'it panicked';
}

function frame(type: string, body: Buffer): Uint8Array {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
