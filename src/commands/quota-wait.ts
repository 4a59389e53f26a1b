import type { Output } from '../output/output.js';

/** Asks the person at the terminal, once a time, whether a run waits until a provider allows requests again; without one it ends. */
export function createQuotaWait(
  { interactive, prompt }: Pick<Output, 'interactive' | 'prompt'>,
  beforeQuestion: () => void,
): (until: Date) => Promise<boolean> {
  const asked = new Map<string, Promise<boolean>>();
  return (until) => {
    if (!interactive) return Promise.resolve(false);
    const time = until.toISOString().slice(11, 16);
    const known = asked.get(time);
    if (known !== undefined) return known;
    beforeQuestion();
    const answer = prompt.confirm(`No more requests are allowed before ${time} UTC. Wait until then?`, {
      default: true,
    });
    asked.set(time, answer);
    return answer;
  };
}
