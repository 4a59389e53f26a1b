/**
 * The same repository, whose promises fail with what `explain` makes of an error: a lost connection or a missing right is
 * then a CostsError with its own exit code, wherever it happened.
 */
export function explainErrors<T extends object>(repository: T, explain: (error: unknown) => unknown): T {
  return new Proxy(repository, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value === 'object' && value !== null) return explainErrors(value, explain);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        const result: unknown = Reflect.apply(value, target, parameters);
        // Prisma's own promises are no instances of Promise, and begin only when somebody waits for them.
        if (isThenable(result)) {
          return Promise.resolve(result).catch(async (error: unknown) => {
            throw await explain(error);
          });
        }
        return isAsyncIterable(result) ? explainRows(result, explain) : result;
      };
    },
  });
}

async function* explainRows<T>(rows: AsyncIterable<T>, explain: (error: unknown) => unknown): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw await explain(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
