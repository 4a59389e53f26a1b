/**
 * Asks once what holds for a whole connection, such as what kind of key it has. One connection is one organization's run. A
 * failure is not kept: whoever comes next asks again.
 */
export function remember<Call, T>(ask: (call: Call) => Promise<T>): (call: Call) => Promise<T> {
  let known: Promise<T> | null = null;
  return (call) => {
    const answer = (known ??= ask(call));
    answer.catch(() => {
      if (known === answer) known = null;
    });
    return answer;
  };
}
