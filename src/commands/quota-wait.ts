import type { Context } from '../context.js';

/**
 * Whether a run waits until a provider allows requests again: within --timeout it does; without one a person at the terminal is
 * asked, once a time; without both it ends, and goes on when it is run again.
 */
export function createQuotaWait(
  { output, now }: Context,
  timeoutSeconds: number | undefined,
  beforeQuestion: () => void,
): (until: Date) => Promise<boolean> {
  const end = timeoutSeconds === undefined ? null : now().getTime() + timeoutSeconds * 1000;
  const asked = new Map<string, Promise<boolean>>();
  return (until) => {
    if (end !== null) return Promise.resolve(until.getTime() <= end);
    if (!output.interactive) return Promise.resolve(false);
    const time = until.toISOString().slice(11, 16);
    const known = asked.get(time);
    if (known !== undefined) return known;
    beforeQuestion();
    const answer = output.prompt.confirm(`No more requests are allowed before ${time} UTC. Wait until then?`, {
      default: true,
    });
    asked.set(time, answer);
    return answer;
  };
}
