import { spawn } from 'node:child_process';

const linesKept = 10;

/**
 * Runs a package manager to its end, handing on each piece that it says.
 * @throws with the first and last lines of it when it fails.
 */
export function runInstaller(name, command, args, { cwd, signal, onText = () => undefined, help }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const take = (chunk) => {
      const text = String(chunk);
      onText(text);
      said += text;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => reject(new Error(`${name} could not be run: ${error.message}. ${help}`)));
    child.on('close', (code) => {
      if (code === 0) return resolve();
      return reject(
        new Error(`${name} failed (exit code ${code}). It said:\n\n${mainLines(said)}\n\n${help}`),
      );
    });
  });
}

/** Its beginning (npm says the cause first) and its end (Maven says it last), without what a terminal would have overwritten. */
function mainLines(text) {
  const lines = text
    .split(/\r?\n/)
    .map((line) => `    ${line.split('\r').at(-1)}`)
    .filter((line) => line.trim() !== '' && line.trim() !== 'npm error');
  if (lines.length <= 2 * linesKept) return lines.join('\n');
  return [...lines.slice(0, linesKept), '    …', ...lines.slice(-linesKept)].join('\n');
}
