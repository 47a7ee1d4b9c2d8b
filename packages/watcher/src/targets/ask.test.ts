import { expect, test, vi } from 'vitest';
import { FakeResolver } from '../../test-support/fake-resolver.ts';
import { ResolverAsker } from './ask.ts';

test('addresses come with the lowest TTL on the way to them', async () => {
  await using resolver = await FakeResolver.open();
  const asker = new ResolverAsker([resolver.address]);
  resolver.set('plain.example.net', '60 192.0.2.1 192.0.2.2', '30 2001:db8::1');
  expect(await asker.ask('plain.example.net', 'A')).toEqual({
    kind: 'addresses',
    addresses: ['192.0.2.1', '192.0.2.2'],
    ttl: 60,
  });
  expect(await asker.ask('plain.example.net', 'AAAA')).toEqual({
    kind: 'addresses',
    addresses: ['2001:db8::1'],
    ttl: 30,
  });
  resolver.set('alias.example.net', '60 ALIAS:7 192.0.2.3', '9 ALIAS:300 2001:db8::3');
  expect(await asker.ask('alias.example.net', 'A')).toMatchObject({ ttl: 7 });
  expect(await asker.ask('alias.example.net', 'AAAA')).toMatchObject({ ttl: 9 });
  resolver.set('odd.example.net', '4294967295 192.0.2.3');
  expect(await asker.ask('odd.example.net', 'A')).toMatchObject({ ttl: 0 });
});

test('a truncated answer is asked for over TCP', async () => {
  await using resolver = await FakeResolver.open();
  resolver.set('big.example.net', 'TRUNCATED 60 192.0.2.1');
  const outcome = await new ResolverAsker([resolver.address]).ask('big.example.net', 'A');
  expect(outcome).toMatchObject({ addresses: ['192.0.2.1'] });
  expect(resolver.asked).toEqual(['big.example.net A', 'big.example.net A tcp']);
});

test.each([
  ['NXDOMAIN', { kind: 'denied' }],
  ['', { kind: 'denied' }],
  ['60 ALIAS:60', { kind: 'denied' }],
  [
    'SERVFAIL',
    { kind: 'failed', reason: expect.stringMatching(/^SERVFAIL from 127\.0\.0\.1:\d+$/) },
  ],
  ['REFUSED', { kind: 'failed', reason: expect.stringMatching(/^REFUSED from /) }],
])('%j tells %o', async (script, outcome) => {
  await using resolver = await FakeResolver.open();
  resolver.set('lb.example.net', script);
  expect(await new ResolverAsker([resolver.address]).ask('lb.example.net', 'A')).toEqual(outcome);
});

test('a name that no message can carry is a failure like others', async () => {
  await using resolver = await FakeResolver.open();
  const outcome = await new ResolverAsker([resolver.address]).ask(`${'x'.repeat(64)}.net`, 'A');
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('BADNAME') });
});

test('a malformed reply fails the question that it is for, and no other', async () => {
  await using resolver = await FakeResolver.open();
  resolver.set('odd.example.net', 'GARBAGE').set('good.example.net', 'HELD 60 192.0.2.1');
  const asker = new ResolverAsker([resolver.address]);
  const good = asker.ask('good.example.net', 'A');
  await vi.waitFor(() => expect(resolver.asked).toContain('good.example.net A'), 20_000);
  expect(await asker.ask('odd.example.net', 'A')).toMatchObject({ kind: 'failed' });
  resolver.release();
  expect(await good).toMatchObject({ addresses: ['192.0.2.1'] });
});

test('where one resolver fails the next is asked, and first from then on', async () => {
  await using broken = await FakeResolver.open();
  await using good = await FakeResolver.open();
  const asker = new ResolverAsker([broken.address, good.address]);
  broken.set('a.example.net', 'SERVFAIL');
  good.set('a.example.net', '60 192.0.2.1').set('b.example.net', 'NXDOMAIN');
  expect(await asker.ask('a.example.net', 'A')).toMatchObject({ kind: 'addresses' });
  expect(await asker.ask('b.example.net', 'A')).toEqual({ kind: 'denied' });
  expect(broken.asked).toEqual(['a.example.net A']);
  good.set('a.example.net', 'REFUSED');
  expect(await asker.ask('a.example.net', 'A')).toMatchObject({
    reason: `REFUSED from 127.0.0.1:${good.address.port}, SERVFAIL from 127.0.0.1:${broken.address.port}`,
  });
});

test('a resolver that is gone is passed over', async () => {
  const gone = await FakeResolver.open();
  await gone[Symbol.asyncDispose]();
  await using good = await FakeResolver.open();
  good.set('a.example.net', '60 192.0.2.1');
  const outcome = await new ResolverAsker([gone.address, good.address]).ask('a.example.net', 'A');
  expect(outcome).toMatchObject({ addresses: ['192.0.2.1'] });
});

test('what is under way when it is closed ends at once', async () => {
  await using resolver = await FakeResolver.open();
  await using second = await FakeResolver.open();
  resolver.set('lb.example.net', 'SILENCE');
  const asker = new ResolverAsker([resolver.address, second.address]);
  const asked = asker.ask('lb.example.net', 'A');
  asker.close();
  expect(await asked).toMatchObject({ kind: 'failed' });
  expect(second.asked).toEqual([]);
});
