import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import type { Plan } from './plan.ts';

/**
 * With it the command line finds this installation. @returns what forgets it again: secrets of the user's own shop are
 * not left lying about.
 */
export function writeEnvironment({ state, environment, own }: Plan): () => void {
  mkdirSync(dirname(state.environment), { recursive: true });
  writeFileSync(state.environment, environmentText(environment), { mode: 0o600 });
  return () => own && rmSync(state.environment, { force: true });
}

/**
 * `NAME=value` lines as Node reads them (`parseEnv`). A value may hold anything, so it stands in quotes that it does not
 * hold itself; between double ones Node would make line breaks of \n.
 * @throws when it holds all of them.
 */
export function environmentText(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    if (/^[\w./:@-]*$/.test(value)) return `${name}=${value}`;
    const quote = ["'", '`', ...(value.includes('\\n') ? [] : ['"'])].find((one) => !value.includes(one));
    if (quote === undefined)
      throw new Error(`${name} holds every kind of quote: put it into a file and set ${name}_FILE to that.`);
    return `${name}=${quote}${value}${quote}`;
  });
  return `${lines.join('\n')}\n`;
}

/**
 * The command line's environment becomes that of what runs here, unless a configuration is named: what the file says
 * belongs to the one that it names, and what the user has exported to the user's own.
 */
export function adoptEnvironment(
  text: string,
  environment: Record<string, string | undefined>,
  words: readonly string[],
): void {
  if (environment.CARTAGE_CONFIG !== undefined) return;
  if (words.some((word) => word === '--config' || word.startsWith('--config='))) return;
  for (const [name, value] of Object.entries(parseEnv(text))) {
    environment[name] = value;
    // A file would win over the value.
    delete environment[`${name}_FILE`];
  }
}
