import type { Finding } from '../platform/finding.ts';
import type { GlobalOptions } from './options.ts';
import { counted, printJson, printLine } from './print.ts';

const marks = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' };

/** What is well is counted, unless all is asked for: the lines to act on must not drown in it. */
export function printFindings(name: string, findings: Finding[], verbose: boolean): void {
  const told = findings.filter(({ level }) => verbose || level !== 'ok');
  const silent = findings.length - told.length;
  printLine(`${name}${silent > 0 ? `: ${counted(silent, 'check')} ok` : ''}`);
  for (const { level, code, what, why, fix } of told) {
    printLine(`  ${marks[level]}  ${what} [${code}]`);
    if (why && level !== 'ok') printLine(`        ${why}`);
    if (fix && level !== 'ok') printLine(`        Fix: ${fix}`);
  }
}

/** What was found under each heading, in one sentence, or all of it as JSON. Resolves to the exit code. */
export function conclude(found: Record<string, Finding[]>, { json }: GlobalOptions): number {
  const all = Object.values(found).flat();
  const failed = all.filter(({ level }) => level === 'fail').length;
  const warned = all.filter(({ level }) => level === 'warn').length;
  if (json) printJson({ ok: failed === 0, findings: found });
  else
    printLine(
      failed === 0
        ? `All well${warned > 0 ? `, ${counted(warned, 'warning')}` : ''}.`
        : `${failed} of ${all.length} checks failed.`,
    );
  return failed === 0 ? 0 : 1;
}
