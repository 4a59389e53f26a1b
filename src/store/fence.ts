import type { PGlite } from '@electric-sql/pglite';
import type { Lock } from './lock.js';

/** A code of our own, in a class that PostgreSQL leaves to others. */
export const LOST_LOCK = 'CS001';

const LOST =
  'Another process took over the embedded store while this one was paused or cut off; nothing more was written.';
const [QUERY, SYNC, STARTUP] = ['Q'.charCodeAt(0), 'S'.charCodeAt(0), 0];

/**
 * Lets no statement through, and confirms none, once the lock is another's: a process that slept through its time must not
 * write beside its successor. What a statement answered last, which is its confirmation, waits for a second look.
 */
export function fence(db: PGlite, lock: Pick<Lock, 'isHeld'>): PGlite {
  const run = db.execProtocolRawStream.bind(db);
  const exec = db.exec.bind(db);
  db.execProtocolRawStream = async (message, { onRawData, ...options }) => {
    if (!lock.isHeld()) return refuse(message, onRawData);
    const waiting: Uint8Array[] = [];
    const passOn = () => waiting.splice(0).forEach((data) => onRawData(data));
    await run(message, {
      ...options,
      onRawData: (data) => {
        passOn();
        waiting.push(data.slice());
      },
    });
    if (!lock.isHeld()) return refuse(message, onRawData);
    passOn();
  };
  // The server rolls back by it what a connection left open, which would write as well.
  db.exec = (...statement) => (lock.isHeld() ? exec(...statement) : Promise.resolve([]));
  return db;
}

/** Answers as PostgreSQL does: an error where an answer is awaited, and that it is ready for more. */
function refuse(message: Uint8Array, answer: (data: Uint8Array) => void): void {
  if (message[0] !== QUERY && message[0] !== SYNC && message[0] !== STARTUP) return;
  const fields = Buffer.from(`SERROR\0VERROR\0C${LOST_LOCK}\0M${LOST}\0\0`);
  answer(frame('E', fields));
  if (message[0] !== STARTUP) answer(frame('Z', Buffer.from('I')));
}

function frame(type: string, body: Buffer): Uint8Array {
  const head = Buffer.alloc(5, type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
