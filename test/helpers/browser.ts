import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser of this machine; null where there is none, and then nobody can look at a page. */
export const CHROMIUM = PLACES.find((path) => existsSync(path)) ?? null;

export function launchChromium(): Promise<Browser> {
  // A container's root has no sandbox to give; the pages are our own.
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
}
