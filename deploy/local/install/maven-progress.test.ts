import { describe, expect, it } from '@jest/globals';
import { mavenProgress } from './maven-progress.mjs';

describe('mavenProgress', () => {
  it('counts files and bytes, running downloads included, however the text is cut', () => {
    const said =
      'Progress (1): 0.5/1.6 MB\rProgress (2): 1.6 MB | 246/752 kB\r     \r' +
      'Downloaded from central: place/kafka.jar (1.6 MB at 5.6 MB/s)\n[INFO] Copying kafka.jar\n' +
      'Progress (1): 500/752 kB\r';
    const progress = mavenProgress();
    for (const piece of said) progress.read(piece);
    expect(progress.files).toBe(1);
    expect(progress.megabytes).toBeCloseTo(2.1);
  });
});
