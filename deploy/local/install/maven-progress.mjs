const unitBytes = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * Reads from what Maven says how many files have come, and how many bytes, those of running downloads included:
 * `Progress (2): 4.1/13 MB | 300 kB` and `Downloaded from central: … (13 MB at 2.0 MB/s)`.
 * Another version of Maven may word it otherwise: then the figures stay at zero, and nothing else breaks.
 */
export function mavenProgress() {
  let files = 0;
  let doneBytes = 0;
  let runningBytes = 0;
  let rest = '';

  const readLine = (line) => {
    const downloaded = /^Downloaded from .*\(([\d.]+) (B|kB|MB|GB) at/.exec(line.trim());
    if (downloaded) {
      files += 1;
      doneBytes += bytes(downloaded[1], downloaded[2]);
      runningBytes = 0;
      return;
    }
    const running = /^Progress \(\d+\): (.*)$/.exec(line.trim());
    if (!running) return;
    runningBytes = 0;
    for (const part of running[1].split('|')) {
      const [, amount, unit] = /([\d.]+)(?:\/[\d.]+)? (B|kB|MB|GB)/.exec(part) ?? [];
      if (unit) runningBytes += bytes(amount, unit);
    }
  };

  return {
    read(text) {
      const lines = (rest + text).split(/[\r\n]+/);
      rest = lines.pop() ?? '';
      for (const line of lines) readLine(line);
    },
    get files() {
      return files;
    },
    get megabytes() {
      return (doneBytes + runningBytes) / 1e6;
    },
  };
}

function bytes(amount, unit) {
  return Number(amount) * unitBytes[unit];
}
