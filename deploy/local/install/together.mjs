import { progress } from './progress.mjs';

/**
 * Runs installers side by side (one waits for the network while the other unpacks), shown in one line.
 * When one fails the others are ended, and its error is thrown.
 *
 * @param installers `{ name, far(), run(signal) }`: what it is, how far it is in words, and the work
 */
export async function installTogether(installers) {
  const shown = progress('downloading');
  const far = () => installers.map((installer) => `${installer.name}: ${installer.far()}`).join(', ');
  const timer = setInterval(() => shown.say(far()), 500);
  const abort = new AbortController();
  const running = installers.map((installer) => installer.run(abort.signal));
  try {
    await Promise.all(running);
    shown.done(far());
  } catch (error) {
    shown.failed(far());
    abort.abort();
    await Promise.allSettled(running);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
