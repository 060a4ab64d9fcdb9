import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** An environment variable goes from a process to all that it starts: so the children of a test run are known. */
export const runMark = 'CARTAGE_TEST_RUN';

/**
 * Ends processes that tests started and did not end; they get a moment to go by themselves.
 * @returns their command lines. Always empty where there is no /proc (macOS).
 */
export async function endLeftBehind(mark: string, politeMs = 2000): Promise<string[]> {
  const deadline = performance.now() + politeMs;
  while (marked(mark).length > 0 && performance.now() < deadline) await sleep(100);
  const left = marked(mark);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went by itself.
    }
  }
  return left.map(({ pid, commandLine }) => `${pid} ${commandLine}`);
}

function marked(mark: string): { pid: number; commandLine: string }[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${runMark}=${mark}`))
          return [];
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(pid), commandLine }];
      } catch {
        return []; // gone, or another user's
      }
    });
}
