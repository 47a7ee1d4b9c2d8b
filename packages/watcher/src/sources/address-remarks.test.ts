import { expect, test } from 'vitest';
import { recordingLogger } from '../../test-support/recording-sink.ts';
import { logRemarks, remarkAddresses } from './address-remarks.ts';

const withStatus = (...ingress: unknown[]): unknown => ({ status: { loadBalancer: { ingress } } });

test.each([
  '192.0.2.01',
  '192.0.2.0/24',
  ' 192.0.2.1',
  'fe80::1%eth0',
  '[2001:db8::1]',
  'lb.example.net',
])('%j is no address and is named', (ip) => {
  const log = recordingLogger();
  const remarks = remarkAddresses(withStatus({ ip }, { ip: '192.0.2.1' }));
  expect(remarks).toEqual({ ignored: [ip], hostname: undefined });
  if (remarks !== undefined) logRemarks(log, 'Ingress', 'ns/a', remarks);
  expect(log.lines).toEqual([
    `warn Ingress ns/a: "${ip}" in its status is no IP address and is ignored`,
  ]);
});

test('a host name alone is said not to be followed', () => {
  const log = recordingLogger();
  const remarks = remarkAddresses(withStatus({ hostname: 'lb.example.net' }));
  if (remarks !== undefined) logRemarks(log, 'Service', 'ns/s', remarks);
  expect(log.lines).toEqual([
    'info Service ns/s has no address yet: its status names "lb.example.net", and host names are not followed',
  ]);
});

test('one object has five lines at most', () => {
  const log = recordingLogger();
  const odd = Array.from({ length: 9 }, (_, i) => ({ ip: `192.0.2.0${i}` }));
  const remarks = remarkAddresses(withStatus(...odd, { hostname: 'lb.example.net' }));
  if (remarks !== undefined) logRemarks(log, 'Service', 'ns/s', remarks);
  expect(log.lines).toHaveLength(5);
});

test.each([
  null,
  {},
  withStatus(null, 3),
  withStatus({ ip: '192.0.2.1' }, { hostname: 'lb.example.net' }),
])('%j gives nothing to remark', (object) => expect(remarkAddresses(object)).toBeUndefined());
