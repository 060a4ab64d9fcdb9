/** A double of an engine, which answers as Docker's API is documented to. Asserted: every outage is one. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ContainerLife, type EngineContainer } from './container-life.ts';

type State = 'running' | 'stopped' | 'removed';

class FakeEngine implements EngineContainer {
  state: State = 'running';
  readonly calls: string[] = [];

  stop = () => this.#change('stop', 'stopped', 304);
  kill = () => this.#change('kill', 'stopped', 409);
  restart = () => this.#change('restart', 'running');
  remove = ({ force, v }: { force: boolean; v: boolean }) =>
    this.#change(`remove force=${force} v=${v}`, 'removed');

  async #change(call: string, to: State, whenStopped?: number): Promise<void> {
    await Promise.resolve();
    this.calls.push(call);
    if (this.state === 'removed') throw Object.assign(new Error('no such container'), { statusCode: 404 });
    if (this.state === 'stopped' && whenStopped !== undefined)
      throw Object.assign(new Error(`cannot ${call}`), { statusCode: whenStopped });
    this.state = to;
  }
}

let engine: FakeEngine;
let life: ContainerLife;
beforeEach(() => {
  engine = new FakeEngine();
  life = new ContainerLife(engine);
});

describe('a container of the tests', () => {
  it('stops a second time', async () => {
    await life.stop();
    await life.restart();
    expect(engine.state).toBe('running');
    await life.stop();
    expect(engine.state).toBe('stopped');
  });

  it('is removed with its volumes after it was stopped, and removing it again is no error', async () => {
    await life.stop();
    await life.remove();
    expect(engine.state).toBe('removed');
    await life.remove();
    expect(engine.calls).toEqual(['stop', 'remove force=true v=true', 'remove force=true v=true']);
  });

  it('takes being stopped or killed already for done, and says everything else', async () => {
    await life.kill();
    await life.kill();
    await life.stop();
    expect(engine.state).toBe('stopped');
    await life.remove();
    await expect(life.stop()).rejects.toThrow('no such container');
    await expect(life.restart()).rejects.toThrow('no such container');
  });
});
