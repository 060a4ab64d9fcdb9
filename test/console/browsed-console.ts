import type { Browser } from 'playwright-core';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { openChromium } from './chromium.ts';
import { newInstance, openBus, startConsoleProcess } from './console-process.ts';
import type { ConsoleProcess } from './console-process.ts';

/** A console in an instance of its own, a bus to write what it reads, and a browser. Where there is none, nothing is opened. */
export class BrowsedConsole {
  readonly instance = newInstance();
  #browser: Browser | null = null;
  #bus: Bus | null = null;
  #server: ConsoleProcess | null = null;

  async open(login?: object): Promise<void> {
    this.#browser = await openChromium();
    if (this.#browser === null) return;
    this.#bus = openBus(this.instance);
    this.#server = await startConsoleProcess(this.instance, login);
  }

  /** False where there is no browser. */
  get isThere(): boolean {
    return this.#browser !== null;
  }

  get browser(): Browser {
    return this.#browser!;
  }

  get bus(): Bus {
    return this.#bus!;
  }

  get url(): string {
    return this.#server!.url;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.stop();
    await this.#bus?.close();
  }
}
