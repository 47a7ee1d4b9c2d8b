import type { WatcherStatus } from '@seamark/watcher';
import { expect, test } from 'vitest';
import { statusDocument, type ViewListener } from './status.ts';

const STATUS: WatcherStatus = {
  views: [
    {
      gateways: [],
      resolving: false,
      ...{ generation: 3, names: 12, bytes: 4096, publishedAt: 1_700_000_000_000 },
      zones: [
        {
          ...{ zone: 'example.com.', serial: 7, names: 12, warning: 'names are denied' },
          ...{ synced: false, ready: true },
        },
      ],
    },
  ],
  sources: [
    {
      label: 'in-cluster',
      kinds: [
        {
          ...{ kind: 'Ingress', objects: 9, synced: true, since: 1_700_000_000_000 },
          status: { state: 'watching' },
        },
        {
          ...{ kind: 'Service', objects: 0, synced: false, since: 1_700_000_001_000 },
          status: {
            ...{ state: 'failing', reason: 'services: forbidden', retryInMs: 800 },
            missingRules: [{ group: '', resource: 'services', verbs: ['list', 'watch'] }],
          },
        },
      ],
    },
  ],
};

const LISTENERS: readonly ViewListener[] = [
  { address: '192.0.2.1', port: 53, view: 0 },
  { address: '::', port: 5353, view: 1 },
  { address: '2001:db8::1', port: 53, view: 0 },
];

test('zones and sources are told as they stand, with what is wrong and since when', () => {
  expect(JSON.parse(JSON.stringify(statusDocument('1.2.3', [], STATUS, LISTENERS)))).toEqual({
    ...{ version: '1.2.3', ready: true, notReady: [] },
    zones: [
      {
        ...{ zone: 'example.com.', serial: 7, names: 12, synced: false, ready: true },
        listeners: ['192.0.2.1:53', '[2001:db8::1]:53'],
        warning: 'names are denied',
        publishedAt: '2023-11-14T22:13:20.000Z',
      },
    ],
    sources: [
      {
        source: 'in-cluster',
        kinds: [
          {
            ...{ kind: 'Ingress', state: 'watching', since: '2023-11-14T22:13:20.000Z' },
            ...{ synced: true, objects: 9 },
          },
          {
            ...{ kind: 'Service', state: 'failing', since: '2023-11-14T22:13:21.000Z' },
            ...{ synced: false, objects: 0, reason: 'services: forbidden', retryInMs: 800 },
            missingRules: [{ group: '', resource: 'services', verbs: ['list', 'watch'] }],
          },
        ],
      },
    ],
  });
});

test('before the watcher has spoken there is nothing but that', () => {
  expect(statusDocument('1.2.3', ['starting'], undefined, LISTENERS)).toEqual({
    ...{ version: '1.2.3', ready: false, notReady: ['starting'], zones: [], sources: [] },
  });
});

test('what was never published has no time', () => {
  const [view] = STATUS.views;
  const views = view === undefined ? [] : [{ ...view, publishedAt: 0 }];
  expect(statusDocument('1', [], { ...STATUS, views }, []).zones[0]?.publishedAt).toBeNull();
});

test('what became of reading the Corefile again', () => {
  const reloads = {
    ...{ successes: 1, failures: 1, succeededAt: 1_700_000_000_000, digest: 'ab12' },
    needsRestart: ['forward'],
    failure: { at: 1_700_000_001_000, reasons: ['Corefile:1:1: no'] },
  };
  expect(statusDocument('1', [], STATUS, [], reloads).reload).toEqual({
    ...{ digest: 'ab12', since: '2023-11-14T22:13:20.000Z', needsRestart: ['forward'] },
    failed: { at: '2023-11-14T22:13:21.000Z', reasons: ['Corefile:1:1: no'] },
  });
});
