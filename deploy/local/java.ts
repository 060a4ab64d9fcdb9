import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaProgramsFolder } from './install/places.mjs';
import { javaHeapMiB } from './settings.ts';

/** Small and quick to start rather than fast for hours: a third of the memory, half of the start time. */
export const javaFlags = [`-Xmx${javaHeapMiB}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'] as const;

export function javaCommand(): string {
  return process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java';
}

/** The folder of an installed Java program. */
export function javaProgram(name: 'kafka' | 'registry'): string {
  const folder = join(javaProgramsFolder(), name);
  if (!existsSync(folder)) {
    throw new Error(`${name} is not installed. Run: node deploy/local/install.mjs --for start`);
  }
  return realpathSync(folder);
}

/**
 * The loaded classes of a program, written by its JVM when it first ends and mapped by all later ones:
 * the registry starts in 3 s instead of 8 s, and takes 50 MB less. One archive per program, way of
 * running it (other classes are loaded), Java version and place of the program (others are refused, without a word).
 */
export interface ClassArchive {
  /** To be put before the class path. */
  flags: string[];
  /** To be called when the JVM has ended by itself: an archive that is being written must not be seen. */
  keep(): void;
}

export async function classArchive(name: string): Promise<ClassArchive> {
  const programs = realpathSync(javaProgramsFolder());
  const folder = join(programs, 'archives');
  const place = createHash('sha256').update(programs).digest('hex').slice(0, 8);
  const file = join(folder, `${name}-${await javaVersion()}-${place}.jsa`);
  if (existsSync(file))
    return { flags: [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds=off'], keep: () => undefined };

  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${process.pid}-${(archivesBegun += 1)}`;
  return {
    flags: [`-XX:ArchiveClassesAtExit=${unfinished}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
    keep: () => {
      if (existsSync(unfinished) && !existsSync(file)) renameSync(unfinished, file);
      rmSync(unfinished, { force: true });
    },
  };
}

let archivesBegun = 0;
let version: Promise<string> | undefined;

function javaVersion(): Promise<string> {
  version ??= promisify(execFile)(javaCommand(), ['-version']).then(
    ({ stderr }) => /version "([^"]+)"/.exec(stderr)?.[1] ?? 'unknown',
  );
  return version;
}
