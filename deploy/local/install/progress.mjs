const width = 24;
const quietIntervalMs = 5000;

/** Whether a line may be rewritten in place: a person watches, and no log keeps the carriage returns. */
export const isLive = Boolean(process.stdout.isTTY) && !process.env.CI;

/**
 * Shows one thing that takes its time: what, how far, how long.
 * On a terminal one line is rewritten; elsewhere (a pipe, `CI=true`) whole lines come, at most every five seconds.
 */
export function progress(
  title,
  { write = (text) => process.stdout.write(text), live = isLive, now = Date.now } = {},
) {
  const startedAt = now();
  let detail = '';
  let shownAt = startedAt;

  const line = (text) => `  ${title.padEnd(width)} ${text.padEnd(32)} ${seconds(now() - startedAt)}`;
  const show = () => {
    if (live) return write(`\r\x1b[K${line(detail)}`);
    if (now() - shownAt < quietIntervalMs) return undefined;
    shownAt = now();
    return write(`${line(detail)}\n`);
  };
  const timer = setInterval(show, live ? 200 : 1000);
  timer.unref();
  if (live) show();

  const end = (text) => {
    clearInterval(timer);
    write(`${live ? '\r\x1b[K' : ''}${line(text)}\n`);
  };
  return {
    say(text) {
      detail = text;
    },
    done: (text = 'done') => end(text),
    failed: (text = 'failed') => end(text),
  };
}

/** `0.4 s`, `12.0 s`, `2 min 5 s`. */
export function seconds(durationMs) {
  const total = durationMs / 1000;
  return total < 60 ? `${total.toFixed(1)} s` : `${Math.floor(total / 60)} min ${Math.round(total % 60)} s`;
}
