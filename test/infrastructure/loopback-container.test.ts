/** Nothing is started: what the engine would be asked for is looked at. */
import { expect, it } from '@jest/globals';
import { LoopbackContainer } from './loopback-container.ts';

class Asked extends LoopbackContainer {
  get bindings(): unknown {
    return this.hostConfig.PortBindings;
  }
}

it('opens its ports to this machine alone, those that are given and those that the engine chooses', () => {
  const container = new Asked('any:1')
    .withExposedPorts({ container: 9092, host: 20_001 })
    .withExposedPorts(8080);
  expect(container.bindings).toEqual({
    '9092/tcp': [{ HostIp: '127.0.0.1', HostPort: '20001' }],
    '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '0' }],
  });
});
