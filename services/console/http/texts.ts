import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../page');

/** Every English word of the page and of the log-in, by the place where it stands. */
export const texts = JSON.parse(readFileSync(join(folder, 'texts.json'), 'utf8')) as Readonly<
  Record<string, string>
>;

/** A page of the folder with its texts in it: `{{key}}`. They are ours, so that they hold no HTML is for a test to say. */
export function pageOf(name: string): string {
  return readFileSync(join(folder, name), 'utf8').replaceAll(
    /\{\{([\w.-]+)\}\}/g,
    (_all, key: string) => texts[key] ?? key,
  );
}
