/**
 * Programs of others that check our files. One that is not here makes its tests skipped, by name and counted, never
 * passed. Looked for on the PATH, among what `.ci/run` installs, and in a folder of packed programs
 * (CARTAGE_TOOLS, or ../shared/tools beside the project; NAME.xz is unpacked once).
 */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { it } from '@jest/globals';
import { projectFolder, stateFolder } from '../../deploy/local/install/places.mjs';

const installed = join(stateFolder, 'ci');
const unpacked = join(stateFolder, 'tools');
const packed = process.env.CARTAGE_TOOLS ?? join(projectFolder, '../shared/tools');

export interface Program {
  name: string;
  /** How it is called; null when it is not here. */
  command: string[] | null;
}

export function program(name: string): Program {
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(installed, 'bin'), packed];
  const file = folders.map((folder) => join(folder, name)).find(isExecutable) ?? unpack(name);
  return { name, command: file === null ? null : [file] };
}

/** The first of several that is here; named after the first. */
export function anyOf(...programs: Program[]): Program {
  return programs.find(({ command }) => command !== null) ?? programs[0]!;
}

/** A program with words that always follow its name. */
export function withWords({ name, command }: Program, ...words: string[]): Program {
  return { name, command: command && [...command, ...words] };
}

/** A module that Python runs as a program. */
export function pythonModule(name: string): Program {
  const { command } = program('python3');
  if (command === null) return { name, command };
  const found = run({ name, command: [...command, '-c', `import ${name}`] });
  return { name, command: found.code === 0 ? [...command, '-m', name] : null };
}

/** A test that needs programs. */
export function itWith(needed: Program[], name: string, body: () => void | Promise<void>): void {
  const missing = needed.filter(({ command }) => command === null).map((one) => one.name);
  if (missing.length === 0) it(name, body);
  else it.skip(`${name} (skipped: ${missing.join(', ')} not found)`, body);
}

export function run({ name, command }: Program, ...words: string[]): { code: number | null; output: string } {
  if (command === null) throw new Error(`${name} is not here`);
  const [file, ...fixed] = command;
  const { status, stdout, stderr } = spawnSync(file!, [...fixed, ...words], {
    cwd: projectFolder,
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: join(installed, 'python') },
  });
  return { code: status, output: `${stdout}${stderr}` };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function unpack(name: string): string | null {
  const file = join(unpacked, name);
  if (isExecutable(file)) return file;
  const source = join(packed, `${name}.xz`);
  if (!existsSync(source)) return null;
  mkdirSync(unpacked, { recursive: true });
  // Renamed into place: two test files may do this at the same time.
  const making = `${file}.${process.pid}`;
  const output = openSync(making, 'w');
  const { status } = spawnSync('xz', ['-dc', source], { stdio: ['ignore', output, 'ignore'] });
  closeSync(output);
  if (status !== 0) return null;
  chmodSync(making, 0o755);
  renameSync(making, file);
  return file;
}
