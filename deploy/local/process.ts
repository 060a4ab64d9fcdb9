import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from './log-file.ts';
import { StartFailure } from './start-failure.ts';

const linesKept = 40;
const askEveryMs = 50;

export interface ProcessOptions extends ProcessHooks {
  /** What people call it: `Kafka`, `order-relay`. */
  name: string;
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number | undefined;
  gid?: number | undefined;
  /** Asked every 50 ms until it says true. Left out: ready as soon as it runs. */
  ready?: (said: { json: Record<string, unknown> | undefined }) => boolean | Promise<boolean>;
  /** How long it may take to become ready. */
  readyWithinMs?: number;
  /** The polite way to end it. */
  stopSignal?: NodeJS.Signals;
  /** How long it may take to end before it is killed. */
  stopWithinMs?: number;
  /** What a person can do when it does not start. */
  help?: string;
}

/** What the one who starts a part wants of its process; the same for every part. */
export interface ProcessHooks {
  /** Everything that it says is written here. */
  logFile?: string | undefined;
  /** Called with the id as soon as there is one, so that it can be written down before anything else happens. */
  onSpawn?: ((pid: number) => void) | undefined;
  /** Ends the wait for it to become ready, and the process. */
  signal?: AbortSignal | undefined;
}

export const hooksOf = ({ logFile, onSpawn, signal }: ProcessHooks): ProcessHooks => ({
  logFile,
  onSpawn,
  signal,
});

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** The first line of JSON that it printed. */
  readonly json: Record<string, unknown> | undefined;
  /** Settles when it has ended, whoever ended it. */
  readonly exited: Promise<Exit>;
  readonly hasExited: boolean;
  lastLines(): string[];
  /** Asks it to end, kills it after its time, and returns when nothing of its process group is left. */
  stop(): Promise<Exit>;
  /** `kill -9` of the whole group. */
  kill(): Promise<Exit>;
}

/**
 * Starts a program in a process group of its own and returns when it is ready. A group of its own has two
 * effects: Ctrl-C at the terminal reaches only us, who end everything in order, and whatever the program
 * starts is ended with it.
 * @throws StartFailure when it ends or does not become ready in time; nothing of it is left then.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const child = spawnInGroup(options);
  const running = new GroupProcess(child, options);
  try {
    await running.untilReady();
    return running;
  } catch (error) {
    await running.kill();
    throw error;
  }
}

function spawnInGroup({ command, args, env, cwd, uid, gid }: ProcessOptions): ChildProcess {
  return spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
}

class GroupProcess implements RunningProcess {
  readonly name: string;
  readonly exited: Promise<Exit>;
  json: Record<string, unknown> | undefined;
  readonly #child: ChildProcess;
  readonly #options: ProcessOptions;
  readonly #lines: string[] = [];
  #exit: Exit | undefined;
  #groupIsGone = false;
  #failure: Error | undefined;

  constructor(child: ChildProcess, options: ProcessOptions) {
    this.name = options.name;
    this.#child = child;
    this.#options = options;
    const log = options.logFile === undefined ? undefined : new LogFile(options.logFile);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#heard(line, log));
    }
    this.exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#exit ??= { code, signal };
        resolve(this.#exit);
      };
      child.once('error', (error) => {
        this.#failure = error;
        if (child.pid === undefined) ended(null, null);
      });
      child.once('exit', ended);
    });
    child.once('close', () => log?.close());
    if (child.pid !== undefined) options.onSpawn?.(child.pid);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get hasExited(): boolean {
    return this.#exit !== undefined;
  }

  lastLines(): string[] {
    return [...this.#lines];
  }

  async untilReady(): Promise<void> {
    const { ready, readyWithinMs = 60_000, signal } = this.#options;
    const deadline = performance.now() + readyWithinMs;
    for (;;) {
      if (this.#exit) throw await this.#startFailure(whyEnded(this.#exit, this.#failure));
      signal?.throwIfAborted();
      if (!ready || (await ready({ json: this.json }))) break;
      if (performance.now() > deadline) {
        throw await this.#startFailure(`it was not ready after ${Math.round(readyWithinMs / 1000)} s`);
      }
      await Promise.race([sleep(askEveryMs), this.exited]);
    }
    if (this.#child.pid === undefined)
      throw await this.#startFailure(whyEnded(await this.exited, this.#failure));
  }

  async stop(): Promise<Exit> {
    const { stopSignal = 'SIGTERM', stopWithinMs = 10_000 } = this.#options;
    if (!this.hasExited) {
      this.#signal(stopSignal, 'process');
      await Promise.race([this.exited, sleep(stopWithinMs, undefined, { ref: false })]);
    }
    return this.kill();
  }

  async kill(): Promise<Exit> {
    // The group outlives its leader when the leader left children behind. Only once after its end:
    // the system may give the number to somebody else.
    if (!this.#groupIsGone) this.#signal('SIGKILL', 'group');
    this.#groupIsGone ||= this.hasExited;
    return this.exited;
  }

  #signal(signal: NodeJS.Signals, to: 'process' | 'group'): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(to === 'group' ? -this.#child.pid : this.#child.pid, signal);
    } catch {
      // Nobody there any more, which is what was wanted.
    }
  }

  #heard(line: string, log: LogFile | undefined): void {
    this.#lines.push(line);
    if (this.#lines.length > linesKept) this.#lines.shift();
    if (this.json === undefined && line.startsWith('{')) this.json = parsed(line);
    log?.write(`${line}\n`);
  }

  async #startFailure(why: string): Promise<StartFailure> {
    // Its last words may still be in the pipe when it is gone.
    if (this.#exit && this.#child.pid !== undefined && !this.#child.stdout?.closed) {
      await Promise.race([once(this.#child, 'close'), sleep(500)]);
    }
    const { help, logFile } = this.#options;
    return new StartFailure(this.name, why, { lastLines: this.lastLines(), help, logFile });
  }
}

function whyEnded({ code, signal }: Exit, failure: Error | undefined): string {
  if (failure) return failure.message;
  return signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
