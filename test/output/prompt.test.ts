import { expect, it } from 'vitest';
import { createPrompt } from '../../src/output/prompt.js';

it('asks nothing any more once Ctrl-C came, though it came while the question was made', async () => {
  const controller = new AbortController();
  const prompt = createPrompt(
    true,
    () => undefined,
    String,
    () => false,
    () => 80,
    controller.signal,
  );
  const asked = prompt.confirm('Go on?');
  controller.abort();
  await expect(asked).rejects.toMatchObject({ code: 'interrupted' });
});
