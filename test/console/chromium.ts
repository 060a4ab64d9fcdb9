/** A browser for the tests of the page: the Chromium of the machine. Without one they are skipped, by name. */
import { chromium as driver } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { anyOf, itWith, program } from '../deploy/programs.ts';

const chromium = anyOf(
  ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map((name) => program(name)),
);

/** `it`, counted as skipped where there is no Chromium. */
export function itInChromium(name: string, body: () => Promise<void>): void {
  itWith([chromium], name, body);
}

/** Null where there is none; then no test asks for it. */
export async function openChromium(): Promise<Browser | null> {
  if (chromium.command === null) return null;
  // Containers run as root and give little shared memory; the page comes from ourselves.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  return driver.launch({ executablePath: chromium.command[0]!, args });
}
