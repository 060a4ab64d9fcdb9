import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder, stateFolder } from '../../deploy/local/install/places.mjs';
import type { Drawn } from './draw.ts';
import { withMutant } from './mutants.ts';

/** A fault may make a test wait for ever. */
const tooLongMs = 180_000;

/** The files git knows of, or would. */
export function projectFiles(under: string): string[] {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '--', under];
  return execFileSync('git', list, { cwd: projectFolder, encoding: 'utf8' }).trim().split('\n');
}

/** A copy of the project in which faults are made, so that nobody finds one in their own files. */
export class Trial {
  readonly #folder = join(stateFolder, 'mutation', String(process.pid));

  constructor() {
    for (const file of projectFiles('.')) {
      const to = join(this.#folder, file);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(projectFolder, file), to);
    }
    symlinkSync(join(projectFolder, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Whether a test beside the code notices the fault. */
  async isNoticed(mutant: Drawn): Promise<boolean> {
    const file = join(this.#folder, mutant.file);
    const source = readFileSync(file, 'utf8');
    writeFileSync(file, withMutant(source, mutant));
    try {
      return !(await this.passes(mutant.file));
    } finally {
      writeFileSync(file, source);
    }
  }

  /** Whether the tests that reach the file pass, of those in its library or process; the one beside it comes first. */
  async passes(file: string): Promise<boolean> {
    const beside = file.replace(/\.ts$/, '.test.ts');
    if (existsSync(join(this.#folder, beside)) && !(await this.#run([beside]))) return false;
    const root = file.split('/').slice(0, 2).join('/');
    return this.#run(['--findRelatedTests', file, `--roots=${join(this.#folder, root)}`]);
  }

  #run(asked: string[]): Promise<boolean> {
    const jest = spawn(process.execPath, [...nodeFlags, jestProgram, ...jestFlags, ...asked], {
      cwd: this.#folder,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: 'ignore',
      timeout: tooLongMs,
      killSignal: 'SIGKILL',
    });
    return new Promise((resolve) => jest.once('exit', (code) => resolve(code === 0)));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const jestProgram = join(projectFolder, 'node_modules/jest/bin/jest.js');
const nodeFlags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
const jestFlags = ['--runInBand', '--bail', '--no-watchman', '--forceExit', '--passWithNoTests'];
