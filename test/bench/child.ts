import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { recordProcess } from '../../deploy/local/records.ts';
import { runFolder } from '../infrastructure/folder.ts';

/** A program of this folder in a process of its own, which answers each line with one, and ends with its input. */
export interface Child {
  pid: number;
  /** The one it begins with. */
  firstLine: string;
  ask: (line: string) => Promise<string>;
  close: () => Promise<void>;
}

export async function startChild(file: string, args: readonly string[] = []): Promise<Child> {
  // The warning is of kafkajs by itself, see idle-loop.ts.
  const program = ['--disable-warning=TimeoutNegativeWarning', join(import.meta.dirname, file)];
  const child = spawn(process.execPath, [...program, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  recordProcess(join(runFolder(), 'processes'), file, child.pid!);
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${file} ended before it answered`);
    return value;
  };
  return {
    pid: child.pid!,
    firstLine: await nextLine(),
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return nextLine();
    },
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
