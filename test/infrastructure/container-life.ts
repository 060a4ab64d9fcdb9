/** What an engine offers for one container. Stopping what does not run may be an error, and which one differs. */
export interface EngineContainer {
  stop(options: { t: number }): Promise<unknown>;
  kill(options: { signal: string }): Promise<unknown>;
  restart(options: { t: number }): Promise<unknown>;
  remove(options: { force: boolean; v: boolean }): Promise<unknown>;
  /** Fails with `statusCode` 404 when there is no such container. */
  inspect(): Promise<{ State: { Running: boolean } }>;
}

/** Seconds until the engine kills what was asked to stop. */
const politeSeconds = 30;

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
    await this.#unless(() => this.#isDown(), this.#container.stop({ t: politeSeconds }));
  }

  async kill(): Promise<void> {
    await this.#unless(() => this.#isDown(), this.#container.kill({ signal: 'SIGKILL' }));
  }

  /** Starts it again, whether it runs or not. */
  async restart(): Promise<void> {
    await this.#container.restart({ t: politeSeconds });
  }

  /** With its volumes, whether it runs or not. */
  async remove(): Promise<void> {
    await this.#unless(() => this.#isGone(), this.#container.remove({ force: true, v: true }));
  }

  /** An error counts only when what was wanted is not so. */
  async #unless(isSo: () => Promise<boolean>, answer: Promise<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      if (!(await isSo())) throw error;
    }
  }

  async #isDown(): Promise<boolean> {
    return !(await this.#container.inspect()).State.Running;
  }

  #isGone(): Promise<boolean> {
    return this.#container.inspect().then(
      () => false,
      (error: { statusCode?: number }) => error.statusCode === 404,
    );
  }
}
