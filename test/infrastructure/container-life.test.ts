/** A double of an engine, which answers as Docker and podman do. Asserted: every outage is one. */
import { describe, expect, it } from '@jest/globals';
import { ContainerLife, type EngineContainer } from './container-life.ts';

type State = 'running' | 'stopped' | 'removed';

class FakeEngine implements EngineContainer {
  state: State = 'running';
  readonly calls: string[] = [];
  readonly #killedAlready: number;

  constructor(killedAlready = 409) {
    this.#killedAlready = killedAlready;
  }

  stop = () => this.#change('stop', 'stopped', 304);
  kill = () => this.#change('kill', 'stopped', this.#killedAlready);
  restart = () => this.#change('restart', 'running');
  remove = ({ force, v }: { force: boolean; v: boolean }) =>
    this.#change(`remove force=${force} v=${v}`, 'removed');

  async inspect() {
    await Promise.resolve();
    if (this.state === 'removed') throw failure('no such container', 404);
    return { State: { Running: this.state === 'running' } };
  }

  async #change(call: string, to: State, whenStopped?: number): Promise<void> {
    await Promise.resolve();
    this.calls.push(call);
    if (this.state === 'removed') throw failure('no such container', 404);
    if (this.state === 'stopped' && whenStopped !== undefined) throw failure(`cannot ${call}`, whenStopped);
    this.state = to;
  }
}

const failure = (message: string, statusCode: number) => Object.assign(new Error(message), { statusCode });

describe('a container of the tests', () => {
  it('stops a second time', async () => {
    const engine = new FakeEngine();
    const life = new ContainerLife(engine);
    await life.stop();
    await life.restart();
    expect(engine.state).toBe('running');
    await life.stop();
    expect(engine.state).toBe('stopped');
  });

  it('is removed with its volumes after it was stopped, and removing it again is no error', async () => {
    const engine = new FakeEngine();
    const life = new ContainerLife(engine);
    await life.stop();
    await life.remove();
    expect(engine.state).toBe('removed');
    await life.remove();
    expect(engine.calls).toEqual(['stop', 'remove force=true v=true', 'remove force=true v=true']);
  });

  it.each([409, 500])(
    'takes being down already for done (an engine that says %i), and tells all else',
    async (code) => {
      const engine = new FakeEngine(code);
      const life = new ContainerLife(engine);
      await life.kill();
      await life.kill();
      await life.stop();
      expect(engine.state).toBe('stopped');
      await life.remove();
      await expect(life.stop()).rejects.toThrow('no such container');
      await expect(life.restart()).rejects.toThrow('no such container');
    },
  );

  it('says so when the engine cannot do it', async () => {
    const engine = new FakeEngine();
    const life = new ContainerLife(engine);
    engine.kill = () => Promise.reject(failure('the engine is ill', 500));
    engine.remove = () => Promise.reject(failure('the engine is ill', 500));
    await expect(life.kill()).rejects.toThrow('ill');
    await expect(life.remove()).rejects.toThrow('ill');
  });
});
