/** What an engine offers for one container; each call fails with a `statusCode` when it does not fit the state. */
export interface EngineContainer {
  stop(options: { t: number }): Promise<unknown>;
  kill(options: { signal: string }): Promise<unknown>;
  restart(options: { t: number }): Promise<unknown>;
  remove(options: { force: boolean; v: boolean }): Promise<unknown>;
}

/** Seconds until the engine kills what was asked to stop. */
const politeSeconds = 30;

/** Answers that say: it is so already. */
const stoppedAlready = 304;
const gone = 404;
const notRunning = 409;

/**
 * Stops, kills, restarts and removes a container as often as it is asked to, by asking the engine each time.
 * Testcontainers' own `stop()` remembers its first result and does nothing from then on: a second outage would be
 * none, and a container that was stopped once would never be removed.
 */
export class ContainerLife {
  readonly #container: EngineContainer;

  constructor(container: EngineContainer) {
    this.#container = container;
  }

  /** SIGTERM, then SIGKILL. */
  async stop(): Promise<void> {
    await unless(this.#container.stop({ t: politeSeconds }), stoppedAlready);
  }

  async kill(): Promise<void> {
    await unless(this.#container.kill({ signal: 'SIGKILL' }), notRunning);
  }

  /** Starts it again, whether it runs or not. */
  async restart(): Promise<void> {
    await this.#container.restart({ t: politeSeconds });
  }

  /** With its volumes, whether it runs or not. */
  async remove(): Promise<void> {
    await unless(this.#container.remove({ force: true, v: true }), gone);
  }
}

async function unless(answer: Promise<unknown>, harmless: number): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== harmless) throw error;
  }
}
