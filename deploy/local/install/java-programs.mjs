import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { mavenProgress } from './maven-progress.mjs';
import { javaProgramsFolder, pomFile, projectFolder } from './places.mjs';
import { runInstaller } from './run-installer.mjs';

export function javaProgramsAreInstalled() {
  return existsSync(javaProgramsFolder());
}

/**
 * Fetches Kafka and the registry. Two installations at the same time do not disturb each other:
 * each fills a folder of its own, and the first to end gives it its name.
 */
export function javaPrograms() {
  const fetched = mavenProgress();
  return {
    name: 'Kafka and registry',
    // Zero files to the end: they came from Maven's own cache.
    far: () => `${fetched.files} files, ${fetched.megabytes.toFixed(0)} MB`,
    run: (signal) => fill(javaProgramsFolder(), fetched, signal),
  };
}

async function fill(folder, fetched, signal) {
  const filling = `${folder}.${process.pid}`;
  mkdirSync(filling, { recursive: true });
  try {
    // Not -B nor -q: only the interactive form says how far a download is.
    // -U: a download that failed before is tried again.
    const args = ['-U', '-f', pomFile, `-Dtarget=${filling}`, '-Dstyle.color=never', 'generate-resources'];
    await runInstaller('Maven', 'mvn', args, {
      cwd: projectFolder,
      signal,
      onText: (text) => fetched.read(text),
      help: 'Check that Maven Central can be reached (mirrors and proxies: ~/.m2/settings.xml), then start again.',
    });
    if (!existsSync(folder)) renameSync(filling, folder);
  } finally {
    rmSync(filling, { recursive: true, force: true });
  }
  removeOtherVersions(folder);
}

function removeOtherVersions(folder) {
  for (const name of readdirSync(dirname(folder))) {
    // A name with a dot is another installation at work.
    if (name !== basename(folder) && !name.includes('.')) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
}
