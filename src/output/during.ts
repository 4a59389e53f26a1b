import type { Output, Progress } from './output.js';

/** Shows that something goes on, for as long as the work takes. */
export async function during<T>(
  output: Pick<Output, 'progress'>,
  text: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = output.progress(text);
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}
