import { spawn } from 'node:child_process';
import { join } from 'node:path';

const nodeVersionMin = 20;
const nodeVersionOwn = 24;
const javaVersionMin = 17;

/**
 * What this machine lacks, one text each: what, why, how to get it. Empty when all is there.
 * `maven: false` when the Java programs are installed already and Maven has nothing left to do.
 */
export async function missingRequirements({ maven }) {
  const found = [node(), await java(), maven ? await mavenItself() : undefined];
  return found.filter((text) => text !== undefined);
}

function node() {
  const version = Number(process.versions.node.split('.')[0]);
  if (version < nodeVersionMin) {
    return describe(
      `Node.js ${nodeVersionMin} or newer (this is ${process.versions.node})`,
      'npm and the installer run on it',
      'see https://nodejs.org/en/download',
      'brew install node@24',
    );
  }
  const comesWithTheProject = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
  if (version < nodeVersionOwn && !comesWithTheProject) {
    return describe(
      `Node.js ${nodeVersionOwn} or newer (this is ${process.versions.node} on ${process.platform}-${process.arch})`,
      `Cartage runs on it; only on Linux (x64, arm64) does npm bring it along`,
      'see https://nodejs.org/en/download',
      'brew install node@24',
    );
  }
  return undefined;
}

async function java() {
  const command = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin/java') : 'java';
  const said = await output(command, ['-version']);
  const version = said && /version "(?:1\.)?(\d+)/.exec(said)?.[1];
  if (version && Number(version) >= javaVersionMin) return undefined;
  const from = process.env.JAVA_HOME ? ` in JAVA_HOME=${process.env.JAVA_HOME}` : '';
  return describe(
    `Java ${javaVersionMin} or newer (${version ? `found ${version}` : 'none found'}${from})`,
    'Apache Kafka and the schema registry are Java programs',
    'apt-get install openjdk-17-jre-headless',
    'brew install openjdk@17',
  );
}

async function mavenItself() {
  const said = await output('mvn', ['-version']);
  if (said && /Apache Maven/.test(said)) return undefined;
  const why = said === undefined ? 'no mvn on the PATH' : `mvn does not run: ${said.trim().split('\n')[0]}`;
  return describe(
    `Apache Maven (${why})`,
    'Apache Kafka and the schema registry are fetched with it, once',
    'apt-get install maven',
    'brew install maven',
  );
}

function describe(what, why, debian, macos) {
  return `Missing: ${what}\n  Why:     ${why}.\n  Debian:  ${debian}\n  macOS:   ${macos}`;
}

/** Both outputs of a command, or undefined when there is no such command. */
function output(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const collect = (chunk) => {
      said += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(said));
  });
}
