/** A browser for the tests of the page: the Chromium of the machine, or the one that CHROMIUM names. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { it } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const executable =
  process.env.CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((file) => existsSync(file));

if (executable === undefined)
  console.warn(
    `No Chromium was found (looked for ${names.join(', ')} on the PATH, and at CHROMIUM): the tests of the console page are skipped. Install chromium to run them.`,
  );

/** `it`, counted as skipped where there is no Chromium. */
export const itInChromium = executable === undefined ? it.skip : it;

/** Null where there is none; then no test asks for it. */
export async function openChromium(): Promise<Browser | null> {
  if (executable === undefined) return null;
  // Containers run as root and give little shared memory; the page comes from ourselves.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  return chromium.launch({ executablePath: executable, args });
}
