import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFolder, stateFolder } from '../../deploy/local/install/places.mjs';
import type { Drawn } from './draw.ts';
import { withMutant } from './mutants.ts';

/** A fault may make a test wait for ever: it ends when the sound code took much less. */
const shortestLimitMs = 60_000;
const timesAsLong = 5;

/** Tests under test/ that need nothing but Node: against the sandbox shop; the example of a configuration. */
const besides: Readonly<Record<string, readonly string[]>> = {
  'services/magento/': ['test/magento'],
  'services/catalog-applier/': ['test/magento'],
  'services/shipment-applier/': ['test/documents'],
  'services/platform/config/': ['test/deploy/configuration.test.ts'],
};

/** The files git knows of, or would. */
export function projectFiles(under: string): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--', under];
  return execFileSync('git', list, { cwd: projectFolder, encoding: 'utf8' }).trim().split('\n');
}

/** A copy of the project in which faults are made, so that nobody finds one in their own files. */
export class Trial {
  readonly #folder = join(stateFolder, 'mutation', String(process.pid));
  /** Tests that are run together, one stage after the other, by file; how long each stage may take, by its tests. */
  readonly #stages = new Map<string, string[][]>();
  readonly #limitsMs = new Map<string, number>();
  #jest: ChildProcess | null = null;

  constructor() {
    for (const file of projectFiles('.')) {
      const to = join(this.#folder, file);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(projectFolder, file), to);
    }
    symlinkSync(join(projectFolder, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Whether a test notices the fault. @throws when a test that would be asked fails without it. */
  async isNoticed(mutant: Drawn): Promise<boolean> {
    const file = join(this.#folder, mutant.file);
    const source = readFileSync(file, 'utf8');
    for (const tests of await this.#stagesOf(mutant.file)) {
      const limitMs = await this.#limitMs(tests);
      writeFileSync(file, withMutant(source, mutant));
      try {
        if (!(await this.#run(['--runTestsByPath', ...tests], limitMs))) return true;
      } finally {
        writeFileSync(file, source);
      }
    }
    return false;
  }

  async #limitMs(tests: string[]): Promise<number> {
    const known = this.#limitsMs.get(tests.join());
    if (known !== undefined) return known;
    const startedAt = performance.now();
    if (!(await this.#run(['--runTestsByPath', ...tests])))
      throw new Error(`These tests fail without any fault, mend them first:\n${tests.join('\n')}`);
    const limitMs = Math.ceil(Math.max(shortestLimitMs, timesAsLong * (performance.now() - startedAt)));
    this.#limitsMs.set(tests.join(), limitMs);
    return limitMs;
  }

  /** The tests of its library or process that reach a file. The near and quick ones come first: one that fails is enough. */
  async #stagesOf(file: string): Promise<string[][]> {
    const known = this.#stages.get(file);
    if (known) return known;
    const tests: string[] = [];
    const library = file.split('/').slice(0, 2).join('/');
    const more = Object.entries(besides).flatMap(([of, paths]) => (file.startsWith(of) ? paths : []));
    const folders = [library, ...more].filter((path) => !path.endsWith('.ts'));
    const roots = folders.map((root) => `--roots=${join(this.#folder, root)}`);
    await this.#run(['--listTests', '--findRelatedTests', file, ...roots], undefined, tests);
    tests.push(...more.filter((path) => path.endsWith('.ts')).map((path) => join(this.#folder, path)));
    const beside = join(this.#folder, file.replace(/\.ts$/, '.test.ts'));
    // One that runs it in a process of its own imports nothing of it.
    if (existsSync(beside) && !tests.includes(beside)) tests.push(beside);
    const distance = (test: string) => {
      if (test.endsWith('.simulation.test.ts')) return 3;
      if (test === beside) return 0;
      return dirname(test) === dirname(beside) ? 1 : 2;
    };
    const byDistance = [0, 1, 2, 3].map((away) => tests.filter((test) => distance(test) === away).toSorted());
    const stages = byDistance.filter((stage) => stage.length > 0);
    this.#stages.set(file, stages);
    return stages;
  }

  async #run(asked: string[], limitMs = Infinity, lines: string[] = []): Promise<boolean> {
    const startedAt = performance.now();
    const jest = spawn(process.execPath, [...nodeFlags, jestProgram, ...jestFlags, ...asked], {
      cwd: this.#folder,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'ignore'],
      ...(limitMs < Infinity && { timeout: limitMs }),
      killSignal: 'SIGKILL',
    });
    this.#jest = jest;
    const ended = once(jest, 'close') as Promise<[number | null, string | null]>;
    for await (const line of createInterface(jest.stdout)) if (line !== '') lines.push(line);
    const [code, signal] = await ended;
    // Somebody else has ended it: nothing was noticed by that.
    if (signal === 'SIGKILL' && performance.now() - startedAt < limitMs)
      return this.#run(asked, limitMs, lines);
    return code === 0;
  }

  /** Ends what runs, too: a fault may have made it run for ever. */
  remove(): void {
    this.#jest?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const jestProgram = join(projectFolder, 'node_modules/jest/bin/jest.js');
const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
// A loaded machine must not look like a fault that was noticed.
const jestFlags = ['--runInBand', '--bail', '--no-watchman', '--forceExit', '--testTimeout=30000'];
