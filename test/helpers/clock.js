// Moves the date of the process that imports it. Programs that tests start import it, too, and so does PGlite follow it.
// One clock a process, however often this module is loaded: a second one would stand on top of the first.
const clock = (globalThis[Symbol.for('costs.test-clock')] ??= {
  RealDate: Date,
  offset: Number(process.env.TEST_CLOCK_OFFSET ?? 0),
});

globalThis.Date = new Proxy(clock.RealDate, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [now()] : args, made),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

function now() {
  return clock.RealDate.now() + clock.offset;
}

/** Lets it be another instant, from which time goes on. */
export function moveClock(instant) {
  clock.offset = Date.parse(instant) - clock.RealDate.now();
}

/** Milliseconds that this clock is ahead of the machine's. */
export function clockOffset() {
  return clock.offset;
}

/** What lets a Node program that is given it live at the same time. */
export function clockEnvironment() {
  return { NODE_OPTIONS: `--import=${import.meta.url}`, TEST_CLOCK_OFFSET: String(clock.offset) };
}
