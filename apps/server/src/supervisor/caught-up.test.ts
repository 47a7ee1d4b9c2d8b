import type { GatewayStatus, Kind, WatcherStatus } from '@seamark/watcher';
import { expect, test } from 'vitest';
import { progressOf } from './caught-up.ts';

const gateway = (zone: string, read: Kind[], unread: Kind[] = [], ready = true): GatewayStatus => ({
  ...{ zones: [zone], ready, read },
  unread: unread.map((kind) => ({ kind, source: 'there' })),
});

const status = (gateways: GatewayStatus[], resolving = false): WatcherStatus => ({
  sources: [],
  views: [
    {
      ...{ generation: 1, names: 1, bytes: 1, publishedAt: 1, zones: [] },
      ...{ synced: true, ready: true, resolving, gateways },
    },
  ],
});

const old = status([gateway('example.com.', ['Ingress', 'Service'])]);

test('what has been read whole is complete, whatever there was before', () => {
  const next = status([gateway('example.org.', ['Ingress'])]);
  expect(progressOf(undefined, next)).toMatchObject({ isComplete: true, isCaughtUp: true });
  expect(progressOf(old, status([]))).toMatchObject({ isComplete: true, isCaughtUp: true });
});

test('a kind that had been read for a zone is behind until it has been read again', () => {
  const next = status([gateway('example.com.', ['Ingress'], ['Service'])]);
  expect(progressOf(old, next)).toMatchObject({
    ...{ isComplete: false, isCaughtUp: false },
    behind: [{ kind: 'Service', source: 'there', zones: ['example.com.'] }],
  });
});

test('a kind that had not been read for it is no loss, once nothing is held back for it', () => {
  const next = (ready: boolean) =>
    status([gateway('example.com.', ['Ingress', 'Service'], ['HTTPRoute'], ready)]);
  expect(progressOf(old, next(false))).toMatchObject({
    ...{ isComplete: false, isCaughtUp: false, behind: [] },
    heldBack: [{ kind: 'HTTPRoute' }],
  });
  expect(progressOf(old, next(true))).toMatchObject({ isComplete: false, isCaughtUp: true });
});

test('a zone that nobody answered has nothing to lose', () => {
  const next = status([
    gateway('example.com.', ['Ingress']),
    gateway('example.org.', [], ['Ingress'], false),
  ]);
  expect(progressOf(old, next)).toMatchObject({ isComplete: false, isCaughtUp: true });
});

test('nor has one that was not ready', () => {
  const before = status([gateway('example.com.', [], ['Ingress'], false)]);
  const next = status([gateway('example.com.', [], ['Ingress'], false)]);
  expect(progressOf(before, next)).toMatchObject({ isComplete: false, isCaughtUp: true });
});

test('host names that are being asked for hold all up', () => {
  const next = status([gateway('example.com.', ['Ingress', 'Service'])], true);
  expect(progressOf(old, next)).toMatchObject({ isComplete: false, isCaughtUp: false });
});
