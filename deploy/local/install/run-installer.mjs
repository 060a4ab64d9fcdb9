import { spawn } from 'node:child_process';

const linesKept = 25;

/**
 * Runs a package manager to its end, handing on each piece that it says.
 * @throws with its last lines when it fails.
 */
export function runInstaller(name, command, args, { cwd, onText = () => undefined, help }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let last = '';
    const take = (chunk) => {
      const text = String(chunk);
      onText(text);
      last = (last + text).slice(-64_000);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => reject(new Error(`${name} could not be run: ${error.message}. ${help}`)));
    child.on('close', (code) => {
      if (code === 0) return resolve();
      return reject(
        new Error(`${name} failed (exit code ${code}). Its last words:\n\n${lastLines(last)}\n\n${help}`),
      );
    });
  });
}

/** The end of what was said, as lines, without what a terminal would have overwritten. */
function lastLines(text) {
  return text
    .split(/\r?\n/)
    .map((line) => `    ${line.split('\r').at(-1)}`)
    .filter((line) => line.trim() !== '')
    .slice(-linesKept)
    .join('\n');
}
