import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface Said {
  code: number;
  out: string;
  err: string;
}

const main = join(import.meta.dirname, '../../services/cli/main.ts');

/** Types a line into a shell in which `cartage` is the command line. */
export function typed(line: string, environment: NodeJS.ProcessEnv): Promise<Said> {
  const cartage = `cartage() { '${process.execPath}' '${main}' "$@"; }`;
  return new Promise((resolve) => {
    execFile(
      'bash',
      ['-o', 'pipefail', '-c', `${cartage}\n${line}`],
      { env: { ...process.env, ...environment, LC_ALL: 'C.UTF-8' }, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}
